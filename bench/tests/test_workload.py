"""The made-up clusters are the same everywhere: the committed figures rest on these bytes.

RZ_BENCH_WORKLOAD names the program; without it (run by hand) there is nothing to test.
"""

import hashlib
import os
import subprocess
import unittest

from rzbench.scoring import score
from rzbench.snapshot import read_snapshot

PROGRAM = os.environ.get("RZ_BENCH_WORKLOAD")
DIGESTS = {
    "second-zone": "ea602a64852d66b2",
    "third-zone": "4e7089da1c3fc89c",
    "unequal-zones": "18d5e0d3e8dfd5a2",
    "tiny-zone": "bbe525eee5a55a41",
    "factor-2": "06934febd0634fae",
    "factor-4": "c76625f0ae535261",
    "mixed-factors": "03001bebc3610e52",
    "random": "971991e3f659df01",
    "skewed": "129d62b41dda2506",
    "copysets": "70ca061b187a2ae8",
    "drain": "2340ee0b81e7efa5",
    "drain-random": "60785a777e571d32",
    "equal-sizes": "7834feef15fc49c2",
    "six-zones": "cd0dae2941050531",
    "already-spread": "273be35f6f98381a",
}


@unittest.skipIf(PROGRAM is None, "RZ_BENCH_WORKLOAD is not set")
class Workload(unittest.TestCase):
    def printed(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, check=True).stdout

    def test_every_shape_prints_the_known_bytes(self):
        listed = self.printed("--list").decode().splitlines()
        self.assertEqual([line.split("\t")[0] for line in listed], list(DIGESTS))
        for shape, digest in DIGESTS.items():
            with self.subTest(shape=shape):
                text = self.printed(shape, "partitions=1000")
                self.assertEqual(hashlib.sha256(text).hexdigest()[:16], digest)

    def test_a_shape_is_what_its_fields_say(self):
        lines = self.printed("random", "partitions=500", "zones=4+2", "factors=2,3", "used=1",
                             "drained=1").decode().splitlines()
        snapshot = read_snapshot(lines)
        self.assertEqual(len(snapshot.partitions), 500)
        self.assertEqual({len(p.replicas) for p in snapshot.partitions}, {2, 3})
        self.assertEqual({b for p in snapshot.partitions for b in p.replicas}, {1, 2, 3, 4})
        self.assertEqual(snapshot.drained, {4})
        self.assertEqual(score(snapshot, {}).zone_violations, 500)

    def test_contradictions_are_refused(self):
        for arguments in (["no-such"], ["random", "factors=99"], ["random", "color=red"],
                          ["random", "used=9"], ["random", "drained=99"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run([PROGRAM, *arguments], capture_output=True, check=False)
                self.assertEqual((done.returncode, done.stdout), (2, b""))


if __name__ == "__main__":
    unittest.main()
