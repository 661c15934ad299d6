"""Writers over one verdict: terminal, JSON, HTML.

They read a verdict and the results behind it, and never influence either; they know no pytest
session. Each writer is a module, so that a run loads only those it was asked for.
"""

__all__ = ["html_page", "json_file", "terminal"]
