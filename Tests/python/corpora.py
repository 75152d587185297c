"""Files of other projects: where they lie, and reading them through the program."""

import datetime
import json
import math
import os
import pathlib
import re
import tempfile

import pytest
from program import ROOT, run


def folder(name):
    """The folder of a corpus; the test is skipped where it is absent."""
    home = pathlib.Path(os.environ.get("COLONNADE_CORPORA", ROOT.parent / "shared" / "corpora"))
    if not (home / name).is_dir():
        pytest.skip(f"corpus {name} is absent; set COLONNADE_CORPORA to where it is")
    return home / name


class Refused(Exception):
    """What the program said when it did not take a file."""


def ingest(path, *options):
    """Writes a file as a table and scans it: column names, and rows as lists."""
    with tempfile.TemporaryDirectory() as scratch:
        table = pathlib.Path(scratch) / "table"
        try:
            run("write", table, path, "--mode", "create", *options)
        except AssertionError as error:
            # Refusing has an exit code of its own; a signal or a failed check has not.
            if not re.search(r" ended with [23467], ", str(error)):
                raise
            raise Refused(str(error)) from None
        columns = json.loads(run("schema", table, "--json").stdout)["columns"]
        names = [column["name"] for column in columns]
        scanned = run("scan", table, "--format", "jsonl").stdout
        # Not `splitlines`: that also splits at line ends which JSON strings may hold.
        rows = [list(json.loads(line).values()) for line in scanned.split("\n") if line]
    return names, rows


def plain(value):
    """A value of another reader as JSON would say it."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
        return text.replace("+00:00", "Z")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    return value


def moment(text):
    """A timestamp's text without what says nothing: zeros at the end of its fraction."""
    text = text.replace(" ", "T", 1)
    if "." in text:
        head, tail = text.split(".", 1)
        digits = tail.rstrip("Z").rstrip("0")
        text = head + ("." + digits if digits else "") + ("Z" if tail.endswith("Z") else "")
    return text
