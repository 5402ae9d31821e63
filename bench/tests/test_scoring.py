"""The scorer against examples counted by hand."""

import json
import unittest

from rzbench.scoring import score, zone_range
from rzbench.snapshot import read_assignment, read_snapshot


def snapshot(zones, partitions, drain=()):
    """zones: "a1 a2 b3"; partitions: [(topic, number, size, replicas[, leader])]."""
    lines = [json.dumps({"format": "rezone-snapshot", "version": 1,
                         "workload": {"drain": list(drain)}})]
    for word in zones.split():
        lines.append(json.dumps({"broker": int(word[1:]), "zone": word[0]}))
    for topic, number, size, replicas, *leader in partitions:
        partition = {"partition": number, "replicas": replicas, "size_bytes": size}
        if leader:
            partition["leader"] = leader[0]
        lines.append(json.dumps({"topic": topic, "partitions": [partition]}))
    return read_snapshot(lines)


def assignment(**targets):
    """t0=[1, 2] is topic t, partition 0."""
    rows = [{"topic": key[0], "partition": int(key[1:]), "replicas": value}
            for key, value in targets.items()]
    return read_assignment(json.dumps({"version": 1, "partitions": rows}))


class ZoneRange(unittest.TestCase):
    CASES = [
        # zones' brokers, replicas, expected (low, high) a zone
        ({"a": 3, "b": 3}, 3, {"a": (1, 2), "b": (1, 2)}),
        ({"a": 3, "b": 3, "c": 3}, 3, {"a": (0, 1), "b": (0, 1), "c": (0, 1)}),
        ({"a": 3, "b": 3}, 4, {"a": (1, 2), "b": (1, 2)}),
        ({"a": 5, "b": 1}, 3, {"a": (1, 2), "b": (1, 1)}),
        ({"a": 5, "b": 1}, 4, {"a": (2, 3), "b": (1, 1)}),
        ({"a": 1, "b": 1}, 3, None),
    ]

    def test_table(self):
        for sizes, replicas, expected in self.CASES:
            with self.subTest(sizes=sizes, replicas=replicas):
                self.assertEqual(zone_range(sizes, replicas), expected)


class Scoring(unittest.TestCase):
    def test_nothing_moves(self):
        s = score(snapshot("a1 b2", [("t", 0, 10, [1, 2]), ("t", 1, 20, [2, 1])]), {})
        self.assertEqual((s.replicas_added, s.bytes_moved, s.zone_violations), (0, 0, 0))
        self.assertEqual((s.replicas_min, s.replicas_max, s.replicas_squares), (2, 2, 8))
        self.assertEqual((s.leaders_min, s.leaders_max, s.leader_changes), (1, 1, 0))

    def test_one_replica_crosses(self):
        # 2 -> 3: ten bytes read from leader 1 in zone a, written in zone b.
        s = score(snapshot("a1 a2 b3", [("t", 0, 10, [1, 2])]), assignment(t0=[1, 3]))
        self.assertEqual((s.replicas_added, s.bytes_moved, s.cross_zone_bytes), (1, 10, 10))
        self.assertEqual((s.zone_violations, s.leader_changes), (0, 0))
        self.assertEqual((s.replicas_min, s.replicas_max), (0, 1))

    def test_a_move_inside_a_zone_is_not_cross_zone(self):
        s = score(snapshot("a1 a2 b3", [("t", 0, 10, [1, 3])]), assignment(t0=[2, 3]))
        self.assertEqual((s.bytes_moved, s.cross_zone_bytes, s.leader_changes), (10, 0, 1))

    def test_the_leader_is_the_source_even_when_it_is_not_first(self):
        s = score(snapshot("a1 a2 b3 b4", [("t", 0, 7, [1, 3], 3)]), assignment(t0=[1, 4]))
        self.assertEqual((s.bytes_moved, s.cross_zone_bytes, s.leader_changes), (7, 0, 1))

    def test_reordering_moves_no_bytes(self):
        s = score(snapshot("a1 b2", [("t", 0, 10, [1, 2])]), assignment(t0=[2, 1]))
        self.assertEqual((s.replicas_added, s.leader_changes), (0, 1))

    def test_violations(self):
        before = snapshot("a1 a2 b3 b4", [
            ("t", 0, 1, [1, 2]),      # both in a
            ("t", 1, 1, [1, 3]),      # well placed
            ("t", 2, 1, [1, 3]),      # loses a replica
            ("t", 3, 1, [1, 3]),      # names a broker twice
            ("t", 4, 1, [1, 3]),      # names a broker that does not exist
        ])
        s = score(before, assignment(t2=[1], t3=[3, 3], t4=[1, 9]))
        self.assertEqual(s.zone_violations, 4)

    def test_a_repeated_broker_is_not_two_replicas(self):
        before = snapshot("a1 a2 b3 b4", [("t", 0, 1, [1, 2, 3])])
        self.assertEqual(score(before, {}).zone_violations, 0)
        self.assertEqual(score(before, assignment(t0=[1, 3, 3])).zone_violations, 1)

    def test_a_drained_broker_must_be_left(self):
        before = snapshot("a1 a2 b3", [("t", 0, 5, [1, 3])], drain=[1])
        self.assertEqual(score(before, {}).zone_violations, 1)
        after = score(before, assignment(t0=[2, 3]))
        self.assertEqual((after.zone_violations, after.bytes_moved), (0, 5))
        self.assertEqual((after.replicas_min, after.replicas_max), (1, 1))

    def test_topic_spread_is_within_a_zone(self):
        before = snapshot("a1 a2 b3 b4", [
            ("t", 0, 1, [1, 3]), ("t", 1, 1, [1, 4]), ("t", 2, 1, [1, 3]),
            ("u", 0, 1, [2, 4]), ("u", 1, 1, [2, 3]),
        ])
        s = score(before, {})
        self.assertEqual(s.topic_spread_worst, 3)  # t: three on 1, none on 2
        self.assertEqual((s.replicas_min, s.replicas_max, s.replicas_squares), (2, 3, 26))

    def test_an_evenly_dealt_topic_has_no_spread(self):
        before = snapshot("a1 a2 b3 b4", [("t", 0, 1, [1, 3]), ("t", 1, 1, [2, 4])])
        self.assertEqual(score(before, {}).topic_spread_worst, 0)


if __name__ == "__main__":
    unittest.main()
