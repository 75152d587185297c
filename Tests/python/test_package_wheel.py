"""The wheel in a bare virtual environment, and the examples of the pages that speak of Python."""

import os
import pathlib
import re
import subprocess
import sys
import venv
import zipfile

import pytest

from package import LIBRARY, ROOT, SOURCE

PAGES = [ROOT / "README.md", ROOT / "tools/python/README.md"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run([ROOT / "tools/wheel", folder], capture_output=True, text=True,
                          env={**os.environ, "COLONNADE_LIBRARY": str(LIBRARY)})
    assert done.returncode == 0, done.stderr
    path = pathlib.Path(done.stdout.strip().splitlines()[-1])
    assert path.is_file() and re.fullmatch(r"colonnade-[\d.]+-py3-none-\w+\.whl", path.name)
    return path


@pytest.fixture(scope="module")
def bare_python(wheel, tmp_path_factory):
    """An interpreter that has the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-index",
                           "--disable-pip-version-check", wheel], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return python


def run_bare(python, code, cwd):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("PYTHONPATH", "COLONNADE_LIBRARY", "LD_LIBRARY_PATH")}
    return subprocess.run([python, "-c", code], cwd=cwd, env=environment, capture_output=True,
                          text=True, timeout=120)


def test_rows_go_in_and_out_with_nothing_else_installed(bare_python, tmp_path):
    done = run_bare(bare_python, """
import sys, colonnade
from colonnade import col
colonnade.write("t", {"a": [1, 2, 3, None], "b": ["x", "y", None, "z"]}, partition_by="b")
table = colonnade.open("t")
rows = table.scan(filter=col("a") >= 2).to_pylist()
assert sorted(row["a"] for row in rows) == [2, 3], rows
assert len(table) == 4 and table.count("b IS NULL") == 1
for name in ("pyarrow", "pandas", "polars", "numpy"):
    assert name not in sys.modules
try:
    table.to_arrow()
except ImportError as error:
    print(error)
""", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pyarrow" in done.stdout


def test_the_wheel_holds_the_package_and_the_library(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "manylinux" in wheel.name
    assert {"colonnade/_library/libcolonnade.so.1", "colonnade/_library/libzstd.so.1"} <= set(names)
    assert "colonnade/py.typed" in names
    assert any(name.endswith("licenses/zstd/LICENSE") for name in names)
    sources = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py")}
    assert sources <= set(names)
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in names)


def test_the_wheel_is_the_same_bytes_each_time(wheel, tmp_path):
    subprocess.run([ROOT / "tools/wheel", tmp_path], check=True, capture_output=True,
                   env={**os.environ, "COLONNADE_LIBRARY": str(LIBRARY)})
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_versions_agree():
    release = (ROOT / "Sources/ColonnadeBase/Release.swift").read_text()
    project = (ROOT / "tools/python/pyproject.toml").read_text()
    assert (re.search(r'static let version = "(.*)"', release).group(1)
            == re.search(r'^version = "(.*)"', project, re.M).group(1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_run(page, tmp_path):
    """One after the other in one folder, on flights as the pages' own commands leave them."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    assert blocks
    start = """
import colonnade, datetime
colonnade.write("flights", {
    "month": [1 + row % 12 for row in range(2000)],
    "carrier": [["UA", "AA", "DL"][row % 3] for row in range(2000)],
    "dest": [["LAX", "ANC"][row % 2] for row in range(2000)],
    "dep_delay": [None if row % 50 == 0 else row % 300 for row in range(2000)],
    "distance": [row * 2 for row in range(2000)],
}, partition_by="month")
"""
    done = subprocess.run([sys.executable, "-c", start + "\n".join(blocks)], cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
