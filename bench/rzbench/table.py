"""Results as CSV: '# key: value' lines about the machine, then the rows."""

import csv


def write(path, columns, rows, notes=None):
    with open(path, "w", encoding="utf-8", newline="") as out:
        for key, value in (notes or {}).items():
            out.write(f"# {key}: {value}\n")
        writer = csv.DictWriter(out, columns, lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def read(path):
    """(notes, rows)."""
    notes, lines = {}, []
    with open(path, encoding="utf-8", newline="") as source:
        for line in source:
            if line.startswith("# "):
                key, _, value = line[2:].partition(":")
                notes[key] = value.strip()
            else:
                lines.append(line)
    return notes, list(csv.DictReader(lines))
