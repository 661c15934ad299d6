"""Say why a look at a deployment has come to somebody else, or to nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..content.page_structure import LOGIN
from ..fetch import REDIRECTS, Exchange, is_turned_away
from ..safety import one_line
from .visitor import Visitor, redirect


def why_not_the_deployment(exchange: Exchange, visitor: Visitor, start: str) -> str:
    """Return why the answer for the page at the path ``start`` is none that a suite can be written
    for; empty if it is one.
    """
    answer, url = exchange.answer, exchange.probe.url
    target = redirect(exchange)
    where = "" if url == visitor.origin + start else f"leads to {one_line(url, 200)}, which "
    if answer is None:
        last = exchange.attempts[-1]
        is_untrusted = last.phase == "untrusted"
        ask = "if the authority is your own, add --ca FILE" if is_untrusted else "is it up?"
        return f"no answer: {last.error}: {one_line(last.detail, 200)}; {ask}"
    if target and visitor.path_of(target) is None:
        if LOGIN.search(target):
            return f"leads to a login at {one_line(target, 200)}; name a page that needs none"
        place = urlsplit(target)
        return f"leads to another origin; run `knowngood init {place.scheme}://{place.netloc}`"
    if target:
        return _why_not_followed(target, visitor)
    if is_turned_away(exchange):
        return (
            f"{where}answers {answer.status}, as a login wall, a rate limit or a bot challenge "
            "does; name a page that anybody may read, such as that of the login"
        )
    if answer.status != 200:
        return f"{where}answers {answer.status}, allowed is 200; name a page that is there"
    return ""


def _why_not_followed(target: str, visitor: Visitor) -> str:
    """Return why a redirect within the origin leads to no answer."""
    target = one_line(target, 200)
    if not visitor.allowed(visitor.path_of(target) or "/"):
        return f"leads to {target}, which robots.txt forbids; if it is yours, add --ignore-robots"
    return (
        f"redirects more than {REDIRECTS} times, at last to {target}: a loop, as it seems; name a "
        "page that answers 200"
    )
