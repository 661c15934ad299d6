"""Run pytest in a watched child process, for ``knowngood verify``.

The parent checks the child's time, end and verdict, and allows one run for each environment and
machine. This room may not know checks, and sends no request.
"""

from .trust import Conclusion
from .verify import run_once, verify, watched

__all__ = [
    "Conclusion",
    "run_once",
    "verify",
    "watched",
]
