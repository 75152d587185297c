"""The source itself, asked through pyarrow's functions in memory: what all others must return."""

import pyarrow.dataset

from ..predicate import combined


class Engine:
    version = "0"

    def write(self, table, path, dataset) -> None:
        pass

    def read(self, path, dataset, columns, where):
        table = dataset.load()
        if where:
            table = table.filter(combined(where, pyarrow.dataset.field))
        return table.select(columns) if columns else table

    def take(self, path, dataset, rows):
        return dataset.load().take(rows)

    def read_csv(self, path, dataset):
        """The text's own values: the source's were cast from decimals, which differs in a last bit."""
        import pyarrow.csv

        return pyarrow.csv.read_csv(path).cast(dataset.schema())
