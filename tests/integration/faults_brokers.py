"""Fault scenarios: brokers, the controller and the network fail while partitions move."""

import itertools
import time

import judge
import proxy
from faults_world import BROKERS, FOLLOWER_LIST, FOLLOWER_RATE
from rig import CONTROLLER_ID

DEAD_TARGET = "broker is down (broker 5)"
FROZEN_BYTES = 4_000_000  # more than the one fetch that a used-up quota lets pass


def broker_killed(world):
    """A receiving broker dies in the middle of its copies, is away for a while, and comes back."""
    run_dir = "run-broker"
    process = world.start(run_dir)
    world.wait_progress(process, run_dir, 0.2)
    world.rig.cluster.kill(5)
    time.sleep(6)
    world.rig.cluster.restart(5)
    world.away_and_home(process, run_dir, "a broker killed and back")


def broker_dead_before(world):
    """A receiving broker is dead before anything is sent: refused, and accepted, its own wait."""
    run_dir = "run-dead-before"
    world.rig.cluster.kill(5)
    # Only the review of a cluster that knows of the death can refuse it.
    world.wait(None, "the review saw that broker 5 is dead", lambda: "broker 5 is" in world.rig.run(
        "preflight", "plan.json", *world.rig.live(), expect=(0, 1, 3))[0], 60)
    world.rig.run(*world.apply_arguments("run-refused"), expect=1)
    process = world.start(run_dir, "--accept", "targets")
    waiting = sum(5 in replicas for replicas in world.targets_away.values())
    world.wait(process, "all others were done", lambda: (status := world.status(run_dir)) and
               status["partitions_done"] >= len(world.targets_away) - waiting)
    world.wait_blocked(process, run_dir, DEAD_TARGET)
    world.rig.cluster.restart(5)
    world.away_and_home(process, run_dir, "a broker dead before, and back")


def broker_never_back(world):
    """With `skip` a broker's partitions are given up; what it holds of ours is a debt until then."""
    run_dir = "run-skip"
    process = world.start(run_dir, "--on-dead-broker", "skip", "--throttle-mode", "follower")
    world.wait_progress(process, run_dir, 0.2)
    world.rig.cluster.kill(5)
    world.expect_exit(process, 5)
    status = world.status(run_dir)
    debts = [(debt["broker"], debt["key"], debt["restore_to"]) for debt in status["debts"]]
    world.results.check("the dead broker's throttle is a debt", [] if debts == [
        (5, FOLLOWER_RATE, "900000000")] else [f"{debts}"])
    given_up = {(entry["topic"], entry["partition"]) for entry in status["blocked"]}
    wanted = {key: world.targets_home[key] if key in given_up else replicas
              for key, replicas in world.targets_away.items()}
    strays = [f"{key} was to go to {world.targets_away[key]}" for key in given_up
              if 5 not in world.targets_away[key]]
    state = world.rig.state()
    world.results.verdict("a broker given up", {
        f"{len(given_up)} partitions are given up, all of them broker 5's":
            strays or ([] if given_up else ["none"]),
        "the others are at their targets, these back": judge.list_faults(state, wanted),
        "no reassignment listed": judge.listed_faults(state),
    })
    world.rig.cluster.restart(5)
    world.rig.settled_state(lambda s: not judge.isr_faults(s), 60)
    world.away_and_home(world.resume(run_dir), run_dir, "the debt paid and the rest moved")


def freeze(world, topic, broker):
    """Copies of @topic to @broker stop after their first fetch, by a throttle of the operator."""
    world.configure(f"topic:{topic}", {FOLLOWER_LIST: f"0:{broker}"})
    world.configure(f"broker:{broker}", {FOLLOWER_RATE: "1"})


def thaw(world, topic, broker):
    old = world.original["configs"].get(f"broker:{broker}", {}).get(FOLLOWER_RATE)
    world.configure(f"topic:{topic}", {FOLLOWER_LIST: None})
    world.configure(f"broker:{broker}", {FOLLOWER_RATE: old})


def is_in_sync(world, topic, broker):
    return any(broker in partition["isr"]
               for (name, _), partition in judge.partitions(world.rig.state()).items()
               if name == topic)


def broker_killed_in_sync(world):
    """A receiving broker dies after its replica joined the ISR, while another still copies."""
    run_dir, topic = "run-joined", "joined"
    with world.own_topics({topic: [[1, 2, 3]]}, FROZEN_BYTES):
        before = world.rig.state()
        plan = world.plan_moves("joined.json", {(topic, 0): [5, 4, 1]})
        freeze(world, topic, 4)
        process = world.start(run_dir, plan=plan, throttle="none")
        world.wait(process, "broker 5 had joined the ISR", lambda: is_in_sync(world, topic, 5), 60)
        world.rig.cluster.kill(5)
        world.wait_blocked(process, run_dir, DEAD_TARGET)
        thaw(world, topic, 4)
        world.rig.cluster.restart(5)
        world.expect_exit(process, 0)
        wanted = {**judge.targets(before, []), (topic, 0): [5, 4, 1]}
        world.judge_own("a broker killed in sync", run_dir, before, wanted)


def leader_killed(world):
    """The leader that others copy from dies and comes back."""
    run_dir = "run-leader"
    process = world.start(run_dir)
    world.wait_progress(process, run_dir, 0.2)
    world.rig.cluster.kill(1)
    time.sleep(12)  # longer than its session, so that others lead meanwhile
    world.rig.cluster.restart(1)
    world.away_and_home(process, run_dir, "a source leader killed and back")


def cancel_refused(world):
    """All originals die: a cancel would leave nobody with the data, and waits for them."""
    run_dir, topic = "run-leaderless", "leaderless"
    with world.own_topics({topic: [[1, 2]]}, FROZEN_BYTES):
        before = world.rig.state()
        plan = world.plan_moves("leaderless.json", {(topic, 0): [4, 6]})
        freeze(world, topic, 6)
        process = world.start(run_dir, plan=plan, throttle="none")
        world.wait(process, "broker 4 had joined the ISR", lambda: is_in_sync(world, topic, 4), 60)
        for broker in (1, 2):
            world.rig.cluster.kill(broker)
        # Before the cluster knows, nobody can: a session lasts nine seconds.
        for broker in (1, 2):
            world.wait(process, f"broker {broker} was missed",
                       lambda: world.said(run_dir, f"broker {broker} is down"), 60)
        cancel = world.rig.start_program("cancel", run_dir, *world.rig.live(), "--yes")
        world.wait_blocked(process, run_dir, "a cancel would lose it")
        listed = [move["topic"] for move in world.rig.oracle("listed")]
        world.results.check("the move is listed still",
                            [] if listed == [topic] else [f"listed: {listed}"])
        for broker in (1, 2):
            world.rig.cluster.restart(broker)
        world.expect_exit(cancel, 0)
        world.expect_exit(process, 0)
        thaw(world, topic, 6)
        after = world.settled()
        leader = judge.partitions(after)[(topic, 0)]["leader"]
        verdict = judge.put_as_wanted(before, after, judge.targets(before, []))
        # The deaths decide who leads, also of others' topics; here it has to be an original.
        verdict["leaders as wanted"] = [] if leader in (1, 2) else [f"{topic} is led by {leader}"]
        world.results.verdict("a cancel that waited", {
            **verdict, "the journal is finished": world.journal_faults(run_dir, "cancelled")})
        world.rig.oracle("elect")


def controller_killed(world):
    """The only controller dies in the middle and comes back."""
    run_dir = "run-controller"
    process = world.start(run_dir)
    world.wait_progress(process, run_dir, 0.2)
    world.rig.cluster.kill(CONTROLLER_ID)
    time.sleep(4)
    world.rig.cluster.restart(CONTROLLER_ID)
    world.away_and_home(process, run_dir, "the controller killed and back")


def rolling_restart(world):
    """Every broker is restarted, politely and in turn, while the run goes on unattended."""
    run_dir = "run-rolling"
    process = world.start(run_dir, throttle="300kB")
    world.wait_progress(process, run_dir, 0.05)
    for broker in BROKERS:
        world.rig.cluster.restart(broker)
        world.rig.settled_state(lambda s: len(s["brokers"]) == len(BROKERS))
    still = process.poll() is None
    world.results.check("the run lasted longer than the restarts", [] if still else ["it did not"])
    if still:
        world.rig.run("throttle", run_dir, "8MB")
    world.away_and_home(process, run_dir, "all brokers restarted")


def kept_replica_stopped(world):
    """A broker whose replicas stay is stopped: out of the ISR, named, and no harm once it is back."""
    run_dir = "run-stopped-broker"
    process = world.start(run_dir, throttle="500kB")
    world.wait_progress(process, run_dir, 0.1)
    world.rig.cluster.pause(2)
    world.wait_blocked(process, run_dir, "replica that stays")
    world.rig.cluster.unpause(2)
    world.rig.run("throttle", run_dir, "8MB")
    world.away_and_home(process, run_dir, "a broker stopped for a while")


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
    proxies.fate = lambda api: proxy.PASS
    world.results.check(
        f"answers lost: {proxies.lost(proxy.LOST_BEFORE)} before and "
        f"{proxies.lost(proxy.LOST_AFTER)} after the broker acted",
        [] if proxies.lost(proxy.LOST_BEFORE) and proxies.lost(proxy.LOST_AFTER) else ["too few"])
    world.judge_away("answers lost", run_dir)
    world.go_home(run_dir, "answers lost")
