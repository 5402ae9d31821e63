"""The generated report shows what the rows say, lost comparisons included."""

import unittest
from xml.etree import ElementTree

from rzbench import report_execute, report_plans, report_scale

BASE = {"workload": "w", "partitions": "1000", "status": "ok", "replicas_added": "3",
        "bytes_moved": "1000", "cross_zone_bytes": "0", "zone_violations": "0",
        "replicas_min": "4", "replicas_max": "5", "replicas_squares": "40", "leaders_min": "1",
        "leaders_max": "2", "topic_spread_worst": "3", "leader_changes": "2", "wall_s": "0.1",
        "cpu_s": "0.1", "solve_ms": "", "peak_mib": "20", "message": ""}


def row(tool, **values):
    return {**BASE, "tool": tool, **{key: str(value) for key, value in values.items()}}


class Plans(unittest.TestCase):
    rows = [row("rezone"), row("lemon-dense 1.3.1"), row("dear", bytes_moved=1500),
            row("neat", bytes_moved=1100, topic_spread_worst=1, zone_violations=0),
            row("wrong", bytes_moved=10, zone_violations=7),
            row("shy", status="refused", message="too few racks")]

    def text(self):
        return "\n".join(report_plans.section({"date": "today"}, self.rows))

    def test_bytes_are_multiples_of_the_optimum(self):
        self.assertIn("| w | 0.000 | 1.000 | 1.000 | 1.500 | 1.100 | 0.010, 7 misplaced | refused |",
                      self.text())

    def test_a_better_plan_of_another_tool_is_named(self):
        self.assertIn("worst topic spread**: neat is better on 1 of 1: w 1 against 3", self.text())

    def test_an_invalid_plan_never_wins(self):
        self.assertNotIn("wrong is better", self.text())

    def test_a_refusal_keeps_its_words(self):
        self.assertIn('shy: 1 refused, the first on w 1000: "too few racks"', self.text())

    def test_pictures_are_well_formed(self):
        for svg in report_plans.pictures(self.rows).values():
            ElementTree.fromstring(svg)


class Scale(unittest.TestCase):
    rows = [{"workload": "w", "zones": "1+1", "partitions": str(size), "stage": "read",
             "runs": "3", "wall_ms": str(size), "cpu_ms": str(size / 10), "peak_mib": "7"}
            for size in (100, 1000)]

    def test_growth_and_figures(self):
        text = "\n".join(report_scale.section({}, self.rows))
        self.assertIn("| read | 10 (100) | 100 (1000) | n^1.00 | 7 |", text)

    def test_pictures_are_well_formed(self):
        for svg in report_scale.pictures(self.rows).values():
            ElementTree.fromstring(svg)


class Execute(unittest.TestCase):
    def run_of(self, number, tool, result="done", **values):
        columns = {column: "1" for column, _ in report_execute.COLUMNS}
        return {**columns, "round": str(number), "tool": tool, "result": result, "misplaced": "0",
                "configs_left": "0", "load_average": "0.5", **values}

    def test_medians_spread_and_failures(self):
        rows = [self.run_of(1, "a", over_ideal="1.1"), self.run_of(2, "a", over_ideal="1.5"),
                self.run_of(3, "a", over_ideal="1.2"),
                self.run_of(1, "b", "failed", misplaced="4")]
        text = "\n".join(report_execute.section({}, rows))
        self.assertIn("| a | 3 | 0 | 0 | 0 | 1.2 (1.1 to 1.5) |", text)
        self.assertIn("| b | 1 | 1 | 4 | 0 |", text)
        for picture in report_execute.pictures(rows).values():
            ElementTree.fromstring(picture)


if __name__ == "__main__":
    unittest.main()
