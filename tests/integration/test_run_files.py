"""docs/run-files.md says what a run really writes: no field, record or metric more or less.

    test_run_files.py PROGRAM
"""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from sandbox_rig import Sandbox

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/run-files.md").read_text()
JOURNAL_READER = (ROOT / "executor/journal_parse.c").read_text()
PROGRAM = "rezone"


def example(name):
    return re.search(rf"<!-- example: {name} -->\n```\w*\n(.*?)```", DOCUMENT, flags=re.S).group(1)


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?:^## |\Z)", DOCUMENT, flags=re.S | re.M).group(1)


def table(text):
    """The rows of the first table, as lists of cells, without its heading."""
    first = re.search(r"(?:^\|.*\n)+", text, flags=re.M).group(0).splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in first[2:]]


def names(cell):
    return re.findall(r"`(\w+)`", cell)


def shape(value):
    """Keys, all the way down; a list is its first element, a map of zones is just a map."""
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if isinstance(value, dict):
        return {key: {} if key == "zone_safe" else shape(item) for key, item in value.items()}
    return None


def events(text):
    found = {}
    for line in text.splitlines():
        event = json.loads(line)
        found.setdefault(event["event"], set(event))
        assert found[event["event"]] == set(event), line
    return found


def metrics(text):
    """name -> (help, type), and that every sample is one of these."""
    helps = dict(re.findall(r"^# HELP (\w+) (.*)$", text, flags=re.M))
    types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, flags=re.M))
    samples = re.findall(r"^(\w+)(?:\{\w+=\"[^\"]*\"\})? -?[0-9.e+]+$", text, flags=re.M)
    assert set(samples) == set(helps) == set(types), (samples, helps, types)
    assert len(text.splitlines()) == len(helps) + len(types) + len(samples), text
    return {name: (helps[name], types[name]) for name in helps}


class RunFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as work, Sandbox(
                PROGRAM, "--zones", "az1:2,az2:1", "--empty-zone", "az2", "--topics", "1",
                "--partitions", "1", "--rf", "2", "--data", "40MB", "--time-scale", "10") as cluster:
            for words in (["snapshot", "-b", cluster.bootstrap, "-o", "before.json"],
                          ["plan", "before.json", "-o", "plan.json"],
                          ["apply", "plan.json", "-b", cluster.bootstrap, "--throttle", "50MB",
                           "--throttle-mode", "follower", "--run-dir", "run", "--yes", "-q"]):
                done = subprocess.run([PROGRAM, *words], cwd=work, capture_output=True, text=True,
                                      check=False)
                assert done.returncode == 0, done.stderr
            cls.files = {path.name: path.read_text() for path in (Path(work) / "run").iterdir()
                         if path.is_file()}

    def test_every_file_is_named(self):
        named = {name for row in table(DOCUMENT) for name in re.findall(r"`([\w.]+)`", row[0])}
        self.assertEqual(set(self.files) | {"control.sock"}, named)

    def test_status(self):
        wanted, got = json.loads(example("status")), json.loads(self.files["status.json"])
        for name in ("moves", "blocked", "debts"):  # empty after a good run
            got[name] = wanted[name]
        self.assertEqual(shape(wanted), shape(got))
        named = {name for row in table(section("Status")) for name in names(row[0])}
        self.assertEqual(named, set(got))

    def test_events(self):
        wanted, got = events(example("events")), events(self.files["events.ndjson"])
        named = {names(row[0])[0] for row in table(section("Events"))}
        self.assertEqual(named, set(wanted))
        for event, fields in got.items():
            self.assertEqual(fields, wanted[event], event)

    def test_metrics(self):
        wanted, got = metrics(example("metrics")), metrics(self.files["metrics.prom"])
        self.assertLessEqual(wanted.items(), got.items())
        named = set()
        for row in table(section("Metrics")):
            first = None
            for name in re.findall(r"`(\w+)(?:\{\w+\})?`", row[0]):
                first = first or name.removesuffix("_total")
                named.add(first + name if name.startswith("_") else name)
        self.assertEqual(named, set(got))
        alerts = (ROOT / "packaging/alerts.yml").read_text()
        self.assertLessEqual(set(re.findall(r"\brezone_\w+", alerts)), set(got))

    def test_journal(self):
        rows = {names(row[0])[0]: row[2] for row in table(section("Journal"))}
        known = set(re.findall(r"^ +\{\"(\w+)\", +take_\w+", JOURNAL_READER, flags=re.M))
        self.assertEqual(set(rows), known, "records that the reader knows")
        for text in (self.files["journal"], example("journal")):
            for line in text.splitlines():
                record = json.loads(line[9:])
                missing = set(record) - {"t"} - set(names(rows[record["t"]]))
                self.assertEqual(missing, set(), line)


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
