"""The command line before any table is read: help, versions, mistakes, where text goes."""

import os
import subprocess

import pytest

from program import PROGRAM, ROOT, run

COMMANDS = ["write", "scan", "count", "head", "sample", "take", "schema", "stats",
            "explain", "inspect", "verify"]


def test_version_and_help_go_to_standard_output():
    assert run("--version").stdout.startswith("colonnade 0.")
    text = run("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in text
    assert "Exit codes" in text
    assert run().stdout == text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command):
    done = run(command, "--help")
    assert "Examples:" in done.stdout and f"colonnade {command}" in done.stdout
    assert done.stderr == ""
    assert all(len(line) <= 80 for line in done.stdout.splitlines()
               if not line.startswith("USAGE:"))


@pytest.mark.parametrize("arguments, says", [
    (["scna", "t"], "did you mean 'scan'?"),
    (["scan"], "--help"),
    (["scan", "t", "--slect", "a"], "--select"),
    (["scan", "t", "--limit", "many"], "many"),
    (["scan", "t", "--format", "xml"], "xml"),
    (["scan", "t", "--limit", "-1"], "--limit"),
    (["scan", "t", "--at", "0"], "--at"),
    (["scan", "t", "--rows", "few"], "--rows"),
    (["write", "t"], "--help"),
    (["write", "t", "x.csv", "--mode", "replac"], "replac"),
])
def test_mistakes_end_with_2(arguments, says):
    done = run(*arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("colonnade: error: ")
    assert says in done.stderr


def test_missing_things_end_with_3(tmp_path):
    for command in COMMANDS[1:]:
        rows = ["0"] if command == "take" else []
        done = run(command, tmp_path / "nothing", *rows, code=3)
        assert "nothing" in done.stderr and done.stdout == ""


def test_starting_is_quick():
    """Linking, start-up and parsing; the limit leaves room for debug builds on busy machines."""
    times = []
    for _ in range(10):
        before = os.times()
        subprocess.run([str(PROGRAM), "--version"], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        times.append(after.children_user + after.children_system
                     - before.children_user - before.children_system)
    assert min(times) < 0.2


def test_completions_and_manual(tmp_path):
    done = subprocess.run(
        ["python3", str(ROOT / "tools/manual"), str(PROGRAM), str(tmp_path)],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = {path.name for path in (tmp_path / "man/man1").iterdir()}
    assert pages == {"colonnade.1"} | {f"colonnade-{c}.1" for c in COMMANDS}
    for page in (tmp_path / "man/man1").iterdir():
        text = page.read_text()
        assert ".SH NAME" in text and ".SH SYNOPSIS" in text and ".SH OPTIONS" in text
    for name in ["bash-completion/completions/colonnade", "zsh/site-functions/_colonnade",
                 "fish/vendor_completions.d/colonnade.fish"]:
        assert "scan" in (tmp_path / name).read_text()
    script = tmp_path / "bash-completion/completions/colonnade"
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0


@pytest.mark.parametrize("arguments, code", [
    (["scan", "no\nthing\x1b[31m"], 3),
    (["write", "t", "no\nfile\x1b[31m.csv"], 3),
    (["scan", "t", "--format", "x\x1b[31m"], 2),
    (["scan", "t", "--\x1b[31m"], 2),
    (["sc\x1b[31man", "t"], 2),
])
def test_messages_do_not_steer_the_terminal(arguments, code, tmp_path):
    done = run(*arguments, code=code, cwd=tmp_path)
    assert "\x1b" not in done.stderr and "u{1b}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_names_do_not_steer_the_terminal(tmp_path):
    (tmp_path / "a.csv").write_text('"a\n\x1b[31mb",c\n1,2\n')
    run("write", "t", "a.csv", "--partition-by", '"a\n\x1b[31mb"', cwd=tmp_path)
    assert "\x1b" not in run("inspect", "t", cwd=tmp_path).stdout
    # In a pipe the schema is a schema file, whatever the names hold.
    text = run("schema", "t", cwd=tmp_path).stdout
    assert '"a\n\x1b[31mb": int64' in text
    (tmp_path / "schema.txt").write_text(text)
    run("write", "again", "a.csv", "--schema", "schema.txt", cwd=tmp_path)
    assert run("scan", "again", cwd=tmp_path).stdout == run("scan", "t", cwd=tmp_path).stdout
    reader, terminal = os.openpty()
    done = subprocess.run([str(PROGRAM), "schema", "t"], cwd=tmp_path, stdout=terminal, timeout=60)
    os.close(terminal)
    shown = os.read(reader, 1 << 16).decode()
    os.close(reader)
    assert done.returncode == 0 and "\x1b" not in shown and "u{1b}" in shown
