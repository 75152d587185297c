"""Real forecasts of 41 models, partitioned by model and reference date: every row comes back."""

import collections
import csv
import json
import re

from corpora import folder
from program import run


def test_every_forecast_comes_back(tmp_path):
    inputs = sorted(path for path in folder("flusight").rglob("*.csv"))
    assert len(inputs) == 55
    expected = collections.Counter()
    models = set()
    rows_in = 0
    prepared = []
    header = None
    for path in inputs:
        # The model stands in the file's name only: it becomes a column here, as a pipeline would.
        model = re.sub(r"^\d{4}-\d{2}-\d{2}-", "", path.stem)
        models.add(model)
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        header = header or ["model"] + list(rows[0])
        target = tmp_path / f"{path.stem}.csv"
        with open(target, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=["model"] + list(rows[0]))
            writer.writeheader()
            for row in rows:
                writer.writerow({"model": model, **row})
                expected[tuple((name, row.get(name) or "") for name in sorted(row)
                               if name not in ("value",)) + (("model", model),)] += 1
        rows_in += len(rows)
        prepared.append(target)
    table = tmp_path / "forecasts"
    schema = tmp_path / "schema.txt"
    names = sorted({name for path in prepared
                    for name in path.read_text(encoding="utf-8").splitlines()[0].split(",")})
    types = {"reference_date": "date", "target_end_date": "date", "horizon": "int32",
             "value": "float64"}
    schema.write_text("\n".join(f"{name}: {types.get(name, 'string')}" for name in names) + "\n")
    run("write", table, *prepared, "--schema", schema, "--partition-by", "model, reference_date",
        "--null", "NA", "--no-progress")
    assert int(run("count", table).stdout) == rows_in
    found = collections.Counter()
    values = 0
    for line in run("scan", table, "--format", "jsonl").stdout.splitlines():
        row = json.loads(line)
        values += row["value"] is not None
        found[tuple((name, "" if row[name] is None else str(row[name])) for name in sorted(row)
                    if name not in ("value", "model")) + (("model", row["model"]),)] += 1
    assert values > 0
    normal = collections.Counter()
    for key, count in expected.items():
        normal[tuple((name, "" if text == "NA" else text) for name, text in key)] += count
    assert found == normal
    # One model is one partition's rows, found without reading the others.
    model = sorted(models)[0]
    explained = run("explain", table, "--where", f"model = '{model}'", "--json")
    assert json.loads(explained.stdout)
    one = run("scan", table, "--where", f"model = '{model}'", "--format", "jsonl").stdout
    assert len(one.splitlines()) == sum(
        count for key, count in expected.items() if dict(key)["model"] == model)
