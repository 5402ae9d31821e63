"""What the integration tests stand on: a real cluster, a load, the oracle and the program itself.

A Rig owns a working folder and everything that runs in it; leaving the `with` block ends every
process, also after Ctrl-C or SIGTERM, and deletes the brokers' data but no log.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "kafka"))

from kafka_cluster import CONTROLLER_ID, Cluster, ClusterError  # noqa: E402, F401
from proxy import Proxies  # noqa: E402
from small_disk import SmallDisk  # noqa: E402

ORACLE_DEADLINE_S = 120
LOAD_END_DEADLINE_S = 200


class TestFailure(Exception):
    """Something is not as it must be; the text says what."""


def raise_on_sigterm():
    """Makes SIGTERM unwind the stack like Ctrl-C does, so that everything is cleaned up."""
    def stop(number, _frame):
        raise SystemExit(128 + number)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


class Oracle:
    """The running oracle; see Oracle.java. It is started at the first question."""

    def __init__(self, rig):
        self.rig = rig
        self.process = None

    def ask(self, command, arguments, spec):
        if self.process is None:
            with open(self.rig.dir / "oracle.log", "ab") as log:
                self.process = subprocess.Popen(
                    self.rig.cluster.java("Oracle", self.rig.cluster.bootstrap()),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                    start_new_session=True)
        question = {"command": command, "arguments": arguments, "spec": spec}
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], ORACLE_DEADLINE_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.close()
            raise TestFailure(f"the oracle does not answer {command} {' '.join(arguments)}")
        reply = json.loads(line)
        if "error" in reply:
            raise TestFailure(f"oracle {command} {' '.join(arguments)}: {reply['error']}")
        return reply["answer"]

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Load:
    """A running producer; see Load.java."""

    def __init__(self, rig, topics, fill_bytes, records_per_s, name="load"):
        self.rig = rig
        self.acked = rig.dir / f"{name}-acknowledged.txt"
        log_path = rig.dir / f"{name}.log"
        self.log = open(log_path, "wb")
        self.process = subprocess.Popen(
            rig.cluster.java("Load", rig.cluster.bootstrap(), self.acked, fill_bytes,
                             records_per_s, *topics),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            start_new_session=True)
        if self.process.stdout.readline().strip() != "filled":
            self.close()
            raise TestFailure(f"the producer failed: {log_path.read_text()[-2000:]}")

    def phase(self, name):
        self.process.stdin.write(f"phase {name}\n")
        self.process.stdin.flush()

    def finish(self):
        """Ends the load and returns its report."""
        out, _ = self.process.communicate(timeout=LOAD_END_DEADLINE_S)
        if self.process.returncode != 0:
            raise TestFailure(f"the producer ended with {self.process.returncode}")
        return json.loads(out)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Rig:
    """One cluster and one working folder; use it as a context manager."""

    def __init__(self, directory, program):
        self.dir = Path(directory).resolve()
        self.program = str(Path(program).resolve())
        self.cluster = None
        self.asked = Oracle(self)
        self.load = None
        self.other_loads = []
        self.small_disks = {}
        self.proxies = None
        self.runs = 0
        self.background = []

    def __enter__(self):
        raise_on_sigterm()
        if self.dir.exists():
            shutil.rmtree(self.dir)
        self.dir.mkdir(parents=True)
        return self

    def __exit__(self, *_):
        for process in self.background:
            if process.poll() is None:
                process.kill()
                process.wait()
        for load in filter(None, [self.load, *self.other_loads]):
            load.close()
        self.asked.close()
        if self.proxies is not None:
            self.proxies.close()
        if self.cluster is not None:
            self.cluster.stop(0)
            for disk in self.small_disks.values():
                disk.close()
            for node in self.cluster.nodes():
                shutil.rmtree(node.data_dir(), ignore_errors=True)

    # ---- the cluster ----

    def start_cluster(self, version, zones, extra=None, proxied=False, small_disks=(), **more):
        """`small_disks`: brokers whose data lies on a disk that can be resized."""
        self.small_disks = {broker: SmallDisk(self.dir / "kafka" / f"broker-{broker}-data")
                            for broker in small_disks}
        self.cluster = Cluster.create(self.dir / "kafka", version, zones, extra=extra,
                                      proxied=proxied, **more)
        if proxied:  # at once, before somebody else takes the ports
            self.proxies = Proxies(self.cluster.proxy_ports())
        self.cluster.start()
        return self.cluster

    def oracle(self, command, *arguments, spec=None):
        return self.asked.ask(command, list(map(str, arguments)), spec)

    def state(self):
        return self.oracle("state")

    def settled_state(self, settled, deadline_s=30):
        """Reads the state until `settled(state)` or the deadline; the last state in any case."""
        end = time.monotonic() + deadline_s
        while True:
            state = self.state()
            if settled(state) or time.monotonic() > end:
                return state
            time.sleep(1)

    def start_load(self, topics, fill_bytes, records_per_s):
        self.load = Load(self, topics, fill_bytes, records_per_s)
        return self.load

    def start_other_load(self, name, topics, fill_bytes, records_per_s):
        """One more producer, whose records nobody verifies."""
        self.other_loads.append(Load(self, topics, fill_bytes, records_per_s, name))
        return self.other_loads[-1]

    def verify_records(self):
        done = subprocess.run(self.cluster.java("VerifyRecords", self.cluster.bootstrap(),
                                                self.load.acked),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=300)
        if done.returncode != 0:
            raise TestFailure(f"the verifying consumer failed: {done.stderr[-2000:]}")
        return json.loads(done.stdout)

    # ---- the program ----

    def path(self, name):
        return str(self.dir / name)

    def live(self):
        return ["-b", self.cluster.bootstrap()]

    def start_program(self, *arguments, environment=None):
        """Starts `rezone ARGUMENTS` in the background; its output goes to a log of its own."""
        self.runs += 1
        log_path = self.dir / f"rezone-{self.runs:03}-{arguments[0]}.log"
        with open(log_path, "wb") as log:
            log.write(f"$ rezone {' '.join(map(str, arguments))}\n".encode())
            log.flush()
            process = subprocess.Popen([self.program, *map(str, arguments)], cwd=self.dir,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, **(environment or {})})
        process.log_path = log_path
        self.background.append(process)
        return process

    def run(self, *arguments, expect=0, timeout=300):
        """Runs `rezone ARGUMENTS` and returns stdout and stderr; another exit code is a failure."""
        self.runs += 1
        log_path = self.dir / f"rezone-{self.runs:03}-{arguments[0]}.log"
        try:
            done = subprocess.run([self.program, *map(str, arguments)], cwd=self.dir,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=timeout)
        except subprocess.TimeoutExpired as late:
            out = (late.stdout or b"").decode(errors="replace") + (late.stderr or b"").decode(
                errors="replace")
            log_path.write_text(out)
            raise TestFailure(f"rezone {arguments[0]} did not end in {timeout} s: {out[-1500:]}"
                              ) from late
        log_path.write_text(f"$ rezone {' '.join(map(str, arguments))}\n{done.stdout}"
                            f"--- stderr, exit {done.returncode}\n{done.stderr}")
        codes = expect if isinstance(expect, tuple) else (expect,)
        if done.returncode not in codes:
            raise TestFailure(f"rezone {arguments[0]} exited {done.returncode}, not {expect}: "
                              f"{(done.stdout + done.stderr)[-2500:]}")
        return done.stdout, done.stderr

    def plan_lines(self, name):
        return [json.loads(line) for line in Path(self.path(name)).read_text().splitlines()]


class Results:
    """Counts named checks, prints one line for each, and the closing line."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, faults):
        """`faults`: sentences; none means that the check holds."""
        if faults:
            self.failed += 1
            print(f"FAIL  {name}: {len(faults)} found", flush=True)
            for fault in faults[:5]:
                print(f"        {fault}", flush=True)
        else:
            self.passed += 1
            print(f"ok    {name}", flush=True)

    def verdict(self, prefix, verdict):
        for name, faults in verdict.items():
            self.check(f"{prefix}: {name}", faults)

    def scenario(self, name, function, *arguments):
        """Runs one scenario; whatever it raises is one failed check, and the next one runs."""
        begun = time.monotonic()
        try:
            function(*arguments)
        except (TestFailure, ClusterError, subprocess.SubprocessError, OSError, ValueError,
                KeyError) as problem:
            self.check(name, [f"{type(problem).__name__}: {problem}"])
        print(f"      {name}: {time.monotonic() - begun:.1f} s", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.failed == 0 and self.passed > 0 else 1
