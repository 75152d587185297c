"""One engine at one job in a process of its own: runs when told to, by lines on standard input.

    python -m peers.worker ENGINE JOB
    python -m peers.worker ENGINE JOB store     only writes what is to be read

`run` does the job once and answers with its seconds, `finish` answers with peak memory, bytes and a
digest of the rows. Imports and, for writing, the source are there before the first run.
"""

import gc
import json
import os
import pathlib
import subprocess
import sys
import time

from . import data, engines, places, rows, stores
from .jobs import JOBS
from .program_worker import ProgramWorker


def memory(key: str) -> int:
    """Bytes of this process's memory: VmRSS now, VmHWM at its peak (of this program, whereas
    ru_maxrss begins with what the parent held)."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(key)


class Worker:
    def __init__(self, name: str, job) -> None:
        self.name, self.job = name, job
        self.engine = engines.load(name)
        self.path = None
        self.table = None
        if job.kind == "write":
            self.table = job.dataset.load()
        else:
            self.path = stores.path(job.dataset, name, self.engine)
            if not stores.is_written(self.path):
                # By another process, whose memory does not count here.
                subprocess.run([sys.executable, "-m", __spec__.name, name, job.name, "store"],
                               check=True)
        self.answer = None
        gc.collect()
        gc.disable()
        self.base = memory("VmRSS")

    def run(self) -> float:
        self.answer = None
        job, dataset = self.job, self.job.dataset
        if job.kind == "write":
            with stores.scratch(dataset, self.name) as path:
                started = time.perf_counter()
                self.engine.write(self.table, path, dataset)
                return time.perf_counter() - started
        columns = list(job.columns) if job.columns else None
        numbers = list(job.rows) if job.rows else None
        started = time.perf_counter()
        if job.kind == "csv":
            self.answer = self.engine.read_csv(data.tpch("csv", data.SOURCES), dataset)
        elif job.kind == "take":
            self.answer = self.engine.take(self.path, dataset, numbers)
        else:
            self.answer = self.engine.read(self.path, dataset, columns, job.where)
        return time.perf_counter() - started

    def finish(self) -> dict:
        result = {"peak": memory("VmHWM"), "base": self.base, "version": self.engine.version}
        if self.path is not None:
            result["bytes"] = places.byte_count(self.path)
        elif self.job.kind == "write":
            # Written once more: what the timed runs wrote is gone, or its pages on their way to the
            # disk would disturb the runs of others.
            with stores.scratch(self.job.dataset, self.name) as path:
                self.engine.write(self.table, path, self.job.dataset)
                self.answer = self.engine.read(path, self.job.dataset, None, None)
                result["digest"] = rows.digest(self.answer)
                self.answer = None
        if self.answer is not None:
            result["digest"] = rows.digest(self.answer)
        return result


def main() -> None:
    # Engines print at times; answers have a way of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    name, wanted, *rest = sys.argv[1:]
    job = next(job for job in JOBS if job.name == wanted)
    if rest == ["store"]:
        stores.write(job.dataset, name, engines.load(name))
        return
    whole = job.is_whole_process and name != "source"
    worker = (ProgramWorker if whole else Worker)(name, job)
    for line in sys.stdin:
        answer = {"seconds": worker.run()} if line.strip() == "run" else worker.finish()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
