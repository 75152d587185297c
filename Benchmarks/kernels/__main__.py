"""Instructions of kernels, counted by callgrind: the same on a busy machine as on a quiet one.

Where a kernel has forms for several processors, the one for AVX2 is counted, which valgrind knows.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def built(folder: pathlib.Path) -> pathlib.Path:
    """The program of all kernels, compiled as the package compiles them."""
    program = folder / "kernels"
    sources = sorted((ROOT / "Sources/CKernels").glob("*.c"))
    subprocess.run(["clang", "-O3", "-std=c11", "-I", ROOT / "Sources/CKernels/include",
                    "-o", program, ROOT / "Benchmarks/kernels/kernels.c", *sources, "-lm"], check=True)
    return program


def counted(program: pathlib.Path, index: int) -> int:
    """Instructions of one kernel."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--toggle-collect=measured", program, str(index)], capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"kernel {index} was not counted:\n{run.stderr}")
    return int(found[1])


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/bench --kernels", description=__doc__)
    parser.add_argument("--kernels", action="store_true", help="that it is these that are meant")
    parser.parse_args()
    for tool, package in (("valgrind", "valgrind"), ("clang", "clang, or Swift's toolchain")):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is needed: install {package}")
    with tempfile.TemporaryDirectory() as folder:
        program = built(pathlib.Path(folder))
        listed = subprocess.run([program, "--list"], check=True, capture_output=True, text=True)
        print(f"| {'kernel':32} | {'values':>9} | instructions a value |")
        print(f"|{'-' * 34}|{'-' * 10}:|{'-' * 21}:|")
        for index, line in enumerate(listed.stdout.splitlines()):
            name, values = line.split("\t")
            count = counted(program, index)
            print(f"| {name:32} | {int(values):9,} | {count / int(values):20.2f} |", flush=True)


if __name__ == "__main__":
    main()
