"""DuckDB as a program: `duckdb` from PyPI, without the script in Python that starts it, and a file of
its own, since its version is not the module's."""

import importlib.metadata
import importlib.util
import pathlib
import subprocess

from .duckdb_select import select


class Engine:
    def __init__(self) -> None:
        self.version = importlib.metadata.version("duckdb-cli")
        package = importlib.util.find_spec("duckdb_cli").origin
        self.program = pathlib.Path(package).with_name("duckdb")

    def write(self, table, path, dataset) -> None:
        import pyarrow.parquet

        parquet = path.with_name("rows.parquet")
        pyarrow.parquet.write_table(table, parquet)
        subprocess.run([self.program, path, "-c", f"CREATE TABLE rows AS FROM '{parquet}'"],
                       check=True, stdout=subprocess.DEVNULL)
        parquet.unlink()

    def start(self) -> list:
        return [self.program, "--version"]

    def ask(self, path, columns, where) -> list:
        return [self.program, "-readonly", "-csv", path, "-c", select("rows", columns, where)]
