"""Growth exponents of laws that are known."""

import unittest

from rzbench.growth import exponent


class Exponent(unittest.TestCase):
    CASES = [
        ([(10, 3), (100, 30), (1000, 300)], 1.0),
        ([(10, 1), (100, 100)], 2.0),
        ([(10, 7), (1000, 7)], 0.0),
    ]

    def test_table(self):
        for points, expected in self.CASES:
            with self.subTest(points=points):
                self.assertAlmostEqual(exponent(points), expected)

    def test_one_size_has_no_growth(self):
        self.assertIsNone(exponent([(10, 1), (10, 2)]))
        self.assertIsNone(exponent([(10, 1), (100, 0)]))


if __name__ == "__main__":
    unittest.main()
