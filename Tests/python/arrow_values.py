"""Values of Arrow as plain Python: out of pyarrow arrays, and out of the JSON that Arrow's golden
files stand beside. Both give the same: integers for all that is counted (dates, times, decimals),
floats, strings, bytes, lists, lists of pairs for maps, dictionaries for structs, None."""

import gzip
import json

import numpy as np
import pyarrow as pa


def of_array(array):
    """The values of an array or of all chunks of a column."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in of_array(chunk)]
    kind = array.type
    valid = array.is_valid().to_pylist()
    if isinstance(kind, pa.BaseExtensionType):
        return of_array(array.storage)
    if pa.types.is_dictionary(kind):
        return of_array(array.dictionary_decode())
    if pa.types.is_run_end_encoded(kind):
        return of_array(pa.compute.run_end_decode(array))
    if pa.types.is_temporal(kind):
        return array.view(pa.int32() if kind.bit_width == 32 else pa.int64()).to_pylist()
    if pa.types.is_decimal(kind):
        return [None if value is None else unscaled(value, kind.scale)
                for value in array.to_pylist()]
    if pa.types.is_map(kind):
        pairs = list(zip(of_array(array.keys), of_array(array.items)))
        return spans(valid, array.offsets.to_pylist(), pairs)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return spans(valid, array.offsets.to_pylist(), of_array(array.values))
    if pa.types.is_fixed_size_list(kind):
        ends = [index * kind.list_size for index in range(len(array) + 1)]
        return spans(valid, ends, of_array(array.values))
    if pa.types.is_struct(kind):
        parts = [of_array(array.field(index)) for index in range(kind.num_fields)]
        names = [kind.field(index).name for index in range(kind.num_fields)]
        return [dict(zip(names, row)) if is_valid else None
                for is_valid, row in zip(valid, zip(*parts) if parts else [()] * len(array))]
    return array.to_pylist()


def unscaled(value, scale):
    sign, digits, exponent = value.as_tuple()
    assert exponent == -scale
    number = int("".join(map(str, digits)))
    return -number if sign else number


def spans(valid, ends, values):
    return [values[first:last] if is_valid else None
            for is_valid, first, last in zip(valid, ends, ends[1:])]


class Golden:
    """The columns of one of Arrow's integration files in JSON."""

    def __init__(self, path):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            text = json.load(file)
        self.fields = text["schema"]["fields"]
        self.kinds = {}
        for field in self.fields:
            self._find(field)
        self.dictionaries = {}
        # A dictionary may name another that comes after it.
        left = list(text.get("dictionaries", []))
        for _ in range(len(left) + 1):
            for entry in list(left):
                try:
                    self.dictionaries[entry["id"]] = self._values(
                        self.kinds[entry["id"]], entry["data"]["columns"][0])
                    left.remove(entry)
                except KeyError:
                    continue
        assert not left
        self.columns = [[] for _ in self.fields]
        for batch in text["batches"]:
            for values, field, column in zip(self.columns, self.fields, batch["columns"]):
                values += self._values(field, column)

    def _find(self, field):
        if "dictionary" in field:
            kind = {name: value for name, value in field.items() if name != "dictionary"}
            self.kinds[field["dictionary"]["id"]] = kind
        for child in field["children"]:
            self._find(child)

    def _values(self, field, column):
        count = column["count"]
        valid = column.get("VALIDITY", [1] * count)
        if "dictionary" in field:
            entries = self.dictionaries[field["dictionary"]["id"]]
            return [entries[int(index)] if is_valid else None
                    for is_valid, index in zip(valid, column["DATA"])]
        kind = field["type"]["name"]
        children = [self._values(*pair) for pair in zip(field["children"],
                                                        column.get("children", []))]
        if kind == "null":
            return [None] * count
        if kind in ("list", "largelist"):
            return spans(valid, list(map(int, column["OFFSET"])), children[0])
        if kind == "map":
            pairs = [tuple(entry.values()) for entry in children[0]]
            return spans(valid, list(map(int, column["OFFSET"])), pairs)
        if kind in ("listview", "largelistview"):
            starts = zip(valid, map(int, column["OFFSET"]), map(int, column["SIZE"]))
            return [children[0][start:start + size] if is_valid else None
                    for is_valid, start, size in starts]
        if kind == "fixedsizelist":
            size = field["type"]["listSize"]
            return spans(valid, [index * size for index in range(count + 1)], children[0])
        if kind == "struct":
            # Maps are read by position, so names need not differ there.
            names = [child["name"] for child in field["children"]]
            rows = zip(*children) if children else [()] * count
            return [dict(zip(names, row)) if is_valid else None
                    for is_valid, row in zip(valid, rows)]
        if kind == "runendencoded":
            values, start = [], 0
            for end, value in zip(*children):
                values += [value] * (end - start)
                start = end
            return values[:count]
        if kind in ("binaryview", "utf8view"):
            values = [self._view(view, column["VARIADIC_DATA_BUFFERS"], kind == "utf8view")
                      for view in column["VIEWS"]]
        else:
            convert = self._leaf(field["type"])
            values = [convert(value) for value in column["DATA"]]
        return [value if is_valid else None for is_valid, value in zip(valid, values)]

    @staticmethod
    def _view(view, buffers, is_text):
        if "INLINED" in view:
            return view["INLINED"] if is_text else bytes.fromhex(view["INLINED"])
        start = view["OFFSET"] * 2
        value = bytes.fromhex(buffers[view["BUFFER_INDEX"]][start:start + view["SIZE"] * 2])
        return value.decode() if is_text else value

    @staticmethod
    def _leaf(kind):
        name = kind["name"]
        if name in ("utf8", "largeutf8"):
            return str
        if name in ("binary", "largebinary", "fixedsizebinary"):
            return bytes.fromhex
        if name == "bool":
            return bool
        if name == "floatingpoint":
            width = {"HALF": np.float16, "SINGLE": np.float32, "DOUBLE": np.float64}
            return lambda value: float(width[kind["precision"]](value))
        if name == "date" and kind["unit"] == "MILLISECOND":
            # The engine has dates in days.
            return lambda value: int(value) // 86_400_000
        return int
