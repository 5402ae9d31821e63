"""The scale part of RESULTS.md."""

from rzbench import svg
from rzbench.growth import exponent


def cases(rows):
    found = {}
    for row in rows:
        found.setdefault((row["workload"], row["zones"]), []).append(row)
    return found


def pictures(rows):
    made = {}
    for (workload, zones), found in cases(rows).items():
        series = {}
        for row in found:
            if float(row["cpu_ms"]) > 0:
                series.setdefault(row["stage"], []).append(
                    (int(row["partitions"]), float(row["cpu_ms"])))
        name = f"scale-{workload}-{zones.replace('+', '-')}.svg"
        made[name] = svg.lines(f"CPU time a stage: {workload}, brokers {zones}", "partitions",
                               "milliseconds", series)
    return made


def stage_table(found):
    sizes = sorted({int(row["partitions"]) for row in found})
    at = {(row["stage"], int(row["partitions"])): row for row in found}
    lines = ["| stage | " + " | ".join(f"{size}" for size in sizes) + " | growth | peak MiB at "
             f"{sizes[-1]} |", "|---" * (len(sizes) + 3) + "|"]
    for stage in dict.fromkeys(row["stage"] for row in found):
        rows = [at[stage, size] for size in sizes if (stage, size) in at]
        power = exponent([(int(row["partitions"]), float(row["cpu_ms"])) for row in rows])
        times = [f"{float(row['cpu_ms']):.0f} ({float(row['wall_ms']):.0f})" for row in rows]
        grows = f"n^{power:.2f}" if power is not None else ""
        lines.append(f"| {stage} | " + " | ".join(times) + f" | {grows} | {rows[-1]['peak_mib']} |")
    return lines


def section(notes, rows):
    lines = ["## Scale", "", "Measured "
             + ", ".join(f"{key} {value}" for key, value in notes.items())
             + ". CPU milliseconds (wall in parentheses), medians; \"growth\" is the exponent of "
               "CPU time over partitions. \"json\" is jansson parsing the same snapshot: the "
               "yardstick for \"read\". Rows named `rezone ...` are whole commands, file to file.",
             ""]
    for (workload, zones), found in cases(rows).items():
        picture = f"results/scale-{workload}-{zones.replace('+', '-')}.svg"
        lines += [f"### {workload}, brokers {zones}", "", f"![stages]({picture})", "",
                  *stage_table(found), ""]
    return lines
