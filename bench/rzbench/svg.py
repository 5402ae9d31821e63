"""Two kinds of picture, as plain SVG: dots on a row per case, and lines on logarithmic axes."""

import math
from html import escape

COLOURS = ["#0b6e4f", "#c2410c", "#1d4ed8", "#a21caf", "#b45309", "#0e7490", "#be123c", "#4d7c0f",
           "#713f12",
           "#6b7280"]
SHAPES = ["circle", "square", "diamond"]
STYLE = ("<style>text{font:12px system-ui,sans-serif;fill:#1f2937}.title{font-size:15px;"
         "font-weight:600}.faint{fill:#6b7280}.grid{stroke:#e5e7eb}</style>")


def _open(width, height, title):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'role="img" aria-label="{escape(title)}">', STYLE,
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="12" y="24" class="title">{escape(title)}</text>']


def _text(x, y, text, anchor="start", css=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">'
            f'{escape(text)}</text>')


def _mark(x, y, index, title):
    colour, size = COLOURS[index % len(COLOURS)], 5
    shape = SHAPES[index % len(SHAPES)]
    tip = f"<title>{escape(title)}</title>"
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}">{tip}</circle>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if shape == "diamond" else ""
    return (f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="{colour}"{turn}>'
            f'{tip}</rect>')


def _legend(names, x, y, width):
    parts, left = [], x
    for index, name in enumerate(names):
        need = 22 + 7 * len(name)
        if left + need > width:
            left, y = x, y + 18
        parts += [_mark(left + 5, y - 4, index, name), _text(left + 15, y, name)]
        left += need
    return parts, y


def _ticks(low, high):
    """1, 2 and 5 times powers of ten; only the powers when there are many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    ticks = [step * 10.0 ** power for power in range(first, last + 1) for step in steps]
    return [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]


def short(value):
    for unit, name in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def dots(title, axis, names, rows):
    """rows: [(label, {name: value})]."""
    width, left, right, row_height = 900, 130, 40, 24
    values = [value for _, found in rows for value in found.values()]
    low, high = min(values) * 0.93, max(values) * 1.07
    legend, legend_end = _legend(names, 12, 48, width)
    top = legend_end + 34
    height = top + row_height * len(rows) + 20

    def place(value):
        return left + (math.log(value / low) / math.log(high / low)) * (width - left - right)

    parts = _open(width, height, title) + legend
    parts.append(_text(left, top - 18, axis, css="faint"))
    for tick in _ticks(low, high):
        x = place(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{height - 16}" class="grid"/>')
        parts.append(_text(x, top - 4, f"{tick:g}", "middle", "faint"))
    for index, (label, found) in enumerate(rows):
        y = top + row_height * (index + 0.5)
        parts.append(_text(left - 10, y + 4, label, "end"))
        for name in reversed(names):  # the first name is drawn last and so on top
            if name in found:
                parts.append(_mark(place(found[name]), y, names.index(name),
                                   f"{label}, {name}: {found[name]:.3g}"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def lines(title, x_axis, y_axis, series):
    """series: {name: [(x, y)]}, both axes logarithmic."""
    width, height, left, right = 900, 460, 70, 20
    points = [point for values in series.values() for point in values]
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    y_low, y_high = min(y for _, y in points) * 0.8, max(y for _, y in points) * 1.25
    x_high = x_high if x_high > x_low else x_low * 10
    legend, legend_end = _legend(list(series), 12, 48, width)
    top, bottom = legend_end + 26, height - 44

    def place(x, y):
        return (left + math.log(x / x_low) / math.log(x_high / x_low) * (width - left - right),
                bottom - math.log(y / y_low) / math.log(y_high / y_low) * (bottom - top))

    parts = _open(width, height, title) + legend
    parts += [_text(left, top - 8, y_axis, css="faint"),
              _text(width - right, height - 10, x_axis, "end", "faint")]
    for tick in _ticks(y_low, y_high):
        _, y = place(x_low, tick)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{width - right}" y2="{y:.1f}" class="grid"/>')
        parts.append(_text(left - 8, y + 4, short(tick), "end", "faint"))
    for tick in _ticks(x_low, x_high):
        x, _ = place(tick, y_low)
        parts.append(_text(x, bottom + 18, short(tick), "middle", "faint"))
    for index, (name, values) in enumerate(series.items()):
        placed = [place(x, y) for x, y in sorted(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{path}" fill="none" stroke-width="2" '
                     f'stroke="{COLOURS[index % len(COLOURS)]}"/>')
        parts += [_mark(x, y, index, f"{name}: {short(sx)}, {sy:.3g}")
                  for (x, y), (sx, sy) in zip(placed, sorted(values))]
    return "\n".join([*parts, "</svg>"]) + "\n"
