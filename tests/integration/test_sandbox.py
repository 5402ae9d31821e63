#!/usr/bin/env python3
"""`rezone sandbox` from outside: our client against our server, bad bytes, and the whole job.

    test_sandbox.py REZONE TEST-CONFORMANCE
"""

import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

from sandbox_rig import Sandbox

REZONE, PLAYER = (Path(path).resolve() for path in sys.argv[1:3])
CASES = Path(__file__).resolve().parents[1] / "simulated/conformance/cases.txt"
API_VERSIONS, METADATA, PRODUCE = 18, 3, 0


def run(*arguments, expect=0, timeout=60):
    done = subprocess.run([str(REZONE), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=timeout)
    if done.returncode != expect:
        raise AssertionError(f"rezone {arguments[0]} exited {done.returncode}: "
                             f"{(done.stdout + done.stderr)[-1500:]}")
    return done.stdout


def refusal(*arguments):
    """What a command says that is refused as bad usage."""
    done = subprocess.run([str(REZONE), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    if done.returncode != 2:
        raise AssertionError(f"rezone {arguments[0]} exited {done.returncode}: {done.stderr}")
    return done.stderr


def estimated(before, plan, *options):
    answer = run("estimate", before, plan, "--throttle", "100MB", *options, "--json")
    return json.loads(answer)["estimates"][0]


def estimated_ms(before, plan, *options):
    return estimated(before, plan, *options)["duration_ms"]


def placement(snapshot):
    """Every partition's ordered list and leader."""
    topics = [line for line in map(json.loads, snapshot.read_text().splitlines())
              if "topic" in line]
    return {(topic["topic"], part["partition"]): (part["replicas"], part.get("leader"))
            for topic in topics for part in topic["partitions"]}


def connect(bootstrap, broker=0):
    host, port = bootstrap.split(",")[broker].rsplit(":", 1)
    peer = socket.create_connection((host, int(port)), timeout=5)
    return peer


def frame(key, version, body=b"", correlation=1):
    content = struct.pack(">hhih", key, version, correlation, -1) + body
    return struct.pack(">i", len(content)) + content


def read_exactly(peer, n):
    data = b""
    while len(data) < n:
        piece = peer.recv(n - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def answer(peer):
    return read_exactly(peer, struct.unpack(">i", read_exactly(peer, 4))[0])


def is_closed(peer):
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


class ProtocolTest(unittest.TestCase):
    """Bytes that no client of ours sends."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(REZONE, "--topics", "3", "--partitions", "2").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.sandbox.__exit__()

    def setUp(self):
        self.peer = connect(self.sandbox.bootstrap)

    def tearDown(self):
        self.peer.close()

    def test_unsupported_api_versions_is_answered_in_version_0(self):
        self.peer.sendall(frame(API_VERSIONS, 99))
        correlation, error, count = struct.unpack(">ihi", answer(self.peer)[:10])
        self.assertEqual((correlation, error), (1, 35))
        self.assertGreater(count, 5)
        self.peer.sendall(frame(API_VERSIONS, 0, correlation=2))
        self.assertEqual(struct.unpack(">ih", answer(self.peer)[:6]), (2, 0))

    def test_unknown_requests_close(self):
        for key, version in ((PRODUCE, 9), (METADATA, 99), (1234, 0)):
            with connect(self.sandbox.bootstrap) as peer:
                peer.sendall(frame(key, version))
                self.assertTrue(is_closed(peer), f"key {key}")

    def test_broken_frames_close(self):
        for sent in (b"\xff\xff\xff\xff", struct.pack(">i", 2**31 - 1), frame(METADATA, 1, b"\x7f"),
                     frame(METADATA, 9, b"\xff\xff\xff\xff\xff"), b"GET / HTTP/1.1\r\n\r\n"):
            with connect(self.sandbox.bootstrap) as peer:
                peer.sendall(sent)
                self.assertTrue(is_closed(peer), sent)

    def test_requests_may_come_in_pieces_and_together(self):
        request = frame(METADATA, 1, struct.pack(">i", 0), correlation=7)
        for byte in request:
            self.peer.sendall(bytes([byte]))
        self.assertEqual(struct.unpack(">i", answer(self.peer)[:4])[0], 7)
        self.peer.sendall(b"".join(frame(METADATA, 1, struct.pack(">i", 0), correlation=n)
                                   for n in range(100)))
        for n in range(100):
            self.assertEqual(struct.unpack(">i", answer(self.peer)[:4])[0], n)

    def test_a_client_that_never_reads_costs_little(self):
        self.peer.setblocking(False)
        sent = 0
        try:
            for _ in range(20000):
                sent += self.peer.send(frame(METADATA, 1, struct.pack(">i", -1)))
        except BlockingIOError:
            pass
        status = Path(f"/proc/{self.sandbox.process.pid}/status").read_text()
        peak_kib = int(next(line for line in status.splitlines() if "VmHWM" in line).split()[1])
        self.assertLess(peak_kib, 200000)
        with connect(self.sandbox.bootstrap, 1) as other:
            other.sendall(frame(METADATA, 1, struct.pack(">i", 0)))
            answer(other)


class CommandTest(unittest.TestCase):
    def test_conformance(self):
        for version in ("3.7", "3.9", "4.2", "4.3"):
            with Sandbox(REZONE, "--zones", "az1:2,az2:2,az3:2", "--topics", "1",
                         "--kafka-version", version, "--time-scale", "30") as sandbox:
                done = subprocess.run([PLAYER, CASES, "sandbox", version, sandbox.bootstrap,
                                       sandbox.control_file, "--full"], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_dead_broker_refuses_and_returns(self):
        with Sandbox(REZONE, "--topics", "3", "--time-scale", "100") as sandbox:
            self.assertEqual(sandbox.tell("kill 1"), ["kill 1: done"])
            time.sleep(0.3)
            with self.assertRaises(ConnectionRefusedError):
                connect(sandbox.bootstrap, 0)
            self.assertEqual(sandbox.tell("start 1"), ["start 1: done"])
            time.sleep(0.3)
            connect(sandbox.bootstrap, 0).close()

    def test_commands_that_cannot_be(self):
        with Sandbox(REZONE, "--topics", "1") as sandbox:
            self.assertIn("cannot", sandbox.tell("kill 99")[0])
            self.assertIn("cannot", sandbox.tell("start 1")[0])
            self.assertIn("no such command", sandbox.tell("explode")[0])
            self.assertIn("usage", sandbox.tell("kill")[0])
            self.assertIn("6 of 6 brokers", sandbox.tell("status")[0])

    def test_quit_and_signals_end_it_and_remove_the_ready_file(self):
        for end in ("quit", signal.SIGINT, signal.SIGTERM):
            with Sandbox(REZONE, "--topics", "1") as sandbox:
                if end == "quit":
                    sandbox.tell(end)
                else:
                    os.kill(sandbox.process.pid, end)
                self.assertEqual(sandbox.process.wait(5), 0)
                self.assertFalse(sandbox.ready_file.exists())

    def test_bad_options(self):
        for options in (["--zones", "az1"], ["--zones", "az1:0"], ["--zones", "a:1,a:1"],
                        ["--rf", "7"], ["--empty-zone", "az9"], ["--kafka-version", "9.9"],
                        ["--time-scale", "-1"], ["--data", "many"], ["--port", "x"]):
            run("sandbox", *options, expect=2)

    def test_a_denied_right_is_told(self):
        with Sandbox(REZONE, "--topics", "1") as sandbox:
            sandbox.tell("deny DESCRIBE CLUSTER")
            run("snapshot", "-b", sandbox.bootstrap, "-o", "/dev/null", expect=3)

    def test_zone_caps(self):
        with tempfile.TemporaryDirectory() as directory:
            before, plan = (Path(directory) / name for name in ("b", "p"))
            run_dir = Path(directory) / "run"
            with Sandbox(REZONE, "--empty-zone", "az2", "--topics", "4", "--data", "1GB",
                         "--time-scale", "20") as sandbox:
                live = ["-b", sandbox.bootstrap]
                run("snapshot", *live, "-o", before)
                run("plan", before, "-o", plan)
                apply = ["apply", plan, *live, "--throttle", "100MB", "--yes", "--run-dir", run_dir]
                for wrong in ("az1", "az1:az2", "az1=1MB", ":az2=1MB", "az1:az2=fast"):
                    self.assertIn("--zone-cap", refusal(*apply, "--zone-cap", wrong))
                    self.assertIn("--zone-cap", refusal("estimate", before, plan, "--throttle",
                                                        "100MB", "--zone-cap", wrong))
                unknown = refusal(*apply, "--zone-cap", "az1:az9=1MB")
                self.assertIn("no broker is in zone az9; there are az1, az2", unknown)
                self.assertFalse(run_dir.exists())
                cap = ["--zone-cap", "az1:az2=20MB/s"]
                slow = estimated_ms(before, plan, *cap)
                self.assertGreater(slow, 2 * estimated_ms(before, plan))
                start = time.monotonic()
                run(*apply, *cap, timeout=120)
                took_ms = 20 * 1000 * (time.monotonic() - start)
                self.assertGreater(took_ms, 0.8 * slow)
                run("verify", plan, *live)
                self.assertIn("done", run("status", run_dir, "--watch"))
                self.check_picture(run_dir)
                header = (run_dir / "journal").read_text().splitlines()[0]
                self.assertIn('"zone_caps":[["az1","az2",20000000]]', header)

    def check_picture(self, run_dir):
        """On a terminal: drawn in place, in its width, and the cursor is back at the end."""
        for variables, colour in (({}, True), ({"NO_COLOR": "1"}, False)):
            ours, theirs = pty.openpty()
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 50, 0, 0))
            done = subprocess.Popen([str(REZONE), "status", str(run_dir), "--watch"],
                                    stdin=theirs, stdout=theirs, stderr=theirs,
                                    env={**os.environ, "TERM": "xterm", **variables})
            os.close(theirs)
            shown = b""
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # Linux says so when the other side is closed
                    break
                if not piece:
                    break
                shown += piece
            self.assertEqual(done.wait(10), 0)
            os.close(ours)
            text = shown.decode()
            self.assertTrue(text.rstrip().endswith("\x1b[?25h"))
            self.assertEqual("\x1b[32m" in text, colour)
            bare = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", text)
            self.assertIn("done", bare)
            self.assertLessEqual(max(len(line.strip("\r")) for line in bare.split("\n")), 50)

    def test_stage(self):
        with tempfile.TemporaryDirectory() as directory:
            before, plan = (Path(directory) / name for name in ("b", "p"))
            run_dir = Path(directory) / "run"
            with Sandbox(REZONE, "--zones", "az1:4,az2:4", "--empty-zone", "az2", "--topics", "4",
                         "--rf", "4", "--data", "1GB", "--time-scale", "20") as sandbox:
                live = ["-b", sandbox.bootstrap]
                run("snapshot", *live, "-o", before)
                run("plan", before, "-o", plan)
                apply = ["apply", plan, *live, "--throttle", "100MB", "--yes", "--run-dir", run_dir]
                self.assertIn("--leaders never", refusal(*apply, "--stage", "--leaders", "never"))
                plain, staged = (estimated(before, plan, *how) for how in ([], ["--stage"]))
                saved = plain["stage_saves_bytes"]
                self.assertGreater(saved, 0)
                self.assertEqual(plain["cross_zone_bytes"] - staged["cross_zone_bytes"], saved)
                checks = json.loads(run("preflight", plan, *live, "--stage", "--json"))["checks"]
                said = [c["evidence"] for c in checks if c["check"] == "stage"]
                self.assertIn("go by steps and have up to 5 replicas", said[0])
                run(*apply, "--stage", timeout=200)
                run("verify", plan, *live)
                status = json.loads(run("status", run_dir, "--json"))
                self.assertGreater(status["partitions_staged"], 0)
                run("rollback", run_dir, "--yes", timeout=200)
                again = Path(directory) / "again"
                run("snapshot", *live, "-o", again)
                self.assertEqual(placement(again), placement(before))

    def test_the_whole_job_and_a_rehearsal_of_its_result(self):
        with tempfile.TemporaryDirectory() as directory:
            before, plan, after = (Path(directory) / name for name in ("b", "p", "a"))
            with Sandbox(REZONE, "--empty-zone", "az2", "--topics", "10", "--data", "2GB",
                         "--time-scale", "20") as sandbox:
                live = ["-b", sandbox.bootstrap]
                run("snapshot", *live, "-o", before)
                run("plan", before, "-o", plan)
                run("apply", plan, *live, "--throttle", "100MB", "--yes", "--run-dir",
                    Path(directory) / "run", timeout=120)
                run("verify", plan, *live)
                run("snapshot", *live, "-o", after)
            with Sandbox(REZONE, "--from", after) as sandbox:
                run("verify", plan, "-b", sandbox.bootstrap)
                audit = json.loads(run("audit", "-b", sandbox.bootstrap, "--json", "--fail-on",
                                       "none"))
                self.assertEqual(audit["partitions_total"], 120)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
