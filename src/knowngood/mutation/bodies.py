"""Replace bodies: by nothing, by half, by an error page, by that of another URL or release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from ..fetch import Answer
from .answers import body_of, is_html, is_media, is_text, with_body
from .changes import the_change
from .model import Change, Expectation, Mutation, Recorded
from .remedies import LEFTOVER_REMEDY, completeness_remedy, identity_remedy, media_type_remedy
from .statuses import PAGE

ERROR_PAGE: Final = PAGE.format("Something went wrong").encode()
NOTHING: Final = bytes(1 << 20)
"""A megabyte of zeros, as of a file whose blocks were never written."""


def _edit_of_body(edit: Callable[[bytes], bytes]) -> Callable[[Recorded], Answer | None]:
    """Return a function that applies ``edit`` to the decoded body of an answer."""

    def changed(recorded: Recorded) -> Answer | None:
        body = body_of(recorded.answer)
        edited = edit(body) if body else body
        return None if edited == body else with_body(recorded.answer, edited)

    return changed


def _error_page(recorded: Recorded) -> Answer | None:
    if body_of(recorded.answer) in (b"", ERROR_PAGE):
        return None
    return with_body(recorded.answer, ERROR_PAGE, "text/html; charset=utf-8")


def _error_page_remedy(answer: Answer, page: Answer) -> Expectation:
    return (identity_remedy if is_html(answer) else media_type_remedy)(answer, page)


def _encoded_twice(recorded: Recorded) -> Answer | None:
    """Read UTF-8 as ISO-8859-1, and encode the result."""
    body = body_of(recorded.answer)
    if not is_text(recorded.answer) or body.isascii():
        return None
    return with_body(recorded.answer, body.decode("latin-1").encode())


def _encoding_remedy(answer: Answer, changed: Answer) -> Expectation:
    return LEFTOVER_REMEDY if is_html(answer) else identity_remedy(answer, changed)


def _swapped(suits: Callable[[Answer, Answer], bool]) -> Callable[[Recorded], Answer | None]:
    """Return a function that gives an answer the body of the next one that suits it."""

    def edit(recorded: Recorded) -> Answer | None:
        answer, body = recorded.answer, body_of(recorded.answer)
        bodies = (body_of(other) for other in _behind(recorded) if suits(answer, other))
        new = next((other for other in bodies if other not in (b"", body)), None)
        return with_body(answer, new) if body and new is not None else None

    return edit


def _behind(recorded: Recorded) -> list[Answer]:
    """Return the other answers in the order of URLs, beginning after this one: so each of several
    answers gets the body of another.
    """
    url = recorded.answer.url
    return sorted(recorded.others, key=lambda other: (other.url <= url, other.url))


def _is_of_its_kind(answer: Answer, other: Answer) -> bool:
    """Return whether two paths differ in one segment that names no file: the same page in another
    locale, or another record.
    """
    path, other_path = (urlsplit(url).path.split("/") for url in (answer.url, other.url))
    if len(path) != len(other_path):
        return False
    pairs = zip(path, other_path, strict=True)
    differing = [segment for segment, other_segment in pairs if segment != other_segment]
    return len(differing) <= 1 and "." not in "".join(differing)


def _is_of_another_kind(answer: Answer, other: Answer) -> bool:
    """Return whether an answer is a document, page or script of another kind. Images and fonts do
    not count: only a list of hashes tells them apart.
    """
    return not is_media(answer) and not _is_of_its_kind(answer, other)


_OF_ITS_KIND: Final = the_change(
    "has the content of another URL of its kind", identity_remedy, _swapped(_is_of_its_kind)
)
_OF_ANOTHER_KIND: Final = the_change(
    "has the content of a URL of another kind", identity_remedy, _swapped(_is_of_another_kind)
)


def _swaps(recorded: Recorded) -> Iterator[Change]:
    return chain(_OF_ITS_KIND(recorded), _OF_ANOTHER_KIND(recorded))


def _previous(recorded: Recorded) -> Answer | None:
    body = body_of(recorded.answer)
    old = body_of(recorded.previous) if recorded.previous is not None else b""
    return with_body(recorded.answer, old) if body and old not in (b"", body) else None


BODIES: Final = (
    Mutation(
        "body-empty",
        "a template or a cache is empty, or the disk was full when the file was written",
        the_change("has an empty body", "assert response.content", _edit_of_body(lambda _: b"")),
    ),
    Mutation(
        "body-is-error-page",
        "a proxy or a framework answers its errors with 200",
        the_change("is an HTML error page with 200", _error_page_remedy, _error_page),
    ),
    Mutation(
        "body-cut-in-half",
        "an upload or a copy broke off",
        the_change(
            "is cut in half",
            completeness_remedy,
            _edit_of_body(lambda body: body[: len(body) // 2]),
        ),
    ),
    Mutation(
        "body-of-zeros",
        "the machine went down before the blocks of the file were written",
        the_change(
            "consists of zero bytes",
            r'assert response.content.strip(b"\0")',
            _edit_of_body(lambda _: NOTHING),
        ),
    ),
    Mutation(
        "body-of-another-url",
        "a cache key, a loop of the build or a route mixes them up",
        _swaps,
    ),
    Mutation(
        "body-of-before",
        "a cache or an edge still has the release before",
        the_change("has the content of an earlier recording", identity_remedy, _previous),
    ),
    Mutation(
        "encoded-twice",
        "UTF-8 was read as ISO-8859-1 on its way through a script or a database",
        the_change("is encoded in UTF-8 twice", _encoding_remedy, _encoded_twice),
    ),
)
