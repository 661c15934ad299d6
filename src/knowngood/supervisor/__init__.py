"""Run pytest in a watched child process, for ``knowngood verify``.

The parent checks the child's time, end and verdict, and allows one run for each environment and
machine. This room may not know checks, and sends no request.
"""

from .trust import ChildExit, Conclusion, conclude
from .verify import run_once, time_limit, verify, watched

__all__ = [
    "ChildExit",
    "Conclusion",
    "conclude",
    "run_once",
    "time_limit",
    "verify",
    "watched",
]
