"""Find the URLs that a script asks for or names, as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from . import javascript, script_facts, script_loads, written_urls
from .result_cache import cached_by_content
from .written_urls import Link

_JSON: Final = rb"""["'`]([\w./~-]*[\w~-]\.json)(?:\?[^"'`]{0,999}["'`]|["'`](?!\s{0,99}\+))"""


def _asking(asks: bytes) -> re.Pattern[bytes]:
    """Return what finds a call that loads ``asks``, such as ``$.getJSON(asks)`` or ``open("GET",
    asks)``, or a setting of one, as ``{url: asks}``.
    """
    return re.compile(
        rb"""(?:(?i:fetch|json|ajax|axios|request|fresh|require|import)[\w$]{0,40}"""
        rb"""|(?<![\w$.])(?:get|load)|(?:\$|jQuery|axios|http|client|api)\.get)\s{0,9}\(\s{0,99}%s"""
        rb"""|\.open\(\s{0,99}["'`][A-Z]{3,7}["'`]\s{0,9},\s{0,99}%s|\burl\s{0,9}:\s{0,99}%s"""
        % (asks, asks, asks)
    )


_ASKED_FOR: Final = _asking(_JSON)
# Shorter names are a minifier's, which gives each of them to many things.
_ASKED_BY_NAME: Final = _asking(rb"(?:[\w$]{1,40}\.){0,9}([\w$]{4,99})(?![\w$(.[])")
_NAMED: Final = re.compile(rb"(?<![\w$.])([\w$]{4,99})\s{0,9}[=:]\s{0,99}%s" % _JSON)
_IMPORTED: Final = re.compile(
    rb"""(?<![.\w$])(?:import\s*\(\s*|import\s*|from\s*)(["'`])((?:\.{0,2}/|https?://)[^"'`$\\\s]+\.m?js)\1"""
)
_BUNDLED: Final = re.compile(
    rb"""(\+\s{0,9})?["'`](/?(?:[\w.-]{1,99}/){1,9}[\w.~-]{1,200}"""
    rb"""\.(?:css|m?js|svg|png|jpe?g|gif|webp|avif|woff2?))["'`]"""
)


@cached_by_content
def json_of(script: bytes) -> list[Link]:
    """Return the JSON documents that a script asks for: strings that are relative ``.json`` URLs
    and stand by themselves as what a call loads. Many more are keys, names and texts for people.
    """
    literal = {path for paths in _ASKED_FOR.findall(script) for path in paths}
    seem_asked_for = {path.decode("utf-8", "replace") for path in literal | _by_name(script)}
    if not seem_asked_for:
        return []
    # a comment may show a call: what it loads is none of the strings
    paths = dict.fromkeys(text.partition("?")[0] for text in javascript.strings(script))
    return [Link(path, "json") for path in paths if path in seem_asked_for]


def _by_name(script: bytes) -> set[bytes]:
    """Return the paths that have a name of their own, which a call loads: ``var SETTINGS =
    "a.json?"`` and ``$.getJSON(SETTINGS + now)``.
    """
    named = _NAMED.findall(script)
    if not named:
        return set()
    asked = {name for names in _ASKED_BY_NAME.findall(script) for name in names}
    values: dict[bytes, set[bytes]] = {}
    for name, path in named:
        values.setdefault(name, set()).add(path)
    only = {name: paths for name, paths in values.items() if len(paths) == 1}
    return {path for name in asked & only.keys() for path in only[name]}


@cached_by_content
def imports_of(script: bytes) -> list[str]:
    """Return the URLs of modules that a script imports, also of those that it imports later."""
    urls = dict.fromkeys(url.decode("utf-8", "replace") for _, url in _IMPORTED.findall(script))
    if all(written_urls.around_hash(url.rpartition("/")[2]) for url in urls):
        return list(urls)
    # a comment may show an import, if no bundler wrote it: it is none of the strings
    return [text for text in dict.fromkeys(javascript.strings(script)) if text in urls]


@cached_by_content
def loads_of(script: bytes) -> tuple[list[Link], list[Link]]:
    """Return the workers and scripts that a script loads: those whose URLs are relative to its
    page, and those whose URLs are relative to itself.
    """
    facts = script_facts.facts_if_sound(script) if script_loads.SEEM.search(script) else None
    if facts is None:
        return [], []
    loads = [script_loads.ScriptLoad(*load) for load in facts.loads]
    of_page, of_script = (
        [Link(load.url, load.kind, load.type) for load in loads if load.of_script == is_its_own]
        for is_its_own in (False, True)
    )
    return of_page, of_script


def bundled(url: str, page: str, script: bytes) -> Iterator[Link]:
    """Yield the files that the script at ``url`` names and that its bundler wrote with it: their
    path has the first folder of its own, ``assets`` of ``/app/assets/x.js``.
    """
    host, folder = urlsplit(url).netloc, urlsplit(url).path.rpartition("/")[0] + "/"
    for path in _files_of(script):
        first = path.strip("/").partition("/")[0]
        before, separator, behind = folder.partition(f"/{first}/")
        if not separator or f"/{first}/" in f"/{behind}":
            continue
        if not path.startswith("/"):
            path = f"{before}/{path}"
        elif before or host != urlsplit(page).netloc:
            continue
        yield Link(urljoin(url, path), "script-url" if path.endswith("js") else "link")


@cached_by_content
def _files_of(script: bytes) -> list[str]:
    """Return the strings of a script that are paths of its bundler's files: styles, images and
    fonts with a hash in their name, and all that Turbopack names. One that begins with a slash and
    stands behind a plus belongs to a host that nobody here knows.
    """
    paths = _BUNDLED.findall(script)
    seem = {path.decode() for plus, path in paths if not (plus and path.startswith(b"/"))}
    if b"TURBOPACK" not in script:
        names = {path: path.rpartition("/")[2] for path in seem if not path.endswith("js")}
        seem = {path for path, name in names.items() if written_urls.around_hash(name)}
    strings = javascript.strings(script) if seem else ()
    return [text for text in dict.fromkeys(strings) if text in seem]
