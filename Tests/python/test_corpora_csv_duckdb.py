"""Some thousand CSV files of DuckDB's tests, fuzzer finds among them: where DuckDB reads one by
looking, so do we, with the same rows and values, or the reason is named here. No crash, no hang."""

import collections
import concurrent.futures
import datetime
import os
import re

import corpora
import duckdb

# Why a file is refused that DuckDB reads, by what our error says. DuckDB skips or pads what does
# not fit its guess; here every record of the file is a row, a reject or an error.
REFUSALS = [
    (r"fields? where \d+ (is|are) expected", "ragged records are errors"),
    (r"text follows the closing quote", "broken quotes are errors"),
    (r"quoted field .*never closed", "broken quotes are errors"),
    (r"is not UTF-8", "invalid UTF-8 is an error"),
    (r"there is no record to find columns in", "a table needs a column"),
]
# DuckDB finds these at other places than the text: folders named column=value.
HIVE = re.compile(r"(hive-partitioning|union-by-name)/.*=")
# Files that are read differently, each with the reason.
OTHER_ROWS = {
    "afl/no_parameter/15.csv": "random bytes",
    "afl/no_parameter/2.csv": "random bytes",
    "afl/no_parameter/4.csv": "random bytes",
    "afl/no_parameter/9.csv": "random bytes",
    "afl/no_parameter/20.csv": "random bytes",
    "auto/single_quote_backslash.csv": "numbers in single quotes are text",
    "bug_7578.csv": "two records of tab-separated text; DuckDB loses the second",
    "comments/invalid_rows.csv": "comments are taken out when named, not guessed",
    "comments/simple.csv": "comments are taken out when named, not guessed",
    "error/quotednewlines.csv": "100 fields hold line ends; DuckDB counts their lines as rows",
    "fuzzing/19.csv": "random bytes",
    "timestamp_timezone.csv": "some texts have a zone and some have none",
    "timestamp_with_tz.csv": "EST is not a zone that names one offset",
}
LIMIT = 30_000_000


def theirs(path):
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    try:
        relation = connection.execute("select * from read_csv(?)", [str(path)])
        return [column[0] for column in relation.description], relation.fetchall()
    except (duckdb.Error, UnicodeDecodeError):
        return None


def agrees(value, other):
    """Whether a value is DuckDB's, or the text that DuckDB made it of."""
    if value == corpora.plain(other):
        return True
    if other is None:
        # DuckDB takes a quoted nothing for NULL.
        return value == ""
    if value is None:
        return isinstance(other, float)
    if isinstance(other, (datetime.datetime, datetime.date, datetime.time)):
        # DuckDB guesses the order of day and month; only ISO 8601 is a date here.
        if not isinstance(value, str):
            return False
        text = corpora.moment(value).rstrip("Z")
        plain = corpora.moment(str(other).removesuffix("+00:00"))
        return text == plain or text + "T00:00:00" == plain or not re.match(
            r"\d{4}-\d\d-\d\d($|[ T])|\d\d:\d\d", value)
    if isinstance(other, bool):
        return str(value).lower() in ({"true", "t", "1", "yes"} if other else
                                      {"false", "f", "0", "no"})
    if isinstance(other, str):
        # Names in single quotes, and blanks around a field, stay as they are.
        text = str(value)
        return text == other or text.strip() == other.strip() or re.sub(
            r"[\\']", "", text).strip() == re.sub(r"[\\']", "", other).strip()
    try:
        return float(value) == float(other)
    except (TypeError, ValueError):
        return str(value) == str(other)


def outcome(root, path):
    """How reading one file went: `same`, or a word and what to say."""
    key = str(path.relative_to(root))
    try:
        names, rows = corpora.ingest(path)
    except corpora.Refused as refusal:
        message = str(refusal)
        assert path.name in message, f"{key}: the error names no file: {message}"
        if theirs(path) is None:
            return "both refuse", key
        for pattern, reason in REFUSALS:
            if re.search(pattern, message):
                return reason, key
        return "wrong", f"{key}: {message}"
    other = theirs(path)
    if other is None:
        return "DuckDB refuses", key
    if key in OTHER_ROWS:
        return "listed", key
    other_names, other_rows = other
    word = "same"
    if len(rows) == len(other_rows) + 1 and len(names) == len(other_names):
        # Names start with a letter here, and differ; DuckDB takes other texts for a header too.
        word = "the first record is a row"
        other_rows = [tuple(other_names), *other_rows]
        if not all(agrees_with_name(*pair) for pair in zip(rows[0], other_names)):
            return "wrong", f"{key}: the first row is {rows[0]}, DuckDB has names {other_names}"
        rows, other_rows = rows[1:], other_rows[1:]
    if len(rows) != len(other_rows):
        return "wrong", f"{key}: {len(rows)} rows, DuckDB has {len(other_rows)}"
    if len(names) != len(other_names) and not HIVE.search(key):
        return "wrong", f"{key}: {len(names)} columns, DuckDB has {len(other_names)}"
    for number, (row, other_row) in enumerate(zip(rows, other_rows)):
        for value, other_value in zip(row, other_row):
            if not agrees(value, other_value):
                return "wrong", f"{key}: row {number}: {value!r}, DuckDB has {other_value!r}"
    return word, key


def agrees_with_name(value, name):
    """Whether a value is the text that DuckDB made a name of, which it numbers where it is empty
    or comes twice."""
    if value is None or value == "":
        return re.fullmatch(r"column\d+", name) is not None
    if isinstance(value, str):
        return re.sub(r"_\d+$", "", name).strip() in value or value in name
    try:
        return float(value) == float(re.sub(r"_\d+$", "", name))
    except ValueError:
        return False


def test_files():
    root = corpora.folder("csv-duckdb")
    paths = sorted(
        path for path in root.rglob("*") if path.is_file() and path.stat().st_size < LIMIT)
    assert len(paths) > 900
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda path: outcome(root, path), paths))
    counts = collections.Counter(word for word, _ in outcomes)
    print(dict(counts))
    wrong = [text for word, text in outcomes if word == "wrong"]
    assert not wrong, "\n".join(wrong)
    assert counts["same"] > 480
