"""The Debian package: accepted by lintian, unpacked into an empty root, and used from there.

Usage: test_package.py DIR, where DIR is the build folder of the package preset, already built.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/package"
# Tags that speak of errors in Debian's sense; a single package for program and libraries is warned
# about, and is what we want.
CMAKE_PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(rezone REQUIRED)
add_executable(user {source})
target_link_libraries(user rezone::rezone-planner)
"""


def run(*words, **options):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False,
                          **options)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for old in BUILD.glob("*.deb"):
            old.unlink()
        done = run("cpack", "-G", "DEB", cwd=BUILD)
        assert done.returncode == 0, done.stdout + done.stderr
        (cls.package,) = BUILD.glob("*.deb")
        cls.temporary = Path(tempfile.mkdtemp(prefix="rezone-package-"))
        cls.root = cls.temporary / "root"
        done = run("dpkg-deb", "-x", cls.package, cls.root)
        assert done.returncode == 0, done.stderr
        (library,) = cls.root.glob("usr/lib/*/librezone-planner.so")
        cls.libraries = library.parent
        cls.environment = {**os.environ, "LD_LIBRARY_PATH": str(cls.libraries),
                           "PKG_CONFIG_SYSROOT_DIR": str(cls.root),
                           "PKG_CONFIG_PATH": str(cls.libraries / "pkgconfig")}
        cls.rezone = cls.root / "usr/bin/rezone"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.temporary)

    def test_lintian_finds_no_error(self):
        self.assertIsNotNone(shutil.which("lintian"), "lintian is not installed")
        done = run("lintian", "--fail-on", "error", self.package)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_only_our_symbols_are_exported(self):
        for library in ("planner", "executor"):
            done = run("nm", "-D", "--defined-only", self.libraries / f"librezone-{library}.so")
            names = [line.split()[-1] for line in done.stdout.splitlines()]
            self.assertGreater(len(names), 10)
            self.assertEqual([n for n in names if not n.startswith("rz_")], [])

    def test_the_planner_links_no_network(self):
        done = run("readelf", "-d", self.libraries / "librezone-planner.so")
        needed = re.findall(r"NEEDED.*\[(.*?)\]", done.stdout)
        self.assertEqual([n for n in needed if re.match(r"lib(rdkafka|ssl|crypto|sasl)", n)], [])

    def test_manual_and_completions_are_there(self):
        for name in ("usr/share/man/man1/rezone.1.gz", "usr/share/man/man1/rezone-apply.1.gz",
                     "usr/share/man/man5/rezone-formats.5.gz", "usr/share/man/man5/rezone-run.5.gz",
                     "usr/share/bash-completion/completions/rezone",
                     "usr/share/zsh/site-functions/_rezone",
                     "usr/share/fish/vendor_completions.d/rezone.fish",
                     "usr/share/rezone/alerts.yml",
                     "usr/lib/systemd/system/rezone-apply@.service"):
            self.assertTrue((self.root / name).exists(), name)

    @contextlib.contextmanager
    def sandbox(self, data):
        """The bootstrap address of a cluster whose zone b is empty."""
        ready = self.temporary / "ready"
        sandbox = subprocess.Popen([self.rezone, "sandbox", "--zones", "a:2,b:2", "--topics", "3",
                                    "--rf", "2", "--data", data, "--empty-zone", "b", "-q",
                                    "--ready-file", ready], stdin=subprocess.DEVNULL,
                                   env=self.environment)
        try:
            end = time.monotonic() + 30
            while not ready.exists():
                self.assertIsNone(sandbox.poll(), "the sandbox has ended")
                self.assertLess(time.monotonic(), end, "the sandbox is not ready")
                time.sleep(0.05)
            yield ready.read_text().strip()
        finally:
            sandbox.terminate()
            sandbox.wait(30)

    def test_the_sandbox_runs_from_there(self):
        with self.sandbox("1MB") as address:
            done = run(self.rezone, "add-zone", "b", "-b", address, "--throttle", "100MB", "--yes",
                       "-q", env=self.environment, cwd=self.temporary)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the cluster is as planned", done.stdout)

    def test_the_unit_goes_on_with_a_run(self):
        """What the unit would start, on a run that was stopped, with the paths of this root."""
        unit = (self.root / "usr/lib/systemd/system/rezone-apply@.service").read_text()
        for wall in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n",
                     "UMask=0077", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n"):
            self.assertIn(wall, unit)
        command = re.search(r"^ExecStart=(.*)$", unit, flags=re.M).group(1).split()
        folder = self.temporary / "tonight"
        self.assertEqual([command[0], command[-1]], ["/usr/bin/rezone", "/var/lib/rezone/%i"])
        with self.sandbox("40MB") as address:
            begun = subprocess.Popen([self.rezone, "add-zone", "b", "-b", address, "--throttle",
                                      "2MB", "--run-dir", folder, "--yes", "-q"],
                                     env=self.environment, stdin=subprocess.DEVNULL)
            end = time.monotonic() + 60
            while not (folder / "status.json").exists() and time.monotonic() < end:
                time.sleep(0.05)
            begun.send_signal(signal.SIGINT)
            self.assertEqual(begun.wait(60), 4)
            done = run(self.rezone, *command[1:-1], folder, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def plans(self, program):
        snapshot = ('{"format":"rezone-snapshot","version":1}\n'
                    '{"broker":1,"zone":"a"}\n{"broker":2,"zone":"b"}\n'
                    '{"topic":"t","partitions":[{"partition":0,"replicas":[1]},'
                    '{"partition":1,"replicas":[1]}]}\n')
        done = subprocess.run([program], input=snapshot, capture_output=True, text=True,
                              env=self.environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"rezone-plan"', done.stdout)
        self.assertIn('"to":[2]', done.stdout)

    def test_the_example_builds_with_pkg_config(self):
        flags = run("pkg-config", "--cflags", "--libs", "rezone-planner", env=self.environment)
        self.assertEqual(flags.returncode, 0, flags.stderr)
        # The system's own headers are not below our root.
        words = [w.replace(str(self.root) + "/usr/lib/x86_64-linux-gnu/glib", "/usr/lib/x86_64-linux-gnu/glib")
                 .replace(str(self.root) + "/usr/include/glib", "/usr/include/glib")
                 for w in flags.stdout.split()]
        program = self.temporary / "example"
        done = run("cc", "-Wall", "-Werror", ROOT / "docs/examples/plan_from_snapshot.c", *words,
                   "-o", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.plans(program)

    def test_the_example_builds_with_cmake(self):
        project = self.temporary / "user"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            CMAKE_PROJECT.format(source=ROOT / "docs/examples/plan_from_snapshot.c"))
        done = run("cmake", "-S", project, "-B", project / "build",
                   f"-Drezone_DIR={self.libraries}/cmake/rezone")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run("cmake", "--build", project / "build")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.plans(project / "build/user")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
