"""Each check of judge.py passes on a healthy cluster and complains when its thing is broken."""

import copy
import unittest

import judge


def healthy_state():
    """Six brokers in two zones; every broker holds two or three replicas; all is well."""
    lists = [[1, 4], [2, 5], [3, 6], [4, 1, 5], [5, 2, 6], [6, 3]]
    return {
        "brokers": {str(b): {"zone": "az1" if b <= 3 else "az2", "port": 9} for b in range(1, 7)},
        "topics": {"orders": {"topic_id": "x", "partitions": [
            {"partition": n, "replicas": replicas, "isr": sorted(replicas), "leader": replicas[0]}
            for n, replicas in enumerate(lists)]}},
        "configs": {"topic:orders": {"retention.ms": "1000"},
                    "broker:4": {"follower.replication.throttled.rate": "5000000"},
                    "broker:": {"message.max.bytes": "2000000"}},
        "reassignments": [],
    }


def healthy_report():
    return {"acknowledged": 10, "found": 10, "missing": 0, "changed": 0, "repeated": 0,
            "examples": []}


def partition(state, number):
    return state["topics"]["orders"]["partitions"][number]


def two_in_one_zone(state):
    partition(state, 0)["replicas"] = [1, 2]


def none_in_a_zone_of_three(state):
    partition(state, 3)["replicas"] = [4, 6, 5]


def uneven_brokers(state):
    for number in (1, 2):
        partition(state, number)["replicas"] = [1, partition(state, number)["replicas"][1]]


def other_order(state):
    partition(state, 3)["replicas"] = [1, 4, 5]


def partition_gone(state):
    state["topics"]["orders"]["partitions"].pop()


def partition_too_many(state):
    state["topics"]["orders"]["partitions"].append(
        {"partition": 6, "replicas": [1, 4], "isr": [1, 4], "leader": 1})


def wrong_leader(state):
    partition(state, 1)["leader"] = 5


def no_leader(state):
    partition(state, 1)["leader"] = None


def one_out_of_sync(state):
    partition(state, 4)["isr"] = [2, 5]


def still_in_isr(state):
    partition(state, 4)["isr"] = [2, 3, 5, 6]


def throttle_left(state):
    state["configs"]["broker:5"] = {"follower.replication.throttled.rate": "1"}


def throttle_list_left(state):
    state["configs"]["topic:orders"]["follower.replication.throttled.replicas"] = "0:4"


def prior_rate_lost(state):
    del state["configs"]["broker:4"]


def prior_value_changed(state):
    state["configs"]["topic:orders"]["retention.ms"] = "1001"


def default_changed(state):
    state["configs"]["broker:"]["message.max.bytes"] = "1"


def still_listed(state):
    state["reassignments"].append({"topic": "orders", "partition": 2})


BROKEN_STATES = [
    (two_in_one_zone, "no zone spread violation"),
    (none_in_a_zone_of_three, "no zone spread violation"),
    (uneven_brokers, "replicas even inside each zone"),
    (other_order, "ordered replica lists as wanted"),
    (partition_gone, "ordered replica lists as wanted"),
    (partition_too_many, "ordered replica lists as wanted"),
    (wrong_leader, "leaders as wanted"),
    (no_leader, "leaders as wanted"),
    (one_out_of_sync, "every ISR whole"),
    (still_in_isr, "every ISR whole"),
    (throttle_left, "dynamic configs as before"),
    (throttle_list_left, "dynamic configs as before"),
    (prior_rate_lost, "dynamic configs as before"),
    (prior_value_changed, "dynamic configs as before"),
    (default_changed, "dynamic configs as before"),
    (still_listed, "no reassignment listed"),
]

BROKEN_REPORTS = [
    {"found": 9, "missing": 1},
    {"found": 9, "changed": 1},
    {"repeated": 1},
    {"found": 9},
    {"acknowledged": 0, "found": 0},
]


class JudgeTest(unittest.TestCase):
    def setUp(self):
        self.before = healthy_state()
        self.wanted = judge.targets(self.before, [])

    def test_healthy_cluster_has_no_fault(self):
        verdict = judge.moved_as_planned(self.before, healthy_state(), self.wanted)
        self.assertEqual([], [fault for faults in verdict.values() for fault in faults])

    def test_each_broken_thing_is_found_by_its_check(self):
        for break_it, check in BROKEN_STATES:
            with self.subTest(break_it.__name__):
                after = copy.deepcopy(self.before)
                break_it(after)
                self.assertTrue(judge.moved_as_planned(self.before, after, self.wanted)[check])

    def test_every_check_is_broken_at_least_once(self):
        verdict = judge.moved_as_planned(self.before, healthy_state(), self.wanted)
        self.assertEqual(set(verdict), {check for _, check in BROKEN_STATES})

    def test_lost_records_are_found(self):
        self.assertEqual([], judge.record_faults(healthy_report()))
        for change in BROKEN_REPORTS:
            with self.subTest(change):
                self.assertTrue(judge.record_faults({**healthy_report(), **change}))

    def test_targets_are_the_plan_over_what_was(self):
        plan = [{"format": "rezone-plan"},
                {"topic": "orders", "moves": [{"partition": 1, "from": [2, 5], "to": [5, 3]}]}]
        wanted = judge.targets(self.before, plan)
        self.assertEqual([5, 3], wanted[("orders", 1)])
        self.assertEqual([1, 4], wanted[("orders", 0)])


if __name__ == "__main__":
    unittest.main()
