"""Runs the built `colonnade` for the tests of the command line."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("COLONNADE", ROOT / ".build/release/colonnade"))


def run(*arguments, code=0, cwd=None, stdin="", env=None):
    """Runs a command and checks its exit code; returns what it wrote to both streams."""
    done = subprocess.run(
        [str(PROGRAM), *map(str, arguments)], cwd=cwd, input=stdin, capture_output=True, text=True,
        timeout=300, env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", **(env or {})})
    assert done.returncode == code, (
        f"colonnade {' '.join(map(str, arguments))} ended with {done.returncode}, not {code}:\n"
        f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done


def lines(*arguments, **options):
    """The lines a command writes to standard output."""
    return run(*arguments, **options).stdout.splitlines()
