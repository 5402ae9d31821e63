"""The layers use each other one way only: cli -> executor -> planner, sim on the planner's model.

The link lines say it too; this catches what they cannot, such as a header-only use, and calls that
would make a pure layer read a clock, a file or the environment.
"""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("planner", "sim", "executor", "cli", "include", "bench", "tests", "docs/examples")
MAX_FILE_LINES, MAX_FUNCTION_LINES = 500, 80

# layer: folders whose headers it may include besides include/rezone and its own
MAY_USE = {
    "planner": set(),
    "sim": {"planner", "executor/cluster.h", "executor/clock.h"},
    "executor": {"planner"},
    "executor/simulated": {"planner", "executor", "sim"},  # the adapter between the two
    "cli": {"planner", "executor", "executor/simulated", "sim"},
}
FORBIDDEN_HEADERS = {
    "planner": r"<(librdkafka|openssl|sys/socket|netdb|pthread|threads|time|sys/time|gio)\b",
    "sim": r"<(librdkafka|openssl|sys/socket|netdb|pthread|threads|time|sys/time|gio)\b",
}
# Opening, clocks, environment, threads, global randomness, the process's own streams.
IMPURE_CALLS = (r"\b(fopen|open|getenv|g_getenv|time|clock_gettime|gettimeofday|rand|random|"
                r"g_random_\w+|g_get_monotonic_time|g_get_real_time|g_date_time_new_now\w*|"
                r"g_thread_new|pthread_create|printf|g_print|g_printerr|g_file_get_contents|"
                r"g_file_set_contents)\s*\(")
RDKAFKA_ONLY_IN = "executor/kafka/"


def layer_of(name):
    """The layer that a path from the root belongs to, the innermost one; None: no layer."""
    inside = [layer for layer in MAY_USE if name.startswith(layer + "/")]
    return max(inside, key=len) if inside else None


def sources(layer):
    found = sorted(p for suffix in ("*.c", "*.h") for p in (ROOT / layer).rglob(suffix))
    return [p for p in found if layer_of(str(p.relative_to(ROOT))) == layer]


def code_of(path):
    """The text without comments and string literals."""
    text = path.read_text()
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', "\"\"", text, flags=re.S)


def includes(path):
    return re.findall(r'^#include\s+([<"][^>"]+)', path.read_text(), flags=re.M)


class LayeringTest(unittest.TestCase):
    def test_every_layer_is_there(self):
        for layer in MAY_USE:
            self.assertTrue(sources(layer), layer)

    def test_includes_follow_the_arrows(self):
        for layer, allowed in MAY_USE.items():
            for path in sources(layer):
                for include in includes(path):
                    name = include[1:]
                    other = layer_of(name) if include[0] == '"' else None
                    if other is None or other == layer:
                        continue
                    ok = other in allowed or name in allowed
                    self.assertTrue(ok, f"{path.relative_to(ROOT)} includes {name}")

    def test_pure_layers_use_no_system_service(self):
        for layer, pattern in FORBIDDEN_HEADERS.items():
            for path in sources(layer):
                for include in includes(path):
                    self.assertIsNone(re.match(pattern, include),
                                      f"{path.relative_to(ROOT)} includes {include}")

    def test_pure_layers_call_nothing_impure(self):
        for layer in FORBIDDEN_HEADERS:
            for path in sources(layer):
                found = re.search(IMPURE_CALLS, code_of(path))
                self.assertIsNone(found, f"{path.relative_to(ROOT)}: {found and found.group()}")

    def test_files_and_functions_are_small(self):
        """500 lines a file, unless its opening comment says why ("Long: ..."), and 80 a function."""
        for path in sorted(p for f in SMALL for s in ("*.c", "*.h") for p in (ROOT / f).rglob(s)):
            lines = path.read_text().splitlines()
            opening = "\n".join(lines[:20]).partition("*/")[0]
            if len(lines) > MAX_FILE_LINES:
                self.assertIn("\n * Long: ", opening, f"{path}: {len(lines)} lines")
            begun = None
            for number, line in enumerate(lines, 1):
                if line == "{":
                    begun = number
                elif line == "}" and begun:
                    self.assertLessEqual(number - begun + 1, MAX_FUNCTION_LINES, f"{path}:{begun}")
                    begun = None

    def test_librdkafka_stays_in_its_folder(self):
        for layer in MAY_USE:
            for path in sources(layer):
                name = str(path.relative_to(ROOT))
                if not name.startswith(RDKAFKA_ONLY_IN):
                    self.assertNotIn("rdkafka.h", "".join(includes(path)), name)


if __name__ == "__main__":
    unittest.main()
