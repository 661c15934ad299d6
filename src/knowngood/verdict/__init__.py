"""Outcomes in, one verdict out.

Pure: this room reads no clock, no file and no network, and knows no report. What a verdict rests
on is handed in as :class:`.evidence.Evidence`.

The words and exit codes stand here, for commands that only pass them on. What judges a run needs
httpx and pycurl for its types, so import it from its module: :mod:`.outcome`, :mod:`.run_results`,
:mod:`.evidence`, :mod:`.decide`, :mod:`.grouping`, :mod:`.build_match`.
"""

from .exit_codes import ACTIONS, EXIT_CODES, HOLD, USAGE_ERROR, VerdictKind, advice

__all__ = ["ACTIONS", "EXIT_CODES", "HOLD", "USAGE_ERROR", "VerdictKind", "advice"]
