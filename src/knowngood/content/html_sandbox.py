"""Parses the HTML on its standard input, as a program of its own: whatever becomes of it, the run
goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

TOO_MUCH: Final = 9
"""The exit code for a page that takes more memory than allowed."""

_SET_ASIDE: Final = 8 << 20  # bytes that the C library asks for beyond what is used
_PROCESSOR_SECONDS: Final = 2  # of which starting takes a tenth; a sound page takes less
_STATM: Final = Path("/proc/self/statm")


def main(allowed: int) -> int:
    """The exit code: 0 where the page takes no more than ``allowed`` bytes."""
    import resource

    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    if _STATM.exists():
        most = _pages(0) + allowed + _SET_ASIDE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = _used()
    try:
        tree = LexborHTMLParser(text)
    except (MemoryError, SelectolaxError):
        return TOO_MUCH
    used = _used() - before
    del tree
    return TOO_MUCH if used > allowed else 0


def _used() -> int:
    """Bytes of memory in use; where that is not to be had, the most so far."""
    import resource

    if _STATM.exists():
        return _pages(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _pages(field: int) -> int:
    import resource

    return int(_STATM.read_text().split()[field]) * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
