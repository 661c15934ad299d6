"""The gate's decision, printed; and the way around it, on record."""

from __future__ import annotations

from pathlib import Path

from ..environment import BadEnvironment
from ..safety import Say, one_line, plural
from . import attestation, record_store
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
        say(f"let through, on record as {_record(question, decision.commit, reason, push)}")
    return decision.commit


def _print(decision: GateDecision, say: Say) -> None:
    if decision.difference:
        say(decision.difference)
    for commit, passes in decision.outgoing:
        say(f"{'   ' if passes else ' ! '}{commit}")
    for number, reason in enumerate(decision.reasons, 1):
        say(f"{number}. {reason.obstacle}\n   → {reason.to_do}")


def _record(question: GateQuestion, commit: str, reason: str, push: bool) -> str:
    """Write the record of an override; return its name."""
    repository, name = question.ledger.repository, question.ledger.environment.name
    override = record_store.record_now(
        repository, RecordKind.OVERRIDDEN, name, question.release, commit, OVERRIDDEN, reason=reason
    )
    return record_store.enter(repository, override, push_it=push)
