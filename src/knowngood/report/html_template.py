"""Render HTML pages of templates, with their style, script and policy.

Templates sanitise and escape every text. The policy in the head allows only this package's own
style and script, by their digests.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..safety import first_lines, listed, one_line, plural, templates
from ..verdict import VerdictKind

if TYPE_CHECKING:
    from jinja2 import Environment

_LONGEST: Final = 4000  # characters of any text; the template cuts most of them shorter
_TEXT: Final = (40, 400)  # lines, and characters of each
_COLOURS: Final = {VerdictKind.PASSED: "passed", VerdictKind.FAILED: "failed"}


def colour_of(verdict: VerdictKind) -> str:
    """Return the class of a verdict in ``report/html_page.css``."""
    return _COLOURS.get(verdict, "unsettled")


def render(
    template: str, code: Sequence[str], filters: Mapping[str, Callable[..., object]], **values: Any
) -> str:
    """Return the page of ``template``, a file below this package: ``report/html_page.html.j2``.

    ``code`` are the files of its style and script, ``filters`` those that it needs beside the usual
    ones, ``values`` what it shows.
    """
    room, _, name = template.partition("/")
    jinja = _templates(room)
    jinja.filters |= filters
    return jinja.get_template(name).render(**values, **_own_code(*code))


@cache
def _own_code(*names: str) -> dict[str, str]:
    """Return style, script and the policy that allows nothing else.

    ``names`` are files below this package, such as ``report/html_page.css``. They must not be
    changed: the policy has their digests.
    """
    from markupsafe import Markup

    def text(ending: str) -> str:
        texts = ((files("knowngood") / n).read_text("utf-8") for n in names if n.endswith(ending))
        return "".join(texts)

    style, script = text(".css"), text(".js")
    allowed = f"script-src '{_digest(script)}'; " if script else ""
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; {allowed}"
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - ours


def _digest(text: str) -> str:
    """Return the digest of an inline style or script as a Content-Security-Policy names it."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _templates(room: str) -> Environment:
    """Return the loader of the HTML templates of a room."""
    from markupsafe import Markup

    def sanitize(value: object) -> object:
        return value if isinstance(value, Markup) else one_line(str(value), _LONGEST)

    folder = Path(__file__).parents[1] / room
    jinja = templates(folder, autoescape=True, finalize=sanitize)
    jinja.filters |= {
        "line": lambda text, limit=300: one_line(str(text), limit),
        "lines": lambda text: Markup("\n").join(first_lines(text, *_TEXT)),
        "plural": plural,
        "listed": listed,
    }
    return jinja
