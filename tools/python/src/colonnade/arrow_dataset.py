"""Tables as pyarrow datasets, so that DuckDB and others push columns and filters into the engine."""

from __future__ import annotations

from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.dataset

from .arrow_filter import ArrowFilter, translate
from .table import Table


class ColonnadeDataset(pyarrow.dataset.Dataset):
    """A table, or one version of it, as `pyarrow.dataset.Dataset`; made by `colonnade.dataset`.

    Whatever takes a pyarrow dataset takes it. Columns and conditions are pushed into the engine, so
    that partitions, row groups and pages which hold nothing wanted are not read; what the engine
    cannot say in pyarrow's meaning, pyarrow evaluates over what is left. Rows are in the table's order.

    Example:
        >>> flights = colonnade.dataset("flights")
        >>> duckdb.sql("SELECT carrier, count(*) FROM flights WHERE month = 7 GROUP BY ALL")
    """

    # pyarrow's own class is not initialised: all it would do goes through the methods below.
    def __init__(self, table: Table, filter: Any = None) -> None:
        self._table = table
        self._filter = filter
        self._schema = table.arrow_schema()

    @property
    def table(self) -> Table:
        """The table behind it."""
        return self._table

    @property
    def schema(self) -> pyarrow.Schema:
        return self._schema

    @property
    def partition_expression(self) -> Any:
        """True for every row: partitions are the engine's."""
        return pyarrow.compute.scalar(True)

    def scanner(self, columns: Any = None, filter: Any = None, batch_size: int | None = None,
                **options: Any) -> pyarrow.dataset.Scanner:
        """A scanner whose rows the engine has filtered; other options of pyarrow's change nothing.

        Args:
            columns: Names, or a mapping of names to pyarrow expressions, as pyarrow takes them.
            filter: A pyarrow expression.
            batch_size: At most so many rows a batch.
        """
        filter = self._joined(filter)
        pushed = translate(filter, self._schema) if filter is not None else ArrowFilter()
        residual = filter if pushed.has_residual else None
        wanted = self._columns(columns, pushed, residual)
        scan = self._table.scan(columns=wanted, filter=pushed.text,
                                parameters=pushed.parameters or None, batch_rows=batch_size)
        reader = scan.to_reader()
        return pyarrow.dataset.Scanner.from_batches(
            reader, columns=columns, filter=residual,
            **({} if batch_size is None else {"batch_size": batch_size}))

    def _columns(self, columns: Any, pushed: ArrowFilter, residual: Any) -> list[str] | None:
        """The columns to be read; all where it is not known which are needed."""
        if columns is None or isinstance(columns, dict):
            return None
        unknown = [name for name in columns if name not in self._schema.names]
        if unknown:
            # The engine's error names what is near.
            self._table.scan(columns=unknown).schema
        if residual is None:
            return list(dict.fromkeys(columns))
        if pushed.columns is None:
            return None
        return list(dict.fromkeys([*columns, *pushed.columns]))

    def _joined(self, filter: Any) -> Any:
        if self._filter is None or filter is None:
            return filter if self._filter is None else self._filter
        return self._filter & filter

    def to_table(self, columns: Any = None, filter: Any = None, **options: Any) -> pyarrow.Table:
        return self.scanner(columns, filter, **options).to_table()

    def to_batches(self, columns: Any = None, filter: Any = None, **options: Any) -> Any:
        return self.scanner(columns, filter, **options).to_batches()

    def head(self, num_rows: int, columns: Any = None, filter: Any = None,
             **options: Any) -> pyarrow.Table:
        return self.scanner(columns, filter, **options).head(num_rows)

    def take(self, indices: Any, columns: Any = None, filter: Any = None,
             **options: Any) -> pyarrow.Table:
        """Rows by their numbers among those that match."""
        if self._joined(filter) is None and not isinstance(columns, dict):
            numbers = indices.to_pylist() if hasattr(indices, "to_pylist") else list(indices)
            return self._table.take(numbers, columns=columns).to_arrow()
        return self.to_table(columns, filter, **options).take(pyarrow.array(indices))

    def count_rows(self, filter: Any = None, **options: Any) -> int:
        filter = self._joined(filter)
        if filter is None:
            return len(self._table)
        pushed = translate(filter, self._schema)
        if not pushed.has_residual:
            return self._table.count(pushed.text, pushed.parameters or None)
        return self.scanner([], filter).count_rows()

    def filter(self, expression: Any) -> ColonnadeDataset:
        """The rows that match, too; nothing is read yet."""
        if not isinstance(expression, pyarrow.compute.Expression):
            raise TypeError("a dataset is filtered by a pyarrow expression, not by "
                            f"{type(expression).__name__}")
        return ColonnadeDataset(self._table, self._joined(expression))

    def get_fragments(self, filter: Any = None) -> Any:
        """Raises NotImplementedError: a table's files are the engine's; see `Table.divide`."""
        raise NotImplementedError("a table's files are not fragments of pyarrow; "
                                  "Table.divide cuts its rows for workers")

    _get_fragments = get_fragments

    def replace_schema(self, schema: pyarrow.Schema) -> Any:
        raise NotImplementedError("a table has its own schema; cast what to_table returns")

    def sort_by(self, sorting: Any, **options: Any) -> pyarrow.dataset.InMemoryDataset:
        return pyarrow.dataset.dataset(self.to_table().sort_by(sorting))

    def join(self, right_dataset: Any, *arguments: Any, **options: Any) -> Any:
        return _in_memory(self).join(_in_memory(right_dataset), *arguments, **options)

    def join_asof(self, right_dataset: Any, *arguments: Any, **options: Any) -> Any:
        return _in_memory(self).join_asof(_in_memory(right_dataset), *arguments, **options)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        if self._filter is None:
            return self._table.__arrow_c_stream__(requested_schema)
        return self.scanner().to_reader().__arrow_c_stream__(requested_schema)

    def __reduce__(self) -> tuple:
        return ColonnadeDataset, (self._table, self._filter)

    def __repr__(self) -> str:
        filtered = "" if self._filter is None else f" where {self._filter}"
        return f"<colonnade dataset of {self._table.path!r}{filtered}>"


def _in_memory(source: Any) -> Any:
    if isinstance(source, ColonnadeDataset):
        return pyarrow.dataset.dataset(source.to_table())
    return source
