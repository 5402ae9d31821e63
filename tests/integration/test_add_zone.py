#!/usr/bin/env python3
"""`rezone add-zone` on the sandbox: to the end, killed in every step and resumed, and refused.

    test_add_zone.py REZONE
"""

import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from sandbox_rig import Sandbox

REZONE = Path(sys.argv[1]).resolve()
CLUSTER = ["--zones", "az1:2,az2:2", "--empty-zone", "az2", "--topics", "4", "--partitions", "3",
           "--rf", "2", "--data", "1GB"]
BEFORE = ["job.json", "before.json", "audit-before.html", "plan.json", "plan.html",
          "estimate.json", "estimate.html", "preflight.json"]
RUN = ["journal", "status.json", "events.ndjson"]
AFTER = ["after.json", "audit-after.html", "run.html", "verify.json"]
DEADLINE_S = 60


def run(*arguments):
    return subprocess.run([str(REZONE), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE_S, check=False)


class AddZoneTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rezone-add-zone-")
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name) / "run"

    def sandbox(self, *options):
        sandbox = Sandbox(REZONE, *CLUSTER, "--time-scale", "20", *options).__enter__()
        self.addCleanup(sandbox.__exit__)
        return sandbox

    def job(self, sandbox, zone, *options):
        return ["add-zone", zone, "-b", sandbox.bootstrap, "--throttle", "2GB", "--run-dir",
                self.dir, *options]

    def expect(self, done, code, *words):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said[-2000:])
        for word in words:
            self.assertIn(word, said)

    def replicas(self, sandbox):
        """Replica lists, as a snapshot has them."""
        done = run("snapshot", "-b", sandbox.bootstrap)
        self.expect(done, 0)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {(topic["topic"], p["partition"]): p["replicas"]
                for topic in lines if "topic" in topic for p in topic["partitions"]}

    def expect_spread(self, sandbox):
        for name, replicas in self.replicas(sandbox).items():
            self.assertEqual(sorted(b > 2 for b in replicas), [False, True], name)
        self.expect(run("verify", self.dir / "plan.json", "-b", sandbox.bootstrap), 0)

    def test_the_whole_job(self):
        sandbox = self.sandbox()
        done = run(*self.job(sandbox, "az2", "--yes"))
        self.expect(done, 0, "Zones that serve today: az1", "Simulated run",
                    "Zones that serve now: az1, az2",
                    "If zone az1 is lost, every partition stays writable.",
                    "verified: the cluster is as planned, and nothing is left to do")
        for name in BEFORE + RUN + AFTER:
            self.assertTrue((self.dir / name).exists(), name)
        self.expect(run("audit", self.dir / "before.json"), 1, "UNSAFE")
        self.expect(run("audit", self.dir / "after.json"), 0, "safe")
        self.expect(run("check", self.dir / "before.json", self.dir / "plan.json"), 0)
        self.expect_spread(sandbox)
        status = json.loads(run("status", self.dir, "--json").stdout)
        self.assertEqual(status["zone_safe"], {"az1": 12, "az2": 12})  # of 4 topics, 3 partitions
        self.expect(run(*self.job(sandbox, "az2", "--yes")), 2, "rezone resume")
        self.dir = self.dir.parent / "again"
        self.expect(run(*self.job(sandbox, "az2", "--yes")), 1, "serves already")

    def test_dry_run_changes_nothing(self):
        sandbox = self.sandbox()
        before = self.replicas(sandbox)
        self.expect(run(*self.job(sandbox, "az2", "--dry-run")), 0, "dry run")
        for name in BEFORE:
            self.assertTrue((self.dir / name).exists(), name)
        self.assertFalse((self.dir / "journal").exists())
        self.assertEqual(self.replicas(sandbox), before)

    def test_the_window_is_held_against_the_simulated_run(self):
        """Told before consent; what it takes at least, when the asked rate is too low."""
        sandbox = self.sandbox()
        job = ["add-zone", "az2", "-b", sandbox.bootstrap, "--run-dir", self.dir, "--dry-run",
               "--window", "22:00-22:01", "--cross-zone-price", "0.01/GB"]
        self.expect(run(*job, "--throttle", "1MB"), 0, "None of these rates fits the window",
                    "too long", "warn     window")
        estimate = json.loads((self.dir / "estimate.json").read_text())
        self.assertIsNone(estimate["smallest_throttle_that_fits"])
        self.assertFalse(estimate["estimates"][0]["fits_window"])
        self.assertGreater(estimate["estimates"][0]["price"], 0)
        self.expect(run(*job, "--throttle", "1GB"), 0, "fits the window is 1GB", "ok       window")

    def test_zones_from_a_map_are_kept_for_resume(self):
        """Brokers without a rack: their zones are in the map only, after the run, too."""
        sandbox = self.sandbox()
        zones = self.dir.parent / "zones.json"
        zones.write_text(json.dumps({"1": "old", "2": "old", "3": "new", "4": "new"}))
        job = ["add-zone", "new", "-b", sandbox.bootstrap, "--throttle", "2GB", "--run-dir",
               self.dir, "--zone-map", zones, "--yes"]
        self.expect(run(*job), 0, "Zones that serve today: old", "Zones that serve now: new, old")
        for name in AFTER:
            (self.dir / name).unlink()
        self.expect(run("resume", self.dir), 0, "Zones that serve now: new, old", "verified")

    def test_going_on_may_answer_what_was_not(self):
        """Ended for lack of --yes: resume --yes is the answer, at the brokers that it names."""
        sandbox = self.sandbox()
        job = self.job(sandbox, "az2")
        job[job.index("-b") + 1] = sandbox.bootstrap.split(",")[0]
        self.expect(run(*job), 2, "--yes")
        self.expect(run("resume", self.dir, "--yes", "-b", sandbox.bootstrap.split(",")[1]), 0,
                    "verified")
        self.expect_spread(sandbox)

    def test_without_consent_nothing_changes(self):
        sandbox = self.sandbox()
        before = self.replicas(sandbox)
        self.expect(run(*self.job(sandbox, "az2")), 2, "--yes")
        self.assertEqual(self.replicas(sandbox), before)

    def test_refusals(self):
        sandbox = self.sandbox()
        before = self.replicas(sandbox)
        cases = [
            ("no live broker", ["az9", "--yes"], 1, "zone az9 has no live broker"),
            ("its zone left out", ["az2", "--yes", "--zones", "az1"], 2, "leaves out zone az2"),
            ("no room to spread", ["az2", "--yes", "--target-rf", "9"], 1, "9"),
        ]
        for name, (zone, *options), code, words in cases:
            with self.subTest(name):
                self.expect(run(*self.job(sandbox, zone, *options)), code, words)
        self.assertEqual(self.replicas(sandbox), before)

    def test_a_failing_check_refuses(self):
        """A missing right is told before anything is tried; --accept takes the risk."""
        sandbox = self.sandbox()
        before = self.replicas(sandbox)
        sandbox.tell("deny ALTER CLUSTER")
        job = self.job(sandbox, "az2")
        self.expect(run(*job, "--yes"), 1, "permissions", "ALTER on CLUSTER is missing",
                    "nothing was changed")
        self.assertEqual(self.replicas(sandbox), before)
        checks = json.loads((self.dir / "preflight.json").read_text())
        self.assertEqual([c["check"] for c in checks["checks"] if c["verdict"] == "fail"],
                         ["permissions"])
        self.expect(run(*job, "--dry-run", "--accept", "permissions"), 0, "(accepted)")
        self.expect(run(*job, "--dry-run", "--accept", "weather"), 2, "weather")

    def test_a_zone_whose_broker_died_is_refused(self):
        sandbox = self.sandbox()
        for broker in (3, 4):
            sandbox.tell(f"kill {broker}")
        end = time.monotonic() + DEADLINE_S
        done = run(*self.job(sandbox, "az2", "--yes"))
        while "no live broker" not in done.stderr and time.monotonic() < end:
            time.sleep(0.5)
            done = run(*self.job(sandbox, "az2", "--yes"))
        self.expect(done, 1, "zone az2 has no live broker")

    def kill_when(self, sandbox, ready):
        """Starts the job and kills it as soon as @ready says so; the output it left."""
        with open(self.dir.parent / "killed.log", "w+", encoding="utf-8") as log:
            process = subprocess.Popen([str(REZONE), *map(str, self.job(sandbox, "az2", "--yes"))],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            end = time.monotonic() + DEADLINE_S
            while not ready() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.001)
            process.kill()
            process.wait()

    def test_killed_in_each_step_and_resumed(self):
        for name in BEFORE + RUN + AFTER:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.dir = Path(folder) / "run"
                with Sandbox(REZONE, *CLUSTER, "--time-scale", "20") as sandbox:
                    self.kill_when(sandbox, (self.dir / name).exists)
                    self.assertTrue((self.dir / "job.json").exists())
                    self.expect(run("resume", self.dir, "-b", sandbox.bootstrap), 0,
                                "verified: the cluster is as planned")
                    self.expect_spread(sandbox)

    def test_a_killed_rollback_goes_on_backwards(self):
        """The way back ends where it began; that is no failure of what add-zone had planned."""
        sandbox = self.sandbox()
        before = self.replicas(sandbox)
        self.expect(run(*self.job(sandbox, "az2", "--yes")), 0, "verified")
        process = subprocess.Popen([str(REZONE), "rollback", str(self.dir), "--yes"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        end = time.monotonic() + DEADLINE_S
        while self.state() != "rolling_back" and time.monotonic() < end:
            time.sleep(0.001)
        process.kill()
        process.wait()
        self.assertEqual(self.state(), "rolling_back")
        self.expect(run("resume", self.dir), 0, "rolled_back")
        self.assertEqual(self.replicas(sandbox), before)
        self.expect(run("resume", self.dir), 2, "nothing is left to do")

    def state(self):
        return json.loads((self.dir / "status.json").read_text())["state"]

    def test_killed_again_and_again(self):
        """The copies take seconds; each resume is killed after a while."""
        with Sandbox(REZONE, *CLUSTER, "--time-scale", "2") as sandbox:
            job = self.job(sandbox, "az2", "--yes")
            for after_s in (0.3, 0.6, 0.9, 1.2):
                process = subprocess.Popen([str(REZONE), *map(str, job)],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                try:
                    process.wait(after_s)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                if (self.dir / "job.json").exists():
                    job = ["resume", self.dir, "-b", sandbox.bootstrap]
            self.expect(run("resume", self.dir, "-b", sandbox.bootstrap), 0, "verified")
            self.expect_spread(sandbox)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
