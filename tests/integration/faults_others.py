"""Fault scenarios: somebody else works on the same cluster."""

import judge
from faults_world import FOLLOWER_LIST, FOLLOWER_RATE, LEADER_LIST, LEADER_RATE

FOREIGN_RATE = "123456789"


def topics_changed(world):
    """Topics deleted, made anew, grown and widened by others, between plan and end."""
    run_dir = "run-changed"
    names = ("calm", "doomed", "growing", "reborn", "widened")
    lists = {f"others-{name}": [[1, 2], [2, 3]] for name in names}
    calm, doomed, growing, reborn, widened = lists
    with world.own_topics(lists, 30_000_000):
        world.rig.run("snapshot", *world.rig.live(), "-o", "changed.json")
        world.rig.run("plan", "changed.json", "--only-topic", "others-*", "-o", "changed-plan.json")
        world.rig.oracle("reassign", spec={widened: {"0": [1, 2, 3], "1": [2, 3, 1]}})
        world.rig.oracle("delete", reborn)
        world.rig.settled_state(lambda s: reborn not in s["topics"] and not judge.listed_faults(s))
        world.rig.oracle("create", spec={reborn: {"assignments": lists[reborn]}})
        before = world.settled()
        world.rig.run(*world.apply_arguments("run-changed-refused", plan="changed-plan.json"),
                      expect=1)
        process = world.start(run_dir, "--accept", "plan-fresh", plan="changed-plan.json",
                              throttle="1MB")
        world.wait(process, f"{doomed} was on its way",
                   lambda: doomed in {move["topic"] for move in world.rig.oracle("listed")}, 60)
        world.rig.oracle("delete", doomed)
        world.rig.oracle("grow", growing, 3)
        world.expect_exit(process, 5)
        for topic in (doomed, reborn, widened):
            named = [entry for entry in world.status(run_dir)["blocked"] if entry["topic"] == topic]
            world.results.check(f"{topic}: {named[0]['reason'] if named else ''}",
                                [] if len(named) == 2 else [f"{len(named)} of 2 are named"])
        world.wait_said(None, run_dir, f"topic {growing} has grown by 1", 1)
        after = world.settled()
        before["topics"].pop(doomed)
        before["configs"].pop(f"topic:{doomed}", None)
        before["topics"][growing] = after["topics"][growing]
        plan = [line for line in world.rig.plan_lines("changed-plan.json")
                if line.get("topic") in (calm, growing)]
        world.judge_own("topics changed by others", run_dir, before, judge.targets(before, plan))


def foreign_moves(world):
    """Others move a partition and throttle it; a broker's rate is set by them in the middle."""
    run_dir, topic = "run-foreign", "foreign"
    with world.own_topics({topic: [[1]]}, 4_000_000):
        world.configure(f"topic:{topic}", {LEADER_LIST: "0:1", FOLLOWER_LIST: "0:6"})
        world.configure("broker:1", {LEADER_RATE: "1"})
        world.rig.oracle("reassign", spec={topic: {"0": [6, 1]}})
        before = world.rig.state()
        refused(world, topic, before)
        process = world.start(run_dir, "--throttle-mode", "follower")
        world.wait_progress(process, run_dir, 0.3)
        middle = world.rig.state()
        world.results.check("in the middle: the wildcard and the foreign lists are untouched", [
            fault for fault in judge.config_faults(before, middle)
            if fault.startswith(("topic:topic-09", "topic:foreign", "broker:1", "broker: "))])
        world.configure("broker:4", {FOLLOWER_RATE: FOREIGN_RATE})
        world.expect_exit(process, 0)
        world.wait_said(None, run_dir, "changed by others", 1)
        before["configs"].setdefault("broker:4", {})[FOLLOWER_RATE] = FOREIGN_RATE
        after = world.rig.settled_state(lambda s: len(judge.isr_faults(s)) == 1)
        wanted = {**world.targets_away, (topic, 0): judge.partitions(before)[(topic, 0)]["replicas"]}
        leaders = {**wanted, (topic, 0): [1]}
        world.results.verdict("while others move", {
            "ordered replica lists as wanted": judge.list_faults(after, wanted),
            "leaders as wanted": judge.leader_faults(after, leaders),
            "dynamic configs as before, and as others set them": judge.config_faults(before, after),
            "the foreign move is listed as it was": [] if
            after["reassignments"] == before["reassignments"] else [f"{after['reassignments']}"],
            "the journal is finished": world.journal_faults(run_dir, "done")})
        world.rig.oracle("reassign", spec={topic: {"0": None}})
        world.configure("broker:1", {LEADER_RATE: None})
        world.configure("broker:4", {FOLLOWER_RATE: None})
    world.go_home(run_dir, "while others move")


def refused(world, topic, before):
    """A plan that touches the partition on which others work is not begun."""
    plan = world.plan_moves("foreign.json", {(topic, 0): [1, 5]})
    world.rig.run(*world.apply_arguments("run-foreign-refused", plan=plan), expect=1)
    arguments = world.apply_arguments("run-foreign-accepted", "--accept", "foreign-moves",
                                      "--accept", "plan-fresh", plan=plan)
    world.rig.run(*arguments, expect=(1, 2, 3, 4))
    after = world.rig.state()
    world.results.check("refused where others move, nothing changed", [
        *judge.config_faults(before, after),
        *([] if after["reassignments"] == before["reassignments"] else
          [f"{after['reassignments']}"])])
