"""Finds the Python package in the sources, and the C library it stands on, for the tests."""

import os
import pathlib
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tools" / "python" / "src"
LIBRARY = pathlib.Path(os.environ.get(
    "COLONNADE_LIBRARY", ROOT / ".build" / "library" / "lib" / "libcolonnade.so.1"))

os.environ["COLONNADE_LIBRARY"] = str(LIBRARY)
if str(SOURCE) not in sys.path:
    sys.path.insert(0, str(SOURCE))

import colonnade  # noqa: E402

__all__ = ["LIBRARY", "ROOT", "SOURCE", "colonnade", "run_python", "start_python"]


def start_python(code, *arguments):
    """A process that runs Python code with the package at hand."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(
        [str(SOURCE), str(pathlib.Path(__file__).parent)])}
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code), *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_python(code, *arguments, code_expected=0, timeout=120):
    """Runs Python code in a process of its own; returns what it printed."""
    process = start_python(code, *arguments)
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == code_expected, (
        f"ended with {process.returncode}, not {code_expected}:\n{output[-2000:]}\n{errors[-4000:]}")
    return output
