"""The cluster that all fault scenarios share, and what they ask and demand of it.

Most scenarios move the same loaded topics to two zones and back, so that one start of the brokers
serves all of them: each begins in the original placement and must end there. Those that need
particular replicas make topics of their own and delete them again.
"""

import json
import random
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import judge
import workload
from rig import TestFailure

THROTTLE = "2MB"
N_TOPICS, PARTITIONS, FILL_BYTES, RECORDS_PER_S = 15, 6, 45_000_000, 60
RUN_DEADLINE_S = 400
BROKERS = range(1, len(workload.ZONES) + 1)

FOLLOWER_LIST = "follower.replication.throttled.replicas"
LEADER_LIST = "leader.replication.throttled.replicas"
FOLLOWER_RATE = "follower.replication.throttled.rate"
LEADER_RATE = "leader.replication.throttled.rate"

# Throttles of the operator of every kind: a wildcard, exact entries, a broker's rate, the cluster's
# default. A static one changes nothing, but must not be taken for something to be put back.
OPERATOR_CONFIGS = {
    **workload.OPERATOR_CONFIGS,
    "topic:topic-09": {FOLLOWER_LIST: "*"},
    "topic:topic-11": {LEADER_LIST: "1:2,2:3"},
    "broker:": {**workload.OPERATOR_CONFIGS["broker:"], FOLLOWER_RATE: "700000000"},
}
STATIC_CONFIGS = {FOLLOWER_RATE: "600000000"}


def main_topics():
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

    # ---- runs ----

    def apply_arguments(self, run_dir, *more, plan="plan.json", throttle=THROTTLE):
        return ["apply", plan, *self.rig.live(), "--throttle", throttle, "--yes",
                "--run-dir", run_dir, *more]

    def start(self, run_dir, *more, **options):
        return self.rig.start_program(*self.apply_arguments(run_dir, *more, **options))

    def resume(self, run_dir):
        return self.rig.start_program("resume", run_dir, *self.rig.live(), "--yes")

    def status(self, run_dir):
        try:
            return json.loads(Path(self.rig.path(run_dir), "status.json").read_text())
        except FileNotFoundError:
            return None

    def events(self, run_dir):
        lines = Path(self.rig.path(run_dir), "events.ndjson").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def said(self, run_dir, text):
        return any(text in event.get("text", "") for event in self.events(run_dir))

    def in_flight(self, run_dir):
        """{(topic, partition)} that were in flight when the last event was written."""
        last = {(e["topic"], e["partition"]): e["state"]
                for e in self.events(run_dir) if e["event"] == "partition"}
        return {key for key, state in last.items() if state in ("sent", "moving", "cancelling")}

    def blocked(self, run_dir, text):
        """The blocked partitions whose reason contains @text."""
        return [entry for entry in (self.status(run_dir) or {"blocked": []})["blocked"]
                if text in entry["reason"]]

    def wait(self, process, what, condition, deadline_s=RUN_DEADLINE_S):
        """Waits until `condition()` is true; the program must not end before. Its last value."""
        end = time.monotonic() + deadline_s
        while not (value := condition()):
            if process is not None and process.poll() is not None:
                raise TestFailure(f"rezone ended with {process.returncode} before {what}: "
                                  f"{process.log_path.read_text()[-1500:]}")
            if time.monotonic() > end:
                log = process.log_path.read_text()[-1500:] if process is not None else ""
                raise TestFailure(f"not in {deadline_s} s: {what}: {log}")
            time.sleep(0.1)
        return value

    def wait_progress(self, process, run_dir, part):
        """Waits until `part` of the partitions are done."""
        def is_done():
            status = self.status(run_dir)
            return (status if status and "partitions_total" in status and
                    status["partitions_done"] >= part * status["partitions_total"] else None)
        return self.wait(process, f"{part:.0%} was done", is_done)

    def wait_blocked(self, process, run_dir, text, deadline_s=90):
        found = self.wait(process, f"\"{text}\" was named as a blocker",
                          lambda: self.blocked(run_dir, text), deadline_s)
        self.results.check(f"named: {found[0]['topic']}-{found[0]['partition']}: "
                           f"{found[0]['reason']}", [])

    def wait_said(self, process, run_dir, text, deadline_s=90):
        self.wait(process, f"\"{text}\" was said", lambda: self.said(run_dir, text), deadline_s)
        self.results.check(f"said: {text}", [])

    def expect_exit(self, process, code, deadline_s=RUN_DEADLINE_S):
        try:
            process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            raise TestFailure("rezone does not end: "
                              f"{process.log_path.read_text()[-1500:]}") from None
        if process.returncode != code:
            raise TestFailure(f"rezone exited {process.returncode}, not {code}: "
                              f"{process.log_path.read_text()[-2500:]}")

    # ---- the oracle ----

    def journal_faults(self, run_dir, state):
        """The journal's last record says that the run is finished, and how."""
        last = Path(self.rig.path(run_dir), "journal").read_text().splitlines()[-1]
        record = json.loads(last.partition(" ")[2])
        good = record.get("event") == "finish" and record.get("state") == state
        return [] if good else [f"the journal ends with {last}"]

    def settled(self):
        return self.rig.settled_state(lambda s: not judge.isr_faults(s))

    def judge_away(self, name, run_dir, state="done"):
        self.results.verdict(name, {
            **judge.moved_as_planned(self.original, self.settled(), self.targets_away),
            "the journal is finished": self.journal_faults(run_dir, state)})

    def judge_home(self, name, run_dir, state="rolled_back"):
        self.results.verdict(name, {
            **judge.put_as_wanted(self.original, self.settled(), self.targets_home),
            "the journal is finished": self.journal_faults(run_dir, state)})

    def judge_own(self, name, run_dir, before, wanted, state="done"):
        self.results.verdict(name, {
            **judge.put_as_wanted(before, self.settled(), wanted),
            "the journal is finished": self.journal_faults(run_dir, state)})

    def go_home(self, run_dir, name):
        self.rig.run("rollback", run_dir, *self.rig.live(), "--yes", timeout=RUN_DEADLINE_S)
        self.judge_home(f"{name}, rolled back", run_dir)

    def away_and_home(self, process, run_dir, name, code=0):
        """The rest of a scenario whose fault is over."""
        self.expect_exit(process, code)
        self.judge_away(name, run_dir)
        self.go_home(run_dir, name)

    # ---- topics of one scenario ----

    @contextmanager
    def own_topics(self, lists, fill_bytes=0):
        """Topics with these {name: replica lists}, filled evenly; gone afterwards."""
        self.rig.oracle("create", spec={name: {"assignments": assignments}
                                        for name, assignments in lists.items()})
        try:
            if fill_bytes > 0:
                self.rig.start_other_load("fill", sorted(lists), fill_bytes, 1).finish()
            yield
        finally:
            there = [name for name in lists if name in self.rig.state()["topics"]]
            self.rig.oracle("delete", *there)

    def plan_moves(self, name, moves):
        """A plan file with these {(topic, partition): list}, as Kafka's own tool writes it."""
        Path(self.rig.path(name)).write_text(json.dumps({"version": 1, "partitions": [
            {"topic": topic, "partition": partition, "replicas": replicas}
            for (topic, partition), replicas in moves.items()]}))
        return name

    def configure(self, resource, values):
        self.rig.oracle("configure", spec={resource: values})

    # ---- after a scenario that failed ----

    def mend(self):
        """The original placement and configs again, by force, so that the next one can be judged."""
        for process in self.rig.background:
            if process.poll() is None:
                process.kill()
                process.wait()
        for load in self.rig.other_loads:
            load.close()
        for disk in self.rig.small_disks.values():
            disk.reset()
        for node in self.rig.cluster.nodes():
            self.rig.cluster.unpause(node.id)
            if not node.process.alive():
                self.rig.cluster.restart(node.id)
        cancels = {}
        for move in self.rig.oracle("listed"):
            cancels.setdefault(move["topic"], {})[str(move["partition"])] = None
        if cancels:
            try:
                self.rig.oracle("reassign", spec=cancels)
            except TestFailure:
                pass  # some have finished meanwhile
        state = self.rig.settled_state(lambda s: not judge.listed_faults(s))
        extra = [topic for topic in state["topics"] if topic not in self.original["topics"]]
        if extra:
            self.rig.oracle("delete", *extra)
        self._configs_back(state)
        back = {}
        for (topic, number), partition in judge.partitions(state).items():
            wanted = self.targets_home.get((topic, number))
            if wanted is not None and wanted != partition["replicas"]:
                back.setdefault(topic, {})[str(number)] = wanted
        if back:
            self.rig.oracle("reassign", spec=back)
        self.rig.settled_state(lambda s: not judge.listed_faults(s) and not judge.isr_faults(s), 200)
        self.rig.oracle("elect")

    def _configs_back(self, state):
        spec = {}
        for resource in state["configs"].keys() | self.original["configs"].keys():
            old = self.original["configs"].get(resource, {})
            new = state["configs"].get(resource, {})
            changes = {key: old.get(key) for key in old.keys() | new.keys()
                       if old.get(key) != new.get(key)}
            if changes and resource.partition(":")[2] not in (
                    state["topics"].keys() - self.original["topics"].keys()):
                spec[resource] = changes
        if spec:
            self.rig.oracle("configure", spec=spec)
