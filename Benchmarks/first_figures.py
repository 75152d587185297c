"""First figures: Colonnade beside DuckDB, in one run, on TPC-H lineitem at scale 1.

    tools/bench            installs what is missing, makes the data, runs this

Jobs: CSV to a table partitioned by ship mode; CSV to a table partitioned by ship mode and month (peak
memory); reading all, reading three columns, the filter and the point query, each as whole batches in
memory (DuckDB: as an Arrow table, from Parquet and from its own attached file), each in one process
that opens its file anew each time; the same filter and point query as whole processes of the command
line. Medians of five (three for writing). Row counts are compared in every job, and the filter's rows
one by one.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = pathlib.Path(os.environ.get("COLONNADE_BENCH_DATA", ROOT / "Benchmarks" / "data"))
RELEASE = pathlib.Path(os.environ.get("COLONNADE_RELEASE", ROOT / ".build" / "release"))
COLONNADE = RELEASE / "colonnade"
READ_BENCHMARK = RELEASE / "ReadBenchmark"

FILTER = ("l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1994-02-01' "
          "AND l_discount BETWEEN 0.05 AND 0.07")
FILTER_COLUMNS = ["l_orderkey", "l_extendedprice", "l_discount", "l_comment"]
POINT = "l_orderkey = 3000001"
THREE = ["l_quantity", "l_extendedprice", "l_discount"]
RUNS = 5


def make_data() -> pathlib.Path:
    DATA.mkdir(parents=True, exist_ok=True)
    path = DATA / "lineitem.csv"
    if not path.exists():
        tool = pathlib.Path(sys.executable).with_name("tpchgen-cli")
        subprocess.run([tool, "csv", "-s", "1", "--tables", "lineitem", "--output-dir", DATA],
                       check=True)
    return path


def run(command, **options):
    """Seconds and peak resident bytes of a whole process."""
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with status {status}")
    return seconds, usage.ru_maxrss * 1024


def folder_bytes(path: pathlib.Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


DUCKDB_WRITE = """
import duckdb, sys
c = duckdb.connect()
c.execute(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' "
          f"(FORMAT parquet, COMPRESSION zstd{sys.argv[3]})")
"""


def write_jobs(csv: pathlib.Path):
    """CSV to a partitioned table: ours and DuckDB's in turns."""
    ours, month, peer = DATA / "ours", DATA / "ours_month", DATA / "duckdb"
    rows = {"ours": [], "ours, and month": [], "DuckDB": []}
    for _ in range(3):
        for path in (ours, month, peer):
            shutil.rmtree(path, ignore_errors=True)
        rows["ours"].append(
            run([COLONNADE, "write", ours, csv, "--partition-by", "l_shipmode", "--no-progress"]))
        rows["DuckDB"].append(
            run([sys.executable, "-c", DUCKDB_WRITE, csv, peer, ", PARTITION_BY (l_shipmode)"]))
        rows["ours, and month"].append(
            run([COLONNADE, "write", month, csv, "--partition-by",
                 "l_shipmode, month(l_shipdate)", "--no-progress"]))
    result = []
    base = statistics.median(seconds for seconds, _ in rows["DuckDB"])
    for name, path in (("DuckDB", peer), ("ours", ours), ("ours, and month", month)):
        seconds = statistics.median(second for second, _ in rows[name])
        result.append({"job": "CSV to table partitioned by ship mode", "who": name,
                       "seconds": seconds, "ratio": seconds / base,
                       "peak MB": max(peak for _, peak in rows[name]) / 1e6,
                       "stored MB": folder_bytes(path) / 1e6})
    return result


def read_jobs(csv: pathlib.Path):
    import duckdb

    table, parquet, native = DATA / "table", DATA / "lineitem.parquet", DATA / "lineitem.duckdb"
    shutil.rmtree(table, ignore_errors=True)
    run([COLONNADE, "write", table, csv, "--no-progress"])
    if not parquet.exists():
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{csv}')) TO '{parquet}' "
                   "(FORMAT parquet, COMPRESSION zstd)")
    if not native.exists():
        connection = duckdb.connect(str(native))
        connection.execute(f"CREATE TABLE lineitem AS SELECT * FROM read_csv('{csv}')")
        connection.close()

    jobs = [("read all", [], None), ("read 3 columns", THREE, None),
            ("filter", FILTER_COLUMNS, FILTER), ("point", [], POINT)]
    # Whole processes first: a child's peak memory counts what its parent held when it was made.
    result = command_jobs(table, native)
    for job, columns, predicate in jobs:
        times = {"ours": [], "DuckDB, Parquet": [], "DuckDB, own file": []}
        select = ", ".join(columns) or "*"
        where = f" WHERE {predicate}" if predicate else ""
        counts = set()
        # Every peer runs in one process of its own and opens its file anew each time.
        command = [READ_BENCHMARK, table, str(RUNS)]
        if columns:
            command += ["--select", ", ".join(columns)]
        if predicate:
            command += ["--where", predicate]
        answer = json.loads(subprocess.run(
            [str(part) for part in command], check=True, capture_output=True).stdout)
        times["ours"] = answer["milliseconds"]
        counts.add(answer["rows"])
        for _ in range(RUNS):
            for name, source in (("DuckDB, Parquet", f"'{parquet}'"), ("DuckDB, own file", "t.lineitem")):
                connection = duckdb.connect()
                started = time.perf_counter()
                if name == "DuckDB, own file":
                    connection.execute(f"ATTACH '{native}' AS t (READ_ONLY)")
                arrow = connection.sql(
                    f"SELECT {select} FROM {source}{where}").to_arrow_table()
                times[name].append((time.perf_counter() - started) * 1e3)
                counts.add(arrow.num_rows)
                del arrow
                connection.close()
        assert len(counts) == 1, (job, counts)
        best = min(statistics.median(times[name]) for name in times if name != "ours")
        for name, values in times.items():
            result.append({"job": job, "who": name, "milliseconds": statistics.median(values),
                           "ratio": statistics.median(values) / best, "rows": counts.copy().pop()})
    result.append({"job": "stored", "who": "ours", "stored MB": folder_bytes(table) / 1e6})
    result.append({"job": "stored", "who": "DuckDB, Parquet", "stored MB": folder_bytes(parquet) / 1e6})
    result.append({"job": "stored", "who": "DuckDB, own file", "stored MB": folder_bytes(native) / 1e6})
    check_rows(table, parquet)
    return result


DUCKDB_COMMAND = """
import duckdb, sys
c = duckdb.connect()
c.execute(f"ATTACH '{sys.argv[1]}' AS t (READ_ONLY)")
c.execute(f"COPY (SELECT {sys.argv[2]} FROM t.lineitem WHERE {sys.argv[3]}) TO '/dev/stdout' (FORMAT csv)")
"""


def command_jobs(table, native):
    """Whole processes that print CSV. DuckDB runs inside Python, whose start is measured apart."""
    result = []
    for job, columns, predicate in (("filter", FILTER_COLUMNS, FILTER), ("point", [], POINT)):
        select = ", ".join(columns) or "*"
        ours, peer, start = [], [], []
        for _ in range(RUNS):
            command = [COLONNADE, "scan", table, "--where", predicate, "--format", "csv"]
            ours.append(run(command + (["--select", select] if columns else [])))
            peer.append(run([sys.executable, "-c", DUCKDB_COMMAND, native, select, predicate]))
            start.append(run([sys.executable, "-c", "import duckdb; duckdb.connect()"]))
        base = statistics.median(a for a, _ in peer) - statistics.median(a for a, _ in start)
        for name, values in (("ours", ours), ("DuckDB, own file, in Python", peer),
                             ("start of Python and DuckDB", start)):
            seconds = statistics.median(a for a, _ in values)
            result.append({"job": f"command line: {job}", "who": name, "milliseconds": seconds * 1e3,
                           "ratio": seconds / base, "peak MB": max(b for _, b in values) / 1e6})
    return result


def check_rows(table, parquet):
    """The filter's rows and a sum over every numeric column are the same."""
    import duckdb

    command = [COLONNADE, "scan", table, "--where", FILTER, "--select", ", ".join(FILTER_COLUMNS),
               "--format", "csv"]
    path = DATA / "filter.csv"
    with open(path, "wb") as file:
        subprocess.run([str(part) for part in command], check=True, stdout=file)
    select = ", ".join(FILTER_COLUMNS)
    differences = duckdb.sql(
        f"SELECT count(*) FROM ((SELECT {select} FROM read_csv('{path}') EXCEPT ALL "
        f"SELECT {select} FROM '{parquet}' WHERE {FILTER}) UNION ALL "
        f"(SELECT {select} FROM '{parquet}' WHERE {FILTER} EXCEPT ALL "
        f"SELECT {select} FROM read_csv('{path}')))").fetchall()[0][0]
    assert differences == 0, f"{differences} rows of the filter differ"


def show(rows):
    keys = ["job", "who", "seconds", "milliseconds", "ratio", "rows", "peak MB", "stored MB"]
    cells = [[f"{row[key]:,.2f}" if isinstance(row.get(key), float) else str(row.get(key, ""))
              for key in keys] for row in rows]
    widths = [max(len(line[index]) for line in cells + [keys]) for index in range(len(keys))]
    for line in [keys] + cells:
        print("  ".join(cell.ljust(width) if index < 2 else cell.rjust(width)
                        for index, (cell, width) in enumerate(zip(line, widths))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=["write", "read"], help="run one half")
    arguments = parser.parse_args()
    csv = make_data()
    rows = []
    if arguments.only != "read":
        rows += write_jobs(csv)
    if arguments.only != "write":
        rows += read_jobs(csv)
    show(rows)
    results = ROOT / "Benchmarks" / "results"
    results.mkdir(exist_ok=True)
    name = f"first-figures-{datetime.date.today().isoformat()}.json"
    (results / name).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
