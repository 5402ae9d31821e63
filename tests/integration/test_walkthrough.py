"""Every command that a document shows is run, in order, and prints what the document says.

    test_walkthrough.py PROGRAM [DOCUMENT]

Each document is one session in an empty folder, with `rezone` on the path and the sandbox as its
cluster. Ports are the test's own, and whoever is asked for consent says yes. document_steps.py says
how a document marks what it shows. What cannot be run here stands in ELSEWHERE with its reason.
"""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from document_steps import agrees, steps

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/cli/rezone"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PORT, BROKER = "9092", "BROKER:9092"
PORTS_OF_A_DOCUMENT = 16
DEADLINE_S = 100
ASKING = ("apply", "add-zone", "cancel", "resume", "rollback")

# How a command begins, and the place that runs it instead with the words found there; or why nobody
# but an operator can.
ELSEWHERE = [
    ("./scripts/test", "scripts/test", "main() {"),
    ("./scripts/demo", "scripts/test", "step demo "),
    ("./scripts/coverage", "scripts/test", "scripts/coverage"),
    ("cmake --preset release", "scripts/test", "step build-release build release"),
    ("cmake --preset package", "tests/integration/test_package.py", '"cpack", "-G", "DEB"'),
    ("ctest --test-dir build/release", "scripts/test", 'ctest --test-dir "build/$preset"'),
    ("kafka-acls ", "tests/integration/security/security.py", "docs/security.md"),
    ("systemctl ", None, "starts a unit of the machine's own init"),
]


def elsewhere(command):
    return next((row for row in ELSEWHERE if command.startswith(row[0])), None)


def free_ports(count):
    """The first of that many free ports in a row, below those that the kernel hands out."""
    for first in range(20000 + os.getpid() % 500 * 16, 32000 - count, count):
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no free ports")


class Session:
    """A folder, a cluster and the commands that still run."""

    def __init__(self, program):
        self.dir = Path(tempfile.mkdtemp(prefix="rezone-walkthrough-"))
        self.work = self.dir / "work"
        self.work.mkdir()
        (self.dir / "bin").mkdir()
        (self.dir / "bin/rezone").symlink_to(Path(program).resolve())
        self.port = free_ports(PORTS_OF_A_DOCUMENT)
        self.environment = {**os.environ, "PATH": f"{self.dir}/bin:{os.environ['PATH']}",
                            "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1",
                            "HOME": str(self.dir)}
        self.running = []  # process, log and, where its end is to be judged, its step
        self.sandbox, self.n_logs = None, 0

    def close(self):
        for process, _, _ in self.running:
            self.end(process)
        shutil.rmtree(self.dir)

    @staticmethod
    def end(process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start(self, command):
        """Standard input is a terminal with an answer ready where one will be asked for."""
        command = command.replace(BROKER, f"localhost:{PORT}")
        command = re.sub(rf"\b{PORT}\b", str(self.port), command)
        self.n_logs += 1
        log = self.dir / f"log{self.n_logs}"
        ends = []
        if re.match(rf"rezone (?:{'|'.join(ASKING)})\b", command):
            ends = pty.openpty()
            os.write(ends[0], b"y\n")
        with open(log, "w", encoding="utf-8") as output:
            process = subprocess.Popen(["bash", "-o", "pipefail", "-c", command], cwd=self.work,
                                       env=self.environment, stdout=output,
                                       stderr=subprocess.STDOUT, start_new_session=True,
                                       stdin=ends[1] if ends else subprocess.DEVNULL)
        if ends:
            os.close(ends[1])
        return process, log, ends[:1]

    def serve(self, step):
        """A sandbox serves until the next one, or the end of the document."""
        if self.sandbox:
            self.end(self.sandbox)
        command = step.command
        if "--port" not in command and "--ready-file" not in command:
            raise AssertionError(f"{step.where}: nobody learns where this sandbox listens")
        process, log, _ = self.start(command)
        self.sandbox = process
        self.running.append((process, log, None))
        end = time.monotonic() + DEADLINE_S
        while "127.0.0.1:" not in log.read_text():
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{step.where}: {log.read_text()}")
            time.sleep(0.02)

    def printed(self, log):
        return log.read_text().replace(str(self.port), PORT).replace("\r\n", "\n")

    def run(self, step):
        if step.afterwards:
            self.finish()
        if step.command.startswith("rezone sandbox"):
            self.serve(step)
            return
        if step.meanwhile or step.command.endswith(" &"):
            self.run_on(step)
            return
        process, log, ends = self.start(step.command)
        try:
            self.judge(step, process, log)
        finally:
            for descriptor in ends:
                os.close(descriptor)

    def run_on(self, step):
        """A command that keeps running; one that makes a run has begun it."""
        process, log, _ = self.start(step.command.removesuffix("&"))
        self.running.append((process, log, step if step.meanwhile else None))
        folder = re.search(r"--run-dir (\S+)", step.command)
        end = time.monotonic() + DEADLINE_S
        while folder and not (self.work / folder[1] / "status.json").exists():
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{step.where}: {step.command}\n{log.read_text()}")
            time.sleep(0.05)

    def judge(self, step, process, log):
        try:
            code = process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.end(process)
            code = f"none in {DEADLINE_S} s"
        shown = f"{step.where}: {step.command}"
        printed = self.printed(log)
        if code != step.code:
            raise AssertionError(f"{shown}\nexit code {code}, wanted {step.code}\n{printed}")
        if step.output is not None and not agrees(step.output, printed):
            raise AssertionError(f"{shown}\nprinted\n{printed}\nthe document says\n{step.output}")

    def finish(self):
        """What was started in another shell ends well, too."""
        for number, (process, log, step) in enumerate(self.running):
            if step is not None:
                self.judge(step, process, log)
                self.running[number] = process, log, None


def inline_commands(text):
    """`rezone ...` within a sentence or a table."""
    return re.findall(r"`(rezone [a-z][^`\n]+)`", re.sub(r"^```.*?^```", "", text,
                                                        flags=re.S | re.M))


def shape(command):
    """The subcommand and its options."""
    words = re.sub(r"#.*", "", command).split()
    return words[1], {word for word in words[2:] if word.startswith("-")}


class Walkthrough(unittest.TestCase):
    def test_outputs_are_compared(self):
        self.assertTrue(agrees("a ... c\n...\nlast\n", "a bb c\n1\n2\nlast\n"))
        self.assertTrue(agrees("a\n...\nlast\n", "a\nlast\n"))
        for wanted, got in [("a\n", "b\n"), ("a\nb\n", "a\n"), ("a\n", "a\nb\n"), ("a ... c", "a b"),
                            ("a.c", "abc")]:
            self.assertFalse(agrees(wanted, got), (wanted, got))

    def test_exceptions_are_run_where_they_say(self):
        shown = [step.command for document in DOCUMENTS
                 for step in steps(document.name, document.read_text())]
        for begins, place, words in ELSEWHERE:
            self.assertTrue([c for c in shown if c.startswith(begins)], f"nobody shows {begins}")
            if place is not None:
                self.assertTrue(words in (ROOT / place).read_text(), f"{begins}: {place}")

    def test_commands_in_sentences_are_run_somewhere(self):
        ran = [shape(step.command) for document in DOCUMENTS
               for step in steps(document.name, document.read_text())
               if step.command.startswith("rezone ")]
        for document in DOCUMENTS:
            for command in inline_commands(document.read_text()):
                name, options = shape(command)
                self.assertTrue([1 for n, o in ran if n == name and options <= o],
                                f"{document.name}: `{command}` is run in no document")


def walk(document):
    def test(self):
        session = Session(PROGRAM)
        ran = 0
        try:
            for step in steps(document.name, document.read_text()):
                if elsewhere(step.command) is None:
                    session.run(step)
                    ran += 1
            session.finish()
        finally:
            session.close()
        print(f"{document.name}: {ran} commands ran", file=sys.stderr)
    return test


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1))
    only = None
    if len(sys.argv) > 1 and sys.argv[1].endswith(".md"):
        only = Path(sys.argv.pop(1)).resolve()
    for one in [only] if only else DOCUMENTS:
        setattr(Walkthrough, f"test_{one.stem.replace('-', '_').lower()}", walk(one))
    unittest.main()
