"""The command: what is printed of a file."""

import argparse
import json
import sys

from .file import read
from .notation import FormatError
from .regions import dump
from .schema import schema_json
from .table import root
from .values import plain_of


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="reference_reader", description="Reads a Colonnade file.")
    parser.add_argument("file")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--json", action="store_true", help="columns as arrays of exact values")
    mode.add_argument("--dump", action="store_true", help="every byte of the file with its meaning")
    mode.add_argument("--verify", action="store_true", help="decode all and check statistics")
    mode.add_argument("--root", action="store_true", help="what the root of a table says")
    options = parser.parse_args(arguments)
    try:
        file = read(options.file)
        for index, why in file.refused.items():
            print(f"column {file.schema[index].name!r} is left out: {why}", file=sys.stderr)
        columns = [f for f in file.schema if f.index not in file.refused]
        if options.dump:
            print("\n".join(dump(file)))
        elif options.verify:
            file.verify()
        elif options.root:
            print(json.dumps(root(file), ensure_ascii=False, indent=1))
        elif options.json:
            print(json.dumps({f.name: file.expected(f) for f in columns}, ensure_ascii=False))
        else:
            print(json.dumps({"schema": [schema_json(f) for f in file.schema], "rows": file.rows},
                             ensure_ascii=False))
            values = [file.values(f, plain_of) for f in columns]
            for row in range(file.rows):
                print(json.dumps({f.name: v[row] for f, v in zip(columns, values)}, ensure_ascii=False))
    except (FormatError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
