#!/usr/bin/env python3
"""From one zone to two on real brokers, under load: every station of rezone, judged from outside.

    e2e.py --rezone PATH [--dir DIR] [--version V]
"""

import argparse
import json
import sys
import tempfile
import time

import judge
import workload
from rig import Results, Rig, TestFailure

THROTTLE = "40MB"


def prepare(rig, version):
    """Three old brokers full of topics with data under load, three empty ones."""
    rig.start_cluster(version, workload.ZONES)
    rig.oracle("create", spec={**workload.topics(), **workload.internal_topic()})
    rig.oracle("configure", spec=workload.OPERATOR_CONFIGS)
    rig.start_load(sorted(workload.topics()), workload.FILL_BYTES, workload.RECORDS_PER_S)


def expect_size(results, before):
    data = sum(row["size_bytes"] for row in before["log_dirs"])
    count = len(judge.partitions(before))
    faults = []
    if len(before["topics"]) < 40 or count < 300 or data < 2 * 300_000_000:
        faults.append(f"{len(before['topics'])} topics, {count} partitions, {data} bytes")
    if not judge.spread_faults(before):
        faults.append("it is spread already")
    results.check(f"there is something to do: {len(before['topics'])} topics, {count} partitions, "
                  f"{data / 1e6:.0f} MB in all replicas", faults)


def upgrade(rig, results):
    """The whole way; returns nothing, every answer is a check."""
    before = rig.state()
    expect_size(results, before)
    rig.run("snapshot", *rig.live(), "-o", "before.json")
    rig.run("audit", "before.json", expect=1)
    rig.run("plan", "before.json", "-o", "plan.json")
    rig.run("check", "before.json", "plan.json")
    rig.run("verify", "plan.json", *rig.live(), expect=1)
    results.check("snapshot, audit, plan, check, verify before the move", [])

    rig.load.phase("during")
    begun = time.monotonic()
    rig.run("apply", "plan.json", *rig.live(), "--throttle", THROTTLE, "--yes", "--run-dir", "run")
    print(f"      the move took {time.monotonic() - begun:.1f} s", flush=True)
    rig.load.phase("after")
    rig.run("status", "run")
    rig.run("verify", "plan.json", *rig.live())
    out, _ = rig.run("audit", *rig.live(), "--json", expect=1)
    results.check("apply, status and verify after the move", [])
    results.check("audit after the move: what two zones can promise", audit_faults(json.loads(out)))

    wanted = judge.targets(before, rig.plan_lines("plan.json"))
    after = rig.settled_state(lambda s: not judge.isr_faults(s))
    results.verdict("after the move", judge.moved_as_planned(before, after, wanted))


def audit_faults(audit):
    """Nothing is lost with a zone; some of RF 3 with two in-sync replicas must turn read-only."""
    loss = audit["zone_loss"]
    faults = [f"{zone['offline']} partitions offline without {zone['zone']}"
              for zone in loss if zone["offline"]]
    if audit["zone_violations"] != 0:
        faults.append(f"{audit['zone_violations']} zone violations")
    if sum(zone["read_only"] for zone in loss) == 0:
        faults.append("RF 3 over two zones is not seen as read-only without one of them")
    return faults


def records(rig, results):
    report = rig.load.finish()
    for phase in report["phases"]:
        print(f"      produce latency {phase['phase']}: {phase['records']} records, p50 "
              f"{phase['p50_ms']:.0f} ms, p99 {phase['p99_ms']:.0f} ms, "
              f"worst {phase['max_ms']:.0f} ms", flush=True)
    failed = [f"{report['failed']} sends failed: {report['first_error']}"] if report["failed"] else []
    results.check("the producer met no error", failed)
    verified = rig.verify_records()
    results.check(f"all {verified['acknowledged']} acknowledged records are there",
                  judge.record_faults(verified))


def again(rig, results):
    """Planning the result moves nothing, and applying nothing is fine."""
    rig.run("snapshot", *rig.live(), "-o", "again.json")
    rig.run("plan", "again.json", "-o", "again-plan.json")
    moves = [line for line in rig.plan_lines("again-plan.json") if line.get("moves")]
    results.check("planning again moves nothing", [f"{line}" for line in moves])


def deleted_topic(rig, results):
    """A topic deleted between plan and apply is skipped and reported, the rest is done."""
    rig.oracle("create", spec={name: {"assignments": [[1, 2], [2, 3], [3, 1]]}
                               for name in ("doomed", "staying")})
    rig.run("snapshot", *rig.live(), "-o", "doomed.json")
    rig.run("plan", "doomed.json", "-o", "doomed-plan.json")
    touched = {line["topic"] for line in rig.plan_lines("doomed-plan.json") if "topic" in line}
    if "doomed" not in touched:
        raise TestFailure(f"the plan does not touch the new topic, but {sorted(touched)}")
    before = rig.state()
    rig.oracle("delete", "doomed")
    out, err = rig.run("apply", "doomed-plan.json", *rig.live(), "--throttle", THROTTLE, "--yes",
                       "--run-dir", "doomed-run", expect=5)
    named = "doomed" in out + err
    results.check("the skipped topic is named", [] if named else [(out + err)[-500:]])
    before["topics"].pop("doomed")
    before["configs"].pop("topic:doomed", None)
    plan = [line for line in rig.plan_lines("doomed-plan.json") if line.get("topic") != "doomed"]
    after = rig.settled_state(lambda s: not judge.isr_faults(s))
    results.verdict("a topic deleted before apply",
                    judge.put_as_wanted(before, after, judge.targets(before, plan)))


def unreachable(rig, results):
    _, err = rig.run("snapshot", "-b", "127.0.0.1:1", "-o", "nothing.json", expect=3)
    rig.run("apply", "plan.json", "-b", "127.0.0.1:1", "--throttle", THROTTLE, "--yes",
            "--run-dir", "nowhere", expect=3)
    results.check("an unreachable cluster is named", [] if "127.0.0.1:1" in err else [err])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="the program to test")
    parser.add_argument("--dir", default=None, help="working folder; its old content is deleted")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    options = parser.parse_args()
    directory = options.dir or tempfile.mkdtemp(prefix="rezone-e2e-")
    results = Results()
    with Rig(directory, options.rezone) as rig:
        prepare(rig, options.version)
        results.scenario("upgrade", upgrade, rig, results)
        results.scenario("records", records, rig, results)
        results.scenario("again", again, rig, results)
        results.scenario("deleted topic", deleted_topic, rig, results)
        results.scenario("unreachable", unreachable, rig, results)
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
