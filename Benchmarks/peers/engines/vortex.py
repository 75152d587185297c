"""Vortex, its file mapped into memory."""

import pyarrow
import vortex
import vortex.expr

from ..predicate import OPERATORS


class Engine:
    version = vortex.__version__

    def __init__(self) -> None:
        self.schema = None

    def write(self, table, path, dataset) -> None:
        vortex.io.write(table, str(path))

    def _open(self, path):
        return vortex.open(str(path), memory_map=True)

    def _expression(self, where, dataset):
        """Values in the column's own width: Vortex does not compare float32 with a Python float."""
        if self.schema is None:
            self.schema = dataset.load().schema
        result = None
        for column, sign, value in where:
            if self.schema.field(column).type == pyarrow.float32():
                value = vortex.expr.literal(vortex.float_(32), value)
            part = OPERATORS[sign](vortex.expr.column(column), value)
            result = part if result is None else result & part
        return result

    def read(self, path, dataset, columns, where):
        expression = self._expression(where, dataset) if where else None
        return self._open(path).to_arrow(columns, expr=expression).read_all()

    def take(self, path, dataset, rows):
        indices = vortex.array(pyarrow.array(sorted(rows), pyarrow.uint64()))
        return self._open(path).to_arrow(indices=indices).read_all()
