"""Outcomes in, one verdict out.

Pure: this room reads no clock, no file and no network, and knows no report. What a verdict rests
on is handed in as :class:`.run_results.RunResults`.

The words and exit codes stand here, for commands that only pass them on. The modules that judge a
run are loaded by those that judge one, since their types need the HTTP client.
"""

from .exit_codes import ACTIONS, EXIT_CODES, HOLD, KINDS, USAGE_ERROR, VerdictKind, advice

__all__ = [
    "ACTIONS",
    "EXIT_CODES",
    "HOLD",
    "KINDS",
    "USAGE_ERROR",
    "VerdictKind",
    "advice",
    "advisories",
    "build_match",
    "causes",
    "decide",
    "edge_claims",
    "outcome",
    "own_claims",
    "run_results",
    "symptom",
    "unsteady",
]
