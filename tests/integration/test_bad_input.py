"""Bad input is refused with exit code 2 and a message that names file, line and field.

    test_bad_input.py PROGRAM
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = None

HEADER = {"format": "rezone-snapshot", "version": 1}
BROKERS = [{"broker": n, "zone": "az1" if n < 3 else "az2"} for n in (1, 2, 3, 4)]


def snapshot(header=None, partition=None, brokers=None, extra=""):
    """A snapshot's text; what is named replaces the good one."""
    partition = partition or {"partition": 0, "replicas": [1, 2]}
    lines = [header or HEADER, *(brokers or BROKERS), {"topic": "t", "partitions": [partition]}]
    return "".join(json.dumps(line) + "\n" for line in lines) + extra


# name, snapshot text, words that the message must have; line 6 is the topic
CASES = [
    ("empty file", "", []),
    ("not JSON", "hello\n", ["1"]),
    ("truncated JSON", snapshot()[:-20], ["6"]),
    ("unknown version", snapshot(header={**HEADER, "version": 99}), ["1", "version"]),
    ("other format", snapshot(header={**HEADER, "format": "other"}), ["1", "format"]),
    ("no header", "".join(json.dumps(b) + "\n" for b in BROKERS), ["1"]),
    ("broker as text", snapshot(brokers=[{"broker": "one", "zone": "az1"}]), ["2", "broker"]),
    ("zone as number", snapshot(brokers=[{"broker": 1, "zone": 7}]), ["2", "zone"]),
    ("broker twice", snapshot(brokers=[BROKERS[0], BROKERS[0]]), ["3", "broker"]),
    ("no replicas", snapshot(partition={"partition": 0}), ["6", "replicas"]),
    ("empty replicas", snapshot(partition={"partition": 0, "replicas": []}), ["6", "replicas"]),
    ("repeated replica", snapshot(partition={"partition": 0, "replicas": [1, 1]}),
     ["6", "replicas"]),
    ("replica as text", snapshot(partition={"partition": 0, "replicas": ["1"]}),
     ["6", "replicas"]),
    ("negative size", snapshot(partition={"partition": 0, "replicas": [1], "size_bytes": -1}),
     ["6", "size_bytes"]),
    ("negative partition", snapshot(partition={"partition": -1, "replicas": [1]}),
     ["6", "partition"]),
    ("topic twice", snapshot(extra=json.dumps(
        {"topic": "t", "partitions": [{"partition": 0, "replicas": [1]}]}) + "\n"), ["7"]),
]


def rezone(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)


class BadInputTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def write(self, text):
        path = self.dir / "input.json"
        path.write_text(text)
        return path

    def test_good_snapshot_is_planned(self):
        done = rezone("plan", self.write(snapshot()), "-o", self.dir / "plan.json")
        self.assertEqual(0, done.returncode, done.stderr)

    def test_bad_snapshots(self):
        for name, text, words in CASES:
            with self.subTest(name):
                path = self.write(text)
                done = rezone("plan", path, "-o", self.dir / "plan.json")
                self.assertEqual(2, done.returncode, done.stderr)
                self.assertIn(str(path), done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr.replace(str(path), ""))
                self.assertFalse((self.dir / "plan.json").exists(), "a plan was written")

    def test_missing_file(self):
        done = rezone("plan", self.dir / "absent.json")
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertIn("absent.json", done.stderr)

    def test_bad_usage_names_the_option(self):
        path = self.write(snapshot())
        for arguments, word in ((["plan", path, "--no-such-option"], "no-such-option"),
                                (["plan", path, "--spread", "sideways"], "spread"),
                                (["nonsense"], "nonsense"),
                                (["plan"], "")):
            with self.subTest(arguments):
                done = rezone(*arguments)
                self.assertEqual(2, done.returncode, done.stderr)
                self.assertIn(word, done.stderr)

    def test_unreachable_cluster(self):
        done = rezone("snapshot", "-b", "127.0.0.1:1")
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("127.0.0.1:1", done.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
