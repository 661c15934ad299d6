"""Writers over one verdict: terminal, JSON, HTML.

They read a verdict and the results behind it, and never influence either; they know no pytest
session. Each writer of a file is a module with ``write(path, report)``, so that a run loads only
those it was asked for.
"""

from .report import Report, redacted

__all__ = [
    "Report",
    "html_page",
    "html_template",
    "json_file",
    "redacted",
    "terminal",
    "verdict_reader",
]
