"""Write the verdict document as one HTML file for people, which loads nothing.

The template sanitises and escapes every text. A policy stops browsers from running or loading
anything in case one slips through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..safety import write_atomically
from ..verdict import VerdictKind
from . import html_rows
from .html_template import colour_of, render
from .report import Report
from .timeline import bars
from .wording import attempt_words, got_words

if TYPE_CHECKING:
    from markupsafe import Markup

_BASE64: Final = re.compile(r"[A-Za-z0-9+/=]*")
_STATES: Final = {
    "failed": "failed",
    "known": "failed in the baseline, too",
    "unsettled": "unsettled",
    "advisory": "advisory: decides nothing",
}


def write(path: Path, report: Report) -> None:
    """Write the page of a run to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, page(report.document))


def page(document: Mapping[str, Any]) -> str:
    """Return the page that shows a verdict document, as in ``verdict.schema.json``."""
    return render(
        "report/html_page.html.j2",
        ("report/html_page.css", "report/html_page.js"),
        _FILTERS,
        document=document,
        colour=colour_of(VerdictKind(document["verdict"])),
        **html_rows.rows(document),
    )


def _image(base64: str) -> Markup:
    """Return a screenshot for the source of an image; empty if it is no base64."""
    from markupsafe import Markup

    return Markup(base64 if _BASE64.fullmatch(base64) else "")  # noqa: S704 - no character of HTML


_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "image": _image,
    "bars": bars,
    "attempt_words": attempt_words,
    "got_words": got_words,
    "state_words": _STATES.__getitem__,
}
