#!/usr/bin/env python3
"""The whole program against brokers that misbehave: bounded time and memory, a clear error.

    test_hostile.py REZONE

A relay before each broker of a sandbox spoils what it answers.
"""

import json
import re
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from sandbox_rig import Sandbox

REZONE = Path(sys.argv.pop(1)).resolve()
QUICKLY = ("-X", "socket.timeout.ms=1000", "-X", "socket.connection.setup.timeout.ms=1000")
DEADLINE_S = 40
MAX_RSS_KB = 60_000
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
NAME, EVIL_NAME = b"topic-001", b"t\x1b]0;x\x07-1"  # sets a terminal's title; equally long


class Relay:
    """Passes requests on, and answers as `spoil(frame)` has them: pieces of bytes, None to close."""

    def __init__(self, port):
        self.target, self.spoil = port, lambda frame: [frame]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as broker:
            try:
                while True:
                    request = frame_of(client)
                    if request is None:
                        return
                    broker.sendall(request)
                    for piece in self.spoil(frame_of(broker)):
                        if piece is None:
                            return
                        client.sendall(piece)
            except OSError:
                pass  # the client has had enough

    def close(self):
        self.listener.close()


def frame_of(stream):
    frame = b""
    wanted = 4
    while len(frame) < wanted:
        more = stream.recv(wanted - len(frame))
        if not more:
            return None
        frame += more
        if len(frame) == 4:
            wanted += struct.unpack(">i", frame)[0]
    return frame


def drip(frame):
    for byte in frame:
        time.sleep(0.05)
        yield bytes([byte])


def wrong_id(frame):
    return [frame[:4] + b"\x7f" + frame[5:]]


def cut_at(offset):
    """Closes each connection when it has answered that many bytes."""
    sent = threading.local()

    def spoil(frame):
        left = offset - getattr(sent, "bytes", 0)
        sent.bytes = getattr(sent, "bytes", 0) + len(frame)
        return [frame] if len(frame) <= left else [frame[:left], None]
    return spoil


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(REZONE, "--zones", "a:1,b:1", "--topics", "2", "--partitions", "1",
                              "--rf", "2").__enter__()
        cls.temporary = tempfile.TemporaryDirectory(prefix="rezone-hostile-")
        cls.snapshot = Path(cls.temporary.name) / "snapshot"
        subprocess.run([REZONE, "snapshot", "-b", cls.sandbox.bootstrap, "-o", cls.snapshot],
                       check=True, stderr=subprocess.DEVNULL)
        lines = map(json.loads, cls.snapshot.read_text().splitlines())
        cls.relays = [Relay(line["port"]) for line in lines if "port" in line]

    @classmethod
    def tearDownClass(cls):
        for relay in cls.relays:
            relay.close()
        cls.sandbox.__exit__()
        cls.temporary.cleanup()

    def moved(self, frame):
        """Brokers are where their relays are."""
        for relay in self.relays:
            frame = frame.replace(struct.pack(">i", relay.target), struct.pack(">i", relay.port))
        return frame

    def look(self, spoil, *options):
        """Takes a snapshot through relays that spoil what they pass; it must end, and cleanly."""
        for relay in self.relays:
            relay.spoil = lambda frame: spoil(self.moved(frame))
        begun = time.monotonic()
        done = subprocess.run([REZONE, "snapshot", "-b", f"127.0.0.1:{self.relays[0].port}",
                               *options, "-o", self.snapshot], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=2 * DEADLINE_S, check=False)
        self.assertLess(time.monotonic() - begun, DEADLINE_S)
        self.assertIsNone(CONTROL.search(done.stdout + done.stderr), done.stderr)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertLess(usage.ru_maxrss, MAX_RSS_KB)
        return done

    def refused(self, spoil, words, *options):
        done = self.look(spoil, *options)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(words, done.stderr)

    def test_relays_that_spoil_nothing(self):
        self.assertEqual(self.look(lambda frame: [frame]).returncode, 0)

    def test_another_correlation_id(self):
        self.refused(wrong_id, "correlation id")

    def test_absurd_lengths(self):
        for size, words in ((0x7fffffff, "2147483647 bytes"), (-1, "-1 bytes"), (0, "0 bytes")):
            self.refused(lambda frame, s=size: [struct.pack(">i", s) + frame[4:]], words)

    def test_a_length_that_never_comes(self):
        self.refused(lambda frame: [struct.pack(">i", 90_000_000) + frame[4:]], "timed out",
                     *QUICKLY)

    def test_a_slow_drip(self):
        self.refused(drip, "timed out", *QUICKLY)

    def test_noise(self):
        self.refused(lambda frame: [frame[:8] + b"\xff" * (len(frame) - 8)], "error:")

    def test_closed_at_every_offset(self):
        """Of what a connection opens with, byte by byte, and then of the rest in steps."""
        for offset in [*range(0, 30), *range(30, 1200, 61)]:
            with self.subTest(offset=offset):
                done = self.look(cut_at(offset), *QUICKLY)
                self.assertIn(done.returncode, (0, 3), done.stderr)
                self.assertTrue(done.returncode == 0 or "closed the connection" in done.stderr,
                                done.stderr)

    def test_names_that_speak_to_terminals(self):
        done = self.look(lambda frame: [frame.replace(NAME, EVIL_NAME)])
        for command in ("audit", "plan"):
            shown = subprocess.run([REZONE, command, self.snapshot], stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=60, check=False)
            self.assertIsNone(CONTROL.search(shown.stderr), shown.stderr)
            self.assertIsNone(CONTROL.search(shown.stdout), shown.stdout)
        self.assertTrue(done.returncode == 3 or "\\u001b" in self.snapshot.read_text().lower())


if __name__ == "__main__":
    unittest.main()
