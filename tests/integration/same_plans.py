#!/usr/bin/env python3
"""Equal input gives byte-identical plans: run twice, lines shuffled, other compilers and -O levels.

    same_plans.py BUILD [BUILD...]    build folders, each with cli/rezone; the first makes the snapshots
"""

import hashlib
import random
import subprocess
import sys
import tempfile
from pathlib import Path

# Shape, partitions: small enough for an unoptimised build with sanitizers, different in kind.
WORKLOADS = (("second-zone", 3000), ("random", 2000), ("skewed", 2000), ("six-zones", 1500),
             ("drain", 1500), ("mixed-factors", 1500))


def snapshot(build, shape, partitions):
    done = subprocess.run([build / "bench/bench-workload", shape, f"partitions={partitions}"],
                          capture_output=True, check=True)
    return done.stdout


def plan(build, text, folder):
    path, result = folder / "snapshot.json", folder / "plan.json"
    path.write_bytes(text)
    subprocess.run([build / "cli/rezone", "plan", path, "-o", result, "-q"], check=True)
    return hashlib.sha256(result.read_bytes()).hexdigest()


def shuffled(text, seed):
    """The header stays first; brokers and topics come in any order."""
    header, *rest = text.splitlines(keepends=True)
    random.Random(seed).shuffle(rest)
    return b"".join([header, *rest])


def main():
    builds = [Path(word).resolve() for word in sys.argv[1:]]
    if not builds:
        sys.exit(__doc__)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="rezone-same-") as name:
        for shape, partitions in WORKLOADS:
            text = snapshot(builds[0], shape, partitions)
            first = plan(builds[0], text, Path(name))
            others = [("again", builds[0], text),
                      ("shuffled", builds[0], shuffled(text, seed=7))]
            others += [(build.name, build, text) for build in builds[1:]]
            for what, build, content in others:
                same = plan(build, content, Path(name)) == first
                passed, failed = passed + same, failed + (not same)
                print(f"{'ok  ' if same else 'FAIL'}  {shape} {partitions}: {what}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
