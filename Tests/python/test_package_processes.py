"""The Python package among threads and processes: Ctrl-C, forks, workers, many cycles."""

import concurrent.futures
import gc
import multiprocessing
import os
import pathlib
import pickle
import signal
import time

import numpy
import pyarrow as pa
import pytest

from package import colonnade, run_python, start_python

ROW_COUNT = 3_000_000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("processes") / "t"
    source = numpy.random.default_rng(7)

    def batches():
        for _ in range(30):
            numbers = pa.array(source.integers(0, 1 << 40, ROW_COUNT // 30))
            yield pa.table({"a": numbers, "b": numbers.cast(pa.string())})

    colonnade.write(path, batches(), profile="fast")
    return path


INTERRUPTED = """
    import sys, time
    import colonnade, polars, pyarrow
    table = colonnade.open(sys.argv[1])
    slow = " OR ".join(f"lower(upper(b)) LIKE '%1%2%3%{n}%x%'" for n in range(10))
    def work():
        {work}
    try:
        print("ready", flush=True)
        work()
        print("went through")
    except KeyboardInterrupt:
        print("interrupted")
    # What comes later is not disturbed.
    print(table.count("a < 0"), sum(batch.num_rows for batch in table.scan(limit=5)))
    """
WORK = {
    "count": "table.count(slow)",
    "iterating": "list(table.scan(filter=slow))",
    "to_arrow": "table.scan(filter=slow).to_arrow()",
    "explain": "table.explain(filter=slow, analyze=True)",
    "write": "colonnade.write(sys.argv[2], table.scan(filter='NOT (' + slow + ')'))",
    "write batches": "colonnade.write(sys.argv[2], iter(table.scan(filter=slow)))",
    # Others may hide the interrupt behind an error of theirs; it comes a moment later.
    "pyarrow": """
            try:
                pyarrow.table(table.scan(filter=slow))
            except OSError:
                for _ in range(1000):
                    time.sleep(0.05)""",
    "to_polars": "table.scan(filter=slow).to_polars()",
}


@pytest.mark.parametrize("name", WORK)
def test_an_interrupt_ends_the_work(tmp_path, path, name):
    process = start_python(INTERRUPTED.replace("{work}", WORK[name]), path, tmp_path / "w")
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert output == "interrupted\n0 5\n", (output, errors)
    # Without the interrupt it would take a minute; a busy machine gets its time.
    assert time.monotonic() - asked < 25, "the work went on for long"
    assert "Exception ignored" not in errors, errors
    assert not list(tmp_path.glob("w/**/*.cln")), "a write that was interrupted left rows"


def scan_part(arguments):
    table, part = arguments
    return sum(int(batch.to_numpy()["a"].sum()) for batch in table.scan(["a"], rows=part))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_read_their_parts(path, method):
    """As a DataLoader does it: the parent has read, the workers read the parts it divides."""
    table = colonnade.open(path)
    expected = int(table.scan(["a"]).to_numpy()["a"].sum())
    assert table.count("b LIKE '%7%8%'") > 0
    context = multiprocessing.get_context(method)
    with context.Pool(3) as pool:
        parts = [(table, part) for part in table.divide(6)]
        assert sum(pool.map(scan_part, parts)) == expected
    assert table.count("a >= 0") == ROW_COUNT


def test_a_fork_in_the_middle_of_a_scan(path):
    table = colonnade.open(path)
    reader = iter(table.scan(["a"], batch_rows=10_000))
    next(reader)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            rest = sum(batch.num_rows for batch in reader)
            fresh = sum(batch.num_rows for batch in table.scan(["a"]))
            status = 0 if (rest, fresh) == (ROW_COUNT - 10_000, ROW_COUNT) else 2
        finally:
            os._exit(status)
    assert sum(batch.num_rows for batch in reader) == ROW_COUNT - 10_000
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_threads_share_a_table(path):
    table = colonnade.open(path)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda bound: table.count("a < $1", [bound << 36]), range(16)))
        tables = list(pool.map(lambda part: table.scan(["a"], rows=part).to_arrow(), table.divide(8)))
    assert counts == sorted(counts) and sum(map(len, tables)) == ROW_COUNT


def test_other_threads_run_while_the_engine_works(path):
    table = colonnade.open(path)
    slow = " OR ".join(f"lower(upper(b)) LIKE '%1%2%{n}%x%'" for n in range(4))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        counting = pool.submit(table.count, slow)
        steps = 0
        while not counting.done():
            steps += 1
            time.sleep(0.001)
    assert counting.result() == 0 and steps > 20


def test_tables_and_scans_travel(path):
    table = colonnade.open(path, at=1)
    scan = table.scan(["a"], colonnade.col("a") < 10**9, limit=3)
    assert pickle.loads(pickle.dumps(scan)).to_pylist() == scan.to_pylist()
    again = pickle.loads(pickle.dumps(table))
    assert (again.path, again.version) == (table.path, 1)


def resident_bytes():
    text = pathlib.Path("/proc/self/statm").read_text()
    return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_many_cycles_do_not_grow(path):
    def cycle():
        table = colonnade.open(path)
        with iter(table.scan(["a"], "a < $1", parameters=[10**9])) as reader:
            next(reader, None)
        table.scan(limit=3).to_pylist()
        pa.table(table.scan(limit=3))
        for batch in table.scan(limit=2):
            pa.record_batch(batch)
        table.close()

    for _ in range(300):
        cycle()
    gc.collect()
    before = resident_bytes()
    for _ in range(1000):
        cycle()
    gc.collect()
    assert resident_bytes() - before < 8 << 20


def test_a_capsule_that_nobody_took_is_freed(path):
    output = run_python("""
        import sys
        import colonnade
        table = colonnade.open(sys.argv[1])
        for _ in range(2000):
            table.__arrow_c_stream__()
            table.__arrow_c_schema__()
        print(len(open("/proc/self/maps").readlines()) < 2000)
        """, path)
    assert output == "True\n"
