"""What an assignment costs and how good it is, counted from nothing but the two files.

Every tool is judged by these numbers, rezone included. A partition that the assignment leaves out
stays as it is.
"""

from collections import Counter
from dataclasses import dataclass, asdict, fields


@dataclass
class Score:
    replicas_added: int = 0       # new copies that must be made
    bytes_moved: int = 0          # their bytes
    cross_zone_bytes: int = 0     # of these, bytes whose source leader is in another zone
    zone_violations: int = 0      # partitions that are not placed as the zone rule asks
    replicas_min: int = 0         # over the brokers that may hold replicas
    replicas_max: int = 0
    replicas_squares: int = 0     # sum of squares of replicas: the fairness that min and max hide
    leaders_min: int = 0
    leaders_max: int = 0
    topic_spread_worst: int = 0   # most that two brokers of a zone differ in replicas of one topic
    leader_changes: int = 0       # partitions whose first replica is not today's leader

    def row(self):
        return asdict(self)


COLUMNS = [f.name for f in fields(Score)]


def zone_range(sizes, replicas):
    """Fewest and most replicas each zone should hold: even, limited by the zone's brokers.

    sizes: {zone: eligible brokers}. None if the brokers do not suffice at all.
    """
    if replicas > sum(sizes.values()):
        return None
    level = 0
    while sum(min(n, level) for n in sizes.values()) < replicas:
        level += 1
    return {zone: (min(n, level - 1), min(n, level)) for zone, n in sizes.items()}


def violates(target, wanted, zone_of, ranges):
    """True unless target is wanted distinct eligible brokers spread within ranges."""
    if len(target) != wanted or len(set(target)) != wanted or ranges is None:
        return True
    if any(broker not in zone_of for broker in target):
        return True
    held = Counter(zone_of[broker] for broker in target)
    return any(not low <= held[zone] <= high for zone, (low, high) in ranges.items())


def topic_spread(per_topic, by_zone):
    """per_topic: {topic: Counter of broker}."""
    worst = 0
    for held in per_topic.values():
        for brokers in by_zone.values():
            counts = [held[broker] for broker in brokers]
            worst = max(worst, max(counts) - min(counts))
    return worst


def score(snapshot, assignment):
    by_zone = snapshot.eligible()
    sizes = {zone: len(brokers) for zone, brokers in by_zone.items()}
    zone_of = {broker: zone for zone, brokers in by_zone.items() for broker in brokers}
    ranges = {}  # by replication factor
    replicas, leaders, per_topic = Counter(), Counter(), {}
    result = Score()

    for p in snapshot.partitions:
        target = assignment.get((p.topic, p.number), p.replicas)
        added = [broker for broker in target if broker not in p.replicas]
        result.replicas_added += len(added)
        result.bytes_moved += p.size_bytes * len(added)
        source_zone = snapshot.zones.get(p.leader)
        result.cross_zone_bytes += p.size_bytes * sum(
            1 for broker in added if snapshot.zones.get(broker) != source_zone)
        result.leader_changes += target[0] != p.leader

        wanted = len(p.replicas)
        if wanted not in ranges:
            ranges[wanted] = zone_range(sizes, wanted)
        result.zone_violations += violates(target, wanted, zone_of, ranges[wanted])
        replicas.update(target)
        leaders[target[0]] += 1
        per_topic.setdefault(p.topic, Counter()).update(target)

    held = [replicas[broker] for broker in zone_of]
    led = [leaders[broker] for broker in zone_of]
    result.replicas_min, result.replicas_max = min(held), max(held)
    result.replicas_squares = sum(count * count for count in held)
    result.leaders_min, result.leaders_max = min(led), max(led)
    result.topic_spread_worst = topic_spread(per_topic, by_zone)
    return result
