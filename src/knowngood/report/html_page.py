"""Write the verdict as one HTML file for people, which loads nothing.

It is made from the verdict document alone. What a server said is sanitised and escaped as the
template writes it out. A policy in the head keeps browsers from running or loading anything even
so: it allows one style and one script, this package's own, by their digests.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..safety import first_lines, one_line, write_atomically
from ..verdict import VerdictKind
from ..verdict.evidence import listed, plural
from . import html_rows
from .report import Report
from .timeline import bars
from .wording import attempt_words, claim_words, got_words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_BASE64: Final = re.compile(r"[A-Za-z0-9+/=]*")
_LONGEST: Final = 4000  # characters of any text; the template cuts most of them shorter
_TEXT: Final = (40, 400)  # lines, and characters of each
_COLOURS: Final = {VerdictKind.PASSED: "passed", VerdictKind.FAILED: "failed"}
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
    kind = VerdictKind(document["verdict"])
    return (
        _templates()
        .get_template("html_page.html.j2")
        .render(
            document=document,
            colour=_COLOURS.get(kind, "unsettled"),
            **html_rows.rows(document),
            **_own_code(),
        )
    )


@cache
def _own_code() -> dict[str, str]:
    """Return style, script and the policy that allows nothing else. Their characters are exactly
    those in the package: the policy names their digests.
    """
    from markupsafe import Markup

    folder = files("knowngood.report")
    style, script = (
        (folder / name).read_text("utf-8") for name in ("html_page.css", "html_page.js")
    )
    policy = (
        "default-src 'none'; img-src data:; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - ours


def _digest(text: str) -> str:
    """Return the digest of an inline style or script as a Content-Security-Policy names it."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _image(base64: str) -> Markup:
    """Return a screenshot for the source of an image. Whatever is no base64 becomes nothing."""
    from markupsafe import Markup

    return Markup(base64 if _BASE64.fullmatch(base64) else "")  # noqa: S704 - no character of HTML


@cache
def _templates() -> Environment:
    """Return the loader of templates. Imported here: most runs write no page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def sanitize(value: object) -> object:
        return value if isinstance(value, Markup) else one_line(str(value), _LONGEST)

    jinja = Environment(
        loader=PackageLoader("knowngood", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=sanitize,
    )
    jinja.filters |= {
        "image": _image,
        "line": lambda text, limit=300: one_line(str(text), limit),
        "lines": lambda text: Markup("\n").join(first_lines(text, *_TEXT)),
        "plural": plural,
        "listed": listed,
        "bars": bars,
        "attempt_words": attempt_words,
        "claim_words": claim_words,
        "got_words": got_words,
        "state_words": _STATES.__getitem__,
    }
    return jinja
