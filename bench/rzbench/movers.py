"""The ways to carry one plan out that bench/execute compares.

Each returns the cost of its processes as a list of rzbench.run.Outcome once the move is over by its
own account. Leaders are left where the moves leave them, since Kafka's tool elects none.
"""

import json
import time

from rzbench.run import run

DEADLINE_S = 900
BATCH = 20
POLL_S = 1.0  # between two --verify; the JVM's start comes on top


class MoveFailed(Exception):
    """The tool gave up; the text is its own."""


class Rezone:
    def __init__(self, name, program, mode, auto=False):
        self.name, self.program, self.mode, self.auto = name, program, mode, auto

    def throttle(self, rate):
        if self.auto:  # left to find its own within a band around the others' rate
            return ["--throttle", "auto", "--throttle-min", str(rate // 2), "--throttle-max",
                    str(rate * 2)]
        return ["--throttle", str(rate)]

    def move(self, stage):
        outcome = run([self.program, "apply", str(stage.plan), "-b", stage.bootstrap,
                       *self.throttle(stage.rate), "--throttle-mode", self.mode, "--leaders",
                       "never", "--run-dir", str(stage.folder / "run"), "--yes", "--quiet",
                       *stage.rezone_options], DEADLINE_S)
        if outcome.exit_code != 0:
            raise MoveFailed(f"rezone apply exited {outcome.exit_code}: {outcome.message()}")
        return [outcome]


class KafkaTool:
    """kafka-reassign-partitions: --execute, then --verify until nothing is left, which also takes
    the throttle off. All at once, or in batches as scripts around it do."""

    def __init__(self, name, jars, batch=None):
        self.name, self.jars, self.batch = name, jars, batch

    def move(self, stage):
        partitions = json.loads(stage.reassignment.read_text())["partitions"]
        size = self.batch or len(partitions)
        outcomes = []
        for first in range(0, len(partitions), size):
            path = stage.folder / "batch.json"
            path.write_text(json.dumps({"version": 1,
                                        "partitions": partitions[first:first + size]}))
            outcomes += self._move_batch(stage, path)
        return outcomes

    def _move_batch(self, stage, path):
        yield self._call(stage, path, "--execute", "--throttle", str(stage.rate))
        deadline = time.monotonic() + DEADLINE_S
        while True:
            time.sleep(POLL_S)
            verified = self._call(stage, path, "--verify")
            yield verified
            if "still in progress" not in verified.stderr:
                return
            if time.monotonic() > deadline:
                raise MoveFailed("still in progress at the deadline")

    def _call(self, stage, path, *arguments):
        """The launcher discards stdout, where this tool writes; a shell turns it to stderr."""
        command = ["java", "-Xmx256m", "-cp", f"{self.jars}/*",
                   "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
                   "--bootstrap-server", stage.bootstrap, "--reassignment-json-file", str(path),
                   *arguments]
        outcome = run(["sh", "-c", 'exec "$@" >&2', "sh", *command], DEADLINE_S)
        if outcome.exit_code != 0:
            raise MoveFailed(f"kafka-reassign-partitions {arguments[0]}: {outcome.message()}")
        return outcome


def all_movers(program, jars):
    return [
        Rezone("rezone paced", program, "paced"),
        Rezone("rezone follower", program, "follower"),
        Rezone("rezone both", program, "both"),
        Rezone("rezone auto", program, "paced", auto=True),
        KafkaTool("kafka 4.3.1", jars),
        KafkaTool(f"kafka 4.3.1 in batches of {BATCH}", jars, BATCH),
    ]
