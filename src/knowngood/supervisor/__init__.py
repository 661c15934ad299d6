"""``knowngood verify``: one pytest run in a child process that is watched.

Its time, its end and its verdict are checked from outside; one run for each environment and
machine. This room knows nothing of checks and reads no deployment.
"""

from .trust import Conclusion
from .verify import VerifiedRun, run_once, verify, watched

__all__ = ["Conclusion", "VerifiedRun", "run_once", "verify", "watched"]
