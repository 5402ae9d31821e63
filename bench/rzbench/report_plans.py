"""The planning part of RESULTS.md."""

import statistics

from rzbench import svg

OPTIMUM = ["lemon-dense 1.3.1", "ortools 9.15.6755"]
PICTURE_SIZE = 10_000
PICTURE_RATIO = 100  # a workload beyond it would squeeze the others into one column
# Where smaller is better; compared one by one to say plainly where another tool wins.
COMPARED = [("bytes_moved", "bytes moved"), ("replicas_squares", "replica balance"),
            ("topic_spread_worst", "worst topic spread"), ("leader_changes", "leader changes"),
            ("leaders_max", "most leaders on a broker"), ("cross_zone_bytes", "cross-zone bytes"),
            ("cpu_s", "CPU time")]


def by_size(rows):
    sizes = {}
    for row in rows:
        sizes.setdefault(int(row["partitions"]), {}).setdefault(row["workload"], {})[
            row["tool"]] = row
    return dict(sorted(sizes.items()))


def tools_of(rows):
    return list(dict.fromkeys(row["tool"] for row in rows))


def is_plan(row):
    return row is not None and row["status"] == "ok"


def optimum(found):
    """The exact referees' bytes, where one finished."""
    return next((int(found[tool]["bytes_moved"]) for tool in OPTIMUM
                 if is_plan(found.get(tool))), None)


def ratio(row, best):
    return int(row["bytes_moved"]) / best if best else 1.0


def cell(row, best):
    """Bytes as a multiple of the optimum; what went wrong otherwise."""
    if row is None:
        return ""
    if row["status"] == "bound":
        return f"({ratio(row, best):.3f})" if best else "bound"
    if row["status"] != "ok":
        return row["status"]
    text = f"{ratio(row, best):.3f}" if best else f"{int(row['bytes_moved']) / 1e12:.2f} TB"
    return text + (f", {row['zone_violations']} misplaced" if int(row["zone_violations"]) else "")


def bytes_table(workloads, tools):
    lines = ["| workload | optimum, TB | " + " | ".join(tools) + " |",
             "|---" * (len(tools) + 2) + "|"]
    for workload, found in workloads.items():
        best = optimum(found)
        shown = f"{best / 1e12:.3f}" if best is not None else "not known"
        lines.append(f"| {workload} | {shown} | "
                     + " | ".join(cell(found.get(tool), best) for tool in tools) + " |")
    return lines


def quality_table(workloads, tools):
    """Medians over the workloads that the tool did not refuse."""
    columns = [("replicas_added", "replicas added"), ("topic_spread_worst", "worst topic spread"),
               ("leader_changes", "leader changes"), ("wall_s", "wall s"), ("cpu_s", "CPU s"),
               ("solve_ms", "of it solving, ms"), ("peak_mib", "peak MiB")]
    lines = ["| tool | plans | refused | uneven by | leaders uneven by | "
             + " | ".join(name for _, name in columns) + " |", "|---" * (len(columns) + 5) + "|"]
    for tool in tools:
        rows = [found[tool] for found in workloads.values() if tool in found]
        plans = [row for row in rows if is_plan(row)]
        if not plans:
            continue
        values = [[float(row[column]) for row in plans if row[column]] for column, _ in columns]
        gaps = [statistics.median(int(row[f"{what}_max"]) - int(row[f"{what}_min"])
                                  for row in plans) for what in ("replicas", "leaders")]
        lines.append(f"| {tool} | {len(plans)} | {len(rows) - len(plans)} | {gaps[0]:g} | "
                     f"{gaps[1]:g} | "
                     + " | ".join(f"{statistics.median(v):g}" if v else "" for v in values) + " |")
    return lines


def losses(workloads, tools, ours="rezone"):
    """Sentences: what another tool's valid plan does better, and what it pays for it."""
    lines = []
    for column, name in COMPARED:
        for tool in tools:
            cases = []
            for workload, found in workloads.items():
                row, mine = found.get(tool), found.get(ours)
                if tool == ours or not is_plan(row) or not is_plan(mine):
                    continue
                if int(row["zone_violations"]) or float(row[column]) >= float(mine[column]):
                    continue
                cases.append(f"{workload} {_figure(column, row)} against {_figure(column, mine)}")
            if cases:
                lines.append(f"- **{name}**: {tool} is better on {len(cases)} of {len(workloads)}: "
                             + "; ".join(cases) + ".")
    return lines or ["None on these workloads."]


def _figure(column, row):
    value = float(row[column])
    return f"{value / 1e12:.3f} TB" if column.endswith("bytes_moved") or column.startswith(
        "cross") else f"{value:g}"


def refusals(rows):
    """Each tool's own words, once."""
    seen = {}
    for row in rows:
        if row["status"] in ("refused", "timeout"):
            seen.setdefault((row["tool"], row["status"]), []).append(row)
    for (tool, status), found in seen.items():
        first = found[0]
        yield (f"- {tool}: {len(found)} {status}, the first on {first['workload']} "
               f"{first['partitions']}: \"{first['message']}\"")


def pictures(rows):
    """{file name: SVG}."""
    sizes, tools = by_size(rows), tools_of(rows)
    made = {}
    size = PICTURE_SIZE if PICTURE_SIZE in sizes else max(sizes)
    cases, left_out = [], ""
    for workload, found in sizes[size].items():
        best = optimum(found)
        ratios = {tool: ratio(found[tool], best) for tool in tools
                  if best and is_plan(found.get(tool))}
        if ratios and max(ratios.values()) > PICTURE_RATIO:
            left_out += f"; left out: {workload}, up to {max(ratios.values()):,.0f}"
        elif ratios:
            cases.append((workload, ratios))
    if cases:
        made["plans-bytes.svg"] = svg.dots(
            f"Bytes moved, {size} partitions",
            f"multiple of the optimum (1 = no cheaper plan exists){left_out}", tools, cases)
    series = {}
    for partitions, workloads in sizes.items():
        for tool in tools:
            times = [float(found[tool]["cpu_s"]) for found in workloads.values()
                     if is_plan(found.get(tool))]
            if times:
                series.setdefault(tool, []).append((partitions, statistics.median(times)))
    made["plans-time.svg"] = svg.lines("CPU time to a plan, median over the workloads that it plans",
                                       "partitions", "seconds, whole process", series)
    return made


def section(notes, rows):
    tools = tools_of(rows)
    lines = ["## Plans", "", _setting(notes),
             "", "![bytes](results/plans-bytes.svg)", "", "![time](results/plans-time.svg)", ""]
    for partitions, workloads in by_size(rows).items():
        lines += [f"### {partitions} partitions", "",
                  "Bytes moved as a multiple of the optimum; \"misplaced\" are partitions that are "
                  "not spread over the zones as asked; a bound in parentheses is no plan.", "",
                  *bytes_table(workloads, tools), "",
                  "Medians over the plans that a tool made. \"Uneven by\" is the most minus the "
                  "least replicas (leaders) on a broker.", "", *quality_table(workloads, tools), "",
                  "Where another tool's valid plan beats rezone's in one column, whatever it pays "
                  "in the others:", "", *losses(workloads, tools), ""]
    return lines + ["### Refused or stopped", "", *(list(refusals(rows)) or ["None."]), ""]


def _setting(notes):
    return ("Measured " + ", ".join(f"{key} {value}" for key, value in notes.items())
            + ". Each tool's wall time includes starting it (a JVM, a Python) and reading the "
              "snapshot; ratios hold within this run only.")
