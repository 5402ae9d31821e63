"""The cluster that the tests and the demo upgrade: three loaded brokers, three empty ones."""

ZONES = ["az1", "az1", "az1", "az2", "az2", "az2"]
OLD_BROKERS = [1, 2, 3]
N_TOPICS = 42
PARTITIONS_PER_TOPIC = 8
FILL_BYTES = 320_000_000
RECORDS_PER_S = 200

# The operator's own dynamic configs, which a move must leave as they are. Two of them are throttle
# keys that a move may have to use itself.
OPERATOR_CONFIGS = {
    "topic:topic-03": {"retention.ms": "604800000"},
    "topic:topic-07": {"follower.replication.throttled.replicas": "0:2,1:3"},
    "broker:5": {"follower.replication.throttled.rate": "900000000"},
    "broker:2": {"log.cleaner.threads": "2"},
    "broker:": {"message.max.bytes": "2000000"},
}


def replica_list(topic, partition, replication):
    first = topic + partition
    return [OLD_BROKERS[(first + i * (1 + partition // 3 % 2)) % 3] for i in range(replication)]


def topics(strict=True):
    """The spec of all topics, RF 2 and 3 in turn, every replica on the old brokers.

    Strict: RF 3 wants two in-sync replicas, which two zones cannot promise when one is lost.
    """
    spec = {}
    for number in range(N_TOPICS):
        replication = 2 + number % 2
        spec[f"topic-{number:02}"] = {
            "assignments": [replica_list(number, p, replication)
                            for p in range(PARTITIONS_PER_TOPIC)],
            "configs": {"min.insync.replicas": str(replication - 1 if strict else 1)},
        }
    return spec


def internal_topic():
    """The offsets topic, as an old single-zone cluster has it."""
    return {"__consumer_offsets": {"assignments": [[1, 2], [2, 3], [3, 1], [2, 1]],
                                   "configs": {"cleanup.policy": "compact"}}}
