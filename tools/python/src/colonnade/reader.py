"""Reads a stream of the engine batch by batch."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from .batch import Batch
from .binding import library, take_error
from .cancellation import Cancellation
from .capsules import OwnedArray, OwnedSchema, OwnedStream
from .errors import ClosedError, ColonnadeError
from .progress import ProgressCallback
from .schema import Schema, read_type
from .structures import (
    STREAM_GET_LAST_ERROR, STREAM_GET_NEXT, STREAM_GET_SCHEMA, ArrowArray, ArrowArrayStream,
    ArrowSchema)


class BatchReader:
    """Batches, one after the other, once.

    An iterator; `with` closes it early. What is left of it can be handed over to anything that
    takes `__arrow_c_stream__`, once.

    Example:
        >>> with iter(table.scan(batch_rows=100)) as reader:
        ...     first = next(reader)
    """

    def __init__(self, stream: OwnedStream, cancellation: Cancellation | None,
                 progress: ProgressCallback | None = None) -> None:
        self._stream: OwnedStream | None = stream
        self._cancellation = cancellation
        self._progress = progress
        self._is_closed = False
        self._columns: tuple[Schema, OwnedSchema] | None = None
        self._get_next = STREAM_GET_NEXT(stream.structure.get_next)

    @classmethod
    def start(cls, fill: Callable[[int, int | None], None],
              progress: ProgressCallback | None) -> BatchReader:
        """A reader of the stream that `fill` makes.

        Args:
            fill: Takes the address of the stream to make and that of a cancellation.
        """
        cancellation = Cancellation()
        stream = OwnedStream(ArrowArrayStream())
        fill(ctypes.addressof(stream.structure), cancellation.address)
        return cls(stream, cancellation, progress)

    @property
    def schema(self) -> Schema:
        """The columns of the batches."""
        return self._read_schema()[0]

    def _read_schema(self) -> tuple[Schema, OwnedSchema]:
        if self._columns is None:
            owner = self._new_schema()
            self._columns = Schema(read_type(owner.structure).children), owner
        return self._columns

    def _new_schema(self) -> OwnedSchema:
        structure = self._opened().structure
        owner = OwnedSchema(ArrowSchema())
        status = STREAM_GET_SCHEMA(structure.get_schema)(
            ctypes.addressof(structure), ctypes.addressof(owner.structure))
        if status != 0:
            raise self._failure(status)
        return owner

    def _to_arrow(self, pyarrow: Any) -> Any:
        """What is left, as a `pyarrow.Table`."""
        # pyarrow takes over what is in the structures, which have to live until then.
        columns = self._new_schema()
        schema = pyarrow.Schema._import_from_c(ctypes.addressof(columns.structure))
        batches = []
        while (array := self._next_array()) is not None:
            batches.append(pyarrow.RecordBatch._import_from_c(
                ctypes.addressof(array.structure), schema))
        return pyarrow.Table.from_batches(batches, schema)

    def _opened(self) -> OwnedStream:
        if self._stream is None:
            raise ClosedError("the stream was used up or closed: scan the table again")
        return self._stream

    def _failure(self, status: int) -> BaseException:
        """What went wrong in the last call, and what Python raised meanwhile."""
        for source in (self._cancellation, self._progress):
            if source is not None and source.raised is not None:
                raised, source.raised = source.raised, None
                return raised
        structure = self._opened().structure
        address = library().colonnade_stream_error(ctypes.addressof(structure))
        if address:
            return take_error(address)
        text = STREAM_GET_LAST_ERROR(structure.get_last_error)(ctypes.addressof(structure))
        shown = (text or b"").decode("utf-8", "replace") or f"the stream failed with {status}"
        return ColonnadeError(shown, errno=status)

    def __iter__(self) -> BatchReader:
        return self

    def __next__(self) -> Batch:
        if self._stream is not None:
            schema, owner = self._read_schema()
        array = self._next_array()
        if array is None:
            raise StopIteration
        return Batch(schema, owner, array)

    def _next_array(self) -> OwnedArray | None:
        """The next batch as the engine hands it out; None after the last."""
        if self._stream is None:
            if self._is_closed:
                self._opened()
            return None
        array = OwnedArray(ArrowArray())
        status = self._get_next(
            ctypes.addressof(self._stream.structure), ctypes.addressof(array.structure))
        if status != 0:
            failure = self._failure(status)
            self._is_closed = True
            self._finish()
            raise failure
        if self._cancellation is not None:
            self._cancellation.raise_pending()
        if self._progress is not None:
            self._progress.raise_pending()
        if not array.structure.release:
            self._finish()
            return None
        return array

    def _finish(self) -> None:
        self._stream = None
        if self._cancellation is not None:
            self._cancellation.close()
        if self._progress is not None:
            self._progress.finish()

    def read_next_batch(self) -> Batch:
        """The next batch, as pyarrow's readers call it.

        Raises:
            StopIteration: There is none.
        """
        return next(self)

    def close(self) -> None:
        """Ends reading; what was read stays valid."""
        self._is_closed = self._is_closed or self._stream is not None
        self._finish()

    def __enter__(self) -> BatchReader:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.close()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """What is left of the stream, as a capsule; this reader is used up then.

        Raises:
            ClosedError: It is used up or closed.
        """
        capsule = self._opened().handed_over()
        self._stream = None
        self._is_closed = True
        if self._cancellation is not None:
            self._cancellation.hand_over()
        if self._progress is not None:
            self._progress.keep_forever()
        return capsule
