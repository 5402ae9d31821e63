"""One cluster for many runs: filled once, then its data restored before every run.

Three loaded brokers in one zone, three empty ones in another. Restoring means stopping every node,
putting the saved data folders back and starting again, so that every run sees the same bytes, ids
and plan.
"""

import shutil
import sys

from rzbench.tools import BENCH

sys.path.insert(0, str(BENCH.parent / "tests/integration"))
from rig import Cluster, Rig, TestFailure  # noqa: E402

import jars  # noqa: E402  (rig knows where)

ZONES = ["az1", "az1", "az1", "az2", "az2", "az2"]
RECEIVERS = [4, 5, 6]
PARTITIONS = 8  # of a small topic
LARGE_TOPIC = {"assignments": [[1, 2, 3], [2, 3, 1], [3, 1, 2]]}
VERSION = "4.3.1"
# Away from where the tests look for ports: ours are free while the cluster is down between runs.
FIRST_PORT = 27000


def topics(small):
    spec = {"large": LARGE_TOPIC}
    for number in range(small):
        spec[f"small-{number:03}"] = {"assignments": [
            [1 + (number + p + i) % 3 for i in range(3)] for p in range(PARTITIONS)]}
    return spec


class Stage:
    """Use as a context manager; `fresh()` before each run."""

    def __init__(self, folder, program, rate, megabytes, small_topics=11):
        self.rig = Rig(folder, program)
        self.rate, self.megabytes, self.topics = rate, megabytes, topics(small_topics)
        self.rezone_options = []

    def __enter__(self):
        self.rig.__enter__()
        self.folder = self.rig.dir
        self.saved = self.folder / "saved"
        try:
            self._make()
        except BaseException:
            self.rig.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.rig.__exit__()
        shutil.rmtree(self.saved, ignore_errors=True)

    def _make(self):
        cluster = self.rig.cluster = Cluster.create(self.folder / "kafka", VERSION, ZONES, FIRST_PORT)
        cluster.start()
        spec = self.topics
        self.rig.oracle("create", spec=spec)
        small = [name for name in spec if name != "large"]
        # A fifth of the bytes in three large partitions: one throttle has to serve both kinds.
        for names, share in ((small, 4), (["large"], 1)):
            self.rig.start_load(names, self.megabytes * 1_000_000 * share // 5, 1).finish()
        self.bootstrap = cluster.bootstrap()
        self.snapshot = self.folder / "snapshot.json"
        self.plan, self.reassignment = self.folder / "plan.json", self.folder / "kafka.json"
        self.rig.run("snapshot", *self.rig.live(), "-o", self.snapshot)
        self.rig.run("plan", self.snapshot, "-o", self.plan, "--kafka-json", self.reassignment)
        self.before = self.rig.state()
        cluster.stop()
        self.saved.mkdir()
        for node in cluster.nodes():
            shutil.copytree(node.data_dir(), self.saved / node.name)

    def fresh(self):
        """The cluster as it was, running, with no run of rezone left."""
        cluster = self.rig.cluster
        cluster.stop(0)
        for node in cluster.nodes():
            shutil.rmtree(node.data_dir(), ignore_errors=True)
            shutil.copytree(self.saved / node.name, node.data_dir())
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        cluster.start()
        self.rig.settled_state(self._healthy, 60)
        # After a start the first broker up leads everything, and a producer would wait on it alone.
        self.rig.oracle("elect")
        if not self._led_as_preferred(self.rig.settled_state(self._led_as_preferred)):
            raise TestFailure("leaders did not return to the first replicas after a restart")

    @staticmethod
    def _healthy(state):
        return all(len(p["isr"]) == len(p["replicas"])
                   for topic in state["topics"].values() for p in topic["partitions"])

    @staticmethod
    def _led_as_preferred(state):
        return all(p["leader"] == p["replicas"][0]
                   for topic in state["topics"].values() for p in topic["partitions"])

    @staticmethod
    def jars():
        return jars.kafka_jars(VERSION)

    def data_dirs(self, brokers):
        return [str(self.rig.cluster.node(broker).data_dir()) for broker in brokers]

    def load(self, records_per_s):
        return self.rig.start_load(list(self.topics), 0, records_per_s)

    def judge(self):
        """(partitions not where the plan wants them, dynamic configs that differ)."""
        targets = {}
        for line in self.rig.plan_lines("plan.json")[1:]:
            for move in line.get("moves", []):
                targets[line["topic"], move["partition"]] = move["to"]

        def misplaced(state):
            return [key for key, to in targets.items()
                    if state["topics"][key[0]]["partitions"][key[1]]["replicas"] != to]

        state = self.rig.settled_state(
            lambda found: not misplaced(found) and not found["reassignments"], 20)
        left = [key for key in {**state["configs"], **self.before["configs"]}
                if state["configs"].get(key) != self.before["configs"].get(key)]
        return len(misplaced(state)), len(left)

