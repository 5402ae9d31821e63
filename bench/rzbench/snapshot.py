"""Read a rezone snapshot (docs/formats.md) and a Kafka reassignment, trusting neither.

Written from the format's description alone, so that a fault in rezone's reader or writer shows as a
difference instead of cancelling out.
"""

import json
from dataclasses import dataclass, field


@dataclass
class Partition:
    topic: str
    number: int
    replicas: list
    leader: int
    size_bytes: int


@dataclass
class Snapshot:
    zones: dict = field(default_factory=dict)  # broker id -> zone name or None
    dead: set = field(default_factory=set)
    partitions: list = field(default_factory=list)
    drained: set = field(default_factory=set)

    def eligible(self):
        """Brokers that may hold replicas afterwards, by zone."""
        by_zone = {}
        for broker, zone in sorted(self.zones.items()):
            if broker not in self.dead and broker not in self.drained:
                by_zone.setdefault(zone, []).append(broker)
        return by_zone


def read_snapshot(lines):
    snapshot = Snapshot()
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line)
        if "format" in row:
            snapshot.drained.update(row.get("workload", {}).get("drain", []))
        elif "broker" in row:
            snapshot.zones[row["broker"]] = row["zone"]
            if not row.get("alive", True):
                snapshot.dead.add(row["broker"])
        else:
            for p in row["partitions"]:
                leader = p["leader"] if "leader" in p else p["replicas"][0]
                snapshot.partitions.append(Partition(
                    row["topic"], p["partition"], p["replicas"], leader, p.get("size_bytes", 0)))
    return snapshot


def read_assignment(text):
    """A Kafka reassignment JSON as {(topic, partition): replicas}; the last entry wins."""
    rows = json.loads(text)["partitions"]
    return {(row["topic"], row["partition"]): row["replicas"] for row in rows}
