"""Where things lie: the data, what is measured of ours, the results."""

import hashlib
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("COLONNADE_BENCH_DATA", ROOT / "Benchmarks" / "data"))
RESULTS = ROOT / "Benchmarks" / "results"
PACKAGE = ROOT / "tools" / "python" / "src"
LIBRARY = pathlib.Path(os.environ.get(
    "COLONNADE_LIBRARY", ROOT / ".build" / "library" / "lib" / "libcolonnade.so.1"))
PROGRAM = pathlib.Path(os.environ.get(
    "COLONNADE_PROGRAM", ROOT / ".build" / "release" / "colonnade"))
TOOLS = pathlib.Path(os.sys.executable).parent


def fingerprint(path: pathlib.Path = LIBRARY) -> str:
    """Tells one build of ours from another: what one has written, another need not read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def byte_count(path: pathlib.Path) -> int:
    """The bytes of a file or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
