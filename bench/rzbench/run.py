"""Run one command and say what it cost: wall time, CPU and peak memory of it and its children."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).resolve().parent / "launch.py"


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


def run(command, timeout_s):
    done = subprocess.run([sys.executable, "-I", "-S", str(LAUNCHER), str(timeout_s), *command],
                          capture_output=True, text=True, errors="replace", check=True)
    return Outcome(**json.loads(done.stdout), stderr=done.stderr)
