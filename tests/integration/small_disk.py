"""A disk whose size can be changed while a broker uses it: a tmpfs in a mount namespace of our own.

enter_namespace() starts the program once more in a namespace, where mounting needs no right beyond
that of making namespaces, and where every mount ends with the last process, however that ends.
"""

import os
import subprocess
import sys

INSIDE = "REZONE_TEST_NAMESPACE"
LARGE_BYTES = 4_000_000_000


def enter_namespace():
    """Does not return if a namespace could be made; False if not, True inside of it."""
    if os.environ.get(INSIDE):
        return True
    command = ["unshare", "--mount"] + (["--user", "--map-root-user"] if os.geteuid() != 0 else [])
    try:
        trial = subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"],
                               stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except FileNotFoundError:
        return False
    if trial.returncode != 0:
        return False
    os.environ[INSIDE] = "1"
    os.execvp(command[0], [*command, sys.executable, "-B", *sys.argv])


class SmallDisk:
    """One mounted tmpfs."""

    def __init__(self, path):
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={LARGE_BYTES},mode=700", "none",
                        str(path)], check=True)

    def _resize(self, size_bytes):
        done = subprocess.run(["mount", "-o", f"remount,size={size_bytes}", str(self.path)],
                              capture_output=True, check=False)
        return done.returncode == 0

    def leave(self, free_bytes):
        """Makes it so small that about @free_bytes are left."""
        for _ in range(20):  # refused if more was written since we looked
            stat = os.statvfs(self.path)
            used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
            if self._resize(used + max(free_bytes, stat.f_frsize)):
                return
        raise OSError(f"{self.path} cannot be made smaller")

    def reset(self):
        self._resize(LARGE_BYTES)

    def close(self):
        subprocess.run(["umount", "--lazy", str(self.path)], check=False)
