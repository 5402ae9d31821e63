#!/usr/bin/env python3
"""Moves that are disturbed: the program, a broker or the controller killed, runs rolled back.

    faults.py --rezone PATH [--dir DIR] [--version V] [--seed N] [--only SCENARIO]

All scenarios share one cluster and one load: each moves the topics to two zones, is disturbed, and
ends by a rollback in the original placement, which is itself judged. At the end every record that
was acknowledged meanwhile must be there.
"""

import argparse
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import judge
import proxy
import workload
from rig import CONTROLLER_ID, Results, Rig, TestFailure

THROTTLE = "2MB"
N_TOPICS, PARTITIONS, FILL_BYTES, RECORDS_PER_S = 15, 6, 45_000_000, 60
KILLS = 20
RUN_DEADLINE_S = 240


def small_topics():
    return {name: {**spec, "assignments": spec["assignments"][:PARTITIONS]}
            for name, spec in sorted(workload.topics().items())[:N_TOPICS]}


class World:
    """The prepared cluster, and what every scenario starts from and comes back to."""

    def __init__(self, rig, results, seed):
        self.rig = rig
        self.results = results
        self.random = random.Random(seed)
        self.original = rig.state()
        self.targets_home = judge.targets(self.original, [])
        rig.run("snapshot", *rig.live(), "-o", "before.json")
        rig.run("plan", "before.json", "-o", "plan.json")
        self.targets_away = judge.targets(self.original, rig.plan_lines("plan.json"))

    def apply_arguments(self, run_dir):
        return ["apply", "plan.json", *self.rig.live(), "--throttle", THROTTLE, "--yes",
                "--run-dir", run_dir]

    def status(self, run_dir):
        try:
            return json.loads(Path(self.rig.path(run_dir), "status.json").read_text())
        except FileNotFoundError:
            return None

    def wait_progress(self, process, run_dir, part):
        """Waits until `part` of the partitions are done; the program must not end before."""
        end = time.monotonic() + RUN_DEADLINE_S
        while time.monotonic() < end:
            status = self.status(run_dir)
            if status and status["partitions_done"] >= part * status["partitions_total"]:
                return status
            if process.poll() is not None:
                raise TestFailure(f"rezone ended with {process.returncode} before {part:.0%} was "
                                  f"done: {process.log_path.read_text()[-1500:]}")
            time.sleep(0.1)
        raise TestFailure(f"{part:.0%} not done in {RUN_DEADLINE_S} s: {self.status(run_dir)}")

    def expect_exit(self, process, code):
        try:
            process.wait(RUN_DEADLINE_S)
        except Exception:
            raise TestFailure("rezone does not end: "
                              f"{process.log_path.read_text()[-1500:]}") from None
        if process.returncode != code:
            raise TestFailure(f"rezone exited {process.returncode}, not {code}: "
                              f"{process.log_path.read_text()[-2500:]}")

    def judge_away(self, name):
        after = self.rig.settled_state(lambda s: not judge.isr_faults(s))
        self.results.verdict(name, judge.moved_as_planned(self.original, after, self.targets_away))

    def go_home(self, run_dir, name):
        self.rig.run("rollback", run_dir, *self.rig.live(), "--yes", timeout=RUN_DEADLINE_S)
        after = self.rig.settled_state(lambda s: not judge.isr_faults(s))
        self.results.verdict(f"{name}, rolled back",
                             judge.put_as_wanted(self.original, after, self.targets_home))


def rollback_at(world, part):
    """Stopped at `part` by SIGTERM, resumable, and rolled back from there."""
    run_dir = f"run-rollback-{part}"
    process = world.rig.start_program(*world.apply_arguments(run_dir))
    world.wait_progress(process, run_dir, part / 100)
    process.send_signal(signal.SIGTERM)
    world.expect_exit(process, 4)
    world.go_home(run_dir, f"rollback at {part} %")


def kill_resume(world):
    """The program killed at random moments of the way there and of the way back."""
    kills, rounds = 0, 0
    while kills < KILLS:
        rounds += 1
        if rounds > 6:
            raise TestFailure(f"only {kills} kills hit a running program in {rounds - 1} rounds")
        run_dir = f"run-kill-{rounds}"
        kills += kill_until_done(world, world.apply_arguments(run_dir), run_dir, KILLS - kills)
        world.judge_away(f"killed on the way, round {rounds}")
        back = ["rollback", run_dir, *world.rig.live(), "--yes"]
        kills += kill_until_done(world, back, run_dir, KILLS - kills)
        after = world.rig.settled_state(lambda s: not judge.isr_faults(s))
        world.results.verdict(f"killed on the way back, round {rounds}", judge.put_as_wanted(
            world.original, after, world.targets_home))
    world.results.check(f"{kills} kills in {rounds} rounds", [])


def kill_until_done(world, first, run_dir, kills_left):
    """Returns how many kills hit; the command and its resumes have ended with 0 then."""
    kills, arguments = 0, first
    while True:
        process = world.rig.start_program(*arguments)
        if kills < kills_left:
            try:
                process.wait(world.random.uniform(0.02, 2.5))
            except Exception:
                process.kill()
                process.wait()
                kills += 1
                begun = os.path.exists(world.rig.path(run_dir + "/journal"))
                if begun and first[0] == "apply" or journal_turned(world, run_dir):
                    arguments = ["resume", run_dir, *world.rig.live(), "--yes"]
                continue
        world.expect_exit(process, 0)
        return kills


def journal_turned(world, run_dir):
    """Has the run directory learned of the rollback? Until then it is asked for again."""
    status = world.status(run_dir)
    return status is not None and status["state"] in ("rolling_back", "rolled_back")


def broker_killed(world):
    """A receiving broker dies in the middle, is away for a while, and comes back."""
    run_dir = "run-broker"
    process = world.rig.start_program(*world.apply_arguments(run_dir))
    world.wait_progress(process, run_dir, 0.2)
    world.rig.cluster.kill(5)
    time.sleep(6)
    world.rig.cluster.restart(5)
    world.expect_exit(process, 0)
    world.judge_away("a broker killed and back")
    world.go_home(run_dir, "a broker killed and back")


def controller_killed(world):
    """The only controller dies in the middle and comes back."""
    run_dir = "run-controller"
    process = world.rig.start_program(*world.apply_arguments(run_dir))
    world.wait_progress(process, run_dir, 0.2)
    world.rig.cluster.kill(CONTROLLER_ID)
    time.sleep(4)
    world.rig.cluster.restart(CONTROLLER_ID)
    world.expect_exit(process, 0)
    world.judge_away("the controller killed and back")
    world.go_home(run_dir, "the controller killed and back")


def answers_lost(world):
    """Every third change gets no answer, in turn before and after the broker has acted."""
    proxies = world.rig.proxies
    fates = itertools.cycle((proxy.PASS, proxy.LOST_AFTER, proxy.PASS, proxy.PASS,
                             proxy.LOST_BEFORE, proxy.PASS))

    def fate(api):
        return next(fates) if api in proxy.CHANGES else proxy.PASS

    proxies.fate = fate
    run_dir = "run-proxy"
    arguments = world.apply_arguments(run_dir)
    arguments[arguments.index("-b") + 1] = world.rig.cluster.proxy_bootstrap()
    world.expect_exit(world.rig.start_program(*arguments), 0)
    world.results.check(
        f"answers lost: {proxies.lost(proxy.LOST_BEFORE)} before and "
        f"{proxies.lost(proxy.LOST_AFTER)} after the broker acted",
        [] if proxies.lost(proxy.LOST_BEFORE) and proxies.lost(proxy.LOST_AFTER) else ["too few"])
    world.judge_away("answers lost")
    world.go_home(run_dir, "answers lost")


SCENARIOS = {
    "rollback-30": lambda world: rollback_at(world, 30),
    "rollback-70": lambda world: rollback_at(world, 70),
    "kill-resume": kill_resume,
    "answers-lost": answers_lost,
    "broker-killed": broker_killed,
    "controller-killed": controller_killed,
}


def all_records(rig, results):
    report = rig.load.finish()
    results.check(f"the producer met no error in {report['acknowledged']} records",
                  [report["first_error"]] if report["failed"] else [])
    verified = rig.verify_records()
    results.check(f"all {verified['acknowledged']} acknowledged records are there",
                  judge.record_faults(verified))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="the program to test")
    parser.add_argument("--dir", default=None, help="working folder; its old content is deleted")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--only", action="append", choices=sorted(SCENARIOS), help="may be repeated")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"      seed {seed}", flush=True)
    results = Results()
    with Rig(options.dir or tempfile.mkdtemp(prefix="rezone-faults-"), options.rezone) as rig:
        rig.start_cluster(options.version, workload.ZONES, proxied=True)
        rig.oracle("create", spec=small_topics())
        rig.oracle("configure", spec=workload.OPERATOR_CONFIGS)
        rig.start_load(sorted(small_topics()), FILL_BYTES, RECORDS_PER_S)
        world = World(rig, results, seed)
        for name in options.only or SCENARIOS:
            results.scenario(name, SCENARIOS[name], world)
        results.scenario("records", all_records, rig, results)
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
