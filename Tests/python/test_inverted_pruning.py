"""The comparison with DuckDB can fail: a build whose pruning is turned around does not pass it."""

import subprocess

import differential


def test_inverted_pruning_is_noticed(monkeypatch):
    scratch = differential.ROOT / ".build-inverted"
    subprocess.run(
        ["swift", "build", "--product", "PredicateProbe", "--scratch-path", str(scratch),
         "-Xswiftc", "-DCOLONNADE_INVERT_PRUNING"],
        cwd=differential.ROOT, check=True, capture_output=True, timeout=1500)
    monkeypatch.setenv("COLONNADE_PROBE", str(scratch / "debug" / "PredicateProbe"))
    outcome = differential.compare(400, seed=1, report=lambda text: None)
    assert len(outcome.disagreements) > 40
