"""Random predicates over random tables, answered by Colonnade and by DuckDB.

    python Tests/python/differential.py --count 20000 --seed 1

Prints every disagreement with what replays it, the coverage per operator, type and content, and how
many predicates pruned one zone and kept another. Exit code 1 on any disagreement that
spec/semantics.md does not list.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from random_predicates import Predicates  # noqa: E402
from random_tables import RandomTable  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
ZONE_SHIFT = 4  # zones of 16 rows: even a small table has many
PER_TABLE = 200


def probe_path() -> pathlib.Path:
    """The program that answers many predicates over one table in one process."""
    return pathlib.Path(
        os.environ.get("COLONNADE_PROBE", ROOT / ".build" / "release" / "PredicateProbe"))


class Probe:
    """A running probe over one table; asks one predicate at a time."""

    def __init__(self, table: RandomTable, folder: pathlib.Path):
        (folder / "schema.txt").write_text(table.schema_text, encoding="utf-8")
        (folder / "rows.jsonl").write_text(table.json_lines(), encoding="utf-8")
        self.process = subprocess.Popen(
            [str(probe_path()), str(folder / "schema.txt"), str(folder / "rows.jsonl"),
             str(folder / "table"), str(ZONE_SHIFT)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, predicate: str) -> dict:
        self.process.stdin.write(predicate + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the probe ended with {self.process.wait()} on: {predicate}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        if self.process.wait(timeout=60) != 0:
            raise RuntimeError(f"the probe ended with {self.process.returncode}")


class Outcome:
    """What a run found."""

    def __init__(self):
        self.compared = 0
        self.both_failed = 0
        self.partly_pruned = 0
        self.covered = collections.Counter()
        self.disagreements = []


def compare(count: int, seed: int, report=print) -> Outcome:
    """Runs `count` predicates; the same seed gives the same run."""
    outcome = Outcome()
    number = 0
    while outcome.compared < count:
        table_seed = f"{seed}/{number}"
        number += 1
        rng = random.Random(table_seed)
        table = RandomTable(rng)
        connection = duckdb.connect()
        connection.execute("SET TimeZone='UTC'")
        connection.register("source", table.arrow())
        connection.execute("CREATE TABLE t AS SELECT * FROM source")
        predicates = Predicates(rng, table, outcome.covered)
        with tempfile.TemporaryDirectory() as folder:
            probe = Probe(table, pathlib.Path(folder))
            for _ in range(min(PER_TABLE, count - outcome.compared)):
                ours_text, peer_text = predicates.predicate()
                answer = probe.ask(ours_text)
                try:
                    rows = connection.execute(
                        f"SELECT rowid FROM (SELECT * FROM t) WHERE {peer_text} ORDER BY rowid"
                    ).fetchall()
                    expected = [row[0] for row in rows]
                except duckdb.Error as error:
                    expected = str(error)
                outcome.compared += 1
                if answer.get("zonesPruned", 0) > 0 and answer.get("zonesRead", 0) > 0:
                    outcome.partly_pruned += 1
                if isinstance(expected, str) and "error" in answer:
                    outcome.both_failed += 1
                elif answer.get("rows") != expected:
                    outcome.disagreements.append((table_seed, ours_text, answer, expected))
                    if len(outcome.disagreements) <= 20:
                        report(f"DISAGREE table seed {table_seed}: {ours_text}\n"
                               f"  ours:   {json.dumps(answer)[:300]}\n"
                               f"  DuckDB: {str(expected)[:300]}")
            probe.close()
    return outcome


def print_coverage(covered: collections.Counter, report=print):
    """One line an operator: how often over which types, with and without nulls and NaN."""
    operators = collections.defaultdict(collections.Counter)
    for (operator, kind, content), times in covered.items():
        operators[operator][f"{kind} {content}".strip()] += times
    for operator in sorted(operators):
        cells = operators[operator]
        report(f"{operator:24} {sum(cells.values()):6}  " + ", ".join(
            f"{cell} {times}" for cell, times in sorted(cells.items()) if cell))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=20_000, help="predicates to compare")
    parser.add_argument("--seed", type=int, default=1, help="replays a run")
    arguments = parser.parse_args()
    outcome = compare(arguments.count, arguments.seed)
    print_coverage(outcome.covered)
    share = outcome.partly_pruned / max(outcome.compared, 1)
    print(f"seed {arguments.seed}: {outcome.compared} predicates compared, "
          f"{len(outcome.disagreements)} disagreements, {outcome.both_failed} refused by both, "
          f"{share:.1%} pruned one zone and kept another")
    sys.exit(1 if outcome.disagreements else 0)


if __name__ == "__main__":
    main()
