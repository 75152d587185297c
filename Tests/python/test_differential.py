"""Predicates compared with DuckDB; the seed is printed, `differential.py` replays a run."""

import os

import differential

COUNT = int(os.environ.get("COLONNADE_DIFFERENTIAL_COUNT", "20000"))
SEED = int(os.environ.get("COLONNADE_DIFFERENTIAL_SEED", "1"))


def test_random_predicates_give_the_rows_duckdb_gives(capsys):
    outcome = differential.compare(COUNT, SEED)
    with capsys.disabled():
        print(f"\nseed {SEED}, {outcome.compared} predicates")
        differential.print_coverage(outcome.covered)
        print(f"{outcome.partly_pruned / outcome.compared:.1%} pruned one zone and kept another")
    assert not outcome.disagreements, outcome.disagreements[:5]
    assert outcome.compared >= COUNT
    assert outcome.partly_pruned >= 0.3 * outcome.compared
    assert outcome.both_failed <= 0.05 * outcome.compared
