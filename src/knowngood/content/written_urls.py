"""Read URLs as they are written in pages, stylesheets and scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from ..safety import ContentTooLarge
from . import html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

SCRIPT_KINDS: Final = frozenset({"script", "script-url", "worker"})
"""The kinds of links that browsers run: in the page, by a script of it, in a worker."""

LONGEST: Final = 8000
"""Characters of a URL that is requested (RFC 9110, 4.1); servers refuse longer ones."""

_PATH: Final = re.compile(r"((?:\.\./)*)([\w-][\w.-]*(?:/[\w-][\w.-]*)*)", re.ASCII)
"""A path from the folder of what refers to it, such as ``../img/a.png``, in two parts: how it goes
up, and down. Most references are one.
"""

_HASHED: Final = re.compile(
    r"""(.*[.-])?
    (?: (?<=[.-]) (?=[\w-]*[\dA-Z]) [\w-]{8,64} | [\da-f]{8,64} )
    ((?:\.min)?\.(?:m?js|css|wasm|woff2?|ttf|png|jpe?g|gif|svg|webp|avif|ico))""",
    re.ASCII | re.VERBOSE,
)

_PLACEHOLDER_IN_PATH: Final = re.compile(
    r"%\s*\(|%[1-9]?\$?[g-z]|%[A-Z_]{2,}%|[$%#]\{|\A\{[\w. ]+\}\Z"
)
_PLACEHOLDER_IN_QUERY: Final = re.compile(r"\$\{|%\(\w+\)s|@[A-Z][A-Z_]+@")
_NO_HOST: Final = re.compile(r"https?:[/\\]*(?:[?#]|\Z)|//(?:[?#]|\Z)", re.I)
_NO_PORT: Final = re.compile(r":(?!\d{0,5}\Z)[^/:@\]]*\Z")
_TWO_URLS: Final = re.compile(r"https?:[/\\]+https?:", re.I)
_LOCAL_FILE: Final = re.compile(r"file:(?!/{4,5}[\w.-]+/)|[a-z]:[/\\]", re.I)
"""Those with more slashes are on a file server; ``C:\\logo.png`` is a path of Windows."""
_NO_COLON: Final = re.compile(r"https?//", re.I)
_NO_VALUE: Final = re.compile(
    r"(?:https?:)?//(?:undefined|null)(?=[/:?#]|\Z)|undefined\Z|/?undefined/[^?#]"
    r"|[^?#]*(?:\[|%5b)object(?: |%20)[a-z]+(?:\]|%5d)",
    re.I,
)
_PLAIN: Final = re.compile(r"(?!//|(?i:https?)//|/?undefined(?:/|\Z))[\w./?=&#-]*", re.ASCII)
"""A relative URL of characters that none of the patterns above finds anything in; most are."""

_NO_WEB_URL: Final = re.compile(r"(?:javascript|data|mailto|tel|sms):", re.I)
_PERCENTS: Final = "\u066a\uff05\ufe6a"  # of Arabic, and of Chinese and Japanese
_UNSEEN: Final = re.compile(
    r"\A[\xa0\xad\u200b-\u200f\u202a-\u202f\u2060-\u2069\ufeff]"
    r"|[\xa0\xad\u200b-\u200f\u202a-\u202f\u2060-\u2069\ufeff]\Z"
)
"""Blanks and marks of direction that browsers take for a part of the URL."""
_QUOTES: Final = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"


@dataclass(frozen=True, slots=True)
class Link:
    """A reference of a page, a stylesheet or a script.

    Attributes:
        url: the address, as it is written or absolute.
        kind: what it is loaded as: script, stylesheet, image, json and others; ``script-url`` is
            a script that a script loads.
        type: the ``type`` attribute of its element.
        charset: the ``charset`` attribute of its element.
    """

    url: str
    kind: str
    type: str = ""
    charset: str = ""


class Resolver:
    """Makes the references of one answer absolute, as ``urljoin`` does, but most in a tenth of the
    time: it remembers where the ways up from ``base`` lead.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._folders: dict[str, str] = {}

    def absolute(self, written: str) -> tuple[str, str]:
        """Return the URL of a reference and its scheme; where it is no URL, what is written, and
        ``invalid``. Raises ContentTooLarge for one that is too long.
        """
        path = _PATH.fullmatch(_in_bounds(written))
        if path is not None:
            up, down = path.groups()
            folder = self._folders.get(up)
            if folder is None:
                folder = self._folders[up] = urljoin(self._base, f"{up}x")[:-1]
            return folder + down, "http"
        try:
            url = urldefrag(urljoin(self._base, written)).url
            return url, urlsplit(url).scheme
        except ValueError:
            return written, "invalid"


def base(tree: LexborHTMLParser, url: str) -> str:
    """Return the URL that the references of the page of ``url`` are relative to. Ignore a base that
    browsers ignore.
    """
    try:
        address = urljoin(url, _in_bounds(html.attribute_of(tree, "base", "href").strip()))
        return address if urlsplit(address).scheme in {"http", "https"} else url
    except ValueError:
        return url


def resolved(base: str, written: str) -> str:
    """Return the URL that a browser asks for if a page of ``base`` refers to ``written``. If that
    is no URL, return it as it is written, as :class:`Resolver` does.
    """
    try:
        return urldefrag(urljoin(base, as_read(written))).url
    except ValueError:  # such as of "http://["
        return written


def as_read(written: str) -> str:
    """Return a reference as browsers read it: without blanks around it, and with slashes for
    backslashes before its query.
    """
    url = written.strip()
    if "\\" not in url:
        return url
    end = next((place for place, char in enumerate(url) if char in "?#"), len(url))
    return url[:end].replace("\\", "/") + url[end:]


def around_hash(name: str) -> tuple[str, str] | None:
    """Return what stands before and behind the hash in the name of a file that a bundler named by
    its content: ``("index-", ".js")`` of ``index-RXfNHXOY.js``. None for other names.
    """
    hashed = _HASHED.fullmatch(name)
    return (hashed[1] or "", hashed[2]) if hashed is not None else None


def trouble(url: str) -> str:
    """Return why the value of an attribute is no URL that a browser can follow; empty if it is one.

    Only what is certain counts: browsers encode blanks and most other characters in a path.
    """
    url = url.strip(" \t\n\r\f")
    if _PLAIN.fullmatch(url) or _NO_WEB_URL.match(url):
        return ""
    host = re.match(r"(?:[a-z][a-z0-9+.-]*\s*:)?\s*//\s*[^/?#]*", url, re.I)
    path = re.split(r"[?#]", url)[0]
    unseen = _UNSEEN.search(url)
    troubles = {
        "a placeholder in the URL": _PLACEHOLDER_IN_PATH.search(path)
        or _PLACEHOLDER_IN_QUERY.search(url.partition("#")[0]),
        "a value that was not there, in the URL": _NO_VALUE.match(url),
        "a percent sign of another script in the URL": re.search(f"[{_PERCENTS}]", url),
        f"an unseen character ({_code(unseen)}) at the edge of the URL": unseen,
        "a quote at the edge of the URL": url[:1] in _QUOTES or url[-1:] in _QUOTES,
        "a file of somebody's own machine": _LOCAL_FILE.match(url),
        "a blank in the host of the URL": host and re.search(r"\s", host[0]),
        "a quote in the host of the URL": host and re.search(f"[{_QUOTES}<>]", host[0]),
        "no host in the URL": _NO_HOST.match(url),
        "no colon behind the scheme of the URL": _NO_COLON.match(url),
        "two URLs in one": _TWO_URLS.match(url),
        "no port number in the URL": host and _NO_PORT.search(host[0]),
        "a text in place of a URL": re.search(r"\s", url) and not re.search(r"[/.?#]", url),
    }
    return next((words for words, wrong in troubles.items() if url and wrong), "")


def _code(match: re.Match[str] | None) -> str:
    return f"U+{ord(match[0]):04X}" if match is not None else ""


def _in_bounds(url: str) -> str:
    if len(url) > LONGEST:
        raise ContentTooLarge(f"it refers to a URL of {len(url)} characters (most: {LONGEST})")
    return url


def parts(url: str) -> SplitResult | None:
    """Return the parts of a URL; None for what is none, such as ``http://[``."""
    try:
        return urlsplit(url)
    except ValueError:
        return None
