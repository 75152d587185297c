"""Colonnade: partitioned tables of columns, for training data.

>>> import colonnade
>>> from colonnade import col
>>> table = colonnade.open("flights")
>>> frame = table.scan(["carrier", "dep_delay"], col("dep_delay") > 120).to_pandas()

Needs no other package. pyarrow, Polars, pandas, NumPy and DuckDB are used where they are installed.
"""

from .batch import Batch
from .binding import library_version, release_files
from .ecosystem import dataset, read_pandas
from .errors import (
    CancelledError, ClosedError, ColonnadeError, ColumnNotFoundError, CommitConflictError,
    CommitUnknownError, CorruptError, InputOutputError, InvalidArgumentError, LimitExceededError,
    NotFoundError, SchemaMismatchError, TableNotFoundError, TruncatedError, UnsupportedFeatureError)
from .expressions import Column, Expression, all_of, any_of, col, lit
from .parquet import from_parquet, to_parquet
from .polars_scan import scan_colonnade
from .reader import BatchReader
from .rows import Rows
from .scan import Scan
from .schema import Schema
from .table import Table, open
from .take import Take
from .types import DataType, Field
from .writer import Commit, Writer, write, writer
