"""The ``client`` fixture: an ``httpx.Client`` for checks of several steps.

It sends through the fetcher, so the guard, the budgets and the retry rules of declared probes hold
here too. What a check wrote is deleted when it ends, however it ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, cast

import httpx

from ..safety import UsageError
from .answer_errors import Blocked, NoAnswer
from .attempt_error import NOT_NOW, AttemptError
from .credentials import Headers, credentials, without_credentials
from .fetcher import Fetcher
from .probe import GONE, SAFE_METHODS, Exchange, Probe, walk_group
from .redirects import target_of
from .response import Response, respond_once

REPEATABLE: Final = {"repeatable": True}
"""Request extensions for a POST or PATCH that may be sent again after its answer was lost, though
each may leave another document: ``client.post(url, extensions=REPEATABLE)``."""

NAMED: Final = {"named": True}
"""The same for a POST whose URL names the document: sent twice it leaves one, which is deleted when
the check ends. Without this a URL is never deleted, as it may be that of the collection."""

FRESH: Final = {"fresh": True}
"""The same for a request on a new connection, which brings the server's certificate."""

WEBSOCKET: Final = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "a25vd25nb29kLWNoZWNrcw==",  # any 16 bytes in base64
}
"""Headers of a request that opens a WebSocket (RFC 6455): it is answered with 101, and closed."""

_SET_BY_CURL: Final = {"host", "content-length", "transfer-encoding"}


class BadExpectation(UsageError):
    """A check expects what is no status."""


class Client(httpx.Client):
    """An ``httpx.Client`` at one origin, and at one of its edges if ``address`` is given."""

    def __init__(
        self, fetcher: Fetcher, origin: str, url: str, address: str = "", item: str = ""
    ) -> None:
        self._sender = _FetcherTransport(fetcher, origin, address, item)
        self._before_sweep: int | None = None
        super().__init__(transport=self._sender, base_url=url, trust_env=False, timeout=None)
        for name in tuple(self.headers):
            del self.headers[name]  # httpx's own; the fetcher sets ours

    @property
    def exchanges(self) -> list[Exchange]:
        """Every exchange so far, oldest first."""
        return self._sender.exchanges

    @property
    def swept(self) -> list[Exchange]:
        """The exchanges of the sweep, which no check reads."""
        return self.exchanges[self._before_sweep :] if self._before_sweep is not None else []

    def request(
        self, method: str, url: Any, *, expect: int | None = None, **options: Any
    ) -> Response:
        """Send a request as httpx does. ``expect`` is a status that raises no Blocked and is not
        retried, such as the 401 of a write that must be refused.

        Raises BadExpectation for what is no status.
        """
        if expect is not None and not (type(expect) is int and 100 <= expect < 600):
            raise BadExpectation(f"expect: found {expect!r}, allowed is one status, such as 401")
        extensions = {**(options.pop("extensions", None) or {}), "expect": expect}
        return cast(Response, super().request(method, url, extensions=extensions, **options))

    def post(self, url: Any, **options: Any) -> Response:
        """Send a POST; see ``request``."""
        return self.request("POST", url, **options)

    def put(self, url: Any, **options: Any) -> Response:
        """Send a PUT; see ``request``."""
        return self.request("PUT", url, **options)

    def patch(self, url: Any, **options: Any) -> Response:
        """Send a PATCH; see ``request``."""
        return self.request("PATCH", url, **options)

    def delete(self, url: Any, **options: Any) -> Response:
        """Send a DELETE; see ``request``."""
        return self.request("DELETE", url, **options)

    def get(self, url: Any, **options: Any) -> Response:
        """Send a GET; see ``request``."""
        return self.request("GET", url, **options)

    def sweep(self, url: str) -> None:
        """Delete ``url`` when the check ends. PUT, POST with ``NAMED`` and the Location of a 201
        need no such call.
        """
        self._sender.written.setdefault(str(self._merge_url(url)), ())

    def sweep_up(self) -> list[str]:
        """Delete what was written, the last first, with the credentials of the write. Return the
        URLs that could not be deleted.
        """
        written = list(self._sender.written.items())
        self._before_sweep = len(self.exchanges)
        left_behind = [
            url for url, headers in reversed(written) if not self._is_deleted(url, headers)
        ]
        return left_behind[::-1] + self._sender.unnamed

    def _is_deleted(self, url: str, headers: Headers) -> bool:
        try:
            response = self.delete(url, headers=dict(headers))
        except (NoAnswer, Blocked, httpx.InvalidURL):
            return False
        gone = response.status_code in GONE and url not in self._sender.doubted
        return response.is_success or gone


class _FetcherTransport(httpx.BaseTransport):
    """httpx's transport interface over the fetcher.

    Attributes:
        exchanges: every exchange so far, oldest first.
        written: the URLs that have to be deleted, in order, with the credentials for that.
        doubted: URLs that a DELETE did not find, although nothing can have deleted them.
        unnamed: sentences on documents that may exist under an unknown name.
    """

    def __init__(self, fetcher: Fetcher, origin: str, address: str, item: str) -> None:
        self._fetcher = fetcher
        self._item = item
        self._origin = origin
        self._address = address
        self.exchanges: list[Exchange] = []
        self.written: dict[str, Headers] = {}
        self.doubted: set[str] = set()
        self.unnamed: list[str] = []
        self._just_stored = ""  # a URL; empty once another step may have deleted what is there

    def handle_request(self, request: httpx.Request) -> Response:
        probe = self._probe(request)
        named = request.method == "POST" and bool(request.extensions.get("named"))
        exchange = self._send(probe, named=named or request.method == "PUT")
        self.exchanges.append(exchange)
        return respond_once(exchange)

    def _send(self, probe: Probe, *, named: bool) -> Exchange:
        """Send ``probe``. If its URL is ``named``, that of the document itself, note it first: the
        answer may be lost. The URL of a collection is not noted: a DELETE could empty it.
        """
        new = named and probe.url not in self.written
        if new:
            self.written[probe.url] = credentials(probe.headers)
        exchange = self._with_redirect_judged(self._fetcher.send(probe))
        if new and _wrote_nothing(exchange):
            del self.written[probe.url]
        if probe.method == "POST" and not named and _may_have_left_another(exchange):
            self.unnamed.append(f"{probe.url} (a document whose name was lost with the answer)")
        self._note_result(exchange)
        self._note_stored(exchange, named=named)
        return exchange

    def _probe(self, request: httpx.Request) -> Probe:
        options: dict[str, Any] = request.extensions
        url = str(request.url)
        pairs = tuple(
            (key.decode("latin-1"), value.decode("latin-1")) for key, value in request.headers.raw
        )
        if self._is_redirect(url) and not self._is_ours(url):
            pairs = without_credentials(pairs)
        return Probe(
            origin=self._origin,
            url=url,
            method=request.method,
            address=self._address,
            template=walk_group(self._origin),
            item=self._item,
            headers=tuple(pair for pair in pairs if not _is_set_by_curl(*pair)),
            body=request.read() or (b"" if request.method in {"POST", "PUT"} else None),
            repeatable=options.get("repeatable", options.get("named", False)),
            fresh=bool(options.get("fresh")),
            expect=options.get("expect"),
        )

    def _with_redirect_judged(self, exchange: Exchange) -> Exchange:
        """Return ``exchange``, with the error REDIRECT if the last answer led out of the
        environment: that is the deployment's fault, not the check's.
        """
        url = exchange.probe.url
        if (
            not self._is_redirect(url)
            or exchange.error is not AttemptError.GUARD
            or self._fetcher.guard.origin_of(url)
        ):
            return exchange
        detail = f"redirected to {url}, outside the environment's origins: not followed"
        attempt = replace(exchange.attempts[0], error=AttemptError.REDIRECT, detail=detail)
        return replace(exchange, attempts=(attempt,))

    def _is_ours(self, url: str) -> bool:
        return self._fetcher.guard.origin_of(url, self._origin) == self._origin

    def _is_redirect(self, url: str) -> bool:
        """Return whether the last answer led to ``url``, by the way in which httpx joins URLs."""
        last = self.exchanges[-1].answer if self.exchanges else None
        location = last.header("location") if last is not None else None
        if last is None or location is None:
            return False
        try:
            return str(httpx.URL(last.url).join(location)) == url
        except httpx.InvalidURL:
            return False

    def _note_result(self, exchange: Exchange) -> None:
        """Forget what was deleted, and note what a POST created elsewhere."""
        probe, answer = exchange.probe, exchange.answer
        if answer is None:
            return
        if _finds_nothing(exchange) and probe.url == self._just_stored:
            self.doubted.add(probe.url)
        elif probe.method == "DELETE" and answer.status in {200, 202, 204, *GONE}:
            self.written.pop(probe.url, None)
        if probe.method == "POST" and answer.status == 201 and answer.header("location"):
            url = target_of(answer)
            sent = credentials(probe.headers) if self._is_ours(url) else ()
            self.written.setdefault(url, sent)

    def _note_stored(self, exchange: Exchange, *, named: bool) -> None:
        """Note what a write has surely stored. A refused read leaves it there; an answered one may
        have removed it, as from a queue.
        """
        status = exchange.status
        if named and status in {200, 201}:
            self._just_stored = exchange.probe.url
        elif exchange.probe.method not in SAFE_METHODS or not 400 <= status < 500:
            self._just_stored = ""


def _is_set_by_curl(name: str, value: str) -> bool:
    """Return whether libcurl sets a header of httpx's: of Connection all but an upgrade."""
    own = name.lower() == "connection" and "upgrade" not in value.lower()
    return own or name.lower() in _SET_BY_CURL


def _finds_nothing(exchange: Exchange) -> bool:
    """Return whether the only attempt of a DELETE says that nothing is there."""
    deletes = exchange.probe.method == "DELETE" and not exchange.retried
    return deletes and exchange.status == 404


def _wrote_nothing(exchange: Exchange) -> bool:
    """Return whether nothing can have been written: no attempt arrived, or the one was refused."""
    if len(exchange.attempts) == 1 and exchange.answer is not None:
        return 400 <= exchange.status < 500
    return all(attempt.never_sent for attempt in exchange.attempts)


def _may_have_left_another(exchange: Exchange) -> bool:
    """Return whether an attempt whose answer was lost may have been carried out."""
    lost = exchange.attempts[: -1 if exchange.answer is not None else None]
    return any(not attempt.never_sent and attempt.status not in NOT_NOW for attempt in lost)
