"""The release side: records in git of what was verified and pushed, the gate, the rollout.

This room imports neither pytest nor an HTTP client: hooks and gates run on machines that verify
nothing. It never prints: a command that has lines to print is given a function for that.

Here stands what every command needs. The rest is imported by the command that needs it:
:mod:`.ledger` (last-good, log), :mod:`.permission` (gate), :mod:`.rollout` (push, rollback),
:mod:`.live` (what is live), :mod:`.adoption`, :mod:`.rejection`, :mod:`.status`, :mod:`.hooks` and
:mod:`.hook_scripts`, and :mod:`.record_from_verdict` (a run).
"""

from .git import GitError, Repository
from .record import DEPLOYED, OVERRIDDEN, REJECTED, STARTED, RecordKind

__all__ = [
    "DEPLOYED",
    "OVERRIDDEN",
    "REJECTED",
    "STARTED",
    "GitError",
    "RecordKind",
    "Repository",
]
