"""Whether an HTML page is whole, and in which charset it says it is.

A page that was cut short, or written twice, is still answered with 200.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborHTMLParser

_COMMENT: Final = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)")  # one without an end hides all
_DOCTYPE: Final = re.compile(r"\ufeff?\s*<!doctype html", re.I)
_END: Final = re.compile(r"</html\s*>\s*\Z", re.I)
_CHARSET: Final = re.compile(r"charset\s*=\s*([\w-]+)", re.I)


def problems(text: str, tree: LexborHTMLParser) -> list[str]:
    """Return what is missing of a page, or there twice, each in one line."""
    bare = _COMMENT.sub("", text)
    sound = {
        "the page does not begin with <!doctype html>": _DOCTYPE.match(bare[:200]) is not None,
        "the page does not end with </html>": _END.search(bare[-100:]) is not None,
        "the page has no title": _has_title(tree),
        "the page has more than one doctype": text.lower().count("<!doctype") <= 1,
        "the page has more than one </html>": len(re.findall(r"</html\b", bare, re.I)) <= 1,
        "the page has more than one </body>": len(re.findall(r"</body\b", bare, re.I)) <= 1,
    }
    return [problem for problem, holds in sound.items() if not holds]


def charsets(header: str | None, tree: LexborHTMLParser) -> set[str]:
    """Return the charsets that a page declares, by Python's names for them: ``{"utf-8"}``.

    Arguments:
        header: the charset of the Content-Type header.
        tree: the page, which may have ``<meta>`` elements that declare one.

    Raises LookupError for a charset that does not exist.
    """
    declared = {header or ""}
    declared |= {node.attributes["charset"] or "" for node in tree.css("meta[charset]")}
    for node in tree.css('meta[http-equiv="content-type" i]'):
        declared |= set(_CHARSET.findall(node.attributes.get("content") or ""))
    return {codecs.lookup(name.strip()).name for name in declared if name.strip()}


def framing_problems(headers: Mapping[str, str]) -> list[str]:
    """Return the headers that keep a browser from showing a page in another site's frame."""
    frame = headers.get("x-frame-options", "")
    policy = headers.get("content-security-policy", "")
    disposition = headers.get("content-disposition", "")
    sound = {
        f"x-frame-options: {frame}": frame.upper() not in {"DENY", "SAMEORIGIN"},
        "content-security-policy: frame-ancestors 'none'": not re.search(
            r"frame-ancestors\s+'none'", policy, re.I
        ),
        f"content-disposition: {disposition}": not disposition.lower().startswith("attachment"),
    }
    return [problem for problem, holds in sound.items() if not holds]


def _has_title(tree: LexborHTMLParser) -> bool:
    return any(node.text(strip=True) for node in tree.css("head > title"))
