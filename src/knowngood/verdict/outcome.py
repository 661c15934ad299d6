"""What became of one item, small enough to travel from a worker to the controller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..content import json_schema
from ..fetch import RETRIED_ERRORS, AttemptError, Blocked, Exchange, NoAnswer, PageTooLarge
from ..safety import DeploymentError, RunnerError, UsageError

PASSED, FAILED, INCONCLUSIVE, SKIPPED = "passed", "failed", "inconclusive", "skipped"

_RUNNER_ERRORS = frozenset({AttemptError.RUNNER, AttemptError.BUDGET, AttemptError.GUARD})
_MISREAD_ANSWER = (AssertionError, LookupError, TypeError, ValueError, AttributeError)
"""What a check's own code raises when an answer is not what the check reads it as."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one item ended.

    Attributes:
        nodeid: pytest's id of the item.
        check: file and function, without folder and case.
        claim: what the check claims.
        values: the values of the case, by field.
        asked: the groups in which its requests are counted.
        result: passed, failed, inconclusive or skipped.
        kind: what went wrong: content, status, schema, redirect, release, blocked, runner or a
            :class:`.AttemptError`. Of one in ``SILENT`` the whole run decides whose fault it is.
        message: what went wrong, in words.
        expected: what a comparison expected; empty where the message says it.
        got: what it got.
        place: file and line of the check.
        began: when the last attempt of the exchange began, in seconds since the epoch.
        phase: the phase in which the last attempt failed.
        origin: the origin of the first exchange.
        exchanges: the exchanges that the failure is about, as plain data, the most telling first.
        reads: the URLs of all answers that the failed statement reads.
        again: whether this replaces an earlier outcome of the item, since its teardown failed.
    """

    nodeid: str
    check: str
    claim: str
    values: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    result: str = PASSED
    kind: str = ""
    message: str = ""
    expected: str = ""
    got: str = ""
    place: str = ""
    began: float = 0.0
    phase: str = ""
    origin: str = ""
    exchanges: Sequence[Mapping[str, Any]] = ()
    reads: Sequence[str] = ()
    again: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """Return the outcome that ``to_json`` was called on."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Classified:
    """What an exception that ended a check means.

    Attributes:
        result: failed or inconclusive.
        kind: as in :class:`Outcome`.
        message: what went wrong, in words.
        exchange: the exchange that the exception is about, if it names one.
    """

    result: str
    kind: str
    message: str
    exchange: Exchange | None = None


def classify(error: BaseException) -> Classified:
    """Decide whose fault ``error`` is: the one place that does.

    Errors of :mod:`knowngood.safety.errors` say so by their branch. Of other exceptions, those that
    reading a wrong answer raises count as the deployment's, and the rest, such as a full disk or a
    broken import, as the runner's. For a NoAnswer the whole run decides.
    """
    if isinstance(error, NoAnswer):
        return _unanswered(error.exchange)
    if isinstance(error, UsageError | RunnerError):
        return _runners(error)
    if isinstance(error, (DeploymentError, *_MISREAD_ANSWER)) or _is_pytest_fail(error):
        return _deployments(error)
    return _runners(error)


def _deployments(error: BaseException) -> Classified:
    kind = "schema" if isinstance(error, json_schema.SchemaMismatch) else "content"
    plain = isinstance(error, AssertionError)
    message = str(error) if plain else f"{type(error).__name__}: {error}"
    exchange = error.exchange if isinstance(error, PageTooLarge) else None
    return Classified(FAILED, kind, message, exchange)


def _runners(error: BaseException) -> Classified:
    if isinstance(error, Blocked):
        return Classified(INCONCLUSIVE, "blocked", str(error), error.exchange)
    return Classified(INCONCLUSIVE, "runner", f"{type(error).__name__}: {error}")


def _unanswered(exchange: Exchange) -> Classified:
    last = exchange.attempts[-1]
    phase = f" ({last.phase})" if last.phase else ""
    message = f"{last.error}{phase}: {last.detail}"
    if _is_unsettled(exchange):
        return Classified(INCONCLUSIVE, "unsettled", f"{message}; not sent again", exchange)
    result = INCONCLUSIVE if last.error in _RUNNER_ERRORS else FAILED
    return Classified(result, str(last.error), message, exchange)


def sharpened(kind: str, about_status: bool, exchanges: Sequence[Exchange]) -> str:
    """Return ``status`` or ``redirect`` for a failure about the status of its first exchange;
    otherwise ``kind``.
    """
    answer = exchanges[0].answer if exchanges else None
    if kind not in {"content", "schema"} or answer is None or not about_status:
        return kind
    return "redirect" if 300 <= answer.status < 400 and answer.header("location") else "status"


def _is_unsettled(exchange: Exchange) -> bool:
    """Return whether a retry could have settled it, and was not made since the server may have
    carried out the first attempt.
    """
    last = exchange.attempts[-1]
    may_pass = last.error in RETRIED_ERRORS and not last.never_sent
    return may_pass and not exchange.probe.may_be_repeated


def _is_pytest_fail(error: BaseException) -> bool:
    """Return whether ``pytest.fail()`` raised it: its exception is no AssertionError."""
    from _pytest.outcomes import Failed

    return isinstance(error, Failed)
