#!/usr/bin/env python3
"""`rezone add-zone` on real brokers: to the end, by steps, refused, and killed in every step.

    add_zone.py --rezone PATH [--dir DIR] [--version V] [--full | --kill-at FILE]

All scenarios share one cluster under load: three brokers in az1 with the data, three empty ones in
az2. Each is judged by the Java oracle and rolled back, so that the next finds what the first did.
One controller stands alone and two are brokers: audit is asked what the loss of their zones means.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import judge
import workload
from rig import CONTROLLER_ID, Results, Rig, TestFailure

# The controller of its own stands on the host of az1's brokers, so az1 has the majority.
HOSTS = ["127.0.0.1"] * 3 + ["127.0.0.2"] * 3
VOTERS = [1, 4]
N_TOPICS, PARTITIONS, FILL_BYTES, RECORDS_PER_S = 9, 4, 36_000_000, 60
WIDE = [f"topic-{number:02}" for number in (0, 2, 4)]  # RF 2, which --stage moves to RF 4
THROTTLE, SLOW = "20MB", "4MB"
RUN_DEADLINE_S = 300

BEFORE = ["job.json", "before.json", "audit-before.html", "plan.json", "plan.html",
          "estimate.json", "estimate.html", "preflight.json"]
RUN = ["journal", "status.json", "events.ndjson"]
AFTER = ["after.json", "audit-after.html", "run.html", "verify.json"]
MID_APPLY = "mid-apply"
MOMENTS = [*BEFORE, *RUN, MID_APPLY, *AFTER]


def topics():
    return {name: {**spec, "assignments": spec["assignments"][:PARTITIONS]}
            for name, spec in sorted(workload.topics().items())[:N_TOPICS]}


class World:
    """The cluster as it was at first, and what every scenario asks and demands of it."""

    def __init__(self, rig, results):
        self.rig = rig
        self.results = results
        self.original = rig.state()

    def job(self, zone, run_dir, *more, throttle=THROTTLE):
        return ["add-zone", zone, *self.rig.live(), "--throttle", throttle, "--run-dir", run_dir,
                *more]

    def judge_away(self, name, run_dir, spoken):
        """@spoken: what the program that ended the job has said."""
        state = self.rig.settled_state(lambda s: not judge.isr_faults(s))
        wanted = judge.targets(self.original, self.rig.plan_lines(f"{run_dir}/plan.json"))
        self.results.verdict(name, {
            **judge.moved_as_planned(self.original, state, wanted),
            "every step left its file": missing_files(self.rig, run_dir),
            "says what serves now": [] if "Zones that serve now: az1, az2" in spoken
            and "verified: the cluster is as planned" in spoken else [spoken[-600:]]})

    def expect_home(self, name, deadline_s=30):
        state = self.rig.settled_state(lambda s: not judge.isr_faults(s), deadline_s)
        self.results.verdict(name, judge.put_as_wanted(self.original, state,
                                                       judge.targets(self.original, [])))

    def go_home(self, run_dir, name):
        self.rig.run("rollback", run_dir, *self.rig.live(), "--yes", timeout=RUN_DEADLINE_S)
        self.expect_home(f"{name}, rolled back")


def missing_files(rig, run_dir):
    return [f"{name} is missing" for name in [*BEFORE, *RUN, *AFTER]
            if not Path(rig.path(run_dir), name).exists()]


# ---- the controllers ----

def controllers(world):
    """What audit says of the voters, against what this cluster was made of."""
    out, _ = world.rig.run("audit", *world.rig.live(), "--json", expect=1)
    quorum = json.loads(out)["quorum"]
    brokers = {host: [n for n, h in enumerate(HOSTS, start=1) if h == host] for host in set(HOSTS)}
    wanted = [{"voter": voter, "host": host, "zone": workload.ZONES[brokers[host][0] - 1],
               "is_broker": voter != CONTROLLER_ID,
               "shares_host_with": [b for b in brokers[host] if b != voter]}
              for voter, (host, _) in sorted(world.rig.cluster.quorum().items())]
    zones = [{"zone": "az1", "voters": 2, "takes_majority": True},
             {"zone": "az2", "voters": 1, "takes_majority": False}]
    text = quorum["text"]
    words = ["3 voters and need 2", "loss of zone az1 takes 2 of them", "a third place",
             "Voter 4 is a broker too",
             f"Voter {CONTROLLER_ID} shares its host with broker 1, 2, 3"]
    voters = sorted(quorum["voters"], key=lambda voter: voter["voter"])
    world.results.verdict("audit of the controllers", {
        "voters, hosts and zones": [] if voters == wanted else [f"{voters}, not {wanted}"],
        "whose loss takes the majority": [] if quorum["zones"] == zones and quorum["majority"] == 2
        and quorum["voters_without_zone"] == 0 else [f"{quorum}"],
        "the leader is a voter": [] if quorum["leader"] in world.rig.cluster.quorum()
        else [f"{quorum['leader']}"],
        "in words": [f"{said}: {text}" for said in words if said not in text]
        + ([text] if "loss of zone az2" in text else [])})


# ---- to the end ----

def refusals(world):
    rig = world.rig
    _, err = rig.run(*world.job("az9", "refused", "--yes"), expect=1)
    world.results.check("a zone without brokers is refused",
                        [] if "zone az9 has no live broker" in err else [err])
    out, err = rig.run(*world.job("az2", "refused"), expect=2)
    world.results.check("without consent nothing begins", [] if "--yes" in err else [err])
    out, err = rig.run(*world.job("az2", "dry", "--dry-run"))
    world.results.check("a dry run says so", [] if "dry run" in out + err else [out + err])
    world.expect_home("refused and dry")


def whole(world):
    out, err = world.rig.run(*world.job("az2", "whole", "--yes"), timeout=RUN_DEADLINE_S)
    faults = [] if "Zones that serve today: az1\n" in err else [err[:300]]
    world.results.check("says what serves at first", faults)
    world.judge_away("add-zone", "whole", out + err)
    _, err = world.rig.run(*world.job("az2", "again", "--yes"), expect=1)
    world.results.check("a zone that serves already is refused",
                        [] if "serves already" in err else [err])
    world.go_home("whole", "add-zone")


# ---- by steps ----

def estimated(rig, run_dir):
    return json.loads(Path(rig.path(run_dir), "estimate.json").read_text())["estimates"][0]


def follow_steps(world, process):
    """Until the program ends: how many second copies were seen, and what was wrong with the steps.

    A copy inside az2 must have its leader there. Leaders are read before moves, so that they count
    only when the same copy was listed in the reading before.
    """
    seen, faults, before = set(), [], {}
    while process.poll() is None:
        state = world.rig.state()
        now = {}
        for move in state["reassignments"]:
            adding = [b for b in move["adding"] if b > 3]
            there = [b for b in move["replicas"] if b > 3 and b not in adding]
            key = (move["topic"], move["partition"])
            if len(adding) > 1:
                faults.append(f"{key} is copied to {adding} at once")
            if there and adding:
                now[key] = adding
        for key in now.keys() & before.keys():
            leader = judge.partitions(state)[key]["leader"]
            seen.add(key)
            if leader < 4:
                faults.append(f"{key} is copied to {now[key]}, led by {leader} in az1")
        before = now
    return len(seen), faults


def staged(world):
    rig = world.rig
    wide = [word for name in WIDE for word in ("--target-rf", f"{name}=4")]
    rig.run(*world.job("az2", "unstaged", *wide, "--dry-run", throttle=SLOW))
    sizes = {(row["topic"], row["partition"]): row["size_bytes"] for row in rig.state()["log_dirs"]}
    process = rig.start_program(*world.job("az2", "staged", *wide, "--stage", "--throttle-mode",
                                           "follower", "--yes", throttle=SLOW))
    seen, faults = follow_steps(world, process)
    spoken = process.log_path.read_text()
    if process.returncode != 0:
        raise TestFailure(f"add-zone --stage exited {process.returncode}: {spoken[-2000:]}")
    world.results.check(f"{seen} second copies seen, each inside az2",
                        faults or ([] if seen else ["none was seen"]))
    plain, step = estimated(rig, "unstaged"), estimated(rig, "staged")
    saved = plain["cross_zone_bytes"] - step["cross_zone_bytes"]
    twice = twice_across(world, "staged")
    wanted = sum(sizes[key] for key in twice)
    world.results.check(
        f"{plain['cross_zone_bytes'] / 1e6:.1f} MB would cross, "
        f"{step['cross_zone_bytes'] / 1e6:.1f} with --stage: {wanted / 1e6:.1f} MB fewer",
        [] if abs(saved - wanted) < 0.05 * wanted else [f"{saved / 1e6:.1f} MB fewer"])
    status = json.loads(Path(rig.path("staged"), "status.json").read_text())
    world.results.check(f"status counts the {len(twice)} staged partitions",
                        [] if status["partitions_staged"] == len(twice) >= len(WIDE) * PARTITIONS
                        else [f"{status['partitions_staged']}"])
    world.judge_away("by steps", "staged", spoken)
    world.go_home("staged", "by steps")


def twice_across(world, run_dir):
    """Those (topic, partition) that the plan gives two replicas in az2."""
    wanted = judge.targets(world.original, world.rig.plan_lines(f"{run_dir}/plan.json"))
    return [key for key, replicas in wanted.items() if sum(broker > 3 for broker in replicas) == 2]


# ---- killed ----

def is_reached(world, run_dir, moment):
    if moment != MID_APPLY:
        return Path(world.rig.path(run_dir), moment).exists()
    try:
        status = json.loads(Path(world.rig.path(run_dir), "status.json").read_text())
    except FileNotFoundError:
        return False
    return status["partitions_done"] >= status.get("partitions_total", 0) * 0.3 > 0


def kill_at(world, moment):
    """Killed as soon as @moment's file is there, resumed to the same end, and rolled back."""
    run_dir = f"killed-{moment}"
    process = world.rig.start_program(*world.job("az2", run_dir, "--yes", throttle=SLOW))
    end = time.monotonic() + RUN_DEADLINE_S
    while not is_reached(world, run_dir, moment) and process.poll() is None:
        if time.monotonic() > end:
            raise TestFailure(f"{moment} was never reached: {process.log_path.read_text()[-1500:]}")
        time.sleep(0.001)
    ended = process.poll()
    process.kill()
    process.wait()
    late = moment != AFTER[-1] and ended is not None
    world.results.check(f"killed at {moment}", [f"it had ended with {ended}"] if late else [])
    if moment in BEFORE:
        world.expect_home(f"killed at {moment}, nothing is changed")
    out, err = world.rig.run("resume", run_dir, timeout=RUN_DEADLINE_S)
    world.judge_away(f"killed at {moment}, resumed", run_dir, out + err)
    world.go_home(run_dir, f"killed at {moment}")


def zone_dead(world):
    """All brokers of the zone are dead: refused, and the cluster is left alone."""
    rig = world.rig
    dead = [n for n, zone in enumerate(workload.ZONES, start=1) if zone == "az2"]
    for broker in dead:
        rig.cluster.kill(broker)
    end = time.monotonic() + 60
    err = ""
    while "no live broker" not in err and time.monotonic() < end:
        try:
            _, err = rig.run(*world.job("az2", "dead"), expect=(1, 2, 3))
        except subprocess.TimeoutExpired:
            continue
        time.sleep(0.5)
    world.results.check("a zone whose brokers died is refused",
                        [] if "zone az2 has no live broker" in err else [err[-600:]])
    for broker in dead:
        rig.cluster.restart(broker)
    world.expect_home("after the zone's death", 90)


def records(world):
    report = world.rig.load.finish()
    world.results.check("the producer met no error",
                        [report["first_error"]] if report["failed"] else [])
    verified = world.rig.verify_records()
    world.results.check(f"all {verified['acknowledged']} acknowledged records are there",
                        judge.record_faults(verified))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="the program to test")
    parser.add_argument("--dir", default=None, help="working folder; its old content is deleted")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    parser.add_argument("--full", action="store_true", help="also killed in every step")
    parser.add_argument("--kill-at", action="append", choices=MOMENTS, default=[],
                        help="killed there, too; may be repeated")
    options = parser.parse_args()
    results = Results()
    begun = time.monotonic()
    with Rig(options.dir or tempfile.mkdtemp(prefix="rezone-add-zone-"), options.rezone) as rig:
        rig.start_cluster(options.version, workload.ZONES, hosts=HOSTS, voters=VOTERS)
        rig.oracle("create", spec={**topics(), **workload.internal_topic()})
        rig.oracle("configure", spec=workload.OPERATOR_CONFIGS)
        rig.start_load(sorted(topics()), FILL_BYTES, RECORDS_PER_S)
        world = World(rig, results)
        results.scenario("controllers", controllers, world)
        results.scenario("refusals", refusals, world)
        results.scenario("whole", whole, world)
        results.scenario("staged", staged, world)
        for moment in MOMENTS if options.full else options.kill_at:
            results.scenario(f"killed at {moment}", kill_at, world, moment)
        if options.full:
            results.scenario("zone dead", zone_dead, world)
        results.scenario("records", records, world)
    print(f"      {time.monotonic() - begun:.0f} s in all", flush=True)
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
