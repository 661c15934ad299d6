"""Faults of the submission side."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults.model import SubmissionAct, SubmissionFault, Verdict
from fhr_standin.resource import HTML, message

Concerns = Callable[[Submission, Reply], bool]

_DOWN = Reply(503)
_SUBMIT = "/*submit/*"  # the version may be left out
_SLOW = 60.0  # seconds; longer than any client of the service waits


def _submits(_ask: Submission, reply: Reply) -> bool:
    return reply.effect == "store"


def _deletes(_ask: Submission, reply: Reply) -> bool:
    return reply.effect == "delete"


def _writes(ask: Submission, _reply: Reply) -> bool:
    return ask.writes


def _where(concerns: Concerns, act: SubmissionAct) -> SubmissionAct:
    return lambda ask, reply: act(ask, reply) if concerns(ask, reply) else reply


def _instead(reply: Reply) -> SubmissionAct:
    """Answer this and leave the store alone."""
    return lambda _ask, _reply: reply


def _only(nth: Callable[[int], bool], act: SubmissionAct) -> SubmissionAct:
    return lambda ask, reply: act(ask, reply) if nth(ask.nth("")) else reply


def _refuse(status: int, when: Callable[[Submission], bool]) -> SubmissionAct:
    """Refuse what would be stored if `when` holds."""
    return _where(lambda ask, reply: _submits(ask, reply) and when(ask), _instead(Reply(status)))


def _lost(_ask: Submission, reply: Reply) -> Reply:
    return replace(reply, drop=True)


def _first(number: int) -> bool:
    return number == 1


def _second(number: int) -> bool:
    return number % 2 == 0


def _other_id(_ask: Submission, reply: Reply) -> Reply:
    return replace(reply, body=str(uuid4()).encode())


def _lost_delete(ask: Submission, reply: Reply) -> Reply:
    """Lose the first reply; the repeat of that very delete finds nothing any more."""
    if ask.nth("") == 1:
        ask.counts[ask.id] = 1
        return replace(reply, drop=True)
    if ask.counts.pop(ask.id, 0):
        return Reply(404)
    return reply


def _fault(
    name: str,
    doc: str,
    act: SubmissionAct | None = None,
    *,
    skips: str = "",
    verdict: Verdict = "FAILED",
    touches: str = _SUBMIT,
    status: int | None = 201,
    error: str = "",
) -> SubmissionFault:
    return SubmissionFault(
        name,
        verdict,
        "submission",
        doc,
        act,
        skips,
        touches=(touches,),
        status=status,
        error=error,
    )


FAULTS = [
    _fault(
        "submit-no-id",
        "stored, but the body of the 201 is empty",
        _where(_submits, lambda _ask, reply: replace(reply, body=b"")),
    ),
    _fault("submit-other-id", "stored, but the 201 names another id", _where(_submits, _other_id)),
    _fault(
        "submit-500-after-storing",
        "stored, then answered 500",
        _where(_submits, lambda _ask, reply: replace(reply, status=500, body=b"", media="")),
        status=500,
    ),
    _fault(
        "submit-slow",
        f"stored at once, answered after {_SLOW:.0f} seconds",
        _where(_submits, lambda _ask, reply: replace(reply, delay=_SLOW)),
        error="timeout",
    ),
    _fault(
        "submit-503-every-second",
        "each second POST, PUT or DELETE is 503",
        _where(_writes, _only(_second, _instead(_DOWN))),
        touches="/*",
        status=503,
    ),
    _fault(
        "submit-refuses-deflate",
        "a deflated document is 400",
        _refuse(400, lambda ask: "json+zlib" in ask.content_type),
        status=400,
    ),
    _fault(
        "submit-refuses-plain",
        "a document sent as plain JSON is 400",
        _refuse(400, lambda ask: "json+zlib" not in ask.content_type),
        status=400,
    ),
    _fault(
        "submit-refuses-several-obsolete",
        "a document that names several older ones is 500",
        _refuse(500, lambda ask: len(ask.obsolete) > 1),
        status=500,
    ),
    _fault(
        "submit-202",
        "stored, but answered 202, which Firefox takes for a failure",
        _where(_submits, lambda _ask, reply: replace(reply, status=202)),
        status=202,
    ),
    _fault(
        "submit-redirects",
        "each document is sent to another path, which Firefox does not follow",
        _where(_submits, _instead(Reply(302, headers=(("location", "/login"),)))),
        status=302,
    ),
    _fault(
        "submit-login-page",
        "each document is answered by a login page with 200 and not stored",
        _where(_submits, _instead(Reply(200, message(200, "Log in").body, HTML))),
        status=200,
    ),
    _fault(
        "submit-refuses-put",
        "PUT is 403",
        _refuse(403, lambda ask: ask.method == "PUT"),
        status=403,
    ),
    _fault(
        "submit-refuses-versionless",
        "a path without the version segment is 404",
        _refuse(404, lambda ask: not ask.version),
        touches="/submit/*",
        status=404,
    ),
    _fault(
        "submit-refuses-no-id",
        "a document without an id is 404",
        _refuse(404, lambda ask: not ask.id),
        touches="/*submit/{namespace}",
        status=404,
    ),
    _fault(
        "submit-limit-lowered",
        "a document over 100,000 bytes is 413, far below bagheera's limit",
        _refuse(413, lambda ask: ask.size > 100_000),
        status=413,
    ),
    _fault(
        "submit-refuses-obsolete",
        "a document that names older ones is 400",
        _refuse(400, lambda ask: bool(ask.obsolete)),
        status=400,
    ),
    # DELETE is 200 then, and the other methods are 201.
    _fault("namespace-unchecked", "any namespace is taken", skips="namespace", status=None),
    _fault("id-unchecked", "an id need not be a UUID", skips="id"),
    _fault(
        "endpoint-unchecked",
        "any endpoint takes documents",
        skips="endpoint",
        touches="/{version}/{endpoint}/{namespace}/{id}",
    ),
    _fault("oversize-accepted", "a body over the limit is taken", skips="size"),
    _fault("empty-accepted", "an empty document is taken", skips="empty"),
    _fault(
        "get-allowed",
        "GET of a document is 200",
        _where(
            lambda ask, reply: ask.method == "GET" and reply.status == 403,
            _instead(Reply(200)),
        ),
        status=200,
    ),
    _fault("delete-refused", "DELETE is 403", _where(_deletes, _instead(Reply(403))), status=403),
    _fault("delete-broken", "DELETE is 500", _where(_deletes, _instead(Reply(500))), status=500),
    _fault(
        "submit-reply-lost-once",
        "the first document is stored and its answer lost, then all is well",
        _where(_submits, _only(_first, _lost)),
        verdict="PASSED",
        error="reset",
    ),
    _fault(
        "submit-503-once",
        "the first document is 503, then all is well",
        _where(_submits, _only(_first, _instead(_DOWN))),
        verdict="PASSED",
        status=503,
    ),
    _fault(
        "delete-reply-lost-once",
        "the first DELETE works but its answer is lost and its repeat is 404, then all is well",
        _where(_deletes, _lost_delete),
        verdict="PASSED",
        error="reset",
    ),
    _fault(
        "submit-401",
        "every POST, PUT and DELETE is 401",
        _where(_writes, _instead(Reply(401, headers=(("www-authenticate", 'Basic realm="fhr"'),)))),
        verdict="INCONCLUSIVE",
        touches="/*",
        status=401,
    ),
    _fault(
        "submit-firewall",
        "a firewall answers every POST, PUT and DELETE with 403 and an HTML page",
        _where(_writes, _instead(Reply(403, message(403, "Request blocked").body, HTML))),
        verdict="INCONCLUSIVE",
        touches="/*",
        status=403,
    ),
    _fault(
        "submit-429-a-day",
        "every POST, PUT and DELETE is 429, to be tried again in a day",
        _where(_writes, _instead(Reply(429, headers=(("retry-after", "86400"),)))),
        verdict="INCONCLUSIVE",
        touches="/*",
        status=429,
    ),
]
