"""Find absolute URLs of pages and scripts that lead to the reader's own machine, as ``localhost``
of who has built them, or that a script asks for in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from . import settings_scripts, written_urls
from .result_cache import cached_by_content
from .script_text import without_comments

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_HOST: Final = r"(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])"
_LOCAL: Final = re.compile(rf"https?://{_HOST}(?::(\d+))?(?![\w.-])", re.I)
_OWN: Final = re.compile(rf"\w+://{_HOST}(?![\w.-])", re.I)
_ASKED: Final = re.compile(
    r"""(?:(?<![\w$])(?:fetch|axios(?:\.\w{1,20})?|(?:\$|jQuery)\.\w{1,20})\s*\("""
    r"""|\bnew\s+(?:WebSocket|EventSource)\s*\(|\.open\s*\((?=\s*["'][A-Z]{3,7}["']\s*,)"""
    r"""|(?<![\w$])["']?base_?url["']?\s*:"""
    r"""|((?<![\w$])(?:\$|jQuery)\s*\(|(?:\.open|\bserviceWorker\.register)\s*\("""
    r"""|(?<![\w$])["']?url["']?\s*:))\s*"""
    r"""(?:["'][A-Z]{3,7}["']\s*,\s*)?["'`]((?:http|ws)s?://[^"'`\s]{1,150})""",
    re.I,
)
"""A URL that a script asks for, or, behind what the first group has, maybe only names."""
_SEEMS_ASKED: Final = re.compile(rf"""["'`](?:http|ws)s?://{_HOST}""".encode(), re.I)
_SEEMS_IN_CLEAR: Final = re.compile(rb"""["'`](?:http|ws)://""", re.I)
_CLEAR: Final = re.compile(r"(?:http|ws)://", re.I)
_ASKS_WHERE_IT_IS: Final = re.compile(rf"""["'`]{_HOST}["'`]""")
"""A script that compares its host with this one asks the local machine on purpose."""

_LEADING: Final = {
    "a[href], area[href]": ("href", "a link to"),
    "form[action]": ("action", "a form to"),
    "[formaction]": ("formaction", "a button to"),
    "link[rel=canonical][href]": ("href", "its canonical URL is"),
    "meta[property='og:url'][content]": ("content", "its og:url is"),
}
"""By selector of what leads people elsewhere: the attribute that says where, and words for it."""


def led_to(tree: LexborHTMLParser, url: str) -> Iterator[tuple[str, str]]:
    """Yield the URLs of links, forms and buttons of the page of ``url`` that lead to the reader's
    machine, each after words for what leads there; and those that the page gives for itself.
    """
    base = written_urls.base(tree, url)
    for selector, (attribute, words) in _LEADING.items():
        for node in tree.css(selector):
            target = written_urls.resolved(base, node.attributes.get(attribute) or "")
            if is_of_reader(target, url):
                yield words, target


def is_of_reader(target: str, url: str) -> bool:
    """Return whether ``target``, which stands in the answer of ``url``, leads to the reader's own
    machine. Of a local answer the same port is the same server, by another name.
    """
    local, here = _LOCAL.match(target), _LOCAL.match(url)
    return local is not None and not (here and here[1] == local[1])


@cached_by_content
def asked_by(script: bytes) -> tuple[str, ...]:
    """Return the URLs of the reader's machine that a script asks for, or that settings name as the
    address of an API. Libraries name more of them, as what a tool for developers would listen on.
    """
    if not _SEEMS_ASKED.search(script):
        return ()
    text = without_comments(script)
    if _ASKS_WHERE_IT_IS.search(text):
        return ()
    urls = [url for _, url in _ASKED.findall(text)]
    urls += [url for _, url in settings_scripts.addresses(script)]
    return tuple(dict.fromkeys(url for url in urls if _OWN.match(url)))


@cached_by_content
def asked_in_clear(script: bytes) -> tuple[str, ...]:
    """Return the URLs of other machines that a script asks for by HTTP without TLS: browsers refuse
    that to a page of https://.
    """
    if not _SEEMS_IN_CLEAR.search(script):
        return ()
    asked = _ASKED.findall(without_comments(script))
    urls = dict.fromkeys(url for named, url in asked if not named and _CLEAR.match(url))
    return tuple(url for url in urls if not _OWN.match(url))
