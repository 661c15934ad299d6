"""The answer as a check reads it: an ``httpx.Response`` with a few helpers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit
from weakref import ReferenceType, WeakKeyDictionary, ref

import httpx

from ..content import html, strict_json
from ..content.media_types import media_type
from ..safety.errors import KnowngoodError, RunnerError
from ..safety.limits import ContentTooLarge
from .decompression import in_httpx_words
from .page_loader import LoadedLink
from .probe import Attempt, Cause, Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from selectolax.lexbor import LexborHTMLParser

LARGEST_TEXT: Final = 2 << 20
"""Bytes of a body that is read as text; pages of the web have up to one million."""

_TEXT_KEPT: Final = 64 * 1024


class NoAnswer(KnowngoodError, httpx.TransportError):
    """No attempt at a probe brought an answer that could be read. ``exchange`` has them all."""

    def __init__(self, exchange: Exchange) -> None:
        last = exchange.attempts[-1] if exchange.attempts else None
        super().__init__(f"{exchange.probe}: {last if last else 'not asked'}")
        self.exchange = exchange


class Blocked(RunnerError):
    """Somebody on the way turned the run away; that tells nothing of the deployment."""

    def __init__(self, exchange: Exchange, why: str) -> None:
        super().__init__(f"{exchange.probe}: {why}")
        self.exchange = exchange


class Response(httpx.Response):
    """An answer, with what the run knows of it."""

    _exchange: ReferenceType[Exchange]
    _asked: tuple[str, str]  # method and URL

    @property
    def request(self) -> httpx.Request:
        """The request that was answered. Made when somebody looks: httpx takes as long for one as
        for the response, and most checks never do.
        """
        if self._request is None:
            self._request = httpx.Request(*self._asked)
        return self._request

    @request.setter
    def request(self, value: httpx.Request) -> None:
        self._request = value

    def raise_for_status(self) -> Response:
        """As httpx has it."""
        self._request = self.request
        super().raise_for_status()
        return self

    @property
    def exchange(self) -> Exchange:
        """The exchange this is the answer of; it lives as long as the check that reads it."""
        exchange = self._exchange()
        assert exchange is not None
        return exchange

    @property
    def path(self) -> str:
        """The path of the URL that answered."""
        return unquote(urlsplit(self._asked[1]).path) or "/"

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case; empty when there is none."""
        return media_type(self.headers.get("content-type"))

    @property
    def text(self) -> str:
        """The body as text. Raises Unjudgeable for more than 2 MiB, as the next ones do."""
        size = len(self.content)
        if size > LARGEST_TEXT:
            raise ContentTooLarge(
                f"{size} bytes: too large to be judged as text (most: {LARGEST_TEXT})"
            )
        text = super().text
        if size > _TEXT_KEPT and hasattr(self, "_text"):
            del self._text  # httpx keeps it for as long as the answer; it may take four times that
        return text

    @property
    def html(self) -> LexborHTMLParser:
        """The body parsed as a browser parses HTML; for CSS selectors."""
        return html.parse(self.text)

    @property
    def deleted(self) -> bool:
        """Whether a DELETE is done: it was answered so, or 404 on a repeat whose first answer
        was lost on the way (RFC 9110, 9.2.2).
        """
        return self.is_success or (self.status_code == 404 and self.exchange.retried)

    def json(self, **_: Any) -> Any:
        """The body as strict JSON: ValueError for a byte-order mark, duplicate keys, NaN."""
        return strict_json.loads(self.content)


class Resource:
    """Something a page needs: the reference to it, and the answer when one is asked for.

    ``touch`` is told of the exchange whenever its response is looked at.
    """

    def __init__(self, reference: LoadedLink, touch: Callable[[Exchange], None]) -> None:
        self.url = reference.url
        self.kind = reference.kind
        self.type = reference.type
        self.page = reference.page
        self.found_in = reference.found_in
        self.exchange = reference.exchange
        self._touch = touch

    def __repr__(self) -> str:
        return f"{self.url} ({self.kind} of {self.found_in})"

    @property
    def response(self) -> Response:
        """The answer; raises Unanswered when none came."""
        if self.exchange is None:
            raise LookupError(f"{self.url} lies outside the environment's origins: not asked")
        self._touch(self.exchange)
        return respond(self.exchange)


_READ: Final[WeakKeyDictionary[Exchange, Response]] = WeakKeyDictionary()
"""Responses of exchanges that are still held, since several checks read the same answer."""


def respond(exchange: Exchange) -> Response:
    """The response of an exchange. Raises Unanswered or Blocked where there is none to judge."""
    response = _READ.get(exchange)
    if response is None:
        response = _READ[exchange] = _respond(exchange)
    return response


def _respond(exchange: Exchange) -> Response:
    answer = exchange.answer
    if answer is None:
        raise NoAnswer(exchange)
    if answer.status == 429:
        wait = answer.header("retry-after")
        raise Blocked(exchange, f"429 Too Many Requests, Retry-After {wait or 'not given'}")
    known = in_httpx_words(answer.headers)
    headers = [pair for pair in known if pair[0].lower() != b"transfer-encoding"]
    try:
        response = Response(
            answer.status,
            headers=headers,
            content=answer.body,
        )
    except httpx.DecodingError as error:
        raise NoAnswer(_undecodable(exchange, str(error))) from None
    response._exchange = ref(exchange)
    response._asked = exchange.probe.method, answer.url
    return response


def _undecodable(exchange: Exchange, why: str) -> Exchange:
    last = exchange.attempts[-1]
    failed = Attempt(last.began, last.seconds, last.status, Cause.ENCODING, why)
    return Exchange(exchange.probe, (*exchange.attempts[:-1], failed))


def request_headers(run_id: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The headers of every request: who asks, in which run, and what can be decoded."""
    from .. import __version__
    from .decompression import ACCEPTED

    return {
        "User-Agent": f"knowngood/{__version__} (smoke test; run {run_id})",
        "X-Knowngood-Run": run_id,
        "Accept": "*/*",
        "Accept-Encoding": ACCEPTED,
        **(extra or {}),
    }
