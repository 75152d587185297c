"""Files that stay open after a table was closed: for how long, and what others do to them meanwhile."""

import os
import pathlib
import shutil
import tempfile
import time

import numpy
import pyarrow as pa
import pytest

from package import colonnade, run_python

# Files that changed just now are not kept: their times cannot tell one change from the next.
SECONDS_UNTIL_KEPT = 2.2

READ = '''
    import os, sys, time
    import colonnade
    path = sys.argv[1]

    def read():
        with colonnade.open(path) as table:
            return table.scan().to_numpy()["a"].sum()

    def mapped():
        with open("/proc/self/maps") as maps:
            return sum(".cln" in line for line in maps)

    def fork_while_others(work, count, holds):
        """Forks while threads of the parent work; prints of each child that hangs or does not hold."""
        import threading
        going = True

        def go_on():
            while going:
                work()

        threads = [threading.Thread(target=go_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(count):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    status = 0 if holds() else 1
                finally:
                    os._exit(status)
            deadline = time.monotonic() + 60
            while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
                if time.monotonic() > deadline:
                    os.kill(child, 9)
                    print("hangs")
                    break
                time.sleep(0.001)
            else:
                if ended[1] != 0:
                    print(ended[1])
        going = False
        for thread in threads:
            thread.join()
    '''


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "t"
    write(path, 7)
    time.sleep(SECONDS_UNTIL_KEPT)
    return path


def write(path, seed):
    numbers = numpy.random.default_rng(seed).integers(0, 1 << 40, 100_000)
    colonnade.write(path, pa.table({"a": numbers}))
    return int(numbers.sum())


def total(path):
    with colonnade.open(path) as table:
        return int(table.scan().to_numpy()["a"].sum())


def run_with_seconds(seconds, code, *arguments):
    before = os.environ.get("COLONNADE_KEEP_SECONDS")
    try:
        if seconds is not None:
            os.environ["COLONNADE_KEEP_SECONDS"] = seconds
        return run_python(READ + code, *arguments).split()
    finally:
        os.environ.pop("COLONNADE_KEEP_SECONDS", None)
        if before is not None:
            os.environ["COLONNADE_KEEP_SECONDS"] = before


def test_files_stay_mapped_until_they_are_released(path):
    assert run_with_seconds(None, """
    read()
    print(mapped() > 0)
    colonnade.release_files()
    print(mapped())
    """, path) == ["True", "0"]


def test_what_a_table_holds_is_not_released(path):
    assert run_with_seconds(None, """
    table = colonnade.open(path)
    values = table.scan().to_numpy()["a"].sum()
    colonnade.release_files()
    print(mapped() > 0, table.scan().to_numpy()["a"].sum() == values)
    """, path) == ["True", "True"]


def test_the_environment_says_for_how_long(path):
    code = """
    start = time.monotonic()
    read()
    print(mapped() > 0)
    while mapped() and time.monotonic() < start + float(sys.argv[2]):
        time.sleep(0.1)
    print(mapped() > 0)
    """
    assert run_with_seconds("0", code, path, 0) == ["False", "False"]
    assert run_with_seconds("5", code, path, 60) == ["True", "False"]
    assert run_with_seconds("60", code, path, 7) == ["True", "True"]


def test_a_table_that_is_open_is_in_use(path):
    """Its files are kept from when it was closed on."""
    assert run_with_seconds("3", """
    table = colonnade.open(path)
    table.scan().to_numpy()
    time.sleep(6)
    table.close()
    del table
    colonnade.open(path).close()
    print(mapped() > 0)
    """, path) == ["True"]


def test_a_child_starts_with_none_of_its_parents_files(path):
    """While other threads of the parent open and read, whose locks the child does not inherit."""
    assert run_with_seconds(None, """
    expected = read()
    fork_while_others(read, 30, lambda: read() == expected and read() == expected)
    print("done")
    """, path) == ["done"]


def test_a_child_releases_what_its_parent_kept(path):
    assert run_with_seconds(None, """
    read()
    child = os.fork()
    if child == 0:
        before = mapped()
        colonnade.release_files()
        os._exit(0 if before > 0 and mapped() == 0 else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), mapped() > 0)
    """, path) == ["0", "True"]


def test_a_child_reads_its_parents_table_while_others_opened_the_same(path):
    """All of them have the same files; what threads of the parent hold, nobody gives back in the child."""
    assert run_with_seconds(None, """
    def few(table):
        return len(table.scan(["a"], "a < 5").to_numpy()["a"])

    table = colonnade.open(path)
    few(table)
    fork_while_others(lambda: few(colonnade.open(path)), 300, lambda: few(table) == 0)
    print("done")
    """, path) == ["done"]


def test_another_table_of_the_name_is_another_table(tmp_path):
    path = tmp_path / "t"
    first = write(path, 1)
    time.sleep(SECONDS_UNTIL_KEPT)
    assert total(path) == first
    assert total(path) == first
    shutil.rmtree(path)
    with pytest.raises(FileNotFoundError):
        colonnade.open(path)
    second = write(path, 2)
    assert total(path) == second
    time.sleep(SECONDS_UNTIL_KEPT)
    assert total(path) == second


def test_damage_between_two_openings_is_seen(tmp_path):
    path = tmp_path / "t"
    expected = write(path, 3)
    time.sleep(SECONDS_UNTIL_KEPT)
    assert total(path) == expected
    [file] = (path / "data").iterdir()
    times = os.stat(file)
    with open(file, "r+b") as opened:
        opened.seek(200_000)
        byte = opened.read(1)
        opened.seek(200_000)
        opened.write(bytes([byte[0] ^ 64]))
    # Who restores the time of the contents cannot restore that of the change.
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(colonnade.CorruptError):
        total(path)
    os.truncate(file, 100_000)
    with pytest.raises(colonnade.ColonnadeError):
        total(path)
    pathlib.Path(file).unlink()
    with pytest.raises(colonnade.ColonnadeError):
        total(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes other users")
def test_another_user_of_the_process_is_refused():
    code = """
    # What is imported late is imported while it may be read.
    colonnade.open(sys.argv[2]).scan().to_numpy()
    try:
        colonnade.open("nowhere")
    except FileNotFoundError:
        pass

    def read_as(user, groups):
        os.setgroups(groups)
        os.seteuid(user)
        try:
            return read() > 0
        except PermissionError:
            return "refused"
        except colonnade.ColonnadeError as error:
            return "refused" if error.errno == 13 else str(error)
        finally:
            os.seteuid(0)

    print(read_as(4000, [5000]), read_as(4000, [5000]), read_as(4001, []))
    """
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = pathlib.Path(folder) / "t"
        write(path, 5)
        write(path.with_name("other"), 6)
        for entry in [path, *path.rglob("*")]:
            os.chown(entry, 3000, 5000)
            os.chmod(entry, 0o750 if entry.is_dir() else 0o640)
        time.sleep(SECONDS_UNTIL_KEPT)
        assert run_with_seconds(None, code, path, path.with_name("other")) == [
            "True", "True", "refused"]
