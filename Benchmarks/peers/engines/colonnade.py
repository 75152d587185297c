"""Ours, through the Python package as a stranger uses it: defaults only."""

import os
import sys

from ..places import LIBRARY, PACKAGE, fingerprint
from ..predicate import sql

os.environ.setdefault("COLONNADE_LIBRARY", str(LIBRARY))
sys.path.insert(0, str(PACKAGE))

import colonnade  # noqa: E402


class Engine:
    def __init__(self, profile: str | None = None) -> None:
        self.options = {"profile": profile} if profile else {}
        self.version = fingerprint()
        colonnade.library_version()

    def write(self, table, path, dataset) -> None:
        colonnade.write(path, table, partition_by=dataset.partition_by, **self.options)

    def read(self, path, dataset, columns, where):
        return colonnade.open(path).scan(columns, sql(where) if where else None).to_arrow()

    def take(self, path, dataset, rows):
        return colonnade.open(path).take(rows).to_arrow()
