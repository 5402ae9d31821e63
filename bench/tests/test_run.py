"""What rzbench.run reports about commands with a known cost."""

import sys
import unittest

from rzbench.run import run


def python(code):
    return [sys.executable, "-I", "-S", "-c", code]


class Run(unittest.TestCase):
    def test_exit_code_and_last_words(self):
        outcome = run(python("import sys; print('a\\nb', file=sys.stderr); sys.exit(3)"), 20)
        self.assertEqual((outcome.exit_code, outcome.message()), (3, "b"))
        self.assertFalse(outcome.timed_out)

    def test_solve_ms_is_not_a_message(self):
        outcome = run(python("import sys; print('solve_ms 12', file=sys.stderr)"), 20)
        self.assertEqual((outcome.solve_ms(), outcome.message()), (12, "exit 0"))

    def test_timeout(self):
        outcome = run(python("import time; time.sleep(30)"), 0.3)
        self.assertTrue(outcome.timed_out)
        self.assertLess(outcome.wall_s, 10)

    def test_a_timeout_ends_grandchildren_too(self):
        outcome = run(["sh", "-c", "sleep 30; true"], 0.3)
        self.assertTrue(outcome.timed_out)
        self.assertLess(outcome.wall_s, 10)
        # sleep holds our pipe open: run() would have waited for it to end by itself.

    def test_memory_is_the_commands_own(self):
        ours = b"x" * (200 << 20)  # held here while a small command runs
        small = run(python("pass"), 20)
        large = run(python("x = b'x' * (100 << 20)"), 20)
        self.assertEqual(len(ours), 200 << 20)
        self.assertLess(small.peak_mib, 60)
        self.assertGreater(large.peak_mib, 100)


if __name__ == "__main__":
    unittest.main()
