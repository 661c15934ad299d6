"""Read feeds, RSS, Atom and JSON Feed, as their readers do."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from . import absolute_urls, media_types, strict_json
from .problem import Aspect, Problem

_ROOTS: Final = frozenset({"rss", "feed", "RDF"})
_ITEMS: Final = frozenset({"item", "entry"})
_JSON_FEED: Final = "https://jsonfeed.org/version/"
_NOT_READ: Final = "feed readers cannot read it"


def problems(url: str, media_type: str, body: bytes) -> list[str]:
    """Return why readers get nothing of the feed of ``url``, or which of its links lead to their
    own machine, each in one line.
    """
    if media_types.WEB_PAGE.match(body[:500].decode("latin-1").lstrip()):
        return [Problem("a web page in place of the feed", Aspect.WEB_PAGE)]
    if media_type == "text/html":
        return [Problem("media type: expected that of a feed, found text/html", Aspect.MEDIA_TYPE)]
    try:
        is_json = body.lstrip().startswith(b"{")
        items, links = _of_json(body) if is_json else _of_xml(body)
    except (ElementTree.ParseError, strict_json.NotJSON) as error:
        return [Problem(f"{_NOT_READ}: {error}", Aspect.DAMAGE)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return [Problem(f"{_NOT_READ}: it is no feed: {error}", Aspect.SHAPE)]
    if not items:
        return [Problem("the feed has no items", Aspect.SHAPE)]
    local = next((link for link in links if absolute_urls.is_of_reader(link, url)), "")
    line = f"a link to {local}, the reader's own machine"
    return [Problem(line, Aspect.ELSEWHERE)] if local else []


def _of_json(body: bytes) -> tuple[int, list[str]]:
    """Return how many items a JSON Feed has, and where it leads (jsonfeed.org/version/1.1)."""
    feed = strict_json.loads(body)
    if not feed["version"].startswith(_JSON_FEED):
        raise ValueError(f"its version is not of {_JSON_FEED}")
    items = feed.get("items", ())
    urls = [feed.get("home_page_url"), *(item.get("url") for item in items)]
    return len(items), [url for url in urls if isinstance(url, str)]


def _of_xml(body: bytes) -> tuple[int, list[str]]:
    """Return how many items a feed of XML has, and where it leads; it is read piece by piece, for a
    tree takes ten times its bytes. Raises ElementTree.ParseError, and ValueError for no feed.
    """
    items, links, is_first = 0, list[str](), True
    # expat bounds what entities make of a document
    for event, element in ElementTree.iterparse(BytesIO(body), ("start", "end")):  # noqa: S314
        name = element.tag.rpartition("}")[2]
        if is_first and name not in _ROOTS:
            raise ValueError(f"it begins with <{name}>")
        is_first = False
        if event == "end":
            items += name in _ITEMS
            links += _links(name, element)
            element.clear()
    return items, links


def _links(name: str, element: ElementTree.Element) -> Iterator[str]:
    """Yield where an element leads: a link of RSS, which may be its id, or of Atom, or a file."""
    if name in {"link", "guid"} and element.text:
        yield element.text.strip()
    for attribute in ("href", "url") if name in {"link", "enclosure"} else ():
        yield element.get(attribute, "")
