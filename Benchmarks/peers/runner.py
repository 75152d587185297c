"""Runs a program and says how long it took and how much memory it held at most.

    python -I -S runner.py OUTPUT PROGRAM ARGUMENT…

Slim, with no import beyond these: what a parent holds when it starts a program counts as the program's
own memory, and is the least that can be seen here (about 10 MB).
"""

import os
import sys
import time


def main() -> None:
    output = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    started = time.perf_counter()
    process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, output, 1)])
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{sys.argv[2]} ended with {os.waitstatus_to_exitcode(status)}")
    print(f'{{"seconds": {seconds}, "peak": {usage.ru_maxrss * 1024}}}')


main()
