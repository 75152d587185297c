"""Whether two answers hold the same rows: a digest that does not depend on the order of rows, on how
text is laid out, or on how wide an integer is."""


def plain(column):
    """One chunk in the type that stands for all layouts of the same values."""
    import pyarrow as pa
    import pyarrow.types as types

    kind = column.type
    if types.is_dictionary(kind):
        return plain(column.dictionary_decode())
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        values = column.flatten()
        width = len(values) // max(1, len(column)) * 4
        if values.type != pa.float32() or column.null_count or len(column) * width != len(values) * 4:
            raise ValueError("lists are compared as vectors of float32 of one length")
        if values.null_count:
            raise ValueError("vectors have no missing elements")
        values = pa.concat_arrays([values])
        data = values.buffers()[1].slice(values.offset * 4, len(values) * 4)
        return pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(width), len(column), [None, data]).cast(pa.large_binary())
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return column.cast(pa.large_string())
    if types.is_timestamp(kind):
        return column.cast(pa.timestamp("us")).cast(pa.int64())
    if types.is_date(kind):
        return column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    if types.is_integer(kind) or types.is_boolean(kind):
        return column.cast(pa.int64())
    if types.is_floating(kind):
        return column.cast(pa.float64())
    raise ValueError(f"no way to compare {kind}")


def digest(table) -> str:
    """Count and a sum of 64-bit hashes of whole rows, columns in the order of their names."""
    import polars
    import pyarrow

    names = sorted(table.column_names)
    total = 0
    for batch in table.select(names).to_batches(max_chunksize=1 << 20):
        columns = [plain(column) for column in batch.columns]
        if not len(batch):
            continue
        frame = polars.from_arrow(pyarrow.Table.from_arrays(columns, names=names))
        hashes = frame.hash_rows(seed=1)
        total = (total + int(hashes.to_numpy().sum(dtype="uint64"))) % 2**64
    return f"{table.num_rows}:{total:016x}"
