"""Write one verdict in several formats: terminal, JSON, HTML and more.

Writers read a verdict and its results, and change neither. They may not know pytest's session.
Each format is a module with ``write(path, report)``, so that a run loads only those it needs.
"""

from .report import Report, redacted

__all__ = [
    "Report",
    "html_template",
    "json_file",
    "redacted",
    "terminal",
    "verdict_reader",
]
