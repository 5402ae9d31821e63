"""A running `rezone sandbox`, as a context manager."""

import subprocess
import tempfile
import time
from pathlib import Path

READY_DEADLINE_S = 20


class Sandbox:
    def __init__(self, rezone, *options):
        self.dir = tempfile.TemporaryDirectory(prefix="rezone-sandbox-")
        self.control_file = Path(self.dir.name) / "control"
        self.ready_file = Path(self.dir.name) / "ready"
        self.command = [str(rezone), "sandbox", "--ready-file", str(self.ready_file),
                        "--control-file", str(self.control_file), *options]

    def __enter__(self):
        self.log = open(Path(self.dir.name) / "log", "w+")
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log)
        end = time.monotonic() + READY_DEADLINE_S
        while not self.ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                self.log.seek(0)
                raise RuntimeError(f"the sandbox did not start: {self.log.read()}")
            time.sleep(0.02)
        self.bootstrap = self.ready_file.read_text().strip()
        return self

    def tell(self, line):
        """Appends a command and waits for the server's line about it."""
        before = self.said().count("\n")
        with open(self.control_file, "a", encoding="utf-8") as control:
            control.write(line + "\n")
        end = time.monotonic() + 5
        while self.said().count("\n") == before and time.monotonic() < end:
            time.sleep(0.02)
        return self.said().splitlines()[before:]

    def said(self):
        self.log.flush()
        return Path(self.log.name).read_text()

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.dir.cleanup()
