#!/usr/bin/env python3
"""The conformance cases on real brokers: what the model is held to, asked of Kafka itself.

    conformance.py --rezone PATH [--dir DIR] [--version V] [--full]

`--full` adds the cases that kill brokers. The cases, and what plays them, are in
tests/simulated/conformance; the same file runs on the model in every ctest.
"""

import argparse
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rig import Rig

HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "simulated" / "conformance" / "cases.txt"
ZONES = ["az1", "az2", "az3", "az1", "az2", "az3"]
DEADLINE_S = 900


def player(rezone):
    """The program that plays the cases, from the build that the given rezone belongs to."""
    path = Path(rezone).resolve().parents[1] / "tests/simulated/conformance/test-conformance"
    if not path.exists():
        sys.exit(f"conformance: {path} is not built")
    return path


def control(directory, word, broker):
    """What the player calls to kill and start a broker."""
    sys.path.insert(0, str(HERE / "kafka"))
    from kafka_cluster import Cluster
    cluster = Cluster(Path(directory))
    if word == "kill":
        cluster.kill(broker)
    else:
        cluster.restart(broker)


def main():
    if sys.argv[1:2] == ["--control"]:
        control(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="a built rezone")
    parser.add_argument("--dir", default=None, help="working folder; its old content is deleted")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    parser.add_argument("--full", action="store_true", help="also cases that kill brokers")
    options = parser.parse_args()
    program = player(options.rezone)
    directory = options.dir or tempfile.mkdtemp(prefix="rezone-conformance-")
    with Rig(directory, options.rezone) as rig:
        cluster = rig.start_cluster(options.version, ZONES)
        command = [str(program), str(CASES), "kafka", options.version, cluster.bootstrap()]
        if options.full:
            command += [shlex.join([sys.executable, "-B", str(Path(__file__).resolve()),
                                    "--control", str(cluster.dir)]), "--full"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=DEADLINE_S).returncode


if __name__ == "__main__":
    sys.exit(main())
