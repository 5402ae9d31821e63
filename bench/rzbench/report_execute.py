"""The execution part of RESULTS.md: medians and the whole spread."""

import statistics

from rzbench import svg

COLUMNS = [("over_ideal", "makespan / ideal"), ("copying_s", "copying, s"),
           ("worst_5s_over_rate", "worst 5 s / rate"),
           ("worst_10s_over_rate", "worst 10 s / rate"), ("before_p99_ms", "produce p99 before, ms"),
           ("during_p50_ms", "p50 during"), ("during_p99_ms", "p99 during"),
           ("during_p999_ms", "p99.9 during"), ("during_max_ms", "worst"), ("cpu_s", "CPU s"),
           ("peak_mib", "peak MiB"), ("processes", "processes")]
PICTURED = [("over_ideal", "makespan", "Makespan over the ideal, every run",
             "1 = every receiver at its rate from start to end"),
            ("during_p99_ms", "latency", "Producer's p99 during the move, every run",
             "milliseconds")]


def by_tool(rows):
    found = {}
    for row in rows:
        found.setdefault(row["tool"], []).append(row)
    return found


def spread(values):
    """Median, and what lies around it when there is more than one run."""
    text = f"{statistics.median(values):g}"
    return text if len(values) == 1 else f"{text} ({min(values):g} to {max(values):g})"


def summary(rows):
    lines = ["| tool | runs | failed | misplaced | configs left | "
             + " | ".join(name for _, name in COLUMNS) + " |",
             "|---" * (len(COLUMNS) + 5) + "|"]
    for tool, found in by_tool(rows).items():
        done = [row for row in found if row["result"] == "done"]
        worst = [max(int(row[column]) for row in found) for column in ("misplaced", "configs_left")]
        cells = [spread([float(row[column]) for row in done]) if done else ""
                 for column, _ in COLUMNS]
        lines.append(f"| {tool} | {len(found)} | {len(found) - len(done)} | {worst[0]} | {worst[1]} "
                     "| " + " | ".join(cells) + " |")
    return lines


def pictures(rows, stem="execute"):
    """One row a tool, one kind of mark a round."""
    made = {}
    rounds = sorted({row["round"] for row in rows}, key=int)
    for column, name, title, axis in PICTURED:
        cases = []
        for tool, found in by_tool(rows).items():
            values = {f"round {row['round']}": float(row[column]) for row in found
                      if row["result"] == "done" and float(row[column]) > 0}
            if values:
                cases.append((tool, values))
        if cases:
            made[f"{stem}-{name}.svg"] = svg.dots(title, axis, [f"round {number}" for number in rounds], cases)
    return made


def section(notes, rows, stem="execute"):
    loads = [float(row["load_average"]) for row in rows]
    partitions = int(notes.get("small_topics", 11)) * 8 + 3
    return [f"## Execution, {partitions} partitions", "", "Measured "
            + ", ".join(f"{key} {value}" for key, value in notes.items())
            + f". Load average before a run {min(loads):g} to {max(loads):g}: with other work on "
              "the machine the latencies are about it as much as about the tools.", "",
            "Ideal is the busiest receiver's bytes over the rate. Medians, lowest and highest in "
            "parentheses. \"Configs left\" are dynamic configurations that differ from before.", "",
            f"![makespan](results/{stem}-makespan.svg)", "",
            f"![latency](results/{stem}-latency.svg)", "", *summary(rows), ""]
