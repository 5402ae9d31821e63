"""Rates and durations of made-up samples."""

import tempfile
import unittest
from pathlib import Path

from rzbench.arrivals import copying_s, stored_bytes, worst_rate


class Arrivals(unittest.TestCase):
    steady = [(t, 100 * t) for t in range(21)]
    burst = [(t, 100 * t + (500 if t >= 10 else 0)) for t in range(21)]

    def test_a_steady_stream_has_its_own_rate(self):
        self.assertAlmostEqual(worst_rate(self.steady, 5), 100)

    def test_a_burst_shows_in_the_window(self):
        self.assertAlmostEqual(worst_rate(self.burst, 5), 200)

    def test_a_stretch_shorter_than_the_window_says_nothing(self):
        self.assertEqual(worst_rate(self.steady[:3], 5), 0)

    def test_copying_leaves_out_the_quiet_ends(self):
        quiet = [(t, 0) for t in range(5)] + [(5 + t, 100 * t) for t in range(11)] + [
            (16 + t, 1000) for t in range(5)]
        self.assertAlmostEqual(copying_s(quiet), 9)
        self.assertEqual(copying_s([(0, 5), (1, 5)]), 0)

    def test_only_segments_count(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "t-0").mkdir()
            Path(folder, "t-0/000.log").write_bytes(b"x" * 7)
            Path(folder, "t-0/000.index").write_bytes(b"x" * 9)
            self.assertEqual(stored_bytes(folder), 7)


if __name__ == "__main__":
    unittest.main()
