"""Ours, through the Python package as a stranger uses it: defaults only; opened anew for every question,
with the files of questions before kept open or not, or once before the clock starts."""

import os
import sys

from ..places import LIBRARY, PACKAGE, fingerprint
from ..predicate import sql

os.environ.setdefault("COLONNADE_LIBRARY", str(LIBRARY))
sys.path.insert(0, str(PACKAGE))

import colonnade  # noqa: E402


class Engine:
    def __init__(self, profile: str | None = None, attached: bool = False,
                 keeps: bool = True) -> None:
        if not keeps:
            os.environ["COLONNADE_KEEP_SECONDS"] = "0"
        self.options = {"profile": profile} if profile else {}
        self.attached = attached
        self.table = None
        self.version = fingerprint()
        colonnade.library_version()

    def write(self, table, path, dataset) -> None:
        colonnade.write(path, table, partition_by=dataset.partition_by, **self.options)

    def _open(self, path):
        if not self.attached:
            return colonnade.open(path)
        if self.table is None:
            self.table = colonnade.open(path)
        return self.table

    def read(self, path, dataset, columns, where):
        return self._open(path).scan(columns, sql(where) if where else None).to_arrow()

    def take(self, path, dataset, rows):
        return self._open(path).take(rows).to_arrow()
