"""Remove headers, or let them say something wrong about the body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from ..content import cookies
from ..content.lifetimes import MAX_AGE
from ..fetch import Answer, is_made_up
from ..safety import one_line
from .answers import (
    body_of,
    is_font,
    is_media,
    is_source,
    is_text,
    media_type,
    succeeded,
    with_header,
    without_header,
)
from .changes import change, the_change
from .model import (
    NOBODY_READS,
    PROTECTION_LOST,
    SOME_NOTICE,
    Change,
    Mutation,
    Recorded,
)
from .remedies import media_type_remedy

_OF_CONNECTION: Final = frozenset(
    {"connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
"""Headers on which no check can rely: those of the connection (RFC 9110, 7.6.1), and
Content-Length, which any server may leave out (RFC 9110, 8.6)."""

_USED: Final = frozenset(
    {"content-disposition", "content-encoding", "content-type", "link"} | {"location", "set-cookie"}
)
_USED_PREFIX: Final = "access-control-"
"""Headers that browsers and clients act on."""

_OF_PAGES: Final = frozenset(
    {"content-security-policy", "content-security-policy-report-only", "permissions-policy"}
    | {"referrer-policy", "x-frame-options", "origin-agent-cluster"}
    | {"cross-origin-embedder-policy", "cross-origin-opener-policy"}
)
"""Headers that protect what a browser shows as a page."""

_PROTECTING: Final = _OF_PAGES | frozenset(
    {"strict-transport-security", "x-content-type-options", "cross-origin-resource-policy"}
)
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml"})
_CACHING: Final = frozenset({"cache-control", "etag", "expires", "last-modified", "vary"})
_REPLACEABLE: Final = frozenset(
    {"accept-ranges", "content-md5", "etag", "expires", "last-modified", "pragma"}
)
"""Headers that a sound release may drop: others say the same, or another server has other ones."""

_OF_THE_MACHINE: Final = re.compile(
    r"age|alt-svc|date|nel|report-to|reporting-endpoints|server|server-timing|traceparent|via"
    r"|p3p|x-(?:dns-prefetch-control|download-options|permitted-cross-domain-policies)"
    r"|x-(?:ua-compatible|xss-protection)"
    r"|x-(?:aspnet.*|cache.*|correlation-id|generator|powered-by|request-id|response-time|runtime"
    r"|served-by|timer|trace.*|varnish.*)"
    r"|(?:cf|fastly|fly|x-amz|x-azure|x-b3|x-cloud|x-envoy|x-github|x-goog|x-ms|x-nf|x-vercel)-.*"
)
"""Headers whose loss nobody meets: of servers, proxies and frameworks for those who run them, and
those of old browsers."""
_LONGEST: Final = 80  # characters of a name, and of a value that a remedy expects

YEAR: Final = 31_536_000  # seconds
_CACHE_REMEDY: Final = f'assert "{YEAR}" not in response.headers.get("cache-control", "")'


def _is_used(name: str) -> bool:
    return name in _USED or name.startswith(_USED_PREFIX)


def _is_read_by_few(name: str) -> bool:
    others = _is_used(name) or name in _PROTECTING | _CACHING | _OF_CONNECTION
    return not (others or _OF_THE_MACHINE.fullmatch(name))


def _gone(belongs: Callable[[str], bool]) -> Callable[[Recorded], Iterator[Change]]:
    """Return a function that yields a change for each header that ``belongs`` accepts: without it.

    Answers with an error keep their headers: nobody reads them.
    """

    def changes(recorded: Recorded) -> Iterator[Change]:
        if recorded.answer.status >= 400:
            return
        sent = (name.decode("latin-1") for name, _ in recorded.answer.headers)
        short = (name for name in sent if name.isascii() and len(name) <= _LONGEST)
        for key, name in {name.lower(): name for name in short}.items():
            if belongs(key) and not _says_nothing(recorded.answer, key):
                yield _gone_header(recorded.answer, name)

    return changes


def _says_nothing(answer: Answer, key: str) -> bool:
    """Return whether nothing changes without a header. It says the default, as
    ``Content-Disposition: inline`` does; or it is for pages, or for scripts and stylesheets, or for
    what a browser asks for first, and this is no such answer.
    """
    kind = media_type(answer)
    if key == "content-disposition":
        return (answer.header(key) or "").lower().startswith("inline")
    if key == "accept-ranges":
        return not kind.startswith(("audio/", "video/"))
    if kind in _PAGES:
        return False
    if key == "cross-origin-resource-policy" and answer.header(key) == "cross-origin":
        return False  # without it pages of other sites may not load it
    if key in {"strict-transport-security", "cross-origin-resource-policy"}:
        return is_media(answer) or is_source(answer)
    return key in _OF_PAGES or (key == "x-content-type-options" and is_media(answer))


def _gone_header(answer: Answer, name: str) -> Change:
    key = name.lower()
    return change(
        f"lacks the header {one_line(name)}",
        _header_remedy(answer, key),
        lambda recorded: without_header(recorded.answer, key),
    )


def _header_remedy(answer: Answer, key: str) -> str:
    """Return the line that notices a lost header; empty if a sound release may lack it. The line
    names the value of a header that protects, which is the same in each answer.
    """
    if key == "content-type" and media_type(answer):
        return media_type_remedy(answer, answer)
    value = answer.header(key) or ""
    if key in _REPLACEABLE or (key == "vary" and value.lower() == "accept-encoding"):
        return ""
    if key in _PROTECTING and len(value) <= _LONGEST:
        return f"assert response.headers.get({key!r}) == {value!r}"
    return f"assert {key!r} in response.headers"


def _unprotected(recorded: Recorded) -> Iterator[Change]:
    """Yield a change for each attribute that protects a cookie: without it."""
    if recorded.answer.status >= 400:
        return
    for name, attributes in cookies.protections(_lines_of_cookies(recorded.answer)).items():
        if name.isascii() and len(name) <= _LONGEST and not is_made_up(name):
            for attribute in attributes:
                yield change(
                    f"sets the cookie {one_line(name)} without {attribute}",
                    f"assert checks.cookie_problems(response, [({name!r}, {attribute!r})]) == []",
                    partial(_without_attribute, name, attribute),
                )


def _lines_of_cookies(answer: Answer) -> list[str]:
    return [v.decode("latin-1") for name, v in answer.headers if name.lower() == b"set-cookie"]


def _without_attribute(name: str, attribute: str, recorded: Recorded) -> Answer:
    def edited(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
        line = header[1].decode("latin-1")
        if header[0].lower() != b"set-cookie" or not line.lstrip().startswith(f"{name}="):
            return header
        return header[0], cookies.without(line, attribute).encode("latin-1")

    return replace(recorded.answer, headers=tuple(map(edited, recorded.answer.headers)))


def _cached(recorded: Recorded) -> Answer | None:
    answer = recorded.answer
    ages = MAX_AGE.findall(answer.header("cache-control") or "")
    cached = any(int(age) >= YEAR for age in ages)
    if recorded.method != "GET" or not succeeded(answer) or cached:
        return None
    return with_header(answer, "cache-control", f"public, max-age={YEAR}, immutable")


def _other_media_type(recorded: Recorded) -> Answer | None:
    """Declare another media type. Leave out fonts: browsers ignore their media type."""
    kind = media_type(recorded.answer)
    if not kind or not succeeded(recorded.answer) or is_font(recorded.answer):
        return None
    return with_header(recorded.answer, "content-type", _wrong_type(kind))


def _wrong_type(kind: str) -> str:
    return "application/octet-stream" if kind == "text/plain" else "text/plain"


def _media_types(recorded: Recorded) -> Iterator[Change]:
    predicate = f"has the media type {_wrong_type(media_type(recorded.answer))}"
    return the_change(predicate, media_type_remedy, _other_media_type)(recorded)


def _other_charset(recorded: Recorded) -> Answer | None:
    """Declare ISO-8859-1, once the default of HTTP/1.1, if that changes a letter."""
    answer = recorded.answer
    charset = (answer.header("content-type") or "").lower().partition("charset=")[2]
    if not is_text(answer) or "8859-1" in charset or body_of(answer).isascii():
        return None
    return with_header(answer, "content-type", f"{media_type(answer)}; charset=iso-8859-1")


HEADERS: Final = (
    Mutation("used-header-gone", "a proxy or a new server does not send it", _gone(_is_used)),
    Mutation(
        "protecting-header-gone",
        "a new server or site is configured without it",
        _gone(_PROTECTING.__contains__),
        PROTECTION_LOST,
    ),
    Mutation(
        "cookie-unprotected",
        "another part of the code sets it, or a setting of a framework was lost",
        _unprotected,
        PROTECTION_LOST,
    ),
    Mutation(
        "caching-header-gone",
        "a bucket or a new server is configured without it",
        _gone(_CACHING.__contains__),
        SOME_NOTICE,
    ),
    Mutation(
        "other-header-gone",
        "a server was exchanged or configured otherwise",
        _gone(_is_read_by_few),
        NOBODY_READS,
    ),
    Mutation(
        "cached-for-a-year",
        "the caching of files with a hash in their name is set for all",
        the_change("is cached for a year", _CACHE_REMEDY, _cached),
        SOME_NOTICE,
    ),
    Mutation("media-type-wrong", "the server does not know the ending of the name", _media_types),
    Mutation(
        "charset-wrong",
        "the server adds a default charset that is not the one of the files",
        the_change(
            "is declared as ISO-8859-1, and is UTF-8",
            'assert response.charset_encoding in (None, "utf-8")',
            _other_charset,
        ),
    ),
)
