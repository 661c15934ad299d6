"""Ready-made claims about any answer: its certificate and cookies, feeds, what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..content import cookies, feeds, media_types, variation
from ..content.problem import Aspect, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..fetch import Client, Response

_MORE: Final = 5  # answers: that one of two servers gives all six is one chance in 32


def side_by_side(responses: Sequence[Response]) -> list[tuple[Response, Response]]:
    """Return pairs of answers where the marks of a check ask twice for one list: each of the first
    half with its like of the second.
    """
    middle = len(responses) // 2
    return list(zip(responses[:middle], responses[middle:], strict=True))


def differ(one: Sequence[Response], other: Sequence[Response]) -> bool:
    """Return whether two pages or files differ, by several answers for each.

    What differs between the answers for one of them, such as a nonce, does not count: ask twice.
    """
    bodies = [[answer.content for answer in answers] for answers in (one, other)]
    return variation.differ(*bodies)


def still_differ(client: Client, one: Response, other: Response) -> bool:
    """Return whether two answers still differ after ``client`` has asked again for the URLs of
    both, at most five times: several servers may write their names into a page, and answer in turn.
    """
    ours, theirs = [one], [other]
    for _ in range(_MORE):
        if not differ(ours, theirs):
            return False
        ours.append(client.get(str(one.url)))
        if other.url != one.url:
            theirs.append(client.get(str(other.url)))
    return differ(ours, theirs)


def web_page_problems(answer: Response) -> list[str]:
    """Return that a web page came in place of another answer, such as a heartbeat."""
    if media_types.WEB_PAGE.search(answer.text):
        return [Problem("a web page in place of the answer", Aspect.WEB_PAGE)]
    return []


def feed_problems(answer: Response) -> list[str]:
    """Return why feed readers get nothing of a feed, of RSS, Atom or JSON, or which of its links
    lead to their own machine.
    """
    return feeds.problems(str(answer.url), answer.media_type, answer.content)


def certificate_problems(answer: Response) -> list[str]:
    """Return why browsers refuse the certificate of the host of ``answer``, although curl takes it.

    Only an answer on a new connection has one: that of ``{release}``, and of a client's request
    with the extensions ``FRESH``.
    """
    received = answer.exchange.answer
    certificate = received.certificate if received is not None else None
    host = answer.url.netloc.decode("ascii")
    return [f"{host}: {why}" for why in (certificate.refused if certificate is not None else ())]


def cookie_problems(response: Response, expected: Iterable[tuple[str, str]]) -> list[str]:
    """Return which of the ``expected`` attributes cookies lack that the answer sets. A pair is the
    name of a cookie and its attributes, as ``("session", "Secure,HttpOnly")``.
    """
    sent = cookies.protections(response.headers.get_list("set-cookie"))
    return [
        f"the cookie {name} lacks {attribute}"
        for name, attributes in expected
        for attribute in attributes.split(",")
        if name in sent and attribute not in sent[name]
    ]
