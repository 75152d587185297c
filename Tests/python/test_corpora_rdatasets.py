"""126 real tables of R: what is read from the CSV is what the CSV says, to the last digit, and
what the Parquet twin holds but for what CSV cannot say."""

import csv
import math

import corpora
import pyarrow
import pyarrow.parquet

# The twin was written from another state of the data set than the CSV.
OTHER_ROWS = {
    "Lahman/AwardsSharePlayers": "the CSV has the seasons up to 2025, the twin those up to 2023",
    "Lahman/HallOfFame": "the CSV has the elections up to 2025, the twin those before",
    "alone/loadouts": "the CSV has season 12, the twin has not",
}
# Columns whose values differ for a reason of the twin.
OTHER_VALUES = {
    ("fivethirtyeight/trump_twitter", "id"): "the twin rounded identifiers to float64",
}
ENCODINGS = {"fivethirtyeight/biopics": "latin-1"}


def agrees_with_text(value, text):
    """Whether a value is exactly what a field of the CSV says."""
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text.strip().lower() == str(value).lower()
    if isinstance(value, int):
        return int(text) == value
    if isinstance(value, float):
        return float(text) == value
    if value == text:
        return True
    return corpora.moment(value) == corpora.moment(text)


def agrees_with_twin(value, twin):
    """Whether a value is the twin's, but for what CSV cannot say and what R's reader changed."""
    twin = corpora.plain(twin)
    if value == twin:
        return True
    if value is None or twin is None:
        # Written as the same empty field; NaN has no text of its own either.
        return value in (None, "", "NaN") and twin in (None, "")
    if isinstance(value, (int, float)) and isinstance(twin, (int, float)):
        # R's reading of decimal text is not correctly rounded.
        return abs(value - twin) <= 4 * math.ulp(max(abs(value), abs(twin)))
    if isinstance(twin, str):
        # R's reader strips blanks and leaves doubled quotes doubled; it takes wall clocks for
        # UTC; a factor of numbers or truth values has the text of those.
        if isinstance(value, str):
            return without_habits(value) == without_habits(twin)
        return agrees_with_text(value, twin)
    return False


def without_habits(text):
    return corpora.moment(text.strip().replace('"', "").replace("\r\n", "\n")).rstrip("Z")


def values(column, encoding):
    """The values of a twin's column; its strings are bytes of whatever R had in memory."""
    if pyarrow.types.is_string(column.type):
        return [value if value is None else value.decode(encoding)
                for value in column.cast(pyarrow.binary()).to_pylist()]
    return column.to_pylist()


def files():
    return sorted(corpora.folder("rdatasets").glob("*/*.csv"))


def test_all_are_there():
    assert len(files()) == 126


def test_tables():
    wrong = []
    for path in files():
        key = f"{path.parent.name}/{path.stem}"
        encoding = ENCODINGS.get(key, "utf-8")
        names, rows = corpora.ingest(
            path, "--encoding", "auto" if encoding == "utf-8" else encoding)
        with open(path, encoding=encoding, newline="") as file:
            records = [record for record in csv.reader(file) if record]
        if len(rows) != len(records) - 1:
            wrong.append(f"{key}: {len(rows)} rows, the CSV has {len(records) - 1}")
            continue
        for number, (row, record) in enumerate(zip(rows, records[1:])):
            bad = [name for name, value, text in zip(names, row, record)
                   if not agrees_with_text(value, text)]
            if bad or len(row) != len(record):
                wrong.append(f"{key}: record {number}: {bad}: {row} is not {record}")
                break
        twin = pyarrow.parquet.read_table(path.with_suffix(".parquet"))
        if key in OTHER_ROWS:
            assert len(rows) != twin.num_rows, f"{key} agrees now: {OTHER_ROWS[key]}"
            continue
        if len(rows) != twin.num_rows or len(names) != twin.num_columns:
            wrong.append(f"{key}: {len(rows)} rows, the twin has {twin.num_rows}")
            continue
        for index, (name, other) in enumerate(zip(names, twin.column_names)):
            # R gives columns without a name one of its own.
            if name != other and not (name.startswith("column") and other.startswith("V")):
                wrong.append(f"{key}: column {name} is {other} in the twin")
            if (key, name) in OTHER_VALUES:
                continue
            differing = [
                (row[index], value) for row, value in zip(rows, values(twin.column(index), encoding))
                if not agrees_with_twin(row[index], value)]
            if differing:
                wrong.append(f"{key}: {name}: {len(differing)} differ, first {differing[0]}")
    assert not wrong, "\n".join(wrong)
