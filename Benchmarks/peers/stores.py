"""What an engine has written of a data set, kept from one run to the next."""

import contextlib
import os
import pathlib
import shutil
import time

from .data import Dataset
from .places import DATA

# Builds of ours whose stores are kept: working copies side by side share the data.
KEPT = 3
# Stores older than this moment are written anew; for the processes of one run.
SINCE = "COLONNADE_BENCH_SINCE"


def remove(path: pathlib.Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def path(dataset: Dataset, name: str, engine) -> pathlib.Path:
    """Where the store of an engine's version lies."""
    # Settings that differ in reading only share one.
    name = name.removesuffix("-attached").removesuffix("-unkept")
    return (DATA / "stores" / dataset.path.parent.name / dataset.name / name / engine.version
            / "rows")


def write_anew() -> None:
    """Makes this run write all stores it reads. How a file lies in the page cache, in pages of 4 KiB or
    of 2 MiB, depends on who brought it there: so all lie as their writers leave them, and not as what
    the machine did since left them."""
    os.environ[SINCE] = str(time.time())


def is_written(store: pathlib.Path) -> bool:
    return is_done(store.with_name("done"))


def is_done(done: pathlib.Path) -> bool:
    return done.exists() and done.stat().st_mtime >= float(os.environ.get(SINCE, "0"))


def write(dataset: Dataset, name: str, engine) -> None:
    """Writes the store; older versions make room."""
    store = path(dataset, name, engine)
    remove(store.parent)
    store.parent.mkdir(parents=True)
    engine.write(dataset.load(), store, dataset)
    if hasattr(engine, "settle"):
        engine.settle(store)
    # On its way to the disk it would disturb what is timed next.
    os.sync()
    store.with_name("done").touch()
    versions = sorted(store.parents[1].iterdir(), key=lambda old: old.stat().st_mtime)
    for old in versions[:-KEPT]:
        remove(old)


def curve_table(engine, name: str, write) -> pathlib.Path:
    """A table of a curve, written once by each build; those of other builds make room."""
    folder = DATA / "curves" / engine.version
    store = folder / name
    done = folder / f"{name}.done"
    if not is_done(done):
        for other in folder.parent.glob("*"):
            if other != folder:
                remove(other)
        remove(store)
        folder.mkdir(parents=True, exist_ok=True)
        write(store)
        done.touch()
    return store


def scratch_path(dataset: Dataset, engine: str) -> pathlib.Path:
    """A place to write to, with nothing there."""
    path = DATA / "scratch" / f"{dataset.name}-{engine}"
    path.parent.mkdir(parents=True, exist_ok=True)
    remove(path)
    return path


@contextlib.contextmanager
def scratch(dataset: Dataset, engine: str):
    """The same, gone afterwards."""
    path = scratch_path(dataset, engine)
    try:
        yield path
    finally:
        remove(path)
