"""When a change of plan quality is reported, and as what."""

import unittest

from rzbench.quality import JUDGED, against_referee, differences


def row(tool="rezone", status="ok", **values):
    return {"workload": "w", "partitions": "10", "tool": tool, "status": status, "message": "why",
            **{column: str(values.get(column, 5)) for column in JUDGED}}


class Differences(unittest.TestCase):
    CASES = [
        # committed, measured, (worse, better, missing)
        ([row()], row(), (0, 0, 0)),
        ([row()], row(bytes_moved=6), (1, 0, 0)),
        ([row()], row(bytes_moved=4), (0, 1, 0)),
        ([row()], row(bytes_moved=4, topic_spread_worst=6), (1, 1, 0)),
        ([row()], row(status="refused"), (1, 0, 0)),
        ([], row(), (0, 0, 1)),
        ([row(tool="other")], row(), (0, 0, 1)),
    ]

    def test_table(self):
        for committed, measured, expected in self.CASES:
            with self.subTest(measured=measured):
                found = differences(committed, [measured])
                self.assertEqual(tuple(map(len, found)), expected)


class Referee(unittest.TestCase):
    def judged(self, ours, exact):
        return against_referee([ours, exact])

    def test_equal_plans_agree(self):
        self.assertEqual(self.judged(row(leader_changes=9), row("lemon-dense 1.3.1")), [])

    def test_more_bytes_are_wrong_and_so_are_fewer(self):
        for value in 4, 6:
            self.assertEqual(len(self.judged(row(bytes_moved=value), row("lemon-dense 1.3.1"))), 1)

    def test_no_plan_where_there_is_one(self):
        found = self.judged(row(status="refused"), row("lemon-dense 1.3.1"))
        self.assertEqual(len(found), 1)

    def test_a_referee_that_stopped_judges_nothing(self):
        self.assertEqual(self.judged(row(), row("lemon-dense 1.3.1", status="timeout")), [])


if __name__ == "__main__":
    unittest.main()
