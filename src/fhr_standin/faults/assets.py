"""Faults of what pages refer to: scripts, stylesheets, fonts, images, month names."""

import gzip
import re
from dataclasses import replace

import brotli

from fhr_standin.faults.changes import (
    body,
    content,
    dropped,
    error_page,
    gone,
    halved,
    says,
    swap,
    typed,
)
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import Resource


def _grown_and_broken(_ask: Ask, resource: Resource) -> Resource:
    """Have a script begin with many lines, and end with one whose brackets match."""
    lines = b"var padding = [0, 1, 2];\n" * 8192
    return replace(resource, body=lines + resource.body + b"var broken = ;\n")


def _damaged(_ask: Ask, resource: Resource) -> Resource:
    """Change one byte in the middle, and leave the length as it is."""
    changed = bytearray(resource.body)
    changed[len(changed) // 2] ^= 0xFF
    return replace(resource, body=bytes(changed))


def _half_a_gzip(_ask: Ask, resource: Resource) -> Resource:
    packed = gzip.compress(resource.body, mtime=0)
    headers = (("content-encoding", "gzip"),)
    return replace(resource, body=packed[: len(packed) // 2], zips=0, headers=headers)


def _as_brotli(_ask: Ask, resource: Resource) -> Resource:
    packed = brotli.compress(resource.body)
    return replace(resource, body=packed, zips=0, headers=(("content-encoding", "br"),))


def _templated(_ask: Ask, resource: Resource) -> Resource:
    rule = b"\n.logo { background: url({{ STATIC_URL }}img/logo.svg); }\n"
    return replace(resource, body=resource.body + rule)


def _stale_gzip(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, zipped=b"/* of the release before */\n" + resource.body)


def _without_brotli(act: ContentAct) -> ContentAct:
    """Act on what those get that take gzip alone, as Firefox does over plain HTTP."""

    def only(ask: Ask, resource: Resource) -> Resource:
        takes = ask.request.encodings
        return act(ask, resource) if "gzip" in takes and "br" not in takes else resource

    return only


FAULTS = [
    content(
        "gzip-cut-off",
        "v4/css/styles.css ends half way through its gzip",
        ["v4/css/styles.css"],
        _half_a_gzip,
        error="encoding",
    ),
    content(
        "stylesheet-templated",
        "a placeholder is left in the URL of an image in v4/css/table.css",
        ["v4/css/table.css"],
        _templated,
    ),
    content(
        "stylesheet-braces-doubled",
        "the braces of css/styles.css are doubled, as a template of Python has them",
        ["css/styles.css"],
        lambda _ask, res: replace(res, body=re.sub(rb"[{}]", rb"\g<0>\g<0>", res.body)),
    ),
    content(
        "stylesheet-import-late",
        "a rule was put before the import in css/styles.css",
        ["css/styles.css"],
        swap("@import", "html { margin: 0; }\n@import"),
    ),
    content(
        "gzip-stale",
        "css/styles.css was compressed beforehand, from an older release, and so is sent",
        ["css/styles.css"],
        _stale_gzip,
    ),
    content(
        "gzip-stale-beside-brotli",
        "whoever takes no Brotli gets js/data.js as it was packed by gzip in an older release",
        ["js/data.js"],
        _without_brotli(_stale_gzip),
    ),
    content(
        "gzip-cut-off-beside-brotli",
        "whoever takes no Brotli gets half of the gzip of mobile/js/data.js",
        ["mobile/js/data.js"],
        _without_brotli(_half_a_gzip),
        error="encoding",
    ),
    content(
        "brotli-not-offered",
        "whoever takes no Brotli gets js/data.js by Brotli, as from a cache that ignores Vary",
        ["js/data.js"],
        _without_brotli(_as_brotli),
        error="encoding",
    ),
    content(
        "script-wrong-type",
        "js/data.js of one locale is sent as text/plain, which nosniff forbids to run",
        ["js/data.js"],
        typed("text/plain; charset=utf-8"),
        reach="one locale",
    ),
    content(
        "script-large-broken",
        "js/lib/graph.js has grown to 200 KB, and does not parse",
        ["js/lib/graph.js"],
        _grown_and_broken,
    ),
    content(
        "stylesheet-bom-inside",
        "a byte-order mark stands in the middle of css/styles.css, where two files were joined",
        ["css/styles.css"],
        swap("}\n", "}\n\ufeff"),
    ),
    content("script-is-html", "an HTML page with 200 for js/fhr.js", ["js/fhr.js"], says("Hello")),
    content("script-missing", "js/lib/bridge.js is 404", ["js/lib/bridge.js"], gone, status=404),
    content(
        "script-truncated",
        "js/fhr.js ends in the middle of a function, its length says so too",
        ["js/fhr.js"],
        halved,
    ),
    content(
        "script-stale",
        "one locale serves an older js/data.js, valid in itself",
        ["js/data.js"],
        swap("DATA_VERSION = 3", "DATA_VERSION = 2"),
        reach="one locale",
    ),
    content(
        "script-connection-closed",
        "the connection closes unanswered each time mobile/js/data.js is asked for",
        ["mobile/js/data.js"],
        dropped,
        error="reset",
    ),
    content("stylesheet-missing", "css/styles.css is 404", ["css/styles.css"], gone, status=404),
    content(
        "image-truncated",
        "img/off.png ends half way, its length says so too",
        ["img/off.png"],
        halved,
    ),
    content(
        "image-damaged",
        "one byte in the middle of img/off.png is another",
        ["img/off.png"],
        _damaged,
    ),
    content(
        "stylesheet-conflict-markers",
        "a merge was not finished: its markers are in css/graph.css",
        ["css/graph.css"],
        swap("{", "{\n<<<<<<< HEAD\n=======\n>>>>>>> topic\n"),
    ),
    content(
        "script-conflict-markers",
        "a merge was not finished: one of its markers is in a script that only old Firefox reads",
        ["v4/js/data_v4.js"],
        swap("let PingData", ">>>>>>> topic\nlet PingData"),
    ),
    content(
        "stylesheet-wrong-charset",
        "the styles are sent as UTF-16, which they are not",
        ["css/styles.css"],
        typed("text/css; charset=utf-16"),
    ),
    content(
        "files-are-pointers",
        "images of the v4 page are what Git LFS keeps in their place",
        ["v4/img/on.png", "v4/img/arrow.gif"],
        body(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
    ),
    content(
        "stylesheet-truncated",
        "css/styles.css ends in the middle of a block, its length says so too",
        ["css/styles.css"],
        halved,
    ),
    content(
        "stylesheet-wrong-type",
        "css/graph.css is sent as text/html",
        ["css/graph.css"],
        typed("text/html; charset=utf-8"),
    ),
    content(
        "css-image-missing",
        "an image only mobile/css/main.css refers to is 404",
        ["mobile/img/tile.png"],
        gone,
        status=404,
    ),
    content(
        "css-import-missing",
        "css/fonts.css, which css/styles.css imports, is 404",
        ["css/fonts.css"],
        gone,
        status=404,
    ),
    content(
        "font-missing",
        "a font of the v4 page is 404",
        ["v4/fonts/standin-bold.woff"],
        gone,
        status=404,
    ),
    content(
        "image-missing",
        "an image of the mobile page is 404",
        ["mobile/img/gear.png"],
        gone,
        status=404,
    ),
    content("image-empty", "an image of the v4 page has no bytes", ["v4/img/on.png"], body(b"")),
    content(
        "image-is-html",
        "img/off.png holds an HTML error page, still sent as image/png",
        ["img/off.png"],
        error_page,
    ),
]
