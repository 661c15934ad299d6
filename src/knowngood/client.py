"""The ``client`` fixture: an ``httpx.Client`` for checks that walk several steps.

The same guard, budgets and retry rules as for declared probes, since it sends through the same
fetcher. What a walk wrote is deleted when it ends, however it ends.
"""

from __future__ import annotations

from typing import Any, Final

import httpx

from .fetch import Fetcher
from .probe import IDEMPOTENT_METHODS, SAFE_METHODS, Exchange, Probe
from .response import Blocked, Response, Unanswered, respond

REPEATABLE: Final = {"repeatable": True}
"""Request extensions for a POST that names its own document, so that sending it twice leaves one:
``client.post(url, extensions=REPEATABLE)``."""

_SET_BY_CURL: Final = {"host", "content-length", "transfer-encoding", "connection"}


class Client(httpx.Client):
    """An ``httpx.Client`` at one origin. ``exchanges`` lists what was sent so far."""

    def __init__(self, fetcher: Fetcher, origin: str, url: str) -> None:
        self._walk = _Walk(fetcher, origin)
        super().__init__(transport=self._walk, base_url=url, trust_env=False, timeout=None)
        for name in tuple(self.headers):
            del self.headers[name]  # httpx's own; the fetcher sets ours

    @property
    def exchanges(self) -> list[Exchange]:
        """Every exchange so far, oldest first."""
        return self._walk.exchanges

    def sweep(self, url: str) -> None:
        """Delete ``url`` when the walk ends, as is done by itself for each URL written to."""
        self._walk.written.setdefault(str(self._merge_url(url)))

    def sweep_up(self) -> list[str]:
        """Delete what is left of this walk; returns the URLs that could not be deleted."""
        left = []
        for url in list(self._walk.written):
            try:
                response = self.delete(url)
                gone = response.is_success or response.status_code in {404, 410}
            except (Unanswered, Blocked):
                gone = False
            if not gone:
                left.append(url)
        return left


class _Walk(httpx.BaseTransport):
    """httpx's transport interface over the fetcher."""

    def __init__(self, fetcher: Fetcher, origin: str) -> None:
        self._fetcher = fetcher
        self._origin = origin
        self.exchanges: list[Exchange] = []
        self.written: dict[str, None] = {}

    def handle_request(self, request: httpx.Request) -> Response:
        probe = self._probe(request)
        if probe.method in {"POST", "PUT"}:
            self.written.setdefault(probe.url)
        exchange = self._fetcher.send(probe)
        self.exchanges.append(exchange)
        self._note_end(probe, exchange)
        why = _turned_away(exchange)
        if why:
            raise Blocked(exchange, why)
        return respond(exchange)

    def _probe(self, request: httpx.Request) -> Probe:
        options: dict[str, Any] = request.extensions
        return Probe(
            origin=self._origin,
            url=str(request.url),
            method=request.method,
            template=f"{self._origin} walk",
            headers=tuple(
                (name, value) for name, value in request.headers.items() if name not in _SET_BY_CURL
            ),
            body=request.read() or (b"" if request.method in {"POST", "PUT"} else None),
            repeatable=options.get("repeatable", request.method in IDEMPOTENT_METHODS),
        )

    def _note_end(self, probe: Probe, exchange: Exchange) -> None:
        """What was refused was not written; what is deleted need not be swept up."""
        status = exchange.answer.status if exchange.answer else None
        refused = status is not None and 400 <= status < 500 and len(exchange.attempts) == 1
        deleted = probe.method == "DELETE" and status in {200, 202, 204, 404, 410}
        if deleted or (refused and probe.method != "DELETE"):
            self.written.pop(probe.url, None)


def _turned_away(exchange: Exchange) -> str | None:
    """Whether a gatekeeper answered a write in the deployment's place, and how.

    A firewall or a login wall speaks HTML or asks for credentials. Reads have no such rule: a
    page that answers 403 is a page its users do not see.
    """
    answer = exchange.answer
    if answer is None or exchange.probe.method in SAFE_METHODS:
        return None
    if answer.status in {401, 407}:
        return f"{answer.status}: somebody on the way wants credentials"
    html = (answer.header("content-type") or "").lower().startswith("text/html")
    if answer.status == 403 and html:
        return "403 with an HTML page: a firewall's answer, not the service's"
    return None
