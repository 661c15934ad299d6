"""Ask a deployment for what is worth a check."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ..environment import normal_origin
from ..fetch import Exchange, respond
from ..safety import Say, UsageError, one_line
from . import openapi
from .absent_items import absent_items
from .document_shapes import schema_of
from .feeds import found_feeds, is_feed
from .operations import operations_of
from .pages import (
    LISTABLE,
    asks_for_password,
    in_sitemaps,
    is_broken,
    is_called_html,
    is_download,
    is_page,
    leftovers_of,
    linked,
    other_hosts,
    protected_cookies,
    security_headers,
    sharing_headers,
    spread,
    to_page,
    varies_by_language,
)
from .routes import routes
from .search_files import search
from .self_reports import (
    HEALTH,
    HEALTH_AT_ROOT,
    VERSIONS,
    illness,
    is_of_health,
    json_of,
    short_text,
    version_field,
    version_header,
    wellness,
)
from .survey import NamedDocument, Survey
from .turned_aside import why_not_the_deployment
from .visitor import Visitor, redirect, visiting

_ABSENT: Final = 5
"""Items that nobody has and that are asked for."""

PAGES: Final = 20
"""Pages that a suite begins with."""

_OF_LANGUAGE: Final = re.compile(r"/[a-z]{2}(?:[-_]\w{2,4})?\Z", re.I)
"""The last folder, that may hold the pages of one language: no service reports about itself there.
One of three letters may be ``/api``."""


class NothingToCheck(UsageError):
    """The deployment shows nothing that a suite could be written for; the message says why."""


def survey(
    url: str,
    say: Say,
    api: openapi.Document | None = None,
    *,
    ca: Path | None = None,
    obeys_robots: bool = True,
) -> Survey:
    """Look at the deployment at ``url`` and return what it has. ``say`` prints a line for each
    request. ``api`` is its OpenAPI document, if that is known already. ``ca`` is a PEM file of the
    authorities to trust. ``obeys_robots`` leaves out what robots.txt forbids.

    Raises NothingToCheck if nobody answers, or somebody else does.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or normal_origin(url) is None or not parts.hostname:
        raise UsageError(f"{one_line(url, 200)!r}: expected a URL such as https://example.org")
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    with visiting(origin, say, ca, obeys_robots=obeys_robots) as visitor:
        return _Surveyor(visitor, parts.path or "/", api).survey()


class _Surveyor:
    """Asks one deployment for what a survey needs. ``start`` is the path that the person named."""

    def __init__(self, visitor: Visitor, start: str, api: openapi.Document | None) -> None:
        self._visitor = visitor
        self._start_path = start
        self._api = api

    def survey(self) -> Survey:
        """Ask for what a suite can be written for, most telling first."""
        visitor = self._visitor
        sitemaps = visitor.read_robots()
        start = self._start()
        base = _base(start)
        unknown = visitor.get([f"{base}/knowngood-{secrets.token_hex(6)}"])
        missing = next((exchange.status for exchange in unknown if exchange.answer), 404)
        api = self._api or self._found_api(start, base)
        if api:
            absent = absent_items(api, operations_of(api))
            visitor.get([item.url for item in islice(absent, _ABSENT)])
        health = self._health(base, missing)
        version, version_field, version_type = self._version(start, base, missing, health)
        sitemaps = sitemaps or [visitor.origin + path for path in _below(base, ["/sitemap.xml"])]
        pages = self._pages(start, sitemaps)
        answers = [exchange for exchange in pages.values() if exchange.status == 200]
        own = dict.fromkeys([self._path(start), *map(self._path, health), version])
        read = [] if answers else [path for path in own if visitor.statuses.get(path) == 200]
        is_document = not api and self._is_document(start)
        says_health = is_document and is_of_health(self._path(start))
        saying = dict.fromkeys([*health, *([start] if says_health else [])])
        return Survey(
            origin=visitor.origin,
            pages=tuple(to_page(path, exchange) for path, exchange in pages.items()),
            headers=security_headers(answers),
            cookies=protected_cookies(answers),
            shared=tuple(read),
            sharing=sharing_headers(visitor.answered[path] for path in read),
            feeds=(self._path(start),) if is_feed(start) else found_feeds(answers, visitor),
            search=search(pages.values(), visitor.answered),
            base=base,
            start=self._start_path if self._path(start) != self._start_path else "",
            start_type=_media_type(start),
            illness=illness(start),
            varies_by_language=any(map(varies_by_language, answers)),
            has_login=asks_for_password(start),
            document=self._document(start) if is_document else NamedDocument(),
            missing=missing,
            missing_page=any(leftovers_of(exchange) == () for exchange in unknown),
            health=tuple(map(self._path, health)),
            health_pages=tuple(self._path(e) for e in health if is_called_html(e)),
            well=tuple(filter(None, (wellness(self._path(e), e) for e in saying))),
            version=version,
            version_type=version_type,
            version_field=version_field,
            version_header="" if version else version_header(answers or [start]),
            api=api or {},
            statuses=visitor.statuses,
            # comes last: it asks for images, which are checked with their pages
            elsewhere=other_hosts(answers, visitor),
            requests=visitor.requests,
        )

    def _start(self) -> Exchange:
        """Ask for the page that the person named. Raises NothingToCheck unless it is an answer of
        the deployment.
        """
        path = self._start_path
        if not self._visitor.allowed(path):
            raise NothingToCheck(
                f"robots.txt of {self._visitor.origin} forbids to ask for {path}; if the service "
                "is yours, add --ignore-robots"
            )
        first = self._visitor.get([path])[0]
        exchange = self._visitor.follow(first)
        why = why_not_the_deployment(exchange, self._visitor, path)
        if exchange.status == 404 and path == "/":
            self._api = self._api or self._document_below("")
        if why and not (self._api and exchange.answer is not None):
            raise NothingToCheck(f"{first.probe.url}: {why}")
        return exchange

    def _document(self, start: Exchange) -> NamedDocument:
        content = json_of(start)
        return NamedDocument(
            self._path(start), _media_type(start), _kind(content), schema_of(content)
        )

    def _found_api(self, start: Exchange, base: str) -> openapi.Document | None:
        """Return the OpenAPI document that the person named, or that lies where they do. Raises
        OldDocument for one that the person named; another is passed over.
        """
        return openapi.in_answer(start) or self._document_below(base)

    def _document_below(self, base: str) -> openapi.Document | None:
        for exchange in self._visitor.get(_below(base, openapi.PLACES, openapi.PLACES_AT_ROOT)):
            try:
                if document := openapi.in_answer(exchange):
                    return document
            except openapi.OldDocument as error:
                self._visitor.say(f"  {error}")
        return None

    def _version(
        self, start: Exchange, base: str, missing: int, health: Iterable[Exchange]
    ) -> tuple[str, str, str]:
        """Return the path of the version document, the key that holds the release, and the
        document's media type. What says how a service is may say which one it is, too.
        """
        named = self._guessed(_below(base, VERSIONS), missing)
        for exchange in [*named, start, *health]:
            if field := version_field(exchange):
                return self._path(exchange), field, _media_type(exchange)
            if exchange in named and short_text(exchange) and missing != 200:
                return self._path(exchange), "", _media_type(exchange)
        return "", "", ""

    def _health(self, base: str, missing: int) -> tuple[Exchange, ...]:
        """Return the answers that say that it is well. A site that answers 200 for any path is
        believed only if it answers with something else than a page.
        """
        return tuple(
            exchange
            for exchange in self._guessed(_below(base, HEALTH, HEALTH_AT_ROOT), missing)
            if exchange.status == 200 and not (missing == 200 and is_called_html(exchange))
        )

    def _guessed(self, paths: Iterable[str], missing: int) -> list[Exchange]:
        """Ask for ``paths``, and for those that end with a slash where the server leads there, as
        Django's does. One that leads there for any path says nothing by it.
        """
        asked = self._visitor.get(paths)
        if 300 <= missing < 400:
            return asked
        leads = {e: self._visitor.path_of(redirect(e)) == f"{self._path(e)}/" for e in asked}
        return [self._visitor.follow(e) if leads[e] else e for e in asked]

    def _pages(self, start: Exchange, sitemaps: Iterable[str]) -> dict[str, Exchange]:
        """Ask for pages that the start page links to, for more of the sitemap, and for those that
        these link to: the start page seldom links to the pages of another language. Where it links
        to none, its scripts may know more.
        """
        pages = {} if self._is_document(start) else {self._path(start): start}
        paths = linked(start, self._visitor) if pages else []
        tried: set[str] = set()
        self._add(pages, [*paths, *in_sitemaps(sitemaps, self._visitor)], tried)
        web_pages = [exchange for exchange in pages.values() if is_page(exchange)]
        self._add(
            pages, [path for page in web_pages for path in linked(page, self._visitor)], tried
        )
        return pages if len(pages) != 1 else pages | routes(start, self._visitor)

    def _add(self, pages: dict[str, Exchange], paths: Iterable[str], tried: set[str]) -> None:
        """Ask for those of ``paths`` that were not ``tried``, and add the pages, up to PAGES."""
        listable = filter(LISTABLE.fullmatch, spread(paths))
        new = [path for path in listable if path not in pages and path not in tried]
        new = new[: PAGES - len(pages)]
        tried.update(new)
        for asked in self._visitor.get(new):
            exchange = self._visitor.follow(asked)
            if exchange is not asked and asks_for_password(exchange):
                continue  # the page that was asked for is behind it
            if is_broken(exchange) or (is_page(exchange) and not is_download(exchange)):
                pages.setdefault(self._path(exchange), exchange)

    def _is_document(self, start: Exchange) -> bool:
        """Return whether ``start`` is no page to begin with: frameworks say on a page without links
        how they are.
        """
        says_health = is_of_health(self._path(start))
        return not is_page(start) or (says_health and not linked(start, self._visitor))

    def _path(self, exchange: Exchange) -> str:
        return self._visitor.path_of(exchange.probe.url) or "/"


def _base(start: Exchange) -> str:
    """Return the path below which a service lies, without its last slash: of ``/v1/``, and of an
    answer that is no page, but not of ``/openapi.json``.
    """
    path = urlsplit(start.probe.url).path
    is_file = is_page(start) or "." in path.rpartition("/")[2]
    return "" if is_file and not path.endswith("/") else path.rstrip("/")


def _below(base: str, paths: Iterable[str], at_root: Iterable[str] = ()) -> list[str]:
    """Return ``paths`` of the origin, those ``at_root``, and ``paths`` below ``base``."""
    inner = _OF_LANGUAGE.sub("", base)
    return list(dict.fromkeys([*paths, *at_root, *(f"{inner}{path}" for path in paths)]))


def guessed(base: str) -> list[str]:
    """Return the paths that are asked for since services often have them."""
    at_root = (*HEALTH_AT_ROOT, *openapi.PLACES_AT_ROOT)
    return _below(base, (*HEALTH, *VERSIONS, *openapi.PLACES), at_root)


def _media_type(exchange: Exchange) -> str:
    return respond(exchange).media_type if exchange.answer is not None else ""


def _kind(document: object) -> str:
    """Return what a check can say of the kind of a document; a list may be empty at times."""
    if isinstance(document, list):
        return "list"
    return "dict" if isinstance(document, dict) and document else ""
