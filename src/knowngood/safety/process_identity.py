"""Name a process so that another one on the same machine can tell whether it has ended.

Numbers of processes are used again, and differ between containers. So a name holds the machine's
start, the namespace, the number, and when the process began. Only Linux has these; elsewhere a
process has no name, and never counts as ended.
"""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def own() -> str:
    """Return the name of this process; empty if it cannot have one."""
    try:
        return " ".join((_machine(), str(os.getpid()), _began(os.getpid())))
    except (OSError, IndexError):
        return ""


def has_ended(name: str) -> bool:
    """Return whether the process ``name`` ran on this machine and has ended."""
    try:
        machine, number, began = name.rsplit(" ", 2)
        if machine != _machine():
            return False
    except (OSError, ValueError):
        return False
    try:
        return _began(int(number)) != began
    except FileNotFoundError:
        return True
    except (OSError, ValueError, IndexError):
        return False


def _machine() -> str:
    """Return the id of this machine's start, and the namespace of process numbers."""
    boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"


def _began(number: int) -> str:
    """Return when a process began, in ticks since the machine's start (proc(5), stat, field 22).
    Empty for a zombie, which has ended.
    """
    stat = (_PROC / str(number) / "stat").read_text("utf-8", "replace").rpartition(") ")[2]
    state, *fields = stat.split()
    return "" if state in "ZX" else fields[18]
