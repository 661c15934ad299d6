"""Writers over one verdict: terminal, JSON, HTML.

They read a verdict and the results behind it, and never influence either; they know no pytest
session. Each writer is a module of its own, so that a run loads only those it was asked for:
:mod:`.terminal`, :mod:`.json_file`, :mod:`.html_page`.
"""

from .curl_command import curl_line
from .wording import attempt_words, name_of

__all__ = ["attempt_words", "curl_line", "name_of"]
