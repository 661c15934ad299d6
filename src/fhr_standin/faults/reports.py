"""Faults that meet some reports and not others, by their size, their letters or their id."""

from dataclasses import replace

from fhr_standin.bagheera import MAX_BODY, Reply, Submission
from fhr_standin.faults.replies import fault, instead, refuse, submits, where

_MUCH = 100_000  # bytes; most reports are smaller
_ONE_ID = "5a0c7e57-0614-4013-8f00-d0c5a0c7e571"


def _made_up(ask: Submission, reply: Reply) -> bool:
    """Whether a document is stored under an id that the server makes."""
    return submits(ask, reply) and not ask.id


def _large(ask: Submission, reply: Reply) -> bool:
    return submits(ask, reply) and ask.size > _MUCH


def _deflated(ask: Submission) -> bool:
    return ask.size != len(ask.text)


FAULTS = [
    fault(
        "submit-refuses-non-ascii",
        "a document with a letter beyond ASCII is 500",
        refuse(500, lambda ask: not ask.text.isascii()),
        status=500,
    ),
    fault(
        "submit-new-id-no-uuid",
        "a document without an id is not stored, and the 201 names what is no UUID",
        where(_made_up, instead(Reply(201, b"a-new-report-of-firefox", "plain/text"))),
        touches="/*submit/{namespace}",
    ),
    fault(
        "submit-new-id-same",
        "each document without an id gets the same one",
        where(_made_up, lambda _ask, reply: replace(reply, body=_ONE_ID.encode(), id=_ONE_ID)),
        touches="/*submit/{namespace}",
    ),
    fault(
        "submit-large-no-id",
        f"a document over {_MUCH:,} bytes is stored, but the body of the 201 is empty",
        where(_large, lambda _ask, reply: replace(reply, body=b"")),
    ),
    fault(
        "submit-deflated-limit-lowered",
        f"a deflated document over {_MUCH:,} bytes is 413",
        refuse(413, lambda ask: _deflated(ask) and ask.size > _MUCH),
        status=413,
    ),
    fault(
        "submit-inflated-limit",
        "the limit counts the bytes of the inflated document",
        refuse(413, lambda ask: len(ask.text) > MAX_BODY + MAX_BODY // 2),
        status=413,
    ),
]
