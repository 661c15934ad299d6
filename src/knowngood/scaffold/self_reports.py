"""Read what a service says of itself: how it is, and which release it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..content import strict_json
from ..content.html import ancestors, page_title
from ..fetch import Exchange, respond
from .pages import is_page, tree
from .python_text import quoted

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HEALTH: Final = (
    "/__heartbeat__",
    "/__lbheartbeat__",
    "/health",
    "/healthz",
    "/livez",
    "/readyz",
    "/api/health",
    "/status",
    "/up",
)
"""Where services say how they are: Dockerflow's two, Kubernetes' three, what is usual, and where
Rails and Laravel do."""

HEALTH_AT_ROOT: Final = ("/actuator/health", "/q/health", "/-/healthy")
"""The same of Spring, Quarkus and Prometheus."""

VERSIONS: Final = ("/__version__", "/version", "/version.json", "/api/version")
_VERSION_FIELDS: Final = ("releaseId", "version", "commit", "release", "build", "sha", "revision")
_VERSION_HEADERS: Final = ("x-release", "x-version", "x-app-version", "x-commit", "x-revision")

_OF_HEALTH: Final = re.compile(
    r".*/(?:health[-_]?(?:check)?|healthz|__(?:lb)?heartbeat__|heartbeat|livez?|alive|readyz?|ping|up)/?"
)
"""Other paths of that kind. ``/orders/7/status`` is none: it says how an order is."""

_STATES: Final = ("status", "state", "health", "healthy", "ok", "alive", "ready", "up")
_WELL: Final = frozenset(
    (
        *("alive", "available", "fine", "good", "green", "healthy", "live", "normal", "ok", "okay"),
        *("online", "operational", "pass", "passed", "passing", "ready", "running", "serving"),
        *("success", "up", "connected", "reachable"),
    )
)
"""The words by which services say that all is well."""

_STORES: Final = frozenset(
    (
        *("db", "database", "postgres", "postgresql", "mysql", "mariadb", "sqlite", "mongo"),
        *("mongodb", "redis", "cache", "queue", "broker", "rabbitmq", "kafka", "elasticsearch"),
        *("storage", "diskspace", "disk", "migrations"),
    )
)
"""What a service cannot do without, as its health names it. It may do without what others run."""

_DEEPEST: Final = 4
"""Keys above each other that are read."""

_ILL: Final = re.compile(
    r"""
      (?:\d{3}\W+)?(?:internal|fatal|critical|unexpected|application|server|database)
          (?:\ (?:server|application|database|connection))?\ error
    | error\ (?:establishing|connecting\ to)\ .*
    | (?:could\ not|cannot|can't|unable\ to|failed\ to)\ connect\ to\ .*(?:database|server).*
    | (?:\d{3}\W+)?(?:service\ (?:temporarily\ )?unavailable|bad\ gateway|gateway\ time-?out)
    | (?:oops|whoops).*
    | (?:we're\ sorry,?\ but\ |sorry,?\ )?something\ went\ wrong
    | (?:there\ has\ been\ )?an?\ (?:\w+\ )?error\ (?:has\ )?occurred
    | there\ has\ been\ a\ critical\ error.*
    | (?:under|(?:site\ )?down\ for|scheduled)\ maintenance | maintenance\ mode
    """,
    re.X | re.I,
)
"""What a page says that stands for a service which is ill, as its title or a heading."""

_HEADINGS: Final = 3
"""Headings that are read: those of an error stand first."""

_PARTS: Final = re.compile(r"\s+[|–—:·«»-]+\s+")
"""Between the parts of a title, one of which may be the name of the site."""


@dataclass(frozen=True, slots=True)
class Wellness:
    """What a service says of itself where it says that it is well.

    Attributes:
        path: where.
        key: the key of its document; empty for a text.
        value: what it says: a word of that document, or True; or the whole text, a word. Empty
            if only its stores say something.
        stores: what it says of its stores, each with the keys that lead there.
    """

    path: str
    key: str
    value: str | bool
    stores: tuple[tuple[tuple[str, ...], str | bool], ...] = ()

    @property
    def claims(self) -> Iterator[str]:
        """What a check asserts. What it no longer says of a store may have gone with the store."""
        if not self.key and self.value:
            yield f"response.text.strip() == {quoted(self.value)}"
        elif self.key:
            yield f"response.json().get({quoted(self.key)}){_compared(self.value)}"
        for (*above, key), value in self.stores:
            inner = "".join(f".get({quoted(name)}, {{}})" for name in above)
            default = value if value is True else quoted(value)
            yield f"response.json(){inner}.get({quoted(key)}, {default}){_compared(value)}"


def _compared(value: str | bool) -> str:
    return " is True" if value is True else f" == {quoted(value)}"


def wellness(path: str, exchange: Exchange) -> Wellness | None:
    """Return how the answer at ``path`` says that the service is well; None if it does not."""
    document = json_of(exchange)
    if isinstance(document, dict):
        stores = tuple(_stores(document, ()))
        for key in _STATES:
            if _is_well(document.get(key)):
                return Wellness(path, key, document[key], stores)
        return Wellness(path, "", "", stores) if stores else None
    word = _word(exchange)
    return Wellness(path, "", word) if word.strip('"').lower() in _WELL else None


def _is_well(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in _WELL)


def _stores(
    document: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str | bool]]:
    """Yield what a document says of its stores where it says that they are well."""
    for key, value in document.items():
        keys = (*above, key)
        if isinstance(value, dict) and len(keys) < _DEEPEST:
            yield from _stores(value, keys)
            continue
        is_of_store = not _STORES.isdisjoint(name.lower() for name in keys)
        if is_of_store and _is_well(value) and key.lower() in {*_STATES, *_STORES}:
            yield keys, value


def is_of_health(path: str) -> bool:
    """Return whether a path is one where a service says how it is, by its name."""
    return _OF_HEALTH.fullmatch(path.partition("?")[0]) is not None


def version_field(exchange: Exchange) -> str:
    """Return the key of a document that holds the release; empty if none does."""
    document = json_of(exchange)
    keys = document if isinstance(document, dict) else {}
    names = (key for key in _VERSION_FIELDS if isinstance(keys.get(key), str) and keys[key])
    return next(names, "")


def version_header(exchanges: Iterable[Exchange]) -> str:
    """Return the header that names the release in all answers; empty if none does."""
    answers = [exchange.answer for exchange in exchanges if exchange.answer]
    names = (name for name in _VERSION_HEADERS if answers and all(a.header(name) for a in answers))
    return next(names, "")


def json_of(exchange: Exchange) -> object:
    """Return the document of an answer; None if it is no JSON."""
    if exchange.status != 200:
        return None
    try:
        return strict_json.loads(respond(exchange).content)
    except ValueError:
        return None


def short_text(exchange: Exchange) -> str:
    """Return the one word that a text is, as a release's name; empty if it is something else."""
    is_text = exchange.status == 200 and respond(exchange).media_type == "text/plain"
    return _word(exchange) if is_text else ""


def _word(exchange: Exchange) -> str:
    """Return the one word that an answer is; empty if it is something else. Frameworks call it
    HTML, or JSON with its quotes, and servers give no media type.
    """
    if exchange.status != 200:
        return ""
    text = respond(exchange).content[:200].decode("utf-8", "replace").strip()
    return text if re.fullmatch(r"\S{1,80}", text) else ""


def illness(exchange: Exchange) -> str:
    """Return the title or heading by which a page says that its service is ill; empty without."""
    if not is_page(exchange):
        return ""
    page = tree(exchange)
    headings = (node.text(strip=True) for node in page.css("h1, h2")[:_HEADINGS] if _is_shown(node))
    parts = (part for line in (page_title(page), *headings) for part in _PARTS.split(line))
    return next((part for part in parts if _ILL.fullmatch(part.strip(" .!…:"))), "")


def _is_shown(heading: LexborNode) -> bool:
    """Return whether a heading is not one that scripts show later."""
    nodes = (heading, *ancestors(heading))
    return not any(
        node.tag in {"template", "noscript"} or "hidden" in node.attributes for node in nodes
    )
