"""What the tests of the stand-in share: a site, applications without a socket, one that runs."""

import asyncio
import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

import fhr_standin
from fhr_standin.content import Content
from fhr_standin.faults import arm
from fhr_standin.locales import choose
from fhr_standin.protocol import SEIZE
from fhr_standin.site import Site
from fhr_standin.submission import Submissions

LOCALES = 8


@dataclass(frozen=True)
class Answer:
    """What came back: `dropped` when the connection was closed early or without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    dropped: bool = False


@dataclass(frozen=True)
class Seized:
    """A connection that notes that it was closed."""

    closed: list[bool]

    def close(self) -> None:
        """Note it."""
        self.closed.append(True)


Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def site() -> Site:
    """A site of every kind of locale."""
    return Site(choose(LOCALES))


@pytest.fixture(scope="session")
def content(site: Site) -> Callable[..., Content]:
    """Make the content application with some faults."""
    return lambda *faults: Content(site, arm(faults, site.locales.values()))


@pytest.fixture(scope="session")
def submissions(site: Site) -> Callable[..., Submissions]:
    """Make the submission application with some faults."""
    return lambda *faults: Submissions(arm(faults, site.locales.values()))


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Ask an ASGI application something, without a socket."""

    def ask(
        app: Any,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        sent: list[dict[str, Any]] = []
        dropped: list[bool] = []
        plain, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": plain,
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
            "extensions": {SEIZE: lambda: Seized(dropped)},
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(event: dict[str, Any]) -> None:
            sent.append(event)

        asyncio.run(app(scope, receive, send))
        start: dict[str, Any] = sent[0] if sent else {"status": 0, "headers": []}
        found = {k.decode(): v.decode() for k, v in start["headers"]}
        data = b"".join(event.get("body", b"") for event in sent[1:])
        return Answer(start["status"], found, data, bool(dropped))

    return ask


@pytest.fixture(scope="module")
def one_standin() -> Iterator[fhr_standin.Standin]:
    """A stand-in in a process of its own, for all tests of a module."""
    with fhr_standin.running(locales=LOCALES) as standin:
        yield standin


@pytest.fixture
def standin(one_standin: fhr_standin.Standin) -> fhr_standin.Standin:
    """A sound stand-in, as if it had just been started."""
    one_standin.arm()
    return one_standin


@pytest.fixture(scope="session")
def fetch() -> Ask:
    """Ask for a URL over a connection of its own."""

    def fetch(
        url: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=400)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    return fetch
