"""Whole jobs, ours beside the peers, in one run; the rows of every answer are compared."""

import argparse
import fnmatch

from . import curves, report, stores
from .engines import ENGINES
from .jobs import JOBS
from .measure import measure


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__)
    parser.add_argument("--only", action="append", metavar="GLOB",
                        help="jobs whose name matches, such as 'lineitem/*'; may be given again")
    parser.add_argument("--engine", action="append", metavar="NAME", choices=ENGINES,
                        help="only this engine; may be given again")
    parser.add_argument("--runs", type=int, default=5,
                        help="timed runs a job, or of a turn of a question (5); short ones more")
    parser.add_argument("--quick", action="store_true", help="three runs a job, no result file")
    parser.add_argument("--fresh", action="store_true",
                        help="write the stores that are read anew first; a full run does")
    parser.add_argument("--curves", nargs="?", const="some", choices=["some", "all"],
                        help="cost curves too (--only 'curves/*': nothing else); all: 60 million "
                             "rows, 10 GB of disk and several minutes")
    parser.add_argument("--kernels", action="store_true",
                        help="nothing but instructions of single kernels, counted by valgrind")
    parser.add_argument("--tradeoff", metavar="FILE.arrow",
                        help="nothing but bytes against time for what a writer may choose")
    parser.add_argument("--list", action="store_true", help="names of jobs and engines")
    parser.add_argument("--no-build", action="store_true", help="take the library as it is")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs: at least 1")
    jobs = [job for job in JOBS if not options.only
            or any(fnmatch.fnmatchcase(job.name, glob) for glob in options.only)]
    if not jobs and not options.curves:
        parser.error("no job has such a name: see --list")
    if options.list:
        for job in jobs:
            print(f"{job.name:22} {' '.join(job.engines)}")
        return 0
    is_full = not options.quick and not options.only and not options.engine
    if options.fresh or is_full:
        stores.write_anew()
    measured = []
    for job in jobs:
        chosen = [name for name in job.engines if not options.engine or name in options.engine]
        if not chosen:
            continue
        job.prepare()
        print(job.name, flush=True)
        runs = min(3, options.runs) if options.quick else options.runs
        results = measure(job, chosen, runs, options.quick, lambda line: print(line, flush=True))
        measured.append((job, results))
    points = {}
    if options.curves:
        points = curves.measure(options.only, options.curves == "all",
                                lambda line: print(line, flush=True))
    if measured:
        print("\n" + report.tables(measured))
    for name, found in points.items():
        print(f"\n{name}\n" + report.table(curves.lines(name, found)))
    if is_full:
        print(f"\nkept: {report.save(measured, points).name}")
    wrong = any(result.get("same") == "NO" for _, results in measured
                for result in results.values())
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
