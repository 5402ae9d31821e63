"""What must hold after a move, judged on two readings of a cluster by the Java oracle.

Every check is a pure function that returns the faults it found, as sentences; an empty list means
that the thing holds. test_judge.py breaks each thing once and sees the right check complain.
"""

from collections import Counter


def partitions(state):
    """{(topic, partition): {"replicas", "isr", "leader"}} of a state."""
    return {(topic, p["partition"]): p
            for topic, description in state["topics"].items()
            for p in description["partitions"]}


def targets(before, plan_lines):
    """The ordered list that every partition should have: the plan's, else the one it had."""
    lists = {key: p["replicas"] for key, p in partitions(before).items()}
    for line in plan_lines:
        for move in line.get("moves", []):
            lists[(line["topic"], move["partition"])] = move["to"]
    return lists


def zone_of(state):
    return {int(broker): description["zone"] for broker, description in state["brokers"].items()}


def spread_faults(state):
    """Each zone holds floor or ceiling of RF / zones of every partition."""
    zones = zone_of(state)
    names = sorted(set(zones.values()))
    faults = []
    for (topic, number), partition in partitions(state).items():
        counts = Counter(zones.get(broker) for broker in partition["replicas"])
        low, rest = divmod(len(partition["replicas"]), len(names))
        high = low + (1 if rest else 0)
        if any(not low <= counts[zone] <= high for zone in names):
            faults.append(f"{topic}-{number} has {dict(counts)} of {partition['replicas']}")
    return faults


def balance_faults(state):
    """Inside a zone no broker holds two replicas more than another."""
    held = Counter(broker for p in partitions(state).values() for broker in p["replicas"])
    faults = []
    zones = zone_of(state)
    for zone in sorted(set(zones.values())):
        counts = {broker: held[broker] for broker, name in zones.items() if name == zone}
        if max(counts.values()) - min(counts.values()) > 1:
            faults.append(f"zone {zone}: replicas per broker {counts}")
    return faults


def list_faults(state, wanted):
    """Every ordered replica list equals `wanted`, see targets()."""
    have = {key: p["replicas"] for key, p in partitions(state).items()}
    faults = [f"{topic}-{number} has {have.get((topic, number))}, wanted {replicas}"
              for (topic, number), replicas in wanted.items()
              if have.get((topic, number)) != replicas]
    faults += [f"{topic}-{number} is not expected" for topic, number in have.keys() - wanted.keys()]
    return faults


def leader_faults(state, wanted):
    """Every partition is led by the first replica of its wanted list."""
    return [f"{topic}-{number} is led by {p['leader']}, wanted {wanted[(topic, number)][0]}"
            for (topic, number), p in partitions(state).items()
            if (topic, number) in wanted and p["leader"] != wanted[(topic, number)][0]]


def isr_faults(state):
    """Every replica is in sync."""
    return [f"{topic}-{number}: ISR {p['isr']} of {p['replicas']}"
            for (topic, number), p in partitions(state).items()
            if sorted(p["isr"]) != sorted(p["replicas"])]


def config_faults(before, after):
    """Every dynamic config of every topic and broker, and the brokers' defaults, are as before."""
    faults = []
    for resource in sorted(before["configs"].keys() | after["configs"].keys()):
        old, new = before["configs"].get(resource, {}), after["configs"].get(resource, {})
        faults += [f"{resource} {key}: was {old.get(key)!r}, is {new.get(key)!r}"
                   for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    return faults


def listed_faults(state):
    """No reassignment is listed."""
    return [f"{move['topic']}-{move['partition']} is still being reassigned"
            for move in state["reassignments"]]


def record_faults(report):
    """Every acknowledged record is where it was acknowledged, none twice; see VerifyRecords."""
    faults = [f"{report[kind]} of {report['acknowledged']} acknowledged records {kind}: "
              f"{'; '.join(report['examples'])}"
              for kind in ("missing", "changed", "repeated") if report[kind] != 0]
    if report["acknowledged"] == 0 or report["found"] != report["acknowledged"]:
        faults.append(f"{report['found']} of {report['acknowledged']} acknowledged records found")
    return faults


def moved_as_planned(before, after, wanted):
    """{check: faults} for a finished run whose plan asked for `wanted`."""
    return {
        "no zone spread violation": spread_faults(after),
        "replicas even inside each zone": balance_faults(after),
        **put_as_wanted(before, after, wanted),
    }


def put_as_wanted(before, after, wanted):
    """{check: faults}: lists, leaders, ISR as wanted, and nothing else changed or left behind."""
    return {
        "ordered replica lists as wanted": list_faults(after, wanted),
        "leaders as wanted": leader_faults(after, wanted),
        "every ISR whole": isr_faults(after),
        "dynamic configs as before": config_faults(before, after),
        "no reassignment listed": listed_faults(after),
    }
