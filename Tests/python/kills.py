"""Writers killed at every call that changes the disk, and at random moments.

After each kill the table opens at the snapshot before or after the write, exactly, and `verify`
passes; another append then succeeds. `tools/torture` runs many more than the tests do.
"""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

from program import PROGRAM

CHANGES = {"create", "replace", "write", "sync", "sync-folder", "link", "rename",
           "rename-exclusively", "remove", "make-folder", "remove-folder"}
ROWS = 3000


def command(*arguments, fault="", **options):
    environment = dict(os.environ, COLONNADE_FAULT=fault)
    return subprocess.run([str(PROGRAM), *map(str, arguments)], env=environment,
                          capture_output=True, text=True, timeout=120, **options)


class Workshop:
    """A folder with a table of one snapshot and the rows of the next append."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.base = folder / "base"
        self.first, self.second = folder / "first.csv", folder / "second.csv"
        for path, start in ((self.first, 0), (self.second, ROWS)):
            with open(path, "w", encoding="utf-8") as file:
                file.write("id,shop,note\n")
                for row in range(start, start + ROWS):
                    file.write(f"{row},shop{row % 7},note number {row * 7919 % 10007}\n")
        made = command("write", self.base, self.first, "--partition-by", "shop")
        assert made.returncode == 0, made.stderr

    def fresh_table(self) -> pathlib.Path:
        table = self.folder / "table"
        shutil.rmtree(table, ignore_errors=True)
        shutil.copytree(self.base, table)
        return table

    def append(self, table, fault=""):
        return command("write", table, self.second, "--mode", "append", fault=fault)

    def create(self, table, fault=""):
        return command("write", table, self.first, "--partition-by", "shop", fault=fault)

    def check(self, table: pathlib.Path, old_count: int, acknowledged: bool, where: str) -> int:
        """The number of rows the table now has; asserts that it is a whole snapshot."""
        counted = command("count", table)
        if old_count == 0 and counted.returncode == 3:
            assert not acknowledged, f"{where}: the table is gone"
            return 0
        assert counted.returncode == 0, f"{where}: {counted.stderr}"
        count = int(counted.stdout.split()[0].replace(",", ""))
        assert count in (old_count, old_count + ROWS), f"{where}: {count} rows"
        assert not acknowledged or count == old_count + ROWS, f"{where}: acknowledged rows are lost"
        verified = command("verify", table)
        assert verified.returncode == 0, f"{where}: {verified.stdout}{verified.stderr}"
        listed = command("scan", table, "--select", "id", "--format", "csv")
        identifiers = sorted(int(line) for line in listed.stdout.split()[1:])
        assert identifiers == list(range(count)), f"{where}: other rows"
        return count


def changes_of(workshop: Workshop, action) -> list:
    """The calls that change the disk, in order, of one undisturbed run."""
    journal = workshop.folder / "journal"
    journal.unlink(missing_ok=True)
    done = action(f"journal@{journal}")
    assert done.returncode == 0, done.stderr
    calls = [line.split(" ", 1) for line in journal.read_text(encoding="utf-8").splitlines()]
    return [call for call in calls if call[0] in CHANGES]


def kill_at_every_change(workshop: Workshop, creating: bool, report=print) -> dict:
    """Kills before and after each call that changes the disk; returns what was seen."""
    def prepare():
        if creating:
            shutil.rmtree(workshop.folder / "table", ignore_errors=True)
            return workshop.folder / "table"
        return workshop.fresh_table()

    act = workshop.create if creating else workshop.append
    old = 0 if creating else ROWS
    table = prepare()
    calls = changes_of(workshop, lambda fault: act(table, fault))
    # The first link only tries whether the file system has them.
    link = max((index for index, call in enumerate(calls, 1)
                if call[0] in ("link", "rename-exclusively")), default=None)
    assert link is not None, "the journal shows no publication"
    seen = {"kills": 0, "between first write and link": 0, "old": 0, "new": 0}
    first_write = next(index for index, call in enumerate(calls, 1) if call[0] == "write")
    for number, call in enumerate(calls, 1):
        for effect in ("kill", "kill-after"):
            table = prepare()
            where = f"{effect}@change:{number} ({' '.join(call[:1])})"
            killed = act(table, f"{effect}@change:{number}")
            if killed.returncode == 0:
                continue  # with several threads fewer calls may be made before the end
            assert killed.returncode == -signal.SIGKILL, f"{where}: {killed.stderr}"
            seen["kills"] += 1
            seen["between first write and link"] += first_write <= number < link
            count = workshop.check(table, old, False, where)
            seen["old" if count == old else "new"] += 1
    report(f"{'create' if creating else 'append'}: {len(calls)} calls change the disk; {seen}")
    return seen


def kill_at_random(workshop: Workshop, kills: int, seed: int, report=print) -> dict:
    """Kills the process after a random time; half of the time at a random call instead."""
    rng = random.Random(seed)
    table = workshop.fresh_table()
    calls = changes_of(workshop, lambda fault: workshop.append(table, fault))
    started = time.perf_counter()
    workshop.append(workshop.fresh_table())
    typical = time.perf_counter() - started
    seen = {"kills": 0, "ended before": 0, "old": 0, "new": 0}
    while seen["kills"] < kills:
        table = workshop.fresh_table()
        environment = dict(os.environ)
        where = f"seed {seed}, kill {seen['kills']}"
        if rng.random() < 0.5:
            environment["COLONNADE_FAULT"] = f"kill@change:{rng.randint(1, len(calls))}"
        process = subprocess.Popen(
            [str(PROGRAM), "write", str(table), str(workshop.second), "--mode", "append"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            status = process.wait(timeout=rng.uniform(0, typical * 1.05)
                                  if "COLONNADE_FAULT" not in environment else 60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            status = process.wait()
        if status == 0:
            seen["ended before"] += 1
            assert seen["ended before"] < 4 * kills + 50, "hardly any run is killed"
        else:
            seen["kills"] += 1
        count = workshop.check(table, ROWS, status == 0, where)
        seen["old" if count == ROWS else "new"] += 1
    again = workshop.append(table)
    assert again.returncode == 0, again.stderr
    report(f"random kills, seed {seed}: {seen}")
    return seen


def open_workshop() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="colonnade-kills-")
