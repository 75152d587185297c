"""Builds the C library and programs against it, for the tests."""

import functools
import os
import pathlib
import signal
import subprocess

from program import ROOT

FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread"]


@functools.cache
def tree():
    """The library as an installed tree; built once a run, quickly where nothing changed."""
    if folder := os.environ.get("COLONNADE_LIBRARY_TREE"):
        return pathlib.Path(folder)
    done = subprocess.run([ROOT / "tools/library"], capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return pathlib.Path(done.stdout.strip().splitlines()[-1])


def environment():
    """What programs need to find the library that is not installed."""
    return {**os.environ, "LD_LIBRARY_PATH": str(tree() / "lib"),
            "PKG_CONFIG_PATH": str(tree() / "lib/pkgconfig")}


def flags_of_pkg_config(*asked):
    done = subprocess.run(["pkg-config", *asked, "colonnade"], env=environment(),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def compiled(folder, name, *sources):
    """A program of Tests/c, found through pkg-config."""
    program = folder / name
    done = subprocess.run(
        ["cc", *FLAGS, *[str(ROOT / "Tests/c" / source) for source in sources], "-o", program,
         *flags_of_pkg_config("--cflags", "--libs")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def signals_as_a_terminal_has_them():
    """In the background of a script, or under nohup, these are ignored, and stay so in what is run."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def ran(program, *arguments, code=0, env=None):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=900, env={**environment(), **(env or {})},
                          preexec_fn=signals_as_a_terminal_has_them)
    assert done.returncode == code, f"{done.returncode}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
    return done.stdout
