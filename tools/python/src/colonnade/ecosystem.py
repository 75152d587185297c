"""Tables in other packages, each of which is imported only where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .expressions import Column, Expression
from .optional import required
from .table import Table, open as open_table

if TYPE_CHECKING:
    import pandas

    from .arrow_dataset import ColonnadeDataset


def dataset(source: Table | str | os.PathLike[str], at: Any = None) -> ColonnadeDataset:
    """A table as a pyarrow dataset, into which DuckDB and others push columns and filters.

    Args:
        source: A table, or its path.
        at: A version or a time, where a path is given.

    Raises:
        ImportError: pyarrow is not installed.

    Example:
        >>> flights = colonnade.dataset("flights")
        >>> duckdb.sql("SELECT count(*) FROM flights WHERE month = 7")
    """
    required("pyarrow.dataset")
    from .arrow_dataset import ColonnadeDataset

    return ColonnadeDataset(source if isinstance(source, Table) else open_table(source, at))


def read_pandas(source: Table | str | os.PathLike[str],
                columns: Iterable[str | Column] | None = None,
                filter: str | Expression | None = None, at: Any = None,
                **options: Any) -> pandas.DataFrame:
    """Rows of a table as a `pandas.DataFrame`; what `filter` rules out is not read.

    Args:
        source: A table, or its path.
        columns: As for `Table.scan`, and so `filter` and the other options.
        at: A version or a time, where a path is given.

    Example:
        >>> colonnade.read_pandas("flights", ["carrier", "dep_delay"], "month = 7")
    """
    table = source if isinstance(source, Table) else open_table(source, at)
    return table.scan(columns, filter, **options).to_pandas()
