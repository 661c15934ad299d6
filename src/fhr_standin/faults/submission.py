"""Faults of the submission side."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults.model import SubmissionAct
from fhr_standin.faults.replies import BLOCKED, answer_with, fault, instead, refuse, submits, where
from fhr_standin.resource import HTML, JSON, message

_DOWN = Reply(503)
_BEGINS_WITH_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}.", re.IGNORECASE)
_SLOW = 60.0  # seconds; longer than any client of the service waits


def _deletes(_ask: Submission, reply: Reply) -> bool:
    return reply.effect == "delete"


def _deflated(ask: Submission, reply: Reply) -> bool:
    return submits(ask, reply) and "json+zlib" in ask.content_type


def _writes(ask: Submission, _reply: Reply) -> bool:
    return ask.writes


def _only(nth: Callable[[int], bool], act: SubmissionAct) -> SubmissionAct:
    return lambda ask, reply: act(ask, reply) if nth(ask.nth("")) else reply


def _lost(_ask: Submission, reply: Reply) -> Reply:
    return replace(reply, drop=True)


def _first(number: int) -> bool:
    return number == 1


def _second(number: int) -> bool:
    return number % 2 == 0


def _other_id(_ask: Submission, reply: Reply) -> Reply:
    return replace(reply, body=str(uuid4()).encode())


def _has_ending(ask: Submission, _reply: Reply) -> bool:
    return ask.writes and _BEGINS_WITH_UUID.match(ask.id) is not None


def _take(ask: Submission, _reply: Reply) -> Reply:
    if ask.method == "DELETE":
        return Reply(200, effect="delete", id=ask.id)
    return Reply(201, ask.id.encode(), "text/plain", effect="store", id=ask.id)


def _lost_delete(ask: Submission, reply: Reply) -> Reply:
    """Lose the first reply; the repeat of that very delete finds nothing any more."""
    if ask.nth("") == 1:
        ask.counts[ask.id] = 1
        return replace(reply, drop=True)
    if ask.counts.pop(ask.id, 0):
        return Reply(404)
    return reply


def _says(body: bytes, media: str) -> SubmissionAct:
    """Do what was asked, so that nothing is left behind, and answer this body."""
    return lambda _ask, reply: replace(reply, body=body, media=media)


FAULTS = [
    fault(
        "submit-no-id",
        "stored, but the body of the 201 is empty",
        where(submits, lambda _ask, reply: replace(reply, body=b"")),
    ),
    fault("submit-other-id", "stored, but the 201 names another id", where(submits, _other_id)),
    fault(
        "submit-500-after-storing",
        "stored, then answered 500",
        where(submits, lambda _ask, reply: replace(reply, status=500, body=b"", media="")),
        status=500,
    ),
    fault(
        "submit-slow",
        f"stored at once, answered after {_SLOW:.0f} seconds",
        where(submits, lambda _ask, reply: replace(reply, delay=_SLOW)),
        error="timeout",
    ),
    fault(
        "submit-503-every-second",
        "each second POST, PUT or DELETE is 503",
        where(_writes, _only(_second, instead(_DOWN))),
        touches="/*",
        status=503,
    ),
    fault(
        "submit-refuses-deflate",
        "a deflated document is 400",
        refuse(400, lambda ask: "json+zlib" in ask.content_type),
        status=400,
    ),
    fault(
        "submit-deflate-firewall",
        "a firewall answers every deflated document with 403 and an HTML page",
        where(
            lambda ask, reply: submits(ask, reply) and "zlib" in ask.content_type, instead(BLOCKED)
        ),
        status=403,
    ),
    fault(
        "submit-refuses-plain",
        "a document sent as plain JSON is 400",
        refuse(400, lambda ask: "json+zlib" not in ask.content_type),
        status=400,
    ),
    fault(
        "submit-refuses-several-obsolete",
        "a document that names several older ones is 500",
        refuse(500, lambda ask: len(ask.obsolete) > 1),
        status=500,
    ),
    fault(
        "submit-202",
        "stored, but answered 202, which Firefox takes for a failure",
        where(submits, answer_with(202)),
        status=202,
    ),
    fault(
        "submit-redirects",
        "each document is sent to another path, which Firefox does not follow",
        where(submits, instead(Reply(302, headers=(("location", "/login"),)))),
        status=302,
    ),
    fault(
        "submit-login-page",
        "each document is answered by a login page with 200 and not stored",
        where(submits, instead(Reply(200, message(200, "Log in").body, HTML))),
        status=200,
    ),
    fault(
        "submit-refuses-put",
        "PUT is 403",
        refuse(403, lambda ask: ask.method == "PUT"),
        status=403,
    ),
    fault(
        "submit-refuses-versionless",
        "a path without the version segment is 404",
        refuse(404, lambda ask: not ask.version),
        touches="/submit/*",
        status=404,
    ),
    fault(
        "submit-refuses-no-id",
        "a document without an id is 404",
        refuse(404, lambda ask: not ask.id),
        touches="/*submit/{namespace}",
        status=404,
    ),
    fault(
        "submit-limit-lowered",
        "a document over 100,000 bytes is 413, far below bagheera's limit",
        refuse(413, lambda ask: ask.size > 100_000),
        status=413,
    ),
    fault(
        "submit-refuses-obsolete",
        "a document that names older ones is 400",
        refuse(400, lambda ask: bool(ask.obsolete)),
        status=400,
    ),
    fault(
        "delete-is-html",
        "DELETE is answered by a page with 200, as by a server for all paths",
        where(_deletes, _says(message(200, "FHR").body, HTML)),
        status=200,
    ),
    fault(
        "delete-says-error",
        "DELETE is 200 with JSON that says error",
        where(_deletes, _says(b'{"status": "error"}', JSON)),
        status=200,
    ),
    fault(
        "delete-says-why",
        "DELETE is 200 with JSON that says why nothing was deleted",
        where(_deletes, _says(b'{"error": "read-only"}', JSON)),
        status=200,
    ),
    # DELETE is 200 then, and the other methods are 201.
    fault("namespace-unchecked", "any namespace is taken", skips="namespace", status=None),
    fault("id-unchecked", "an id need not be a UUID", skips="id"),
    fault(
        "id-with-an-ending",
        "an id need only begin with a UUID",
        where(_has_ending, _take),
    ),
    fault(
        "endpoint-unchecked",
        "any endpoint takes documents",
        skips="endpoint",
        touches="/{version}/{endpoint}/{namespace}/{id}",
    ),
    fault("oversize-accepted", "a body over the limit is taken", skips="size"),
    fault("empty-accepted", "an empty document is taken", skips="empty"),
    fault(
        "get-allowed",
        "GET of a document is 200",
        where(
            lambda ask, reply: ask.method == "GET" and reply.status == 403,
            instead(Reply(200)),
        ),
        status=200,
    ),
    fault(
        "submit-reply-lost-once",
        "the first document is stored and its answer lost, then all is well",
        where(submits, _only(_first, _lost)),
        verdict="PASSED",
        error="reset",
    ),
    fault(
        "submit-503-once",
        "the first document is 503, then all is well",
        where(submits, _only(_first, instead(_DOWN))),
        verdict="PASSED",
        status=503,
    ),
    fault(
        "delete-reply-lost-once",
        "the first DELETE works but its answer is lost and its repeat is 404, then all is well",
        where(_deletes, _lost_delete),
        verdict="PASSED",
        error="reset",
    ),
    fault(
        "submit-401",
        "every POST, PUT and DELETE is 401",
        where(_writes, instead(Reply(401, headers=(("www-authenticate", 'Basic realm="fhr"'),)))),
        verdict="INCONCLUSIVE",
        touches="/*",
        status=401,
    ),
    fault(
        "submit-firewall",
        "a firewall answers every POST, PUT and DELETE with 403 and an HTML page",
        where(_writes, instead(BLOCKED)),
        verdict="INCONCLUSIVE",
        touches="/*",
        status=403,
    ),
    fault(
        "submit-429-a-day",
        "every POST, PUT and DELETE is 429, to be tried again in a day",
        where(_writes, instead(Reply(429, headers=(("retry-after", "86400"),)))),
        verdict="INCONCLUSIVE",
        touches="/*",
        status=429,
    ),
]
