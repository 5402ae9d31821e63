#!/usr/bin/env python3
"""Does every row of fault_matrix.py have tests, and do they exist?

Run without arguments; exit code 1 names what is missing.
"""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from fault_matrix import MATRIX  # noqa: E402
from faults import SCENARIOS  # noqa: E402

TESTS = HERE.parent
ROWS = 18
ONLY_REAL, ONLY_SIMULATED = {6, 17}, {16}


def simulated_exists(name):
    """Is there a row of that name, or a function given to cmocka?"""
    file, _, test = name.partition(":")
    folder = TESTS if "/" in file else TESTS / "simulated"
    text = (folder / file).read_text()
    return f'"{test}"' in text or f"cmocka_unit_test({test})" in text


def real_exists(name):
    return (HERE / name[:-1]).is_file() if name.endswith(":") else name in SCENARIOS


class FaultMatrix(unittest.TestCase):
    def test_every_row_is_there_at_its_levels(self):
        self.assertEqual(sorted(MATRIX), list(range(1, ROWS + 1)))
        for number, row in MATRIX.items():
            self.assertEqual(bool(row.simulated), number not in ONLY_REAL, row.fault)
            self.assertEqual(bool(row.real), number not in ONLY_SIMULATED, row.fault)

    def test_every_named_test_exists(self):
        missing = [name for row in MATRIX.values() for name in row.simulated
                   if not simulated_exists(name)]
        missing += [name for row in MATRIX.values() for name in row.real if not real_exists(name)]
        self.assertEqual(missing, [])

    def test_every_scenario_has_a_row(self):
        named = {name for row in MATRIX.values() for name in row.real}
        self.assertEqual([name for name in SCENARIOS if name not in named], [])


if __name__ == "__main__":
    unittest.main()
