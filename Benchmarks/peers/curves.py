"""Cost curves of ours, each point in a process of its own.

    python -m peers.curves NAME COUNT table    makes the table of a point
    python -m peers.curves NAME COUNT point    measures it, as JSON
"""

import fnmatch
import json
import os
import pathlib
import subprocess
import sys

from . import opening_curve, row_curve

# Each has a NAME, COUNTS to draw it at, those that are LARGE (only drawn when asked for), and says
# how to make the `table` of a point, measure the `point` and show the `lines`.
CURVES = {curve.NAME: curve
          for curve in (row_curve, opening_curve.COLUMNS, opening_curve.PARTITIONS)}


def measure(wanted: list[str] | None, largest: bool, say) -> dict[str, dict]:
    """The points by curve and count; nothing where no name of a curve is wanted."""
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[1])}
    found: dict[str, dict] = {}
    for name, curve in CURVES.items():
        if wanted and not any(fnmatch.fnmatchcase(name, glob) for glob in wanted):
            continue
        for count in curve.COUNTS:
            if count >= curve.LARGE and not largest:
                continue
            command = [sys.executable, "-m", __spec__.name, name, str(count)]
            # Once to have the table, in a process whose memory does not count.
            for part in ("table", "point"):
                ended = subprocess.run([*command, part], check=True, env=environment,
                                       stdout=subprocess.PIPE, text=True)
            found.setdefault(name, {})[str(count)] = json.loads(ended.stdout)
            say(f"{name} {count:,}")
    return found


def lines(name: str, points: dict[str, dict]) -> list[list[str]]:
    """The table of a curve, header first."""
    return CURVES[name].lines(points)


def main() -> None:
    from .engines import load
    from .worker import memory

    curve, count, part = CURVES[sys.argv[1]], int(sys.argv[2]), sys.argv[3]
    if part == "table":
        curve.table(count, load("colonnade"))
        return
    print(json.dumps({**curve.point(count), "peak": memory("VmHWM")}))


if __name__ == "__main__":
    main()
