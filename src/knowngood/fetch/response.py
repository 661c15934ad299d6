"""The answer that checks read: an ``httpx.Response`` with a few additions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary, ref

import httpx

from ..content import html, media_types, strict_json
from ..safety import ContentTooLarge
from .answer_errors import Blocked, NoAnswer, WrongStatus
from .attempt_error import AttemptError
from .decompression import decoded
from .probe import Exchange
from .redirects import left_for
from .turned_away import why_turned_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from selectolax.lexbor import LexborHTMLParser

    from ..content.search_engines import SearchEntry

LARGEST_TEXT: Final = 2 << 20
"""Bytes up to which a body is read as text. Pages of the web have up to one million."""

_TEXT_KEPT: Final = 64 * 1024
_DOCUMENT_KEPT: Final = 256 * 1024  # bytes of its body: sixteen of these take up to 16 MB

Result = TypeVar("Result")

_documents: Final[deque[tuple[Exchange, object]]] = deque(maxlen=16)
"""The last documents that a check read, with the answer of each. A function of a suite often gets
what ``response.json()`` returned: a failure about that, or a part of it, is about the answer."""


class Response(httpx.Response):
    """An answer, and what the run knows of it."""

    _exchange: Callable[[], Exchange | None]
    _asked: tuple[str, str]  # method and URL
    _results: dict[Callable[[Response], Any], Any]

    @property
    def request(self) -> httpx.Request:
        """The request that was answered. Made at its first use: few checks use it, and it takes as
        long to make as the response.
        """
        if self._request is None:
            self._request = httpx.Request(*self._asked)
        return self._request

    @request.setter
    def request(self, value: httpx.Request) -> None:
        self._request = value

    def raise_for_status(self) -> Response:
        """Return this answer. Raises WrongStatus unless its status is 200 to 299."""
        if not self.is_success:
            raise WrongStatus(self)
        return self

    @property
    def exchange(self) -> Exchange:
        """The exchange that this answers."""
        exchange = self._exchange()
        assert exchange is not None
        return exchange

    @cached_property
    def path(self) -> str:
        """The path of the URL that answered."""
        return unquote(urlsplit(self._asked[1]).path) or "/"

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case; empty when there is none."""
        return media_types.media_type(self.headers.get("content-type"))

    @property
    def text(self) -> str:
        """The body as text. Raises ContentTooLarge for more than 2 MiB; ``html`` does, too."""
        size = len(self.content)
        if size > LARGEST_TEXT:
            raise ContentTooLarge(
                f"{size} bytes: too large to be read as text (at most {LARGEST_TEXT})"
            )
        text = super().text
        if size > _TEXT_KEPT and hasattr(self, "_text"):
            # httpx would keep it as long as the answer, at up to four times its size.
            del self._text
        return text

    @property
    def html(self) -> LexborHTMLParser:
        """The body parsed as a browser parses HTML; for CSS selectors."""
        return html.parse(self.text)

    @property
    def deleted(self) -> bool:
        """Whether a DELETE is done: its answer says so, or is 404 on a repeat after the first
        answer was lost (RFC 9110, 9.2.2).
        """
        return self.is_success or (self.status_code == 404 and self.exchange.retried)

    def json(self, **_: Any) -> Any:
        """Return the body as strict JSON. A byte-order mark, a duplicate key or NaN raises
        ValueError.
        """
        document = strict_json.loads(self.content)
        if isinstance(document, dict | list) and len(self.content) <= _DOCUMENT_KEPT:
            _documents.append((self.exchange, document))
        return document


@dataclass(frozen=True, eq=False, repr=False)
class Resource:
    """Something that a page needs.

    Attributes:
        url: the absolute URL.
        kind: what needs it: script, stylesheet, image and so on.
        page: the URL of the page.
        found_in: the URL of the answer that refers to it.
        type: the ``type`` attribute of the element, if any.
        exchange: its exchange; None if it lies on no origin of the environment, as such URLs are
            never asked.
        charset: the ``charset`` attribute of the element, if any.
    """

    url: str
    kind: str
    page: str
    found_in: str
    type: str = ""
    exchange: Exchange | None = None
    charset: str = ""

    def __repr__(self) -> str:
        return f"{self.url} ({self.kind} of {self.found_in})"

    @property
    def is_too_large(self) -> bool:
        """Whether it is there, and larger than what is read of an answer."""
        return self.exchange is not None and is_too_large(self.exchange)

    @property
    def leads_to(self) -> str:
        """The URL on another host that its answer redirects to; empty if it does not."""
        answer = self.exchange.answer if self.exchange is not None else None
        return left_for(answer) if answer is not None else ""

    @cached_property
    def response(self) -> Response:
        """The answer. Raises NoAnswer if none came, LookupError if it was never asked for."""
        if self.exchange is None:
            raise LookupError(f"{self.url} lies outside the environment's origins: not asked")
        return respond(self.exchange)


def read_once(read: Callable[[Response], Result]) -> Callable[[Response], Result]:
    """Have ``read`` called once for each answer. Its result is shared, so do not change it."""

    @wraps(read)
    def shared(response: Response) -> Result:
        if read not in response._results:
            response._results[read] = read(response)
        result: Result = response._results[read]
        return result

    return shared


_NO_STREAM: Final = httpx.ByteStream(b"")

_READ: Final[WeakKeyDictionary[Exchange, Response]] = WeakKeyDictionary()


"""The responses of exchanges that somebody still holds: several checks read the same answer."""


def respond(exchange: Exchange) -> Response:
    """Return the response of an exchange. Raises NoAnswer or Blocked if there is none to judge."""
    response = _READ.get(exchange)
    if response is None:
        response = _READ[exchange] = respond_once(exchange)
        response._exchange = ref(exchange)  # a value of _READ must not keep its key alive
    return response


def is_too_large(exchange: Exchange) -> bool:
    """Return whether what was asked for is there, and larger than what is read of an answer."""
    return exchange.error is AttemptError.TOO_LARGE and exchange.attempts[-1].status == 200


def respond_once(exchange: Exchange) -> Response:
    """Return the same for an answer that one client reads: the response keeps its exchange, since a
    fixture may outlive the check.
    """
    answer = exchange.answer
    if answer is None:
        raise NoAnswer(exchange)
    why = why_turned_away(exchange)
    if why:
        raise Blocked(exchange, why)
    response = Response(answer.status, stream=_NO_STREAM)
    response.headers = _headers(answer.headers)
    response._content = decoded(answer)  # httpx takes longer to find out that it is not encoded
    response.is_closed = response.is_stream_consumed = True
    response.elapsed = timedelta(seconds=exchange.attempts[-1].seconds)
    response._exchange = lambda: exchange
    response._asked = exchange.probe.method, answer.url
    response._results = {}
    return response


def search_entry(answer: Response) -> SearchEntry:
    """Return what an answer says to search engines."""
    from ..content import search_engines

    tree = answer.html if answer.media_type == "text/html" else None
    tags = answer.headers.get_list("x-robots-tag")
    url, content = str(answer.url), answer.content
    return search_engines.of_answer(url, answer.media_type, content, tree, tags)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> httpx.Headers:
    """Return these headers as httpx has them. It would look at the type of each name and value,
    which takes longer than all else about an answer.
    """
    headers = httpx.Headers()
    headers._list = [(name, name.lower(), value) for name, value in pairs]
    return headers


def forget_documents() -> None:
    """Forget all documents: the check that read them is over."""
    _documents.clear()


def source_of_document(value: object) -> Exchange | None:
    """Return the exchange of the answer that an object or list was read from; None if unknown."""
    if not isinstance(value, dict | list):
        return None
    for exchange, document in reversed(_documents):
        if any(part is value for part in _parts(document)):
            return exchange
    return None


def _parts(document: Any) -> Iterator[object]:
    """Yield a document, and the objects and lists in it."""
    unread = [document]
    while unread:
        part = unread.pop()
        yield part
        values = part.values() if isinstance(part, dict) else part
        unread += [value for value in values if isinstance(value, dict | list)]
