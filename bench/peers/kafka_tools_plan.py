"""kafka-tools' kafka-assigner without a cluster: SNAPSHOT OUT.

`remove` for brokers to be emptied, then `balance --types count rackaware`: rackaware has to come
last and wants every replica in a rack of its own. Its broker order is random; the seed is fixed
here. Runs inside kafka-tools' own environment. Exit 3 with the message where it refuses.
"""

import argparse
import json
import random
import sys
import time

from kafka.tools.assigner.actions.balance import ActionBalance
from kafka.tools.assigner.actions.remove import ActionRemove
from kafka.tools.models.broker import Broker
from kafka.tools.models.cluster import Cluster
from kafka.tools.models.topic import Topic


def add_topic(cluster, row):
    topic = Topic(row["topic"], len(row["partitions"]))
    cluster.add_topic(topic)
    for p in row["partitions"]:
        partition = topic.partitions[p["partition"]]
        for position, broker in enumerate(p["replicas"]):
            partition.add_replica(cluster.brokers[broker], position)
        partition.set_size(p.get("size_bytes", 0))


def read(path):
    cluster, drained = Cluster(), []
    with open(path, encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if "broker" in row:
                broker = Broker(f"host{row['broker']}", id=row["broker"])
                broker.rack = row["zone"]
                cluster.add_broker(broker)
            elif "topic" in row:
                add_topic(cluster, row)
            else:
                drained = row.get("workload", {}).get("drain", [])
    return cluster, drained


def rebalance(cluster, drained):
    args = argparse.Namespace(
        exclude_topics=[], types=["count", "rackaware"], brokers=drained, to_brokers=[])
    if drained:
        ActionRemove(args, cluster).process_cluster()
        # What follows spreads over all brokers that the cluster knows.
        for broker in drained:
            del cluster.brokers[broker]
    ActionBalance(args, cluster).process_cluster()


def main():
    random.seed(1)
    cluster, drained = read(sys.argv[1])
    start = time.monotonic()
    try:
        rebalance(cluster, drained)
    except Exception as refusal:  # whatever it raises is its answer
        print(f"{type(refusal).__name__}: {refusal}", file=sys.stderr)
        return 3
    print(f"solve_ms {int((time.monotonic() - start) * 1000)}", file=sys.stderr)
    rows = [partition.dict_for_reassignment() for partition in cluster.partitions([])]
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump({"version": 1, "partitions": rows}, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
