"""Run a command and write what it took.

``python spawn.py FD COMMAND…`` runs it with this process's own input and output, and writes the
wall time, the CPU time and the peak memory of it and of what it waited for, and its exit code, to
the file descriptor FD, as JSON.

A program of its own, because a process begins with the peak of the one that started it: Linux keeps
it over fork and exec (setmax_mm_hiwater_rss in exec_mmap, fs/exec.c). Started by a benchmark of 500
MB, a command of 30 MB would be told as one of 500 MB; started by this, as one of ten at the least.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence


def main(words: Sequence[str]) -> int:
    """Run the command that follows the file descriptor, and return 0."""
    target, *command = words
    os.set_inheritable(int(target), False)
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(process, 0)
    took = {
        "wall": time.perf_counter() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "maxrss": used.ru_maxrss,
        "code": os.waitstatus_to_exitcode(status),
    }
    os.write(int(target), json.dumps(took).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
