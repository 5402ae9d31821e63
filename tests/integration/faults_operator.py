"""Fault scenarios: what happens to the program itself, and what operators do meanwhile."""

import os
import signal
import subprocess
import time
from pathlib import Path

import judge
from rig import TestFailure

KILLS = 20
SUSPENDED_S = 35  # longer than a session, a request and what the program takes for a gap
DAY_S = 86400


def rollback_at(part):
    """Stopped at `part` % by SIGTERM, resumable, and rolled back from there."""
    def scenario(world):
        run_dir = f"run-rollback-{part}"
        process = world.start(run_dir)
        if part == 100:
            world.expect_exit(process, 0)
        else:
            world.wait(process, "it had begun", lambda: os.path.exists(
                world.rig.path(run_dir + "/status.json")))
            world.wait_progress(process, run_dir, part / 100)
            process.send_signal(signal.SIGTERM)
            world.expect_exit(process, 4)
        world.go_home(run_dir, f"rollback at {part} %")
    return scenario


def kill_resume(world):
    """The program killed at random moments of the way there and of the way back."""
    kills, rounds = 0, 0
    while kills < KILLS:
        rounds += 1
        if rounds > 6:
            raise TestFailure(f"only {kills} kills hit a running program in {rounds - 1} rounds")
        run_dir = f"run-kill-{rounds}"
        kills += kill_until_done(world, world.apply_arguments(run_dir), run_dir, KILLS - kills)
        world.judge_away(f"killed on the way, round {rounds}", run_dir)
        back = ["rollback", run_dir, *world.rig.live(), "--yes"]
        kills += kill_until_done(world, back, run_dir, KILLS - kills)
        world.judge_home(f"killed on the way back, round {rounds}", run_dir)
    world.results.check(f"{kills} kills in {rounds} rounds", [])


def kill_until_done(world, first, run_dir, kills_left):
    """Returns how many kills hit; the command and its resumes have ended with 0 then."""
    kills, arguments = 0, first
    while True:
        process = world.rig.start_program(*arguments)
        if kills < kills_left:
            try:
                process.wait(world.random.uniform(0.02, 2.5))
            except subprocess.TimeoutExpired:
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


def interrupted(world):
    """SIGINT once, and twice: it stops, gives back what nothing in flight needs, and goes on later."""
    run_dir = "run-interrupted"
    process = world.start(run_dir, "--throttle-mode", "follower")
    world.wait_progress(process, run_dir, 0.2)
    process.send_signal(signal.SIGINT)
    world.expect_exit(process, 4, 20)
    moving = {topic for topic, _ in world.in_flight(run_dir)}
    faults = [fault for fault in judge.config_faults(world.original, world.rig.state())
              if fault.startswith("topic:") and fault.split()[0].partition(":")[2] not in moving]
    world.results.check("interrupted: the throttles of finished topics are given back", faults)
    process = world.resume(run_dir)
    world.wait_progress(process, run_dir, 0.6)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    world.expect_exit(process, 4, 5)
    world.away_and_home(world.resume(run_dir), run_dir, "interrupted three times")


def cancelled_elsewhere(world):
    """Others may neither run the same run nor the same plan; a cancel from another shell may."""
    run_dir = "run-cancelled"
    process = world.start(run_dir)
    world.wait_progress(process, run_dir, 0.3)
    _, err = world.rig.run(*world.apply_arguments(run_dir, "--accept", "foreign-moves", "--accept",
                                                  "plan-fresh"), expect=2)
    world.results.check("a second executor is told the pid of the first",
                        [] if f"pid {process.pid}" in err else [err[-300:]])
    world.rig.run(*world.apply_arguments("run-second"), expect=1)
    world.rig.run("cancel", run_dir, *world.rig.live(), "--yes")
    world.expect_exit(process, 0)
    state = world.settled()
    have = {key: partition["replicas"] for key, partition in judge.partitions(state).items()}
    ends = {key: world.targets_away[key] if replicas == world.targets_away[key]
            else world.targets_home[key] for key, replicas in have.items()}
    at_target = sum(ends[key] == world.targets_away[key] for key in ends)
    world.results.verdict("cancelled from another shell", {
        **judge.put_as_wanted(world.original, state, ends),
        "some are done, some are back": [] if 0 < at_target < len(ends) else [f"{at_target} done"],
        "the journal is finished": world.journal_faults(run_dir, "cancelled")})
    world.go_home(run_dir, "cancelled from another shell")


def suspended(world):
    """Stopped like a laptop that sleeps; a topic that waited its turn is made anew meanwhile."""
    run_dir = "run-suspended"
    lists = {f"asleep-{number}": [[1, 2], [2, 3], [3, 1]] for number in range(30)}
    with world.own_topics(lists, 24_000_000):
        before = world.rig.state()
        moves = {(name, number): [4 + number, replicas[0]] for name in lists
                 for number, replicas in enumerate(lists[name])}
        plan = world.plan_moves("asleep.json", moves)
        process = world.start(run_dir, plan=plan, throttle="300kB")
        world.wait(process, "it had begun", lambda: os.path.exists(
            world.rig.path(run_dir + "/events.ndjson")) and world.in_flight(run_dir))
        process.send_signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        begun = {e["topic"] for e in world.events(run_dir)
                 if e["event"] == "partition" and e["state"] != "pending"}
        begun |= {move["topic"] for move in world.rig.oracle("listed")}
        waiting = sorted(lists.keys() - begun)
        if not waiting:
            raise TestFailure(f"all was begun already: {world.events(run_dir)[:4]}")
        reborn = waiting[0]
        world.rig.oracle("delete", reborn)
        world.wait(None, "the topic was gone",
                   lambda: reborn not in world.rig.state()["topics"], 30)
        world.rig.oracle("create", spec={reborn: {"assignments": [[1, 2], [2, 3], [3, 1]]}})
        time.sleep(max(0, SUSPENDED_S - (time.monotonic() - stopped_at)))
        process.send_signal(signal.SIGCONT)
        world.wait_said(process, run_dir, "have passed unseen")
        world.rig.run("throttle", run_dir, "8MB")
        world.expect_exit(process, 5)
        wanted = {**judge.targets(before, []),
                  **{key: replicas for key, replicas in moves.items() if key[0] != reborn}}
        world.judge_own("suspended, one topic made anew", run_dir, before, wanted)


def faketime_library():
    found = [path for path in Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not found:
        raise TestFailure("libfaketime is not installed (Debian package faketime)")
    return str(found[0])


def clock_jumps(world):
    """The wall clock jumps a day ahead and back again; the run takes no notice but says so."""
    run_dir = "run-clock"
    clock = Path(world.rig.path("faketime"))
    clock.write_text("+0\n")
    environment = {"LD_PRELOAD": faketime_library(), "FAKETIME_TIMESTAMP_FILE": str(clock),
                   "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1"}
    process = world.rig.start_program(*world.apply_arguments(run_dir), environment=environment)
    for part, offset, text in ((0.2, DAY_S, "clock jumped by 86"), (0.5, 0, "clock jumped by -86")):
        world.wait_progress(process, run_dir, part)
        fresh = clock.with_suffix(".new")
        fresh.write_text(f"+{offset}\n")
        fresh.rename(clock)
        world.wait_said(process, run_dir, text, 20)
    world.away_and_home(process, run_dir, "the clock jumped")
