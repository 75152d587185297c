"""What can be written: one way from everything that holds rows to a schema and arrays of Arrow."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .building import Built, build_values
from .capsules import (
    OwnedArray, OwnedSchema, OwnedStream, new_capsule, schema_structure, take_array, take_stream)
from .errors import ClosedError, ColonnadeError, InvalidArgumentError, SchemaMismatchError
from .exports import fill_schema, share_schema
from .optional import loaded, required
from .schema import Schema, read_type
from .structures import (
    STREAM_GET_LAST_ERROR, STREAM_GET_SCHEMA, ArrowArray, ArrowSchema)
from .types import DataType, Field


class Source:
    """Rows on their way into a table: a schema, then streams or arrays of it.

    Attributes:
        schema: Of all that `parts` gives.
        parts: Streams and arrays, each to be taken over by whom it is given to.
    """

    def __init__(self, schema: OwnedSchema,
                 parts: Iterator[OwnedStream | OwnedArray]) -> None:
        self.schema = schema
        self.parts = parts


def schema_argument(schema: Any) -> OwnedSchema:
    """A schema given by the caller: text, a mapping from names to types, or anything of Arrow's.

    Raises:
        InvalidArgumentError: It is none of these, or its text is wrong.
    """
    if isinstance(schema, str):
        return _owned(Schema.parse(schema))
    if isinstance(schema, Schema):
        return _owned(schema)
    if isinstance(schema, Mapping):
        parsed = [Field(name, _type_of(data_type)) for name, data_type in schema.items()]
        return _owned(Schema(tuple(parsed)))
    if not hasattr(schema, "__arrow_c_schema__"):
        raise InvalidArgumentError(
            "a schema is a text such as \"a: int32, b: string\", a mapping from names to types, or "
            f"anything with __arrow_c_schema__, not {type(schema).__name__}")
    keeper, structure = schema_structure(schema)
    owner = OwnedSchema(ArrowSchema())
    share_schema(structure, owner.structure, keeper)
    return owner


def _type_of(text: str) -> DataType:
    if not isinstance(text, str):
        raise InvalidArgumentError(f"a type is a text such as 'list<int32>', not {text!r}")
    return Schema.parse(f"x: {text}").fields[0].data_type


def _owned(schema: Schema) -> OwnedSchema:
    owner = OwnedSchema(ArrowSchema())
    fill_schema(owner.structure, Field("", schema.struct_type, False))
    return owner


def open_source(data: Any, schema: Any = None) -> Source:
    """The rows of anything that holds some.

    Args:
        schema: What the table is to have; the data's own if None.

    Raises:
        InvalidArgumentError: Nothing is known of such data.
        SchemaMismatchError: Values do not fit the schema.
        ClosedError: It was used up.
    """
    wanted = None if schema is None else schema_argument(schema)
    if type(data).__name__ == "PyCapsule":
        return _of_stream(take_stream(data), wanted)
    data = _adapted(data)
    if hasattr(data, "__arrow_c_stream__"):
        return _of_stream_owner(data, wanted)
    if hasattr(data, "__arrow_c_array__"):
        return _of_array(data, wanted)
    if isinstance(data, Mapping):
        return _of_columns(data, wanted)
    if hasattr(data, "dtype") and type(data).__module__.partition(".")[0] == "numpy":
        return _of_structured(data, wanted)
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise InvalidArgumentError(
            f"rows cannot be taken from {type(data).__name__}: give a table or stream of Arrow, a "
            "frame of pandas or Polars, a mapping from names to columns, a list of rows as "
            "mappings, or an iterator of such")
    return _of_iterable(data, wanted)


def _adapted(data: Any) -> Any:
    """What packages have in place of Arrow's interface, as something that has it."""
    module = type(data).__module__.partition(".")[0]
    pandas, pyarrow, polars = loaded("pandas"), loaded("pyarrow"), loaded("polars")
    if module == "pandas" or pandas is not None and isinstance(data, pandas.DataFrame):
        if pandas is not None and isinstance(data, pandas.DataFrame):
            return required("pyarrow").Table.from_pandas(data)
    if polars is not None and isinstance(data, polars.LazyFrame):
        return _frames(polars, data)
    if pyarrow is not None and not hasattr(data, "__arrow_c_stream__"):
        dataset = loaded("pyarrow.dataset")
        if dataset is not None and isinstance(data, dataset.Dataset):
            return data.scanner().to_reader()
        if dataset is not None and isinstance(data, dataset.Scanner):
            return data.to_reader()
    return data


def _frames(polars: Any, lazy: Any) -> Iterator[Any]:
    """The frames of a query, as they come; an empty one first, for the schema."""
    yield polars.DataFrame(schema=lazy.collect_schema())
    yield from lazy.collect_batches()


def _cast(data: Any, wanted: OwnedSchema) -> Source:
    """The data in the types of a schema, by pyarrow, which refuses what would lose something.

    Raises:
        SchemaMismatchError: A column does not fit, or, when it is read, a value.
    """
    pyarrow = required("pyarrow")
    schema = pyarrow.schema(DescribedSchema(wanted))
    reader = pyarrow.RecordBatchReader.from_stream(data)
    missing = [name for name in schema.names if name not in reader.schema.names]
    extra = [name for name in reader.schema.names if name not in schema.names]
    if missing or extra:
        raise SchemaMismatchError(
            "the columns of the data are not those of the schema: "
            + "; ".join(f"{what} {', '.join(map(repr, names))}" for what, names in
                        (("missing", missing), ("not in the schema", extra)) if names))

    def parts() -> Iterator[OwnedArray]:
        for batch in reader:
            table = pyarrow.Table.from_batches([batch.select(schema.names)])
            try:
                fitting = table.cast(schema)
            except (pyarrow.ArrowException, ValueError) as error:
                raise SchemaMismatchError(f"the data does not fit the schema: {error}") from error
            for part in fitting.to_batches():
                yield take_array(part)[1]

    return Source(wanted, parts())


class DescribedSchema:
    """A schema of ours for those who take capsules."""

    def __init__(self, owner: OwnedSchema) -> None:
        self._owner = owner

    def __arrow_c_schema__(self) -> object:
        return new_capsule(ArrowSchema, lambda address: share_schema(
            self._owner.structure, ArrowSchema.from_address(address), self._owner))


def _of_stream_owner(data: Any, wanted: OwnedSchema | None) -> Source:
    if wanted is not None:
        return _cast(data, wanted)
    return _of_stream(take_stream(data), None)


def _of_stream(stream: OwnedStream, wanted: OwnedSchema | None) -> Source:
    if wanted is not None:
        class Once:
            def __arrow_c_stream__(self, requested_schema: object = None) -> object:
                return stream.handed_over()

        return _cast(Once(), wanted)
    return Source(stream_schema(stream), iter([stream]))


def stream_schema(stream: OwnedStream) -> OwnedSchema:
    """The schema of a stream of somebody.

    Raises:
        ClosedError: The stream was used up.
        ColonnadeError: What the stream says.
    """
    structure = stream.structure
    if not structure.release:
        raise ClosedError("the stream was used up")
    owner = OwnedSchema(ArrowSchema())
    status = STREAM_GET_SCHEMA(structure.get_schema)(
        ctypes.addressof(structure), ctypes.addressof(owner.structure))
    if status != 0:
        text = STREAM_GET_LAST_ERROR(structure.get_last_error)(
            ctypes.addressof(structure)) or b""
        raise ColonnadeError("the stream gives no schema: "
                             + text.decode("utf-8", "replace"), errno=status)
    return owner


def _of_array(data: Any, wanted: OwnedSchema | None) -> Source:
    if wanted is not None:
        pyarrow = required("pyarrow")
        batch = pyarrow.record_batch(data)
        return _of_stream_owner(pyarrow.Table.from_batches([batch]), wanted)
    schema, array = take_array(data)
    return Source(schema, iter([array]))


def _of_columns(data: Mapping[str, Any], wanted: OwnedSchema | None) -> Source:
    built = build_rows(data, wanted)
    schema = OwnedSchema(ArrowSchema())
    fill_schema(schema.structure, built.field)
    return Source(schema if wanted is None else wanted, iter([owned_array(built)]))


def owned_array(built: Built) -> OwnedArray:
    """Values made here as an array of Arrow."""
    owner = OwnedArray(ArrowArray())
    built.fill(owner.structure)
    return owner


def build_rows(data: Mapping[str, Any], wanted: OwnedSchema | None) -> Built:
    """A struct of the columns of a mapping; lists, or arrays of NumPy, of one length.

    Raises:
        SchemaMismatchError: Columns differ in length, or do not fit the schema.
    """
    fields = None if wanted is None else {
        field.name: field for field in read_type(wanted.structure).children}
    if fields is not None and set(fields) != set(data):
        different = sorted(map(str, set(fields) ^ set(data)))
        raise SchemaMismatchError(
            f"the columns of the data are not those of the schema: {', '.join(different)}")
    names = list(data) if fields is None else list(fields)
    columns = [_column(name, data[name], None if fields is None else fields[name])
               for name in names]
    lengths = {column.length for column in columns}
    if len(lengths) > 1:
        raise SchemaMismatchError("columns differ in length: " + ", ".join(
            f"{column.field.name!r} has {column.length:,}" for column in columns))
    return Built(Field("", DataType("+s", tuple(column.field for column in columns)), False),
                 lengths.pop() if lengths else 0, 0, [None], columns)


def _column(name: str, values: Any, field: Field | None) -> Built:
    if not isinstance(name, str):
        raise InvalidArgumentError(f"a column's name is a text, not {name!r}")
    if type(values).__module__.partition(".")[0] == "numpy" and hasattr(values, "dtype"):
        from .numpy_arrays import build_column

        built = build_column(name, values)
        if field is None or built.field.data_type == field.data_type:
            return built
        values = values.tolist()
    elif hasattr(values, "tolist"):
        values = values.tolist()
    elif hasattr(values, "to_pylist"):
        values = values.to_pylist()
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise SchemaMismatchError(f"column {name!r} is {values!r}, not a list of values")
    return build_values(name, list(values), field)


def _of_structured(data: Any, wanted: OwnedSchema | None) -> Source:
    if data.dtype.names is None or data.ndim != 1:
        raise InvalidArgumentError(
            "an array of NumPy has no names of columns: give {name: array}, or a structured array "
            "of one dimension")
    return _of_columns({name: data[name] for name in data.dtype.names}, wanted)


def _of_iterable(data: Iterable[Any], wanted: OwnedSchema | None) -> Source:
    """Rows as mappings, all at once; or batches, one after the other."""
    items = iter(data)
    first = next(items, None)
    if first is None:
        if wanted is None:
            raise InvalidArgumentError("there are no rows, and no schema was given")
        return Source(wanted, iter(()))
    items = itertools.chain([first], items)
    if isinstance(first, Mapping) and not any(_is_column(value) for value in first.values()):
        return _of_columns(_transposed(items, wanted), wanted)
    return _of_batches(items, wanted)


def _is_column(value: Any) -> bool:
    return hasattr(value, "dtype") and getattr(value, "ndim", 0) > 0


def _transposed(rows: Iterable[Any], wanted: OwnedSchema | None) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {} if wanted is None else {
        field.name: [] for field in read_type(wanted.structure).children}
    count = 0
    for row in rows:
        if not isinstance(row, Mapping):
            raise SchemaMismatchError(f"row {count} is {type(row).__name__}, no mapping")
        for name, value in row.items():
            if name not in columns:
                if wanted is not None:
                    raise SchemaMismatchError(f"row {count} has a column {name!r} that is not in "
                                              "the schema")
                columns[name] = [None] * count
            columns[name].append(value)
        count += 1
        for values in columns.values():
            if len(values) < count:
                values.append(None)
    return columns


def _of_batches(items: Iterator[Any], wanted: OwnedSchema | None) -> Source:
    first = open_source(next(items), None if wanted is None else DescribedSchema(wanted))
    schema = first.schema
    columns = read_type(schema.structure)

    def parts() -> Iterator[OwnedStream | OwnedArray]:
        yield from first.parts
        for index, item in enumerate(items, 1):
            source = open_source(item, None if wanted is None else DescribedSchema(wanted))
            if read_type(source.schema.structure) != columns:
                theirs = Schema(read_type(source.schema.structure).children)
                raise SchemaMismatchError(
                    f"batch {index} has other columns than the first: {_difference(columns, theirs)}")
            yield from source.parts

    return Source(schema, parts())


def _difference(columns: DataType, theirs: Schema) -> str:
    for one, other in itertools.zip_longest(columns.children, theirs.fields):
        if one != other:
            return f"{other} in place of {one}"
    return "their layouts differ"
