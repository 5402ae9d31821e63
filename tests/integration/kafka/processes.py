"""Processes that we started, and only those, known by pid and start time.

A pid alone is not an identity: it can be given out again. So each node's file keeps the kernel's
start time of the process next to the pid, and the command line must carry the mark we put there.
Nothing here ever sends a signal to a process that fails either check.
"""

import json
import os
import signal
import subprocess
import time


def _stat_fields(pid):
    """The fields of /proc/PID/stat after the command name; None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def start_time(pid):
    fields = _stat_fields(pid)
    return None if fields is None or fields[0] in "ZX" else int(fields[19])


def _command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


class OwnedProcess:
    """One process that we started, remembered in a JSON file."""

    def __init__(self, path, mark):
        self.path = path
        self.mark = mark  # an argument of its command line that nothing else has
        self.child = None

    def start(self, command, log_path):
        if self.alive():
            raise RuntimeError(f"{self.path.stem} runs already")
        with open(log_path, "ab") as log:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=subprocess.STDOUT, start_new_session=True)
        record = {"pid": self.child.pid, "start_time": start_time(self.child.pid)}
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps(record))
        temporary.rename(self.path)

    def pid(self):
        """The pid while the process is alive and ours, else None."""
        if self.child is not None:
            # A child of ours that was not waited for keeps its pid, and its command line can still
            # be empty: exec() closes our pipe before it sets the arguments.
            return self.child.pid if self.child.poll() is None else None
        try:
            record = json.loads(self.path.read_text())
        except OSError:
            return None
        pid = record["pid"]
        if record["start_time"] is None or start_time(pid) != record["start_time"]:
            return None
        return pid if self.mark in _command_line(pid) else None

    def alive(self):
        return self.pid() is not None

    def send(self, signal_number):
        """False when there is nothing of ours to send to."""
        pid = self.pid()
        if pid is None:
            return False
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            return False
        return True

    def wait_gone(self, deadline_s):
        end = time.monotonic() + deadline_s
        while self.alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def stop(self, grace_s):
        """Asks it to end, insists after `grace_s`; a stopped (SIGSTOP) process is woken first."""
        self.send(signal.SIGCONT)
        if grace_s > 0 and self.send(signal.SIGTERM) and self.wait_gone(grace_s):
            return
        self.send(signal.SIGKILL)
        if not self.wait_gone(10):
            raise RuntimeError(f"{self.path.stem} (pid {self.pid()}) does not end")
