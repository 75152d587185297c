"""The errors of the engine as exceptions.

Each kind has a class of its own, which is also the class Python uses for such a thing: a table that
is not there is a `FileNotFoundError`, a predicate that makes no sense a `ValueError`.
"""

from __future__ import annotations

import builtins


class ColonnadeError(Exception):
    """What went wrong, where, and one way out; `str()` says all of it.

    Attributes:
        kind: Which kind of failure, such as `"corrupt"`.
        message: One sentence, without the location.
        hint: A way out, or None.
        file: The file or folder concerned, or None.
        offset: The byte in that file, or None.
        line: The line in a text, from 1, or None.
        column: The column in a text, from 1, or None.
        errno: The operating system's number of the error, or None.

    Example:
        >>> try:
        ...     colonnade.open("nowhere")
        ... except colonnade.ColonnadeError as error:
        ...     print(error.kind)
        notFound
    """

    kind = "error"

    def __init__(self, description: str, *, message: str | None = None, hint: str | None = None,
                 file: str | None = None, offset: int | None = None, line: int | None = None,
                 column: int | None = None, errno: int | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.message = description if message is None else message
        self.hint = hint
        self.file = file
        self.offset = offset
        self.line = line
        self.column = column
        self.errno = errno

    def __str__(self) -> str:
        return self.description

    def __reduce__(self):
        details = {name: getattr(self, name) for name in
                   ("message", "hint", "file", "offset", "line", "column", "errno")}
        return _restore, (type(self), self.description, details)


def _restore(kind: type[ColonnadeError], description: str, details: dict) -> ColonnadeError:
    """An error that travelled between processes."""
    return kind(description, **details)


class InvalidArgumentError(ColonnadeError, ValueError):
    """An argument, a predicate or a schema that makes no sense."""

    kind = "invalidArgument"


class NotFoundError(ColonnadeError):
    """Something that is not there: a table, a file, a version, a column."""

    kind = "notFound"


class TableNotFoundError(NotFoundError, FileNotFoundError):
    """A table, a file or a version that is not there."""


class ColumnNotFoundError(NotFoundError, KeyError):
    """A column, a field or a parameter that is not there."""


class SchemaMismatchError(ColonnadeError, TypeError):
    """Values or columns that do not fit the schema."""

    kind = "schemaMismatch"


class CorruptError(ColonnadeError):
    """Bytes that are not what was written; nothing of them is handed out."""

    kind = "corrupt"


class TruncatedError(CorruptError):
    """A file that ends too early."""

    kind = "truncated"


class UnsupportedFeatureError(ColonnadeError, NotImplementedError):
    """Something this version does not know."""

    kind = "unsupportedFeature"


class LimitExceededError(ColonnadeError):
    """More than a stated limit allows."""

    kind = "limitExceeded"


class CommitConflictError(ColonnadeError):
    """Another commit was faster, and this one does not go with it."""

    kind = "commitConflict"


class CommitUnknownError(ColonnadeError):
    """Whether the commit was published is not known; ask again with its id."""

    kind = "commitUnknown"


class InputOutputError(ColonnadeError, OSError):
    """The operating system could not read or write."""

    kind = "io"


class CancelledError(ColonnadeError):
    """Work that was ended early."""

    kind = "cancelled"


class ClosedError(InvalidArgumentError):
    """A table, a writer or a stream that was closed or used up."""


_CLASSES: dict[int, type[ColonnadeError]] = {
    1: InvalidArgumentError,
    2: NotFoundError,
    3: SchemaMismatchError,
    4: CorruptError,
    5: TruncatedError,
    6: UnsupportedFeatureError,
    7: LimitExceededError,
    8: CommitConflictError,
    9: CommitUnknownError,
    10: InputOutputError,
    11: CancelledError,
}


def error_of(status: int, description: str, *, file: str | None,
             **details: builtins.object) -> ColonnadeError:
    """The exception for a status of the C library."""
    kind = _CLASSES.get(status, ColonnadeError)
    if kind is NotFoundError:
        kind = ColumnNotFoundError if file is None else TableNotFoundError
    return kind(description, file=file, **details)  # type: ignore[arg-type]
