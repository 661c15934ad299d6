"""The gate's decision, printed; and the way around it, on record."""

from __future__ import annotations

from pathlib import Path

from ..environment import BadEnvironment
from ..safety import Say, one_line, plural
from . import attestation
from .gate import GateDecision, decide
from .gate_question import GateQuestion
from .record import OVERRIDDEN, RecordKind


def permitted(
    question: GateQuestion,
    override: str | None,
    *,
    push: bool,
    say: Say,
    export: Path | None = None,
) -> str | None:
    """Print how what is live differs from the records, what would go out, and every reason why
    not; return the commit if it may go.

    ``override`` lets it through against all reasons, on a record that ``push`` pushes. The file
    ``export`` gets the answer as attestations. Raises GitError, RecordNotWritten, BadEnvironment.
    """
    decision = decide(question)
    _print(decision, say)
    if export is not None:
        attestation.write(export, question, decision)
    release, environment = one_line(question.release, 80), question.ledger.environment.name
    count = len(decision.reasons)
    if not count:
        say(f"{release} may go to {environment}")
    elif not override:
        say(f"{release} may not go to {environment}: {plural(count, 'reason')}")
        return None
    elif decision.commit is None:
        raise BadEnvironment(f"--override: there is no release {release}")
    else:
        reason = f"{one_line(override, 600)} (against {plural(count, 'reason')})"
        name = question.ledger.enter(
            RecordKind.OVERRIDDEN,
            question.release,
            decision.commit,
            OVERRIDDEN,
            reason,
            push_it=push,
        )
        say(f"let through, on record as {name}")
    return decision.commit


def _print(decision: GateDecision, say: Say) -> None:
    if decision.difference:
        say(decision.difference)
    for commit, passes in decision.outgoing:
        say(f"{'   ' if passes else ' ! '}{commit}")
    for number, reason in enumerate(decision.reasons, 1):
        say(f"{number}. {reason.obstacle}\n   → {reason.to_do}")
