"""A TCP proxy that understands Kafka's frames just enough to lose chosen answers.

A frame is a 4-byte size and that many bytes; a request begins with its API key (int16), version
(int16) and correlation id (int32), a response with the correlation id. For each request `fate` says
what becomes of it: PASS, LOST_BEFORE (the connection ends and the broker never sees it) or
LOST_AFTER (the broker acts on it, and the connection ends where the answer was due).
"""

import socket
import struct
import threading

PASS, LOST_BEFORE, LOST_AFTER = "pass", "lost before", "lost after"

ELECT_LEADERS, INCREMENTAL_ALTER_CONFIGS, ALTER_REASSIGNMENTS = 43, 44, 45
CHANGES = (ELECT_LEADERS, INCREMENTAL_ALTER_CONFIGS, ALTER_REASSIGNMENTS)


def _read(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            return None
        data += more
    return data


def _read_frame(stream):
    size = _read(stream, 4)
    return None if size is None else _read(stream, struct.unpack(">i", size)[0])


def _write_frame(stream, frame):
    stream.sendall(struct.pack(">i", len(frame)) + frame)


class _Link:
    """One client connection and its twin to the broker; both end together."""

    def __init__(self, client, target_port, fate, count):
        self.client = client
        self.broker = socket.create_connection(("127.0.0.1", target_port))
        self.fate = fate
        self.count = count
        self.to_lose = set()
        for work in (self._requests, self._responses):
            threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work):
        try:
            work()
        except OSError:
            pass  # the other direction has ended the link
        self.close()

    def close(self):
        for stream in (self.client, self.broker):
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            stream.close()

    def _requests(self):
        while (frame := _read_frame(self.client)) is not None:
            api, _, correlation = struct.unpack(">hhi", frame[:8])
            fate = self.fate(api)
            self.count(api, fate, len(frame))
            if fate == LOST_BEFORE:
                return
            if fate == LOST_AFTER:
                self.to_lose.add(correlation)
            _write_frame(self.broker, frame)

    def _responses(self):
        while (frame := _read_frame(self.broker)) is not None:
            if struct.unpack(">i", frame[:4])[0] in self.to_lose:
                return
            _write_frame(self.client, frame)


class Proxies:
    """One listening socket per broker; `fate` may be replaced at any time."""

    def __init__(self, ports):
        """`ports`: {listening port: port of the broker}."""
        self.fate = lambda api: PASS
        self.counts = {}
        self.largest = {}  # {api: bytes of its largest request}
        self.lock = threading.Lock()
        self.listeners = []
        for port, target in ports.items():
            listener = socket.create_server(("127.0.0.1", port))
            self.listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, target), daemon=True).start()

    def _accept(self, listener, target):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                _Link(client, target, lambda api: self.fate(api), self._count)
            except OSError:
                client.close()  # the broker is down, and so is this way to it

    def _count(self, api, fate, size):
        with self.lock:
            self.largest[api] = max(self.largest.get(api, 0), size)
            self.counts[(api, fate)] = self.counts.get((api, fate), 0) + 1

    def lost(self, fate):
        with self.lock:
            return sum(n for (_, f), n in self.counts.items() if f == fate)

    def close(self):
        for listener in self.listeners:
            listener.close()
