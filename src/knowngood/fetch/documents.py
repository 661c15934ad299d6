"""Remember which answer a document was read from.

A function of a suite often gets what ``response.json()`` returned, and not the answer. A failure
about that document, or a part of it, is a failure about the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from .probe import Exchange

_KEPT: Final = 16
"""Documents of one check: it fails on one of the last."""

_LARGEST: Final = 256 * 1024
"""Bytes of a body whose document is kept: sixteen of these take up to 16 MB."""

_documents: Final[deque[tuple[Exchange, object]]] = deque(maxlen=_KEPT)


def remember_document(exchange: Exchange, document: object, size: int) -> None:
    """Note that ``document`` was read from the answer of ``exchange``, whose body has ``size``
    bytes.
    """
    if isinstance(document, dict | list) and size <= _LARGEST:
        _documents.append((exchange, document))


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
