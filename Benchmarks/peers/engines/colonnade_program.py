"""Ours as a program: the command line, built for release."""

import subprocess

from ..places import PROGRAM, fingerprint
from ..predicate import sql


class Engine:
    def __init__(self) -> None:
        self.version = fingerprint(PROGRAM)

    def write(self, table, path, dataset) -> None:
        subprocess.run([PROGRAM, "write", path, dataset.path, "--input-format", "arrow",
                        "--no-progress"], check=True, stdout=subprocess.DEVNULL)

    def start(self) -> list:
        return [PROGRAM, "--version"]

    def ask(self, path, columns, where) -> list:
        command = [PROGRAM, "scan", path, "--format", "csv", "--where", sql(where)]
        return command + ["--select", ", ".join(columns)] if columns else command

    def convert(self, csv, path) -> list:
        return [PROGRAM, "write", path, csv, "--partition-by", "l_shipmode", "--no-progress"]

    def read_back(self, path):
        import pyarrow

        scan = subprocess.run([PROGRAM, "scan", path, "--format", "arrow"], check=True,
                              stdout=subprocess.PIPE)
        return pyarrow.ipc.open_stream(scan.stdout).read_all()
