#!/usr/bin/env python3
"""What an audit predicts of a zone's loss, against what real brokers do when the zone is killed.

    zone_loss.py --rezone PATH [--dir DIR] [--version V]

Each zone is killed in turn, before and after an upgrade from one zone to two; every partition is
then written to with acks=all.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time

import judge
from rig import ORACLE_DEADLINE_S, Results, Rig, TestFailure

ZONES = ["az1", "az1", "az2", "az2"]
LOST_DEADLINE_S = 60
BACK_DEADLINE_S = 90

# Name: replica lists, min.insync.replicas. Most begin in az1; some know both zones already.
TOPICS = {
    "rf1": ([[1], [2], [3]], 1),
    "rf2-min1": ([[1, 2], [2, 1]], 1),
    "rf2-min2": ([[1, 2], [2, 1], [1, 3]], 2),
    "rf3-min2": ([[1, 2, 3], [2, 1, 4], [3, 4, 1]], 2),
    "rf4-min2": ([[1, 2, 3, 4], [4, 3, 2, 1]], 2),
    "spread-min1": ([[1, 3], [4, 2]], 1),
}


def prepare(rig, version):
    rig.start_cluster(version, ZONES)
    rig.oracle("create", spec={
        name: {"assignments": lists, "configs": {"min.insync.replicas": str(least)}}
        for name, (lists, least) in TOPICS.items()})


def probe(rig):
    """{topic: {"offline", "read_only", "writable"}} as a producer with acks=all finds it."""
    done = subprocess.run(rig.cluster.java("Probe", rig.cluster.bootstrap(), *TOPICS),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=ORACLE_DEADLINE_S, check=False)
    if done.returncode != 0:
        raise TestFailure(f"the probe failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def predicted(rig, zone):
    """The audit's counts for the loss of @zone: {topic: (offline, read-only)}, and in all."""
    out, _ = rig.run("audit", *rig.live(), "--json", expect=(0, 1))
    loss = next(z for z in json.loads(out)["zone_loss"] if z["zone"] == zone)
    return {topic["topic"]: (topic["offline"], topic["read_only"])
            for topic in loss["worst_topics"]}, loss


def count(states):
    values = list(states.values())
    return values.count("offline"), values.count("read_only")


def brokers_of(zone):
    return [number for number, name in enumerate(ZONES, start=1) if name == zone]


def wait_until_lost(rig, brokers):
    """Until nobody is led by a killed broker; the oracle would wait for their configs for ever."""
    end = time.monotonic() + LOST_DEADLINE_S
    while True:
        out, _ = rig.run("snapshot", *rig.live(), "-q")
        lines = [json.loads(line) for line in out.splitlines()]
        leaders = {p.get("leader") for topic in lines if "topic" in topic
                   for p in topic["partitions"]}
        if not leaders & set(brokers):
            return
        if time.monotonic() > end:
            raise TestFailure(f"brokers {brokers} were killed and still lead")
        time.sleep(1)


def kill_and_compare(rig, results, zone, when):
    expected, loss = predicted(rig, zone)
    brokers = brokers_of(zone)
    for broker in brokers:
        rig.cluster.kill(broker)
    wait_until_lost(rig, brokers)
    observed = probe(rig)
    faults = []
    for topic, states in observed.items():
        if expected.get(topic, (0, 0)) != count(states):
            faults.append(f"{topic}: predicted {expected.get(topic, (0, 0))} offline and "
                          f"read-only, found {states}")
    offline = sum(count(states)[0] for states in observed.values())
    read_only = sum(count(states)[1] for states in observed.values())
    if (offline, read_only) != (loss["offline"], loss["read_only"]):
        faults.append(f"in all predicted {loss['offline']} and {loss['read_only']}, found "
                      f"{offline} and {read_only}")
    results.check(f"{when}, {zone} lost: {loss['offline']} offline, {loss['read_only']} read-only, "
                  f"{loss['under_replicated'] + loss['untouched']} writable", faults)
    for broker in brokers:
        rig.cluster.restart(broker)
    back = rig.settled_state(lambda s: not judge.isr_faults(s), BACK_DEADLINE_S)
    if judge.isr_faults(back):
        raise TestFailure(f"not in sync again: {judge.isr_faults(back)[:3]}")


def both_zones(rig, results, when):
    for zone in sorted(set(ZONES)):
        kill_and_compare(rig, results, zone, when)


def upgrade(rig, results):
    rig.run("snapshot", *rig.live(), "-o", "before.json")
    rig.run("plan", "before.json", "--target-rf", "rf1=2", "--target-rf", "rf2-min2=4", "-o",
            "plan.json")
    rig.run("apply", "plan.json", *rig.live(), "--throttle", "none", "--yes", "--run-dir", "run")
    results.check("the upgrade", judge.spread_faults(rig.state()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="the program to test")
    parser.add_argument("--dir", default=None, help="working folder; its old content is deleted")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    options = parser.parse_args()
    directory = options.dir or tempfile.mkdtemp(prefix="rezone-zone-loss-")
    results = Results()
    begun = time.monotonic()
    with Rig(directory, options.rezone) as rig:
        prepare(rig, options.version)
        results.scenario("before", both_zones, rig, results, "before the upgrade")
        results.scenario("upgrade", upgrade, rig, results)
        results.scenario("after", both_zones, rig, results, "after the upgrade")
    print(f"      {time.monotonic() - begun:.0f} s in all", flush=True)
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
