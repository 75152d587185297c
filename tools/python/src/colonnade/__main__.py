"""`python -m colonnade import FILE… TABLE` and `export TABLE FILE`: Parquet in and out."""

from __future__ import annotations

import argparse
import sys
import time

from . import from_parquet, library_version, open as open_table, to_parquet
from .errors import ColonnadeError
from .progress import ProgressLine

EXAMPLES = """
examples:
  python -m colonnade import flights.parquet flights --partition-by month
  python -m colonnade import part-*.parquet flights --mode append
  python -m colonnade export flights july.parquet --where "month = 7"
"""
# As the program `colonnade` ends; 3 for the rest.
EXIT_CODES = {"invalidArgument": 2, "corrupt": 4, "truncated": 4, "commitConflict": 5,
              "limitExceeded": 6, "io": 7, "commitUnknown": 8, "cancelled": 130}


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit code, as the program `colonnade` has them."""
    options = _parser().parse_args(arguments)
    start = time.monotonic()
    try:
        rows = options.command(options)
    except ColonnadeError as error:
        return _failed(error, EXIT_CODES.get(error.kind, 3))
    except FileNotFoundError as error:
        return _failed(error, 3)
    except OSError as error:
        return _failed(error, 7)
    except (ImportError, ValueError) as error:
        return _failed(error, 3)
    except KeyboardInterrupt:
        return 130
    print(f"{rows:,} rows in {time.monotonic() - start:.1f} s", file=sys.stderr)
    return 0


def _failed(error: Exception, code: int) -> int:
    print(f"colonnade: {error}", file=sys.stderr)
    return code


def _import(options: argparse.Namespace) -> int:
    columns = options.columns and [name.strip() for name in options.columns.split(",")]
    line = None if options.no_progress else ProgressLine("rows written")
    source = options.source[0] if len(options.source) == 1 else options.source
    commit = from_parquet(source, options.table, columns=columns, mode=options.mode,
                          partition_by=options.partition_by, sort_by=options.sort_by,
                          profile=options.profile, commit_id=options.commit_id, progress=line)
    return commit.rows


def _export(options: argparse.Namespace) -> int:
    columns = options.columns and [name.strip() for name in options.columns.split(",")]
    with open_table(options.table, options.at) as table:
        scan = table.scan(columns, options.where, progress=not options.no_progress)
        by = options.partition_by and [name.strip() for name in options.partition_by.split(",")]
        return to_parquet(scan, options.file, partition_by=by)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m colonnade", description="Parquet files to tables, and tables to Parquet.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=f"colonnade {library_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    into = commands.add_parser("import", help="write Parquet files as a table, in one commit")
    into.set_defaults(command=_import)
    into.add_argument("source", nargs="+", help="files, or a folder of files")
    into.add_argument("table", help="the table's folder")
    into.add_argument("--mode", choices=["create", "append"], default="create",
                      help="make the table, or add to it (default: create)")
    into.add_argument("--partition-by", metavar="TERMS", help="such as 'model, month(ts)'")
    into.add_argument("--sort-by", metavar="COLUMNS", help="such as 'a, b desc'")
    into.add_argument("--profile", choices=["fast", "balanced", "archive"], default="balanced",
                      help="time spent on making files small (default: balanced)")
    into.add_argument("--commit-id", metavar="ID", help="run again, nothing happens twice")

    out = commands.add_parser("export", help="write rows of a table as Parquet")
    out.set_defaults(command=_export)
    out.add_argument("table", help="a table's folder, or a .cln file")
    out.add_argument("file", help="the file, or with --partition-by the folder, to be written")
    out.add_argument("--where", metavar="PREDICATE", help="only rows that match")
    out.add_argument("--at", metavar="VERSION", help="a version's number, or a time")
    out.add_argument("--partition-by", metavar="COLUMNS", help="folders named key=value")
    for command in (into, out):
        command.add_argument("--columns", metavar="NAMES", help="such as 'a, b'; all if not given")
        command.add_argument("--no-progress", action="store_true", help="show no progress")
    return parser


if __name__ == "__main__":
    sys.exit(main())
