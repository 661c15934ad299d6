"""Changes that submission faults are put together from: each makes an act."""

from collections.abc import Callable
from dataclasses import replace

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.faults.model import SubmissionAct, SubmissionFault, Verdict
from fhr_standin.resource import HTML, message

Concerns = Callable[[Submission, Reply], bool]

SUBMIT = "/*submit/*"  # the version may be left out
BLOCKED = Reply(403, message(403, "Request blocked").body, HTML)  # as a firewall answers


def fault(
    name: str,
    doc: str,
    act: SubmissionAct | None = None,
    *,
    skips: str = "",
    verdict: Verdict = "FAILED",
    touches: str = SUBMIT,
    status: int | None = 201,
    error: str = "",
) -> SubmissionFault:
    """Return a submission fault; see SubmissionFault for what the arguments mean."""
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


def submits(_ask: Submission, reply: Reply) -> bool:
    """Whether a document is stored."""
    return reply.effect == "store"


def where(concerns: Concerns, act: SubmissionAct) -> SubmissionAct:
    """Act on the requests and replies that `concerns` is true of."""
    return lambda ask, reply: act(ask, reply) if concerns(ask, reply) else reply


def instead(reply: Reply) -> SubmissionAct:
    """Answer this and leave the store alone."""
    return lambda _ask, _reply: reply


def answer_with(status: int) -> SubmissionAct:
    """Do what was asked, and answer it with another status."""
    return lambda _ask, reply: replace(reply, status=status)


def refuse(status: int, when: Callable[[Submission], bool]) -> SubmissionAct:
    """Refuse what would be stored if `when` holds."""
    return where(lambda ask, reply: submits(ask, reply) and when(ask), instead(Reply(status)))
