"""Parquet in and out, streaming: files and folders become tables, tables and scans become files."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .optional import required
from .rows import Rows
from .table import Table, open as open_table
from .writer import Commit, write

if TYPE_CHECKING:
    import pyarrow

# Rows of a batch on the way in: large enough for speed, small enough for wide rows.
_BATCH_ROWS = 65_536
# Rows of a row group on the way out.
_GROUP_ROWS = 1_048_576


def from_parquet(source: Any, path: str | os.PathLike[str], columns: Iterable[str] | None = None,
                 filter: Any = None, **options: Any) -> Commit:
    """Writes Parquet files as a table, in one commit, batch by batch.

    Args:
        source: A file, a folder (also one divided as `key=value`, whose keys become columns), a list
            of files, or a `pyarrow.dataset.Dataset`.
        path: The table's folder.
        columns: The columns wanted; all if None.
        filter: A pyarrow expression that rows have to fulfil.
        **options: As for `write`: `mode`, `partition_by`, `sort_by`, `profile`, …

    Raises:
        FileNotFoundError: There is no such file.
        ValueError, OSError: pyarrow cannot read a file.
        UnsupportedFeatureError: A column's type does not exist in tables.

    Complexity: memory O(batches and row groups at hand), whatever the size of the files.

    Example:
        >>> colonnade.from_parquet("flights.parquet", "flights", partition_by="month")
    """
    datasets = required("pyarrow.dataset")
    pyarrow = required("pyarrow")
    if not isinstance(source, datasets.Dataset):
        names = [source] if isinstance(source, (str, os.PathLike)) else list(source)
        names = [os.fspath(name) for name in names]
        for name in names:
            if not os.path.exists(name):
                raise FileNotFoundError(2, "there is no such file", name)
        source = datasets.dataset(names[0] if len(names) == 1 else names, format="parquet",
                                  partitioning="hive")
    scanner = source.scanner(columns=None if columns is None else list(columns), filter=filter,
                             batch_size=_BATCH_ROWS, batch_readahead=4, fragment_readahead=1)
    reader = pyarrow.RecordBatchReader.from_batches(scanner.projected_schema, scanner.to_batches())
    return write(path, reader, **options)


def to_parquet(source: Rows | Table | str | os.PathLike[str], path: str | os.PathLike[str],
               partition_by: str | Iterable[str] | None = None, compression: str = "zstd",
               row_group_rows: int = _GROUP_ROWS, **options: Any) -> int:
    """Writes a table or the rows of a scan as Parquet, batch by batch.

    Args:
        source: A table, a scan or a take, or the path of a table.
        path: The file, which appears when it is complete; with `partition_by` a folder.
        partition_by: Columns that divide the rows into folders named `key=value`.
        compression: As pyarrow takes it.
        row_group_rows: Rows of a row group.
        **options: For `pyarrow.parquet.ParquetWriter` (or, divided, `pyarrow.dataset`).

    Returns:
        How many rows were written.

    Example:
        >>> colonnade.to_parquet(table.scan(filter="month = 7"), "july.parquet")
    """
    pyarrow = required("pyarrow")
    rows = open_table(source) if isinstance(source, (str, os.PathLike)) else source
    reader = pyarrow.RecordBatchReader.from_stream(rows)
    counter = _Counter(reader)
    if partition_by is None:
        with _appearing(os.fspath(path)) as unfinished:
            with required("pyarrow.parquet").ParquetWriter(
                    unfinished, reader.schema, compression=compression, **options) as writer:
                for group in _groups(counter, row_group_rows, pyarrow):
                    writer.write_table(group, row_group_size=row_group_rows)
        return counter.rows
    datasets = required("pyarrow.dataset")
    names = [partition_by] if isinstance(partition_by, str) else list(partition_by)
    schema = pyarrow.schema([reader.schema.field(name) for name in names])
    layout = datasets.ParquetFileFormat().make_write_options(compression=compression)
    datasets.write_dataset(
        counter, os.fspath(path), schema=reader.schema, format="parquet", file_options=layout,
        partitioning=datasets.partitioning(schema, flavor="hive"),
        max_rows_per_group=row_group_rows, **options)
    return counter.rows


class _Counter:
    """Batches on their way, counted."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self._batches = iter(batches)
        self.rows = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        batch = next(self._batches)
        self.rows += batch.num_rows
        return batch


def _groups(batches: Iterable[Any], rows: int, pyarrow: Any) -> Iterator[pyarrow.Table]:
    """Batches gathered into row groups: many small ones would make a file slow to read."""
    held: list[Any] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count >= rows:
            yield pyarrow.Table.from_batches(held)
            held, count = [], 0
    if held:
        yield pyarrow.Table.from_batches(held)


@contextlib.contextmanager
def _appearing(path: str) -> Iterator[str]:
    """A name to write to, which becomes `path` at the end, or nothing after a failure."""
    unfinished = f"{path}.{secrets.token_hex(4)}.unfinished"
    try:
        yield unfinished
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
        raise
