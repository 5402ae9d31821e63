"""Run a command for rzbench.run: launch.py TIMEOUT COMMAND...; the cost as JSON on stdout.

A process of its own because Linux counts what the parent held at fork as a child's peak memory: this
one is small, whatever the bench script has read. Its 10 MiB are the least that can be measured.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time


def main():
    timeout_s, command = float(sys.argv[1]), sys.argv[2:]
    start = time.monotonic()
    # A session of its own, so that a timeout also ends what the command has started.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             start_new_session=True)
    expired = threading.Event()

    def stop():
        expired.set()
        os.killpg(child.pid, signal.SIGKILL)

    timer = threading.Timer(timeout_s, stop)
    timer.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:  # Ctrl-C reaches this process only
        os.killpg(child.pid, signal.SIGKILL)
        raise
    wall_s = time.monotonic() - start
    timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    json.dump({"exit_code": child.returncode, "timed_out": expired.is_set(), "wall_s": wall_s,
               "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024},
              sys.stdout)


if __name__ == "__main__":
    main()
