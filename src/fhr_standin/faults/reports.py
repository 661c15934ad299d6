"""Faults that meet some reports and not others, by what they hold, or by who sends them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

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


def _newer(ask: Submission) -> bool:
    """Whether a Firefox with three digits in its version asks."""
    return re.search(r"Firefox/\d{3}", ask.agent) is not None


def _report(ask: Submission) -> dict[str, Any]:
    """Return what was sent; empty if it is no object in JSON."""
    try:
        report = json.loads(ask.text)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _measurements(ask: Submission) -> Iterator[dict[str, Any]]:
    """Yield the measurements of each day of a desktop report."""
    report = _report(ask)
    if report.get("version") == 2:
        for day in report.get("data", {}).get("days", {}).values():
            yield from day.values()


FAULTS = [
    fault(
        "submit-refuses-newer",
        "a document of a Firefox from 100 on is 403",
        refuse(403, _newer),
        status=403,
    ),
    fault(
        "submit-refuses-android",
        "a document of a Firefox for Android is 403",
        refuse(403, lambda ask: "Android" in ask.agent),
        status=403,
    ),
    fault(
        "delete-refuses-newer",
        "DELETE is 403 for a Firefox from 100 on",
        where(lambda ask, reply: reply.effect == "delete" and _newer(ask), instead(Reply(403))),
        status=403,
    ),
    fault(
        "submit-refuses-unversioned-measurements",
        "a document with a measurement without _v is 400",
        refuse(400, lambda ask: any("_v" not in one for one in _measurements(ask))),
        status=400,
    ),
    fault(
        "submit-refuses-errors",
        "a document that tells of errors, or that its client did not start, is 400",
        refuse(400, lambda ask: not _report(ask).keys().isdisjoint({"errors", "notInitialized"})),
        status=400,
    ),
    fault(
        "submit-refuses-long-obsolete",
        "a header X-Obsolete-Document of more than 150 bytes is 431",
        refuse(431, lambda ask: any(len(line) > 150 for line in ask.obsolete_lines)),
        status=431,
    ),
    fault(
        "submit-refuses-obsolete-twice",
        "a second header X-Obsolete-Document is 400",
        refuse(400, lambda ask: len(ask.obsolete_lines) > 1),
        status=400,
    ),
    fault(
        "submit-500-some-kilobytes",
        "a document of 5,000 to 20,000 bytes is 500",
        refuse(500, lambda ask: 5_000 < ask.size < 20_000),
        status=500,
    ),
    fault(
        "submit-500-many-kilobytes",
        "a document of 20,000 to 900,000 bytes is 500",
        refuse(500, lambda ask: 20_000 < ask.size < 900_000),
        status=500,
    ),
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
