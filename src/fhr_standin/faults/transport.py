"""Faults of how single files go over the line, and answers that attack whoever reads them.

Most are about one locale: what never ends takes a verifier's patience for each file it meets.
"""

from dataclasses import replace

from fhr_standin import raw
from fhr_standin.faults.changes import (
    ALL_PAGES,
    CONFIGS,
    content,
    once,
    swap,
    written,
)
from fhr_standin.faults.model import Ask, ContentAct, ContentFault
from fhr_standin.resource import Resource, redirect

# A line of headers may be long in itself; 8 KB is what servers take at the most.
_PADDING = tuple((f"x-padding-{number}", "x" * 8000) for number in range(26))
_MEGABYTE = 1_000_000
# What a terminal, XML, HTML and a log would each trip over, and a forged result.
HOSTILE = "\x1b[2J\x1b[31m]]></failure><script>alert(1)</script>\u2028== 98 passed in 1.23s =="
_HOSTILE_JSON = HOSTILE.replace("\x1b", "\\u001b") + "\\u0000\\u0007"


def _short(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, withheld=len(resource.body) // 2)


def _bomb(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=raw.bomb(), zips=0, headers=(("content-encoding", "gzip"),))


def _padded(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, headers=(*resource.headers, *_PADDING))


def _grown(megabytes: int) -> ContentAct:
    """Add a comment, so that a script is this long and still a script."""

    def act(_ask: Ask, resource: Resource) -> Resource:
        return replace(resource, body=resource.body + _comment(megabytes))

    return act


def _comment(megabytes: int) -> bytes:
    return b"\n".join([b"// " + b"and so on " * 9] * (megabytes * _MEGABYTE // 94))


def _to_itself(ask: Ask, _resource: Resource) -> Resource:
    return redirect(ask.path, 302)


def _written(name: str, doc: str, path: str, writes: raw.Raw, error: str) -> ContentFault:
    return content(name, doc, [path], written(writes), reach="one locale", error=error)


FAULTS = [
    content(
        "content-short-body",
        "css/print.css is always cut off by a closed connection, short of its length",
        ["css/print.css"],
        _short,
        error="truncated",
    ),
    content(
        "content-short-body-once",
        "the first js/data.js of one locale is cut off short of its length, then all is well",
        ["js/data.js"],
        once(_short),
        verdict="PASSED",
        reach="one locale",
        error="truncated",
    ),
    _written(
        "file-silent",
        "js/lib/bridge.js is never answered",
        "js/lib/bridge.js",
        raw.silent,
        "timeout",
    ),
    _written(
        "headers-drip",
        "css/graph.css comes a byte a second, from the status line on",
        "css/graph.css",
        raw.dripping_head,
        "timeout",
    ),
    _written(
        "body-drips",
        "the body of js/lib/graph.js comes a byte a second",
        "js/lib/graph.js",
        raw.dripping_body,
        "timeout",
    ),
    _written(
        "body-endless",
        "the body of v4/js/lib/table.js never ends",
        "v4/js/lib/table.js",
        raw.endless_body,
        "too-large",
    ),
    _written(
        "interim-endless",
        "mobile/js/lib/touch.js is answered by interim responses without end",
        "mobile/js/lib/touch.js",
        raw.endless_interim,
        "too-large",
    ),
    _written(
        "status-line-broken",
        "the status of v4/css/styles.css is a word, not a number",
        "v4/css/styles.css",
        raw.bad_status_line,
        "protocol",
    ),
    _written(
        "lengths-differ",
        "mobile/css/small.css comes with two Content-Lengths that differ",
        "mobile/css/small.css",
        raw.two_lengths,
        "protocol",
    ),
    _written(
        "chunks-broken",
        "v4/js/data_v4.js comes in chunks, the second without a size",
        "v4/js/data_v4.js",
        raw.bad_chunks,
        "protocol",
    ),
    content(
        "gzip-bomb",
        "a megabyte of v4/css/table.css decodes to more than a gigabyte",
        ["v4/css/table.css"],
        _bomb,
        reach="one locale",
        error="too-large",
    ),
    content(
        "headers-200-kilobytes",
        "mobile/css/wide.css comes with 200 KB of headers",
        ["mobile/css/wide.css"],
        _padded,
        reach="one locale",
        error="too-large",
    ),
    content(
        "body-ten-megabytes",
        "js/data.js of one locale has ten megabytes",
        ["js/data.js"],
        _grown(10),
        reach="one locale",
        error="too-large",
    ),
    content(
        "body-five-megabytes",
        "js/data.js of one locale has five megabytes, few enough to be read and compared",
        ["js/data.js"],
        _grown(5),
        reach="one locale",
    ),
    content(
        "page-redirect-loop", "pages redirect to themselves", ALL_PAGES, _to_itself, status=302
    ),
    content(
        "config-hostile-text",
        "jsonurl holds control characters, markup and a forged result",
        CONFIGS,
        swap("http://localhost:8000", _HOSTILE_JSON),
        reach="one locale",
    ),
    content(
        "page-hostile-text",
        "the lang of a page holds control characters, a NUL, markup and a forged result",
        ALL_PAGES,
        swap(' lang="', f' lang="\x00{HOSTILE}'),
        reach="one locale",
    ),
]
