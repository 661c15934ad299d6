"""``knowngood verify``: one pytest run in a child process that is watched.

Its time, its end and its verdict are checked from outside; one run for each environment and
machine. This room knows nothing of checks and reads no deployment.
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
