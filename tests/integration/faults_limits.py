"""Fault scenarios: too little network, too little disk, too many partitions."""

import json
from pathlib import Path

import judge
import proxy
from faults_world import BROKERS

SMALL_BROKER = 6
MANY = 2000
HEAVY_RECORDS_PER_S = 3000
MAX_BATCH, MAX_VALUE_BYTES = 1000, 32767
ROOM = 40_000_000


def written_faster_than_copied(world):
    """More is written than the throttle lets through: foretold, named, and over once it is raised."""
    run_dir, topic = "run-heavy", "heavy"
    with world.own_topics({topic: [[1, 2]]}, 6_000_000):
        plan = world.plan_moves("heavy.json", {(topic, 0): [1, 5]})
        before = world.rig.state()
        load = world.rig.start_other_load("heavy", [topic], 0, HEAVY_RECORDS_PER_S)
        _, err = world.rig.run(*world.apply_arguments("run-heavy-refused", "--sample", "5s",
                                                      plan=plan, throttle="300kB"), expect=1)
        world.results.check("foretold: never catch up",
                            [] if "never catch up" in err else [err[-800:]])
        process = world.start(run_dir, plan=plan, throttle="300kB")
        world.wait_said(process, run_dir, "will not catch up")
        world.rig.run("throttle", run_dir, "40MB")
        world.expect_exit(process, 0)
        load.finish()
        wanted = {**judge.targets(before, []), (topic, 0): [1, 5]}
        world.judge_own("raised in the middle", run_dir, before, wanted)


def throttled_to_1_mb(world):
    """The lowest rate that Kafka keeps to, raised in the middle."""
    run_dir = "run-slow"
    process = world.start(run_dir, throttle="1MB")
    world.wait_progress(process, run_dir, 0.3)
    world.rig.run("throttle", run_dir, "8MB")
    world.away_and_home(process, run_dir, "1 MB/s, then 8")


def disk_too_small(world):
    """Refused while a directory is too small; held up when it becomes so; over once there is room."""
    run_dir, disk = "run-disk", world.rig.small_disks[SMALL_BROKER]
    disk.leave(1_000_000)
    out, _ = world.rig.run("preflight", "plan.json", *world.rig.live(), expect=1)
    named = f"broker {SMALL_BROKER} has" in out
    world.results.check("the review names the small disk", [] if named else [out[-800:]])
    world.rig.run(*world.apply_arguments("run-disk-refused"), expect=1)
    disk.reset()
    process = world.start(run_dir, throttle="1MB")
    world.wait_progress(process, run_dir, 0.05)
    disk.leave(6_000_000)  # room for what is in flight, and not for the 19 MB to come
    world.wait_blocked(process, run_dir, f"disk (broker {SMALL_BROKER})")
    disk.reset()
    world.away_and_home(process, run_dir, "a disk that became small")


def disk_full(world):
    """A directory fills up for real and takes its broker down; it comes back with room."""
    run_dir, disk = "run-disk-full", world.rig.small_disks[SMALL_BROKER]
    process = world.start(run_dir)
    world.wait_progress(process, run_dir, 0.1)
    disk.leave(0)
    node = world.rig.cluster.node(SMALL_BROKER)
    world.wait(process, "the broker gave up", lambda: not node.process.alive(), 60)
    disk.reset()
    world.rig.cluster.restart(SMALL_BROKER)
    world.away_and_home(process, run_dir, "a disk that was full")


def many_partitions(world):
    """One topic of 2,000 partitions: requests and config values stay within the protocol's bounds."""
    run_dir, topic = "run-many", "many"
    old, new = list(BROKERS)[:3], list(BROKERS)[3:]
    lists = [[old[number % 3]] for number in range(MANY)]
    with world.own_topics({topic: lists}):
        before = world.rig.state()
        moves = {(topic, number): [new[number % 3]] for number in range(MANY)}
        plan = world.plan_moves("many.json", moves)
        world.rig.proxies.largest.clear()
        arguments = world.apply_arguments(run_dir, "--throttle-mode", "both", plan=plan,
                                          throttle="40MB")
        arguments[arguments.index("-b") + 1] = world.rig.cluster.proxy_bootstrap()
        world.expect_exit(world.rig.start_program(*arguments), 0, 600)
        world.judge_own("2,000 partitions", run_dir, before, {**judge.targets(before, []), **moves})
    batches = [len(record["parts"]) for record in journal(world, run_dir)
               if record.get("t") == "intent" and record.get("do") == "submit"]
    largest = world.rig.proxies.largest[proxy.INCREMENTAL_ALTER_CONFIGS]
    world.results.check(f"at most {max(batches)} partitions a request", [] if
                        max(batches) <= MAX_BATCH and sum(batches) >= MANY else [f"{batches}"])
    world.results.check(f"at most {largest} bytes of a topic's configs",
                        [] if 0 < largest < MAX_VALUE_BYTES else [f"{largest}"])


def journal(world, run_dir):
    lines = Path(world.rig.path(run_dir), "journal").read_text().splitlines()
    return [json.loads(line.partition(" ")[2]) for line in lines]
