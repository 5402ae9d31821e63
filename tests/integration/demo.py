#!/usr/bin/env python3
"""The demo behind scripts/demo: a loaded single-zone cluster becomes a two-zone one, live.

    demo.py --rezone PATH [--version V]

Everything it starts ends with it, and its folder is deleted.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time

import judge
import workload
from rig import Rig, TestFailure

THROTTLE = "30MB"
CUT_AUDIT_AT = "Worst topics"


def headline(text):
    print(f"\n=== {text}", flush=True)


class Stage:
    """Says what is being waited for, and then how long it took."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        self.begun = time.monotonic()
        print(f"{self.text} ... ", end="", flush=True)

    def __exit__(self, failure, *_):
        if failure is None:
            print(f"{time.monotonic() - self.begun:.0f} s", flush=True)
        else:
            print(flush=True)


def show(rig, *arguments, expect=0, until=None):
    """Runs a command as the reader would, and shows what it prints, at most up to a heading."""
    print(f"$ rezone {' '.join(arguments)}", flush=True)
    hidden = [rig.live()[1] if a == "$CLUSTER" else a for a in arguments]
    if until is None:
        code = subprocess.run([rig.program, *hidden], cwd=rig.dir,
                              stdin=subprocess.DEVNULL).returncode
        if code != expect:
            raise TestFailure(f"rezone {arguments[0]} exited {code}, not {expect}")
    else:
        out, _ = rig.run(*hidden, expect=expect)
        print(out.split(until)[0].rstrip(), flush=True)


def demo(rig, version):
    headline(f"A Kafka {version} cluster: 3 brokers in az1 with data, 3 new and empty ones in az2")
    with Stage("Starting 1 controller and 6 brokers on loopback"):
        rig.start_cluster(version, workload.ZONES)
    with Stage(f"Creating {workload.N_TOPICS} topics, {workload.FILL_BYTES // 1_000_000} MB before "
               "replication, and a producer that goes on"):
        rig.oracle("create", spec={**workload.topics(strict=False), **workload.internal_topic()})
        rig.start_load(sorted(workload.topics()), workload.FILL_BYTES, workload.RECORDS_PER_S)
    before = rig.state()

    headline("Before: what would losing a zone do?")
    show(rig, "snapshot", "-b", "$CLUSTER", "-o", "before.json")
    show(rig, "audit", "before.json", expect=1, until=CUT_AUDIT_AT)

    headline("The plan, and its proof checked by code that shares nothing with the planner")
    show(rig, "plan", "before.json", "-o", "plan.json")
    show(rig, "check", "before.json", "plan.json")

    headline("The move, throttled, while the producer writes")
    rig.load.phase("during")
    show(rig, "apply", "plan.json", "-b", "$CLUSTER", "--throttle", THROTTLE, "--yes",
         "--run-dir", "run")

    headline("After")
    show(rig, "verify", "plan.json", "-b", "$CLUSTER")
    show(rig, "audit", "-b", "$CLUSTER", until=CUT_AUDIT_AT)

    headline("Checked from outside, with Kafka's own clients")
    report(rig, before)


def report(rig, before):
    produced = rig.load.finish()
    during = [p for p in produced["phases"] if p["phase"] == "during"][0]
    print(f"The producer went on: {during['records']} records during the move, p99 "
          f"{during['p99_ms']:.0f} ms, {produced['failed']} failed.")
    records = rig.verify_records()
    print(f"{records['found']} of {records['acknowledged']} acknowledged records are there.")
    wanted = judge.targets(before, rig.plan_lines("plan.json"))
    after = rig.settled_state(lambda s: not judge.isr_faults(s))
    verdict = judge.moved_as_planned(before, after, wanted)
    verdict["no acknowledged record lost"] = judge.record_faults(records)
    for name, faults in verdict.items():
        print(f"  {'yes' if not faults else 'NO '}  {name}")
    broken = [fault for faults in verdict.values() for fault in faults]
    if broken:
        raise TestFailure(f"{len(broken)} faults, the first: {broken[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="the program")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="rezone-demo-")
    try:
        with Rig(directory, options.rezone) as rig:
            demo(rig, options.version)
    except TestFailure as problem:
        print(f"\ndemo: {problem}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
