"""Give answers another status: the URL is gone, forbidden, broken, or there by mistake."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlsplit

from ..fetch import GONE, Answer
from .answers import is_html, is_json, succeeded, with_body, with_header
from .changes import the_change
from .model import Mutation, Recorded
from .remedies import status_remedy

_READS: Final = frozenset({"GET", "HEAD"})

_MAY_COME: Final = re.compile(r"/(?:robots\.txt|sitemap\.xml|favicon\.ico|\.well-known/.*)")
"""Paths of files that a service may have one day: nobody relies on it that they are missing."""

_REFUSED: Final = frozenset({401, 403})
_CRASHED: Final = 500

PAGE: Final = "<!doctype html>\n<html lang=en><title>{0}</title>\n<h1>{0}</h1>\n</html>\n"
"""A page like those of servers for an error."""


def _saying(recorded: Recorded, status: int, phrase: str) -> Answer:
    """Return the answer with another status, and a body of the service's own kind that says so.

    A page in place of JSON, or in answer to a write, would count as a firewall's and not as a fault
    of the service (``fetch.is_turned_away``).
    """
    body, content_type = f"{phrase}\n", "text/plain; charset=utf-8"
    if recorded.method == "GET" and is_html(recorded.answer):
        body, content_type = PAGE.format(phrase), "text/html; charset=utf-8"
    elif is_json(recorded.answer):
        body, content_type = f'{{"message": "{phrase}"}}', "application/json"
    sent = b"" if recorded.method == "HEAD" else body.encode()
    return replace(with_body(recorded.answer, sent, content_type), status=status)


def _answered_with(status: int, phrase: str, stands_for: str) -> Mutation:
    """Return the mutation that answers with another status.

    Change an answer that refuses only to a crash: users do not care how they are refused.
    """

    def edit(recorded: Recorded) -> Answer | None:
        refused = recorded.answer.status >= 400
        if recorded.answer.status == status or (refused and status != _CRASHED):
            return None
        return _saying(recorded, status, phrase)

    changes = the_change(f"is answered with {status}", status_remedy, edit)
    return Mutation(f"status-{status}", stands_for, changes)


def _redirected_to_login(recorded: Recorded) -> Answer | None:
    answer = recorded.answer
    if not succeeded(answer):
        return None
    location = f"/login?next={quote(urlsplit(answer.url).path, safe='/%')}"
    return replace(with_header(with_body(answer, b""), "location", location), status=302)


def _there(recorded: Recorded) -> Answer | None:
    """Answer a missing URL with 200 and a page, as a catch-all route does."""
    if recorded.method not in _READS or recorded.answer.status not in GONE:
        return None
    if _MAY_COME.fullmatch(urlsplit(recorded.answer.url).path):
        return None
    body = b"" if recorded.method == "HEAD" else PAGE.format("Welcome").encode()
    return replace(with_body(recorded.answer, body, "text/html; charset=utf-8"), status=200)


def _allowed(recorded: Recorded) -> Answer | None:
    refused = recorded.answer.status in _REFUSED
    return _saying(recorded, 200, "Welcome") if refused else None


STATUSES: Final = (
    _answered_with(404, "Not Found", "a file was not deployed, or a route was renamed"),
    _answered_with(403, "Forbidden", "permissions of a file, a bucket or a role are too narrow"),
    _answered_with(
        _CRASHED, "Internal Server Error", "the code crashes, or its configuration is wrong"
    ),
    _answered_with(503, "Service Unavailable", "nothing runs behind the load balancer"),
    Mutation(
        "redirect-to-login",
        "a login was put in front of what everybody may see",
        the_change("is answered with a redirect to a login", status_remedy, _redirected_to_login),
    ),
    Mutation(
        "missing-is-there",
        "a catch-all route answers every URL with a page",
        the_change("is there with 200, though it must not be", status_remedy, _there),
    ),
    Mutation(
        "refused-is-allowed",
        "a rule for access was lost, or a debug setting stayed on",
        the_change("is answered with 200, though it must be refused", status_remedy, _allowed),
    ),
)
