"""Builds the wheel, as pip asks for it (PEP 517); standard library only.

The C library that goes in is `$COLONNADE_LIBRARY`, or what tools/library built, and with it the zstd
it was linked with, for systems that have none. The wheel's tag says what is needed of a system: the
processor, and the C library's version.
"""

import base64
import csv
import hashlib
import io
import os
import pathlib
import re
import struct
import subprocess
import tomllib
import zipfile

ZSTD_LICENSE = pathlib.Path("/usr/share/doc/libzstd1/copyright")
HERE = pathlib.Path(__file__).resolve().parent
BUILT = HERE.parent.parent / ".build" / "library" / "lib" / "libcolonnade.so.1"
MACHINES = {62: "x86_64", 183: "aarch64"}
# What every system of a manylinux tag has; a library that needs others is for this machine only.
EVERYWHERE = re.compile(r"(?:libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+|ld-linux-[\w-]+)"
                        r"\.so\.\d+$")
# The C++ library of a system whose C library has that version, by the newest symbols.
NEWEST_CPP_SYMBOLS = {(2, 28): (3, 4, 24), (2, 34): (3, 4, 29), (2, 35): (3, 4, 30)}
# Wheels of the same content are the same bytes.
DATE = (2020, 1, 1, 0, 0, 0)


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


def build_sdist(sdist_directory, config_settings=None):
    raise RuntimeError("a source distribution would need Swift to be built: build a wheel with "
                       "tools/wheel")


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Writes the wheel and returns its name."""
    with open(HERE / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    library = pathlib.Path(os.environ.get("COLONNADE_LIBRARY") or BUILT)
    if not library.is_file():
        raise RuntimeError(f"{library} is not there: run tools/library, or tools/wheel for both")
    content = library.read_bytes()
    zstd = linked_zstd(library)
    tag = f"py3-none-{platform_tag(content, zstd.read_bytes())}"
    name, version = project["name"], project["version"]
    information = f"{name}-{version}.dist-info"
    files = {path.relative_to(HERE / "src").as_posix(): path.read_bytes()
             for path in sorted((HERE / "src").rglob("*"))
             if path.suffix in (".py", ".typed") and "__pycache__" not in path.parts}
    files[f"{name}/_library/libcolonnade.so.1"] = content
    files[f"{name}/_library/libzstd.so.1"] = zstd.read_bytes()
    files[f"{information}/METADATA"] = metadata(project).encode()
    files[f"{information}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: colonnade\nRoot-Is-Purelib: false\nTag: {tag}\n").encode()
    files[f"{information}/licenses/LICENSE"] = license_text()
    if ZSTD_LICENSE.is_file():
        files[f"{information}/licenses/zstd/LICENSE"] = ZSTD_LICENSE.read_bytes()
    files[f"{information}/RECORD"] = record(files, information)
    wheel = f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, wheel), "w",
                         zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if path.endswith(".so.1") else 0o644) << 16
            archive.writestr(entry, data)
    return wheel


def linked_zstd(library):
    """The zstd that the dynamic linker of this machine gives the library."""
    listed = subprocess.run(["ldd", library], capture_output=True, text=True, check=True).stdout
    found = re.search(r"libzstd\.so\.1 => (\S+)", listed)
    if not found:
        raise RuntimeError(f"{library} is not linked with libzstd.so.1, or it is not installed")
    return pathlib.Path(found.group(1)).resolve()


def license_text():
    """The project's license; this folder may have been copied somewhere without it."""
    path = HERE.parent.parent / "LICENSE"
    return path.read_bytes() if path.is_file() else b"See the project's LICENSE.\n"


def metadata(project):
    """The text of METADATA."""
    lines = ["Metadata-Version: 2.4", f"Name: {project['name']}", f"Version: {project['version']}",
             f"Summary: {project['description']}", f"License-Expression: {project['license']}",
             "License-File: LICENSE", f"Keywords: {','.join(project['keywords'])}",
             *(f"Classifier: {text}" for text in project["classifiers"]),
             f"Requires-Python: {project['requires-python']}"]
    for extra, requirements in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f"Requires-Dist: {text}; extra == '{extra}'" for text in requirements]
    lines += ["Description-Content-Type: text/markdown", "",
              (HERE / project["readme"]).read_text(encoding="utf-8")]
    return "\n".join(lines)


def record(files, information):
    """The text of RECORD: each file, its digest and size."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for path, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        writer.writerow([path, f"sha256={digest}", len(data)])
    writer.writerow([f"{information}/RECORD", "", ""])
    return rows.getvalue().encode()


def platform_tag(library, zstd):
    """The systems that a shared library and the zstd beside it run on."""
    machine = MACHINES[struct.unpack_from("<H", library, 18)[0]]
    needed = {*needed_libraries(library), *needed_libraries(zstd)} - {"libzstd.so.1"}
    if not all(map(EVERYWHERE.match, needed)):
        return f"linux_{machine}"
    version = max((int(major), int(minor)) for major, minor in
                  re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\0])", library + zstd))
    cpp = max((tuple(map(int, text.split(b"."))) for text in
               re.findall(rb"\0GLIBCXX_([\d.]+)(?=\0)", library)), default=(0,))
    version = max([version] + [system for system, symbols in NEWEST_CPP_SYMBOLS.items()
                               if cpp > previous(symbols)])
    return f"manylinux_{version[0]}_{version[1]}_{machine}"


def previous(symbols):
    """The newest symbols of the system before the one that has these."""
    older = [value for value in NEWEST_CPP_SYMBOLS.values() if value < symbols]
    return max(older, default=(3, 4, 22))


def needed_libraries(library):
    """The names a 64-bit ELF file lists as needed."""
    table, = struct.unpack_from("<Q", library, 40)
    stride, count = struct.unpack_from("<HH", library, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", library, table + index * stride)
                for index in range(count)]
    dynamic = next(section for section in sections if section[1] == 6)
    names = sections[dynamic[6]][4]
    needed = []
    for position in range(dynamic[4], dynamic[4] + dynamic[5], 16):
        kind, value = struct.unpack_from("<QQ", library, position)
        if kind == 1:
            start = names + value
            needed.append(library[start:library.index(b"\0", start)].decode())
    return needed
