"""The C library as programs meet it: what it exports and needs, and programs that use it."""

import re
import subprocess

import pytest

from c_library import compiled, environment, flags_of_pkg_config, ran, tree
from program import ROOT, run

HEADER = (ROOT / "Sources/CColonnade/include/colonnade.h").read_text()
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEST_SOURCES = ["main.c", "reading.c", "errors.c", "streams.c", "writing.c", "process.c", "rows.c"]


def declared():
    code = re.sub(r"//[^\n]*", "", HEADER)
    return set(re.findall(r"\b(colonnade_\w+)\s*\(", code)) - {"colonnade_scan_options"}


def library():
    return tree() / "lib" / "libcolonnade.so.1"


def test_it_exports_what_the_header_declares_and_nothing_else():
    listed = subprocess.run(["nm", "-D", "--defined-only", library()], capture_output=True,
                            text=True, check=True).stdout
    exported = {line.split()[2] for line in listed.splitlines() if line.split()[1] not in "a"}
    assert exported == declared()
    assert len(exported) >= 35


def test_it_needs_what_every_system_has_and_zstd():
    dynamic = subprocess.run(["readelf", "-d", library()], capture_output=True, text=True,
                             check=True).stdout
    needed = set(re.findall(r"NEEDED\).*\[(.*)\]", dynamic))
    allowed = {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1",
               "libzstd.so.1"}
    assert {name for name in needed if not name.startswith("ld-linux")} <= allowed
    assert re.search(r"SONAME\).*\[libcolonnade\.so\.1\]", dynamic)
    assert "NODELETE" in dynamic
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic


def test_it_keeps_to_stable_versions_of_what_it_needs():
    symbols = subprocess.run(["objdump", "-T", library()], capture_output=True, text=True,
                             check=True).stdout
    newest = max(tuple(map(int, version.split(".")))
                 for version in re.findall(r"GLIBC_([0-9.]+)", symbols))
    assert newest <= (2, 36), newest


def test_the_whole_interface_from_c(tmp_path):
    program = compiled(tmp_path, "library_test", *TEST_SOURCES)
    (tmp_path / "rows").mkdir()
    said = ran(program, tmp_path / "rows", 1000)
    assert "everything holds" in said


def test_a_cpp_program_through_cmake(tmp_path):
    for command in (
            ["cmake", "-S", ROOT / "Tests/c", "-B", tmp_path / "build",
             f"-Dcolonnade_DIR={tree() / 'lib/cmake/colonnade'}"],
            ["cmake", "--build", tmp_path / "build"]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    said = ran(tmp_path / "build/example_cpp", tmp_path)
    assert "10000 rows, 10 below 10" in said
    assert "no table" in said


@pytest.mark.parametrize("standard", ["c99", "c11", "c++17"])
def test_the_header_stands_alone(standard, tmp_path):
    source = tmp_path / ("a.cpp" if "++" in standard else "a.c")
    source.write_text("#include <colonnade.h>\nint main(void) {"
                      "colonnade_scan_options a = COLONNADE_SCAN_OPTIONS_INIT;"
                      "colonnade_write_options b = COLONNADE_WRITE_OPTIONS_INIT;"
                      "return a.size > 0 && b.size > 0 ? 0 : 1; }\n")
    compiler = "c++" if "++" in standard else "cc"
    done = subprocess.run(
        [compiler, f"-std={standard}", "-Wall", "-Wextra", "-Werror", "-pedantic", source, "-o",
         tmp_path / "a", *flags_of_pkg_config("--cflags")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ran(tmp_path / "a")


def test_the_example_of_the_readme(tmp_path):
    example = (ROOT / "Tests/c/example.c").read_text()
    shown = re.findall(r"```c\n(.*?)```", README, re.S)
    assert shown and " ".join(shown[0].split()) in " ".join(example.split())
    rows = tmp_path / "flights.csv"
    rows.write_text("carrier,dep_delay\n" + "".join(
        f"{'UA' if row % 3 else 'AA'},{row}\n" for row in range(200)))
    run("write", tmp_path / "flights", rows)
    program = compiled(tmp_path, "example", "example.c")
    late = [row for row in range(200) if row % 3 and row > 60]
    said = ran(program, tmp_path / "flights")
    assert said == f"{len(late)} flights, {sum(late) / len(late):.1f} minutes on average\n"
    ran(program, tmp_path / "flight", code=1)


def test_it_loads_where_no_swift_is(tmp_path):
    """Nothing of Swift is mapped into a program that uses it."""
    program = compiled(tmp_path, "example", "example.c")
    loaded = subprocess.run(["ldd", program], env=environment(), capture_output=True, text=True,
                            check=True).stdout
    assert "libcolonnade.so.1" in loaded and "not found" not in loaded
    assert "swift" not in loaded.lower()
