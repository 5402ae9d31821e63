#!/usr/bin/env python3
"""Kafka's own command-line tools against `rezone sandbox`: a client that we did not write.

    sandbox_tools.py --rezone PATH [--dir DIR] [--version V]

The sandbox's time stands still (--time-scale 0) and moves by "skip" only, so a rate is measured in
its own seconds, exactly.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rig import Results
from sandbox_rig import Sandbox

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "kafka"))

import jars  # noqa: E402

RATE = 5_000_000
MOVES = {0: [1, 4, 3], 1: [4, 2, 6]}
TOOLS = {"topics": "org.apache.kafka.tools.TopicCommand",
         "reassign": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
         "log-dirs": "org.apache.kafka.tools.LogDirsCommand",
         "configs": "kafka.admin.ConfigCommand",
         "elect": "org.apache.kafka.tools.LeaderElectionCommand"}
# Before 3.8 some of the tools were still in the core jar.
OLD_TOOLS = {"topics": "kafka.admin.TopicCommand"}


class Tools:
    def __init__(self, version, bootstrap):
        self.command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                        jars.class_path(version)]
        self.bootstrap = ["--bootstrap-server", bootstrap]

    def run(self, tool, *arguments):
        for name in (TOOLS[tool], OLD_TOOLS.get(tool)):
            done = subprocess.run([*self.command, name, *self.bootstrap, *map(str, arguments)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=90)
            if "ClassNotFoundException" not in done.stdout:
                break
        if done.returncode != 0:
            raise ValueError(f"{tool} {' '.join(map(str, arguments))}: {done.stdout[-1500:]}")
        return done.stdout


def contains(text, *wanted):
    return [f"lacks {word!r}: {text[-800:]}" for word in wanted if word not in text]


def size_of(tools, broker, partition):
    """What the new replica holds, as kafka-log-dirs shows it."""
    text = tools.run("log-dirs", "--describe", "--broker-list", broker, "--topic-list", "topic-001")
    answer = json.loads(text[text.index("{"):].splitlines()[0])
    return next(p["size"] for b in answer["brokers"] for d in b["logDirs"] for p in d["partitions"]
                if p["partition"] == f"topic-001-{partition}")


def throttled_move(results, sandbox, tools, file):
    file.write_text(json.dumps({"version": 1, "partitions": [
        {"topic": "topic-001", "partition": p, "replicas": r} for p, r in MOVES.items()]}))
    move = ["--reassignment-json-file", file]
    out = tools.run("reassign", *move, "--execute", "--throttle", RATE)
    results.check("kafka-reassign-partitions --execute --throttle",
                  contains(out, "Successfully started partition reassignments",
                           f"throttle limit was set to {RATE} B/s"))
    out = tools.run("reassign", "--list")
    results.check("--list", contains(out, "adding: 3. removing: 2", "adding: 6. removing: 5"))
    out = tools.run("configs", "--describe", "--entity-type", "brokers", "--entity-name", 3)
    results.check("kafka-configs shows the rate",
                  contains(out, f"follower.replication.throttled.rate={RATE}",
                           "DYNAMIC_BROKER_CONFIG"))
    out = tools.run("configs", "--describe", "--entity-type", "topics", "--entity-name",
                    "topic-001")
    results.check("kafka-configs shows the lists",
                  contains(out, "follower.replication.throttled.replicas=0:3,1:6"))

    start = size_of(tools, 3, 0)
    sandbox.tell("skip 4000")
    rate = (size_of(tools, 3, 0) - start) / 4
    print(f"      {rate:.0f} B/s of {RATE}", flush=True)
    results.check("bytes per second of its time are the throttle's, within 10 %",
                  [] if abs(rate - RATE) <= RATE / 10 else [f"{rate:.0f} B/s"])
    out = tools.run("reassign", *move, "--verify")
    results.check("--verify while it runs", contains(out, "still in progress"))
    sandbox.tell("skip 600000")
    out = tools.run("reassign", *move, "--verify")
    results.check("--verify when it is done", contains(out, "topic-001-0 is completed",
                                                      "topic-001-1 is completed", "Clearing"))
    out = tools.run("configs", "--describe", "--entity-type", "brokers", "--entity-name", 3)
    results.check("the throttle is gone", ["rate is still set"] if "throttled.rate" in out else [])
    out = tools.run("topics", "--describe", "--topic", "topic-001")
    results.check("kafka-topics shows the new lists",
                  [] if re.search(r"Partition: 0\s.*Replicas: 1,4,3", out) else [out])


def others(results, tools):
    out = tools.run("topics", "--list")
    results.check("kafka-topics --list", contains(out, "topic-001", "topic-005"))
    tools.run("configs", "--alter", "--entity-type", "topics", "--entity-name", "topic-002",
              "--add-config", "retention.ms=1000000")
    out = tools.run("configs", "--describe", "--entity-type", "topics", "--entity-name",
                    "topic-002")
    results.check("kafka-configs --alter", contains(out, "retention.ms=1000000"))
    out = tools.run("topics", "--describe", "--topic", "topic-002")
    results.check("and kafka-topics shows it", contains(out, "retention.ms=1000000"))
    out = tools.run("elect", "--election-type", "preferred", "--all-topic-partitions")
    results.check("kafka-leader-election", ["failed: " + out] if "Error" in out else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="a built rezone")
    parser.add_argument("--dir", default=None, help="not used: nothing is left behind")
    parser.add_argument("--version", default="4.3.1", help="of the tools and of the sandbox")
    options = parser.parse_args()
    results = Results()
    release = ".".join(options.version.split(".")[:2])
    with Sandbox(options.rezone, "--topics", "5", "--partitions", "4", "--data", "2GB",
                 "--kafka-version", release, "--time-scale", "0") as sandbox, \
            tempfile.TemporaryDirectory() as directory:
        tools = Tools(options.version, sandbox.bootstrap)
        results.scenario("a throttled reassignment", throttled_move, results, sandbox, tools,
                         Path(directory) / "moves.json")
        results.scenario("the other tools", others, results, tools)
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
