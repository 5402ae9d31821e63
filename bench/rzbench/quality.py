"""Compare measured plans with the committed ones: quality may not get worse unnoticed."""

# Smaller is better in these; `replicas_min` and `leaders_min` follow from the sums of squares.
JUDGED = ["zone_violations", "replicas_squares", "bytes_moved", "replicas_added",
          "topic_spread_worst", "leader_changes", "cross_zone_bytes", "leaders_max"]
# What the exact referee decides; the other columns are free among equally good placements.
EXACT = ["zone_violations", "replicas_squares", "bytes_moved", "replicas_added"]


def key(row):
    return row["workload"], int(row["partitions"]), row["tool"]


def differences(committed, measured):
    """(worse, better, missing) as sentences. Committed rows that were not measured are passed over."""
    worse, better, missing = [], [], []
    known = {key(row): row for row in committed}
    for row in measured:
        before = known.get(key(row))
        name = " ".join(map(str, key(row)))
        if before is None:
            missing.append(f"{name}: not in the committed results")
            continue
        if row["status"] != before["status"]:
            worse.append(f"{name}: {before['status']} became {row['status']}: {row['message']}")
            continue
        for column in JUDGED if row["status"] == "ok" else []:
            old, new = int(before[column]), int(row[column])
            if new != old:
                (worse if new > old else better).append(f"{name}: {column} {old} -> {new}")
    return worse, better, missing


def against_referee(rows, ours="rezone", referee="lemon-dense 1.3.1"):
    """Where our plan is not exactly as fair and as cheap as the exact solver's."""
    found = []
    judged = {key(row)[:2]: row for row in rows if row["tool"] == referee and row["status"] == "ok"}
    for row in rows:
        exact = judged.get(key(row)[:2])
        if row["tool"] != ours or exact is None:
            continue
        if row["status"] != "ok":
            found.append(f"{row['workload']}: no plan, but the referee has one: {row['message']}")
            continue
        found += [f"{row['workload']} {row['partitions']}: {column} {row[column]}, "
                  f"the referee has {exact[column]}"
                  for column in EXACT if int(row[column]) != int(exact[column])]
    return found
