"""Find what an answer refers to: the further URLs that a browser requests to show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from ..safety import ContentTooLarge
from . import (
    css,
    import_maps,
    javascript,
    page_elements,
    script_facts,
    script_links,
    strict_json,
    written_urls,
)
from .media_types import is_javascript, media_type
from .written_urls import Link

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_LOADED_LINKS: Final = {
    "stylesheet": "stylesheet",
    "icon": "link",
    "apple-touch-icon": "link",
    "manifest": "manifest",
}
"""By relation, what a browser loads the target of a ``<link>`` as."""

_AHEAD: Final = {"preload": "link", "modulepreload": "script"}
"""The same of what is only loaded ahead: how it is used another element says, if there is one."""

_SOURCES: Final = (
    ("script[src]", "src", "script"),
    ("img[src]", "src", "image"),
    ("input[type=image][src]", "src", "image"),
    ("iframe[src], frame[src], embed[src]", "src", "frame"),
    ("object[data]", "data", "object"),
    ("audio[src], video[src], source[src], track[src]", "src", "media"),
    ("video[poster]", "poster", "image"),
    ("body[background]", "background", "image"),
    ("use, svg image", "href", "image"),
    ("use, svg image", "xlink:href", "image"),
)

MOST: Final = 2000
"""URLs that a page may need. The heaviest pages of the web need a thousand."""

_MOST_BUNDLED: Final = 300
"""Files that are asked for of those that one script names: sets of icons have thousands."""

_CANDIDATE: Final = re.compile(r"[\s,]*([^\s,]\S*)")


class Document(NamedTuple):
    """A page, a frame or a worker, as its scripts need it.

    Attributes:
        base: what URLs are relative to that its scripts ask for.
        imports: its import map; workers have none.
    """

    base: str
    imports: import_maps.ImportMap = MappingProxyType({})


def extract(
    content_type: str | None, url: str, body: bytes, document: Document, kind: str = "frame"
) -> tuple[list[Link], Document]:
    """Return what ``body``, answered for ``url`` and loaded as ``kind``, refers to, as absolute
    URLs without fragments; and the document that this is for: a page's own, of all else
    ``document``.

    JSON and workers that a script names are relative to the base of the document. Modules that it
    imports lie where the import map says, or relative to the script, as what a stylesheet or a web
    manifest names is to that. Hashed files that a script names lie where its bundler put them.
    Other media types refer to nothing.
    Raises ContentTooLarge for what is too large or too deep, and for more than ``MOST`` references.
    """
    media = media_type(content_type)
    if kind == "manifest":
        return _capped(_absolute(url, _in_manifest(body))), document
    if media == "text/html":
        return of_page(url, body)
    if media == "text/css":
        return _capped(_absolute(url, _in_stylesheet(body))), document
    if is_javascript(media):
        base, imports = document
        bundled = islice(script_links.bundled(url, base, body), _MOST_BUNDLED)
        from_base, from_script = script_links.loads_of(body)
        asked = _absolute(base, [*script_links.json_of(body), *from_base])
        imported = _absolute(url, [*_imported(url, body, imports), *from_script])
        return _capped(chain(asked, imported, bundled)), document
    return [], document


def of_page(url: str, body: bytes) -> tuple[list[Link], Document]:
    """Return the same of the page of ``url``."""
    from . import html

    tree = html.parse_once(body.decode("utf-8", "replace"))
    base = written_urls.base(tree, url)
    page = Document(base, import_maps.of_page(tree, base))
    return _capped(_absolute(base, _in_tree(tree, page))), page


def own_scripts(tree: LexborHTMLParser, url: str) -> Iterator[str]:
    """Yield the URLs of the script files of its own host that a page runs, also by an import of a
    script within it; but for what Cloudflare adds to pages.
    """
    base, here = written_urls.base(tree, url), urlsplit(url).netloc
    for script in page_elements.scripts(tree, url):
        imported = (
            written_urls.resolved(base, name) for name in script_links.imports_of(script.source)
        )
        for target in [script.url] if script.url else imported:
            parts = written_urls.parts(target)
            if parts and parts.netloc == here and not parts.path.startswith("/cdn-cgi/"):
                yield target


def may_refer(content_type: str | None, kind: str = "frame") -> bool:
    """Return whether a browser that loads an answer as ``kind`` loads what it refers to: a page in
    place of a script is nothing to it.
    """
    media = media_type(content_type)
    if kind == "manifest" or media == "text/html":
        return kind in {"frame", "object", "manifest"}
    return media == "text/css" or is_javascript(media)


def needs_sandbox(content_type: str | None, body: bytes) -> bool:
    """Return whether ``extract`` parses ``body`` in another process, which takes a while. Raises
    ContentTooLarge for a page that is too large in any case.
    """
    kind = media_type(content_type)
    if kind == "text/html":
        from . import html

        return html.needs_sandbox(body.decode("utf-8", "replace"))
    return is_javascript(kind) and script_facts.needs_sandbox(body)


def try_in_sandbox(content_type: str | None, body: bytes) -> None:
    """Parse in another process what ``needs_sandbox`` says; ``extract`` uses the result. Raises
    ContentTooLarge for a page that takes too much memory or time.
    """
    if media_type(content_type) == "text/html":
        from . import html

        html.try_in_sandbox(body.decode("utf-8", "replace"))
    else:
        script_facts.facts_of(body)


def _capped(references: Iterator[Link]) -> list[Link]:
    first = list(islice(references, MOST + 1))
    if len(first) > MOST:
        raise ContentTooLarge(f"it refers to more than {MOST} URLs: too many to request")
    return first


def _absolute(base: str, references: Iterable[Link]) -> Iterator[Link]:
    """Yield each reference once, as an absolute URL. A mere fragment, such as ``url(#filter)``, and
    a data: URL request nothing.
    """
    seen = set()
    resolver = written_urls.Resolver(base)
    for link in references:
        written = written_urls.as_read(link.url)
        if not written or written.startswith("#") or written[:5].lower() == "data:":
            continue
        url, scheme = resolver.absolute(written)
        if url not in seen and scheme in {"http", "https", "invalid"}:
            seen.add(url)
            yield Link(url, link.kind, link.type, link.charset)


def _in_tree(tree: LexborHTMLParser, page: Document) -> Iterator[Link]:
    yield from _linked(tree, _LOADED_LINKS)
    for selector, attribute, kind in _SOURCES:
        for node in tree.css(selector):
            names = (attribute, "type", "charset")
            url, type_, charset = (node.attributes.get(name) or "" for name in names)
            yield Link(url, kind, type_, charset)
    for node in tree.css("img[srcset], source[srcset]"):
        for url in _srcset(node.attributes.get("srcset") or ""):
            yield Link(url, "image")
    yield from _in_styles(tree)
    for node in tree.css("script:not([src])"):
        kind = node.attributes.get("type") or ""
        yield from _in_script(kind, node.text(deep=True).encode(), page)
    yield from _linked(tree, _AHEAD)


def _in_script(kind: str, source: bytes, page: Document) -> Iterator[Link]:
    """Yield what a script that stands in a page imports and loads, if it is small."""
    if not javascript.is_javascript(kind) or script_facts.needs_sandbox(source):
        return
    yield from _imported(page.base, source, page.imports)
    for loads in script_links.loads_of(source):
        yield from loads


def _imported(importer: str, source: bytes, imports: import_maps.ImportMap) -> Iterator[Link]:
    """Yield the modules that the script at ``importer`` imports, by a URL or a name of the map."""
    for name in [*script_links.imports_of(source), *import_maps.bare_names(source)]:
        url = import_maps.target(importer, name, imports)
        if url:
            yield Link(url, "script", "module")


def _linked(tree: LexborHTMLParser, kinds: Mapping[str, str]) -> Iterator[Link]:
    for node in tree.css("link[rel][href]"):
        relations = set((node.attributes.get("rel") or "").lower().split())
        for relation in relations & kinds.keys():
            module = "module" if relation == "modulepreload" else ""
            yield Link(node.attributes.get("href") or "", kinds[relation], module)


def _in_styles(tree: LexborHTMLParser) -> Iterator[Link]:
    for node in tree.css("style"):
        yield from _in_stylesheet(node.text(deep=True).encode())
    for node in tree.css("[style]"):
        yield from _in_stylesheet(f"x{{{node.attributes.get('style') or ''}}}".encode())


def _srcset(text: str) -> Iterator[str]:
    """Yield the URLs of a srcset attribute; they may hold commas, but not end with one."""
    place = 0
    while candidate := _CANDIDATE.match(text, place):
        place = candidate.end()
        if not candidate[1].endswith(","):
            place = (text.find(",", place) + 1) or len(text)
        yield candidate[1].rstrip(",")


def _in_stylesheet(source: bytes) -> Iterator[Link]:
    spare = css.spare_fonts(source)
    for url, imported in css.urls(source):
        kind = "spare-font" if url in spare else "style-url"
        yield Link(url, "stylesheet" if imported else kind)


def _in_manifest(body: bytes) -> Iterator[Link]:
    """Yield the icons of an app and of its shortcuts (W3C Web Application Manifest, ``icons``)."""
    try:
        manifest = strict_json.loads(body.decode("utf-8", "replace").removeprefix("\ufeff"))
    except strict_json.NotJSON:
        return
    for app in _objects([manifest]):
        for shown in [app, *_objects(app.get("shortcuts"))]:
            for icon in _objects(shown.get("icons")):
                if isinstance(icon.get("src"), str):
                    yield Link(icon["src"], "link")


def _objects(values: object) -> list[dict[str, Any]]:
    """Return those of a list of JSON values that are objects."""
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )
