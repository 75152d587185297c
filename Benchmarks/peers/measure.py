"""Runs a job: one process per engine, all alive at once, each told to run in turn, so that a slow
moment of the machine meets all of them. A turn of reading is several runs, one behind the other, as of a
program that asks again and again; its first finds the caches of the processor full of what others did, and
is told apart. The order is drawn for each round: who runs behind an engine whose code is the same, opened
otherwise, finds that code in the caches."""

import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from .jobs import Job

# Short jobs are repeated until so many seconds or so many turns.
ENOUGH_SECONDS = 1.0
MOST_TURNS = 25
# A turn that has taken so many seconds ends before its runs are done: of what takes as long, the first
# run costs no more than the others.
TURN_SECONDS = 1.0
# At least so many turns of questions; one where it is to be quick.
LEAST_TURNS = 3
# A run that takes longer than so many seconds is not repeated.
LONG_SECONDS = 20.0


class Failure(Exception):
    pass


class Process:
    """An engine at a job."""

    def __init__(self, engine: str, job: Job) -> None:
        self.engine = engine
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "peers.worker", engine, job.name], text=True,
            env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[1])},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        # Of each turn the runs.
        self.turns: list[list[float]] = []

    @property
    def seconds(self) -> list[float]:
        return [seconds for turn in self.turns for seconds in turn]

    def take_turn(self, runs: int) -> None:
        turn: list[float] = []
        self.turns.append(turn)
        while len(turn) < runs and sum(turn) < TURN_SECONDS:
            turn.append(self.ask("run")["seconds"])

    def is_done(self, job: Job, runs: int, quick: bool) -> bool:
        if self.turns[-1][-1] > LONG_SECONDS:
            return True
        least = runs if not job.is_asked_again else 1 if quick else LEAST_TURNS
        enough = quick or sum(self.seconds) > ENOUGH_SECONDS
        wanted = least if enough else max(least, MOST_TURNS)
        wanted = min(wanted, job.most_runs or wanted)
        return len(self.turns) >= wanted and len(self.seconds) >= min(runs, job.most_runs or runs)

    def figures(self) -> dict:
        if not self.turns:
            return {"turns": [], "median": None, "first": None}
        return {"turns": self.turns, "median": statistics.median(self.seconds),
                "first": statistics.median(turn[0] for turn in self.turns)}

    def ask(self, word: str) -> dict:
        try:
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines()
            raise Failure(said[-1] if said else f"ended with {self.process.returncode}")
        return json.loads(line)

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.process.wait()
        self.errors.close()


def check(job: Job, digest: str | None, expected: str | None) -> str:
    if digest is None:
        return "-"
    return "yes" if digest == expected else "NO"


def expected_digest(job: Job) -> str | None:
    if job.kind in ("bytes", "start"):
        return None
    process = Process("source", job)
    try:
        process.ask("run")
        return process.ask("finish")["digest"]
    finally:
        process.close()


def measure(job: Job, chosen: list[str], runs: int, quick: bool, say) -> dict[str, dict]:
    """Figures by engine; an engine that fails has its error."""
    results: dict[str, dict] = {}
    expected = expected_digest(job)
    processes = []
    for engine in chosen:
        process = Process(engine, job)
        # The run that warms up; it also writes the store where there is none.
        try:
            if job.kind != "bytes" and job.most_runs is None:
                process.ask("run")
            processes.append(process)
        except Failure as failure:
            results[engine] = {"error": str(failure)}
            process.close()
    left = list(processes) if job.kind != "bytes" else []
    order = random.Random(job.name)
    while left:
        for process in order.sample(left, len(left)):
            try:
                process.take_turn(runs if job.is_asked_again else 1)
                if process.is_done(job, runs, quick):
                    left.remove(process)
            except Failure as failure:
                results[process.engine] = {"error": str(failure)}
                left.remove(process)
    for process in processes:
        if process.engine not in results:
            try:
                finished = process.ask("finish")
                results[process.engine] = {
                    **finished, **process.figures(),
                    "same": check(job, finished.get("digest"), expected)}
            except Failure as failure:
                results[process.engine] = {"error": str(failure)}
        process.close()
    for engine in chosen:
        result = results[engine]
        if "error" in result:
            say(f"  {engine:18} failed: {result['error']}")
        elif job.kind == "bytes":
            say(f"  {engine:18} {result['bytes'] / 1e6:10.2f} MB")
        else:
            say(f"  {engine:18} {result['median'] * 1e3:10.2f} ms   "
                f"+{(result['peak'] - result['base']) / 1e6:.0f} MB   same rows: {result['same']}")
    return {engine: results[engine] for engine in chosen}
