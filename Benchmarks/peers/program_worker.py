"""A job that is a whole process from its start to its end: each run starts a program through the slim
runner; the answer is what the program printed or wrote."""

import json
import pathlib
import subprocess
import sys

from . import data, engines, places, rows, stores

RUNNER = pathlib.Path(__file__).with_name("runner.py")


class ProgramWorker:
    def __init__(self, name: str, job) -> None:
        self.job = job
        self.engine = engines.load(name)
        self.peak, self.bytes, self.digest = 0, None, None
        self.output = stores.scratch_path(job.dataset, f"{name}-output")
        self.target = stores.scratch_path(job.dataset, f"{name}-target")
        self.store = None
        if job.kind == "program":
            self.store = stores.path(job.dataset, name, self.engine)
            if not stores.is_written(self.store):
                stores.write(job.dataset, name, self.engine)

    def command(self) -> list:
        job = self.job
        if job.kind == "start":
            return self.engine.start()
        if job.kind == "csv":
            return self.engine.convert(data.tpch("csv", data.SOURCES), self.target)
        return self.engine.ask(self.store, list(job.columns or ()), job.where)

    def run(self) -> float:
        stores.remove(self.target)
        command = [sys.executable, "-I", "-S", RUNNER, self.output, *self.command()]
        ended = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if ended.returncode:
            said = ended.stderr.strip().splitlines()
            raise RuntimeError(": ".join(reversed(said[-2:])))
        result = json.loads(ended.stdout)
        self.peak = max(self.peak, result["peak"])
        if self.digest is None and self.job.kind != "start":
            self.digest = rows.digest(self.answer())
        # At once: pages that were never written back disturb nobody.
        stores.remove(self.target)
        return result["seconds"]

    def answer(self):
        """The rows in the types of the source: text says nothing of them."""
        import pyarrow
        import pyarrow.csv

        schema = self.job.dataset.schema()
        if self.job.kind == "csv":
            self.bytes = places.byte_count(self.target)
            table = self.engine.read_back(self.target)
        else:
            table = pyarrow.csv.read_csv(self.output)
        if self.job.columns:
            schema = pyarrow.schema([schema.field(name) for name in self.job.columns])
        return table.select(schema.names).cast(schema)

    def finish(self) -> dict:
        stores.remove(self.output)
        result = {"peak": self.peak, "base": 0, "version": self.engine.version}
        if self.bytes is not None:
            result["bytes"] = self.bytes
        if self.digest is not None:
            result["digest"] = self.digest
        return result
