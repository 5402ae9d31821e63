"""Watch the bytes that brokers receive, from outside: the sizes of their log segments on disk."""

import os
import threading
import time


def stored_bytes(folder):
    """Segment bytes under one log directory; what vanishes while we look counts nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".log"):
                try:
                    total += os.stat(os.path.join(root, name)).st_size
                except OSError:
                    pass
    return total


class Sampler:
    """Samples every interval until stopped; samples[folder] is [(seconds, bytes)]."""

    def __init__(self, folders, interval_s=0.5):
        self.samples = {folder: [] for folder in folders}
        self.interval_s = interval_s
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def _run(self):
        while True:
            for folder, found in self.samples.items():
                found.append((time.monotonic(), stored_bytes(folder)))
            if self.stopped.wait(self.interval_s):
                return


def worst_rate(samples, window_s):
    """Most bytes a second over any stretch of at least window_s."""
    worst, first = 0.0, 0
    for now, size in samples:
        while first + 1 < len(samples) and now - samples[first + 1][0] >= window_s:
            first += 1
        span = now - samples[first][0]
        if span >= window_s:
            worst = max(worst, (size - samples[first][1]) / span)
    return worst


def copying_s(samples, share=0.01):
    """From the first to the last noticeable growth: all but `share` of it at either end."""
    grown = samples[-1][1] - samples[0][1]
    if grown <= 0:
        return 0.0
    low, high = samples[0][1] + share * grown, samples[-1][1] - share * grown
    begin = next(now for now, size in samples if size >= low)
    end = next(now for now, size in samples if size >= high)
    return end - begin
