"""Parquet by pyarrow: as it comes, and tuned for size and single rows."""

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

from ..predicate import combined


class Engine:
    version = pa.__version__

    def __init__(self, tuned: bool = False) -> None:
        self.options = {}
        if tuned:
            self.options = {"compression": "zstd", "compression_level": 3, "write_page_index": True,
                            "data_page_size": 64 << 10, "row_group_size": 122_880}
            self.version += "-tuned"

    def write(self, table, path, dataset) -> None:
        if dataset.partition_by:
            pa.dataset.write_dataset(
                table, path, format="parquet", partitioning=self._partitioning(dataset),
                max_partitions=20_000, max_open_files=1000)
        else:
            pa.parquet.write_table(table, path, **self.options)

    def _partitioning(self, dataset):
        return pa.dataset.partitioning(
            pa.schema([(dataset.partition_by, pa.int32())]), flavor="hive")

    def read(self, path, dataset, columns, where):
        if not where and not dataset.partition_by:
            return pa.parquet.read_table(path, columns=columns)
        partitioning = self._partitioning(dataset) if dataset.partition_by else None
        opened = pa.dataset.dataset(path, format="parquet", partitioning=partitioning)
        return opened.to_table(columns=columns,
                               filter=combined(where, pa.dataset.field) if where else None)

    def take(self, path, dataset, rows):
        return pa.dataset.dataset(path, format="parquet").take(pa.array(rows))
