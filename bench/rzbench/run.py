"""Run one command and say what it cost: wall time, CPU and peak memory of it and its children."""

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass


@dataclass
class Outcome:
    exit_code: int      # negative: the signal that ended it
    timed_out: bool
    wall_s: float
    cpu_s: float
    peak_mib: float     # the largest single process
    stderr: str

    def message(self):
        """Its last words, without progress and log lines of other levels."""
        lines = [line.strip() for line in self.stderr.splitlines() if line.strip()]
        lines = [line for line in lines if not line.startswith(("[INFO]", "SLF4J", "solve_ms"))]
        return lines[-1] if lines else f"exit {self.exit_code}"

    def solve_ms(self):
        """What the command itself says about its computation, without starting up and files."""
        for line in self.stderr.splitlines():
            if line.startswith("solve_ms "):
                return int(line.split()[1])
        return None


def run(command, timeout_s, cwd=None):
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=errors, cwd=cwd)
        expired = threading.Event()
        timer = threading.Timer(timeout_s, lambda: (expired.set(), child.kill()))
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.monotonic() - start
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        stderr = errors.read().decode("utf-8", "replace")
    return Outcome(child.returncode, expired.is_set(), wall_s, usage.ru_utime + usage.ru_stime,
                   usage.ru_maxrss / 1024, stderr)
