"""The page of golden files shows the golden files there are."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_page_is_current():
    done = subprocess.run([sys.executable, ROOT / "tools" / "goldens", "--check"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
