"""kafka-utils' PartitionCountBalancer without a cluster: SNAPSHOT OUT.

What `kafka-cluster-manager rebalance --replication-groups --brokers --leaders` (and `decommission`)
compute, without its limit of one movement a run. Runs inside kafka-utils' own environment. Exit 3
with the message where it refuses.
"""

import argparse
import json
import sys
import time

from kafka_utils.kafka_cluster_manager.cluster_info.cluster_topology import ClusterTopology
from kafka_utils.kafka_cluster_manager.cluster_info.partition_count_balancer import \
    PartitionCountBalancer
from kafka_utils.kafka_cluster_manager.cluster_info.partition_measurer import \
    UniformPartitionMeasurer


def read(path):
    zones, assignment, drained = {}, {}, []
    with open(path, encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if "broker" in row:
                zones[row["broker"]] = row["zone"]
            elif "topic" in row:
                for p in row["partitions"]:
                    assignment[(row["topic"], p["partition"])] = p["replicas"]
            else:
                drained = row.get("workload", {}).get("drain", [])
    return zones, assignment, drained


def rebalance(zones, assignment, drained):
    args = argparse.Namespace(
        replication_groups=True, brokers=True, leaders=True, max_partition_movements=None,
        max_movement_size=None, max_leader_changes=None, balancer_args=[], measurer_args=[])
    brokers = {broker: {"host": "localhost"} for broker in zones}
    measurer = UniformPartitionMeasurer(None, brokers, assignment, args)
    topology = ClusterTopology(assignment, brokers, measurer, lambda broker: zones[broker.id])
    balancer = PartitionCountBalancer(topology, args)
    if drained:
        balancer.decommission_brokers(drained)
    balancer.rebalance()
    return topology.assignment


def main():
    zones, assignment, drained = read(sys.argv[1])
    start = time.monotonic()
    try:
        planned = rebalance(zones, assignment, drained)
    except Exception as refusal:  # whatever it raises is its answer
        print(f"{type(refusal).__name__}: {refusal}", file=sys.stderr)
        return 3
    print(f"solve_ms {int((time.monotonic() - start) * 1000)}", file=sys.stderr)
    rows = [{"topic": topic, "partition": number, "replicas": list(replicas)}
            for (topic, number), replicas in planned.items()]
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump({"version": 1, "partitions": rows}, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
