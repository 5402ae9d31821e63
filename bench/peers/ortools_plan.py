"""The exact model through OR-tools' minimum-cost flow: SNAPSHOT OUT.

A referee that shares neither solver nor model code with bench-referee. Fairness is imposed by the
limits [floor, ceil] of the mean, which is the fairest placement only while no zone is forced away
from the mean; where it is, this reports that the model does not apply. Exit 3 where OR-tools or
this model refuses. Runs inside OR-tools' own environment.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from ortools.graph.python import min_cost_flow

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rzbench.referee import numbering, reassignment  # noqa: E402
from rzbench.scoring import zone_range  # noqa: E402
from rzbench.snapshot import read_snapshot  # noqa: E402

UNBOUNDED = 1 << 40


class Network:
    def __init__(self, snapshot):
        self.snapshot = snapshot
        self.brokers, self.zones = numbering(snapshot)
        self.number = {broker: index for index, broker in enumerate(self.brokers)}
        self.zone_names = sorted(snapshot.eligible())
        self.members = [[b for b, zone in enumerate(self.zones) if zone == z]
                        for z in range(len(self.zone_names))]
        self.tails, self.heads, self.capacity, self.cost = [], [], [], []
        self.supply = {}
        self.choices = []  # (arc, partition, broker)

    def arc(self, tail, head, low, high, cost):
        """A lower bound becomes supply and demand at the two ends."""
        if low:
            self.supply[tail] = self.supply.get(tail, 0) - low
            self.supply[head] = self.supply.get(head, 0) + low
        self.tails.append(tail)
        self.heads.append(head)
        self.capacity.append(high - low)
        self.cost.append(cost)
        return len(self.tails) - 1

    def build(self):
        eligible = {z: len(b) for z, b in self.snapshot.eligible().items()}
        n, scale = len(self.brokers), len(self.brokers) + 2
        ranges, node, total = {}, n + 1, 0
        for index, p in enumerate(self.snapshot.partitions):
            wanted = len(p.replicas)
            if wanted not in ranges:
                ranges[wanted] = zone_range(eligible, wanted)
            current = {self.number[b] for b in p.replicas if b in self.number}
            source, node = node, node + 1
            self.supply[source] = self.supply.get(source, 0) + wanted
            total += wanted
            for z, name in enumerate(self.zone_names):
                low, high = ranges[wanted][name]
                zone, node = node, node + 1
                self.arc(source, zone, low, high, 0)
                for b in self.members[z]:
                    cost = 0 if b in current else p.size_bytes * scale + 1
                    self.choices.append((self.arc(zone, b, 0, 1, cost), index, b))
        for b in range(n):
            self.arc(b, n, total // n, -(-total // n), 0)
        self.supply[n] = self.supply.get(n, 0) - total

    def solve(self):
        flow = min_cost_flow.SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(
            np.array(self.tails, np.int32), np.array(self.heads, np.int32),
            np.array(self.capacity, np.int64), np.array(self.cost, np.int64))
        nodes = np.array(list(self.supply), np.int32)
        flow.set_nodes_supplies(nodes, np.array(list(self.supply.values()), np.int64))
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise RuntimeError(f"OR-tools: {status.name} (the limits are those of the mean)")
        placed = [[] for _ in self.snapshot.partitions]
        for arc, partition, broker in self.choices:
            if flow.flow(arc):
                placed[partition].append(broker)
        return placed


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        network = Network(read_snapshot(lines))
    start = time.monotonic()
    try:
        network.build()
        placed = network.solve()
    except Exception as refusal:  # whatever it raises is its answer
        print(f"{type(refusal).__name__}: {refusal}", file=sys.stderr)
        return 3
    print(f"solve_ms {int((time.monotonic() - start) * 1000)}", file=sys.stderr)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(reassignment(network.snapshot, placed), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
