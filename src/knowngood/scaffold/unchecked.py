"""Say what a survey and the first run found and the suite does not ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from ..content.media_types import is_javascript
from ..fetch import Exchange, respond
from .feeds import FEED
from .pages import is_page, tree
from .survey import Survey
from .surveyor import guessed
from .visitor import joined

_NAMED: Final = (
    ("a feed of", FEED, "href"),
    ("hx-get in", "[hx-get]", "hx-get"),
    ("hx-get in", "[data-hx-get]", "data-hx-get"),
)
"""What a page refers to and no check of pages asks for: in words, by which elements, and where."""

_ASKED: Final = re.compile(
    rb"""(?<![\w$.])(?:(?:window\.)?fetch|new\s+(?:EventSource|WebSocket)|(?:axios|\$|jQuery)\.get)"""
    rb"""\(\s*(["'`])(/(?!/)[\w./~@-]*)(?:\?[^"'`]*)?\1\s*[,)]"""
)
"""A path that a script asks for, as it stands in the call."""


def unchecked(survey: Survey) -> list[str]:
    """Return the paths that links, sitemaps and redirects led to, that are there, and that no check
    asks for, each with its status. What was made up, or guessed, was not found.

    Of a service that is an API alone there are none: the one path is that of its document.
    """
    if survey.api and not survey.pages:
        return []
    checked = {*(page.path for page in survey.pages), *survey.health, *survey.search.files}
    checked |= set(survey.feeds)
    checked |= {survey.start, survey.version, survey.document.path, "/robots.txt"}
    checked.update(guessed(survey.base))
    if survey.missing == 200:  # the site has its page there, too
        checked.add("/sitemap.xml")
    made_up = f"{survey.base}/knowngood-"
    return [
        f"{path}: {status}"
        for path, status in survey.statuses.items()
        if status < 400 and path not in checked and not path.startswith(made_up)
        # a script is checked with its page
        if not path.partition("?")[0].endswith((".js", ".mjs"))
    ]


def named(exchanges: Iterable[Exchange]) -> list[str]:
    """Return the paths that pages and scripts of a run ask their own origin for and the run did
    not, each with where that stands: feeds, what htmx loads, and what scripts call.
    """
    exchanges = list(exchanges)
    asked = {urlsplit(exchange.probe.url).path for exchange in exchanges}
    places: dict[str, str] = {}
    for exchange in exchanges:
        base = urlsplit(exchange.probe.url)
        for words, url in _named_in(exchange):
            parts = urlsplit(joined(exchange.probe.url, url))
            if parts[:2] == base[:2] and parts.path not in asked and "{" not in url:
                places.setdefault(parts.path, f"{words} {base.path}")
    return [f"{path} ({place})" for path, place in places.items()]


def _named_in(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield what a page or script asks for, each with the words for it."""
    if exchange.status != 200:
        return
    response = respond(exchange)
    if is_page(exchange):
        for words, selector, attribute in _NAMED:
            for node in tree(exchange).css(selector):
                yield words, node.attributes.get(attribute) or ""
    elif not is_javascript(response.media_type):
        return
    for _, path in _ASKED.findall(response.content):
        yield "asked for in", path.decode()
