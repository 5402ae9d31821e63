#!/usr/bin/env python3
"""Every --json of every command is one document, as docs/schemas/ says; verify against its goldens.

    test_json.py PROGRAM            compares with tests/golden/verify/
    test_json.py PROGRAM --accept   writes them anew; read the difference before you commit it
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import schemas
from sandbox_rig import Sandbox

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/verify"
ACCEPT = "--accept" in sys.argv
REZONE = Path(next(a for a in sys.argv[1:] if a != "--accept")).resolve()
DEADLINE_S = 60
SEEN = {}  # command -> names of the schemas that its output was held against


class Work(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rezone-json-")
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def sandbox(self, *options):
        sandbox = Sandbox(REZONE, *options).__enter__()
        self.addCleanup(sandbox.__exit__)
        return ["-b", sandbox.bootstrap]

    def run_rezone(self, *words, code=0):
        done = subprocess.run([str(REZONE), *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}{done.stderr}"[-2000:])
        return done.stdout

    def document(self, schema, *words, code=0):
        """What `rezone WORDS --json` prints, all of it one document of that schema."""
        document = json.loads(self.run_rezone(*words, "--json", code=code))
        schemas.validate(schema, document)
        SEEN.setdefault(words[0], set()).add(schema)
        return document


class DocumentTest(Work):
    def plan(self, live, *options):
        """A snapshot of the live cluster and a plan for it."""
        before, plan = self.dir / "before.json", self.dir / "plan.json"
        self.run_rezone("snapshot", *live, "-o", before)
        self.document("plan-summary", "plan", before, *options, "-o", plan)
        return before, plan

    def test_files(self):
        live = self.sandbox("--empty-zone", "az2", "--topics", "3", "--write-rate", "2MB")
        before, plan = self.plan(live)
        self.document("audit", "audit", before, code=1)
        self.document("audit", "audit", *live, "--fail-on", "none")
        self.document("compare", "compare", before, "--throttle", "50MB")
        self.document("compare", "compare", before, "--target-rf", "99")
        self.document("estimate", "estimate", before, plan, "--throttle", "50MB,none")
        self.assertIsNone(self.document("check", "check", before, plan)["refuted_by"])
        other = self.dir / "other.json"
        self.run_rezone("snapshot", *live, "--sample", "1s", "-o", other)
        refused = self.document("check", "check", other, plan, code=1)
        self.assertIsNotNone(refused["refuted_by"])
        rates = [p["write_rate_bytes_per_s"] for line in other.read_text().splitlines()[1:]
                 for p in json.loads(line).get("partitions", [])]
        self.assertEqual(len(rates), 36)
        self.assertTrue(1e6 < sum(rates) < 4e6, f"measured {sum(rates)} of 2 MB/s")

    def test_preflight(self):
        live = self.sandbox("--empty-zone", "az2", "--topics", "3")
        plan = self.plan(live)[1]
        ready = self.document("preflight", "preflight", plan, *live, "--throttle", "50MB",
                              "--window", "22:00-23:00", "--broker-bandwidth", "1GB")
        self.assertTrue(ready["ok"])
        evidence = {c["check"]: c["evidence"] for c in ready["checks"]}
        self.assertIn("the simulated run takes", evidence["window"])
        self.document("dry-run", "apply", plan, *live, "--throttle", "50MB", "--dry-run")

    def test_a_run_and_its_commands(self):
        """Slow enough to be told things, then hurried to its end."""
        live = self.sandbox("--empty-zone", "az2", "--topics", "6", "--data", "4GB",
                            "--time-scale", "10")
        plan = self.plan(live)[1]
        run = self.dir / "run"
        log = open(self.dir / "apply.log", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen([str(REZONE), "apply", str(plan), *live, "--throttle", "2MB",
                                    "--yes", "--run-dir", str(run), "--json"],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        end = time.monotonic() + DEADLINE_S
        while not (run / "status.json").exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.document("status", "status", run)["pid"], process.pid)
        self.document("status", "throttle", run, "3MB")
        self.document("status", "pause", run)
        process.kill()
        process.wait()
        self.document("status", "status", run)
        self.document("status", "resume", run, *live, "--throttle", "1GB")
        self.document("verify", "verify", plan, *live)
        self.document("status", "rollback", run, *live, "--yes")
        self.document("verify", "verify", plan, *live, code=1)

    def test_cancel_and_the_end_of_apply(self):
        live = self.sandbox("--empty-zone", "az2", "--topics", "2", "--data", "1GB",
                            "--time-scale", "20")
        plan = self.plan(live)[1]
        self.document("status", "apply", plan, *live, "--throttle", "2GB", "--yes", "--run-dir",
                      self.dir / "run")
        plan = self.plan(live, "--target-rf", "4")[1]
        run = self.dir / "slow"
        process = subprocess.Popen([str(REZONE), "apply", str(plan), *live, "--throttle", "1MB",
                                    "--yes", "--run-dir", str(run)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        end = time.monotonic() + DEADLINE_S
        while not (run / "status.json").exists() and time.monotonic() < end:
            time.sleep(0.05)
        done = self.document("status", "cancel", run, *live, "--yes")
        self.assertEqual(done["state"], "cancelled")

    def test_add_zone(self):
        live = self.sandbox("--empty-zone", "az2", "--topics", "2", "--data", "1GB",
                            "--time-scale", "20")
        job = ["add-zone", "az2", *live, "--throttle", "2GB", "--run-dir", self.dir / "run"]
        planned = self.document("add-zone", *job, "--dry-run", "-q")
        self.assertEqual([planned["status"], planned["verification"]], [None, None])
        done = self.document("add-zone", *job, "--yes", "-q")
        schemas.validate("status", done["status"])
        schemas.validate("verify", done["verification"])
        self.assertEqual(done["verification"]["zones_serving"], ["az1", "az2"])
        for name in ("estimate", "preflight", "status", "verify"):
            schemas.validate(name, json.loads((self.dir / f"run/{name}.json").read_text()))
        again = self.document("add-zone", "resume", self.dir / "run", *live)
        self.assertEqual(again["verification"]["left_to_do"], done["verification"]["left_to_do"])


class VerifyTest(Work):
    """The demo's cluster and one that can be made safe: before, and after the whole way."""

    def compare(self, name, text):
        """Logs grow meanwhile, so bytes are not compared."""
        path, text = GOLDEN / name, re.sub(r"[\d,]+ bytes", "N bytes", text)
        if ACCEPT:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.assertEqual(path.read_text(), text, f"{name}: --accept if this is intended")

    def keep(self, name, plan, live, code):
        self.compare(f"{name}.txt", self.run_rezone("verify", plan, *live, code=code))
        document = self.document("verify", "verify", plan, *live, code=code)
        self.compare(f"{name}.json", json.dumps(document, indent=1) + "\n")
        return document

    def test_answers(self):
        for fixture, options, safe in (("demo-before", [], False),
                                       ("demo-before", ["--target-rf", "4"], True),
                                       ("three-zones", [], True)):
            name = "-".join([fixture, *(o.strip("-") for o in options)])
            with self.subTest(name):
                snapshot, plan = ROOT / f"tests/fixtures/{fixture}.json", GOLDEN / f"{name}.plan"
                if not plan.exists():  # kept: another solver may choose another of equal plans
                    self.run_rezone("plan", snapshot, *options, "-o", plan, "-q")
                live = self.sandbox("--from", snapshot, "--time-scale", "50")
                self.keep(f"{name}-planned", plan, live, 1)
                self.run_rezone("apply", plan, *live, "--throttle", "5GB", "--yes", "--run-dir",
                                self.dir / f"{name}.run", "-q")
                done = self.keep(f"{name}-done", plan, live, 0)
                self.assertEqual(done["left_to_do"] == [], safe)


class CompletenessTest(unittest.TestCase):
    def test_every_command_and_schema(self):
        """Run last: what offers --json was held against a schema, and every schema was used."""
        helped = subprocess.run([str(REZONE), "--help"], capture_output=True, text=True,
                                check=True).stdout
        commands = re.findall(r"^  ([a-z-]+) {2,}\S", helped, re.MULTILINE)
        self.assertIn("add-zone", commands)
        offering = {c for c in commands if "--json" in subprocess.run(
            [str(REZONE), c, "--help"], capture_output=True, text=True, check=True).stdout}
        self.assertEqual(offering - set(SEEN), set(), "--json without a test")
        used = set().union(*SEEN.values()) | {"snapshot-line", "plan-line"}  # test_golden.py's
        self.assertEqual(set(schemas.names()) - used, set(), "schemas without a test")


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite()
    for case in (DocumentTest, VerifyTest, CompletenessTest):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
