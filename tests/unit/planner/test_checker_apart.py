"""The checker shares no code with the solver: neither headers nor, down to the last call, objects.

Usage: test_checker_apart.py NM LIBRARY
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLANNER = ROOT / "planner"
# Whose arithmetic the checker must not use: the solver's, and the zone rule that it builds on.
OTHERS = {p.name for p in (PLANNER / "solver").glob("*.c")} | {"spread.c", "spread_judge.c", "plan.c"}
NM, LIBRARY = None, None


def symbols():
    """Archive member -> (defined, undefined) names."""
    listing = subprocess.run([NM, "-A", LIBRARY], check=True, capture_output=True, text=True).stdout
    members = {}
    for line in listing.splitlines():
        found = re.match(r".*:([^:]+)\.o:\S*\s+(\w) (\S+)$", line)
        if not found:
            continue
        member, kind, name = found.groups()
        defined, undefined = members.setdefault(member, (set(), set()))
        (undefined if kind == "U" else defined).add(name)
    return members


class CheckerApartTest(unittest.TestCase):
    def test_headers(self):
        sources = sorted(PLANNER.glob("check*.[ch]"))
        self.assertGreater(len(sources), 5)
        for path in sources:
            for include in re.findall(r'^#include\s+"([^"]+)"', path.read_text(), flags=re.M):
                self.assertFalse(include.startswith("planner/solver/") or "spread" in include,
                                 f"{path.name} includes {include}")

    def test_objects(self):
        members = symbols()
        home = {name: member for member, (defined, _) in members.items() for name in defined}
        self.assertIn("check_bytes.c", members)
        self.assertIn("spread.c", members)  # else the comparison below finds nothing
        reached, queue = set(), [m for m in members if m.startswith("check")]
        while queue:
            member = queue.pop()
            if member in reached:
                continue
            reached.add(member)
            queue += [home[name] for name in members[member][1] if name in home]
        self.assertFalse(reached & OTHERS, f"the checker calls into {sorted(reached & OTHERS)}")


if __name__ == "__main__":
    NM, LIBRARY = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
