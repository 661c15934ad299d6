"""Faults by which reports can be read, or outlive their users' opting out."""

import json
from collections.abc import Callable
from dataclasses import replace

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults.model import SubmissionAct, SubmissionFault
from fhr_standin.faults.replies import BLOCKED, answer_with, fault, instead, submits, where

_STORED = Reply(200, b"{}", "application/json")


def _knows(ask: Submission, reply: Reply) -> bool:
    """Note what is stored, and return whether the request is for something that was."""
    if submits(ask, reply):
        ask.counts[reply.id] = 1
    return bool(ask.counts[ask.id])


def _readable(when: Callable[[Submission], bool]) -> SubmissionAct:
    """Hand out what was stored to whoever knows its id and asks so."""

    def act(ask: Submission, reply: Reply) -> Reply:
        return _STORED if _knows(ask, reply) and reply.status == 403 and when(ask) else reply

    return act


def _listed(ask: Submission, reply: Reply) -> Reply:
    """List the ids of what was stored to whoever asks for the whole namespace."""
    _knows(ask, reply)
    if ask.method != "GET" or ask.id or reply.status != 403:
        return reply
    return replace(_STORED, body=json.dumps([name for name in ask.counts if name]).encode())


def _deletes(_ask: Submission, reply: Reply) -> bool:
    return reply.effect == "delete"


def _missed(status: int) -> SubmissionAct:
    """Answer this to a DELETE of what is not there."""

    def act(ask: Submission, reply: Reply) -> Reply:
        known = _knows(ask, reply)
        if not _deletes(ask, reply):
            return reply
        ask.counts.pop(ask.id, 0)
        return reply if known else Reply(status)

    return act


FAULTS = [
    fault(
        "get-stored-allowed",
        "GET of a document that was stored is 200",
        _readable(lambda ask: ask.method == "GET"),
        status=200,
    ),
    fault(
        "get-versionless-allowed",
        "GET of a document that was stored is 200 at its path without the version segment",
        _readable(lambda ask: ask.method == "GET" and not ask.version),
        touches="/submit/*",
        status=200,
    ),
    fault(
        "head-stored-allowed",
        "HEAD of a document that was stored is 200",
        _readable(lambda ask: ask.method == "HEAD"),
        status=200,
    ),
    fault(
        "documents-listed",
        "GET of the namespace lists the ids of all that was stored",
        _listed,
        touches="/*submit/{namespace}",
        status=200,
    ),
    fault("delete-refused", "DELETE is 403", where(_deletes, instead(Reply(403))), status=403),
    fault("delete-not-found", "DELETE is 404", where(_deletes, instead(Reply(404))), status=404),
    fault("delete-broken", "DELETE is 500", where(_deletes, instead(Reply(500))), status=500),
    fault(
        "delete-firewall",
        "a firewall answers every DELETE with 403 and an HTML page",
        where(_deletes, instead(BLOCKED)),
        status=403,
    ),
    fault(
        "delete-202",
        "deleted, but answered 202, which Firefox takes for a failure",
        where(_deletes, answer_with(202)),
        status=202,
    ),
    fault(
        "delete-204",
        "deleted, but answered 204, which Firefox takes for a failure",
        where(_deletes, answer_with(204)),
        status=204,
    ),
    SubmissionFault(
        "sound-deleted-again",
        "PASSED",
        "submission",
        "nothing is wrong: DELETE of what is not there, or no longer, is 404",
        _missed(404),
    ),
    fault(
        "delete-again-500",
        "DELETE of what is not there, or no longer, is 500",
        _missed(500),
        status=500,
    ),
    fault(
        "delete-versionless-not-found",
        "DELETE of a path without the version segment is 404",
        where(lambda ask, reply: _deletes(ask, reply) and not ask.version, instead(Reply(404))),
        touches="/submit/*",
        status=404,
    ),
]
