"""bench-referee as a planning tool: REFEREE dense|pooled SNAPSHOT OUT.

Dense writes its placement; pooled is a relaxation and writes only its bound, as {"bound": ...}.
"""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rzbench.referee import model_lines, reassignment  # noqa: E402
from rzbench.snapshot import read_snapshot  # noqa: E402


def main():
    referee, mode, source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as lines:
        snapshot = read_snapshot(lines)
    done = subprocess.run([referee, mode], input="\n".join(model_lines(snapshot)), text=True,
                          stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        return done.returncode
    first, *rows = done.stdout.splitlines()
    squares, size, moves, seconds = first.split()
    print(f"solve_ms {int(float(seconds) * 1000)}", file=sys.stderr)
    result = {"bound": {"replicas_squares": int(squares), "bytes_moved": int(size),
                        "replicas_added": int(moves)}}
    if mode == "dense":
        result.update(reassignment(snapshot, [list(map(int, row.split())) for row in rows]))
    with open(target, "w", encoding="utf-8") as out:
        json.dump(result, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
