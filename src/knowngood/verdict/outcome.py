"""What became of one item, small enough to travel from a worker to the controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..content.json_schema import SchemaMismatch
from ..fetch.probe import ANSWERED_WRONG, RETRIED_CAUSES, Cause, Exchange
from ..fetch.response import Blocked, NoAnswer

PASSED, FAILED, INCONCLUSIVE, SKIPPED = "passed", "failed", "inconclusive", "skipped"

_RUNNER_CAUSES = frozenset({Cause.RUNNER, Cause.BUDGET, Cause.GUARD})
_DEPLOYMENTS_FAULT = (AssertionError, LookupError, TypeError, ValueError, AttributeError)
"""What a check raises when an answer is not what it reads it as. Other exceptions, a full disk
or a broken import, are the runner's trouble."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one item ended.

    ``result`` is passed, failed, inconclusive or skipped; ``kind`` the class of what went wrong:
    content, status, schema, redirect, a :class:`.Cause`, blocked or runner. Where
    no answer came (``SILENT``), whether that is the deployment's fault is decided over the whole
    run. ``phase`` is that of the last attempt, ``origin`` that of the exchange concerned, and
    ``began`` the start of its last attempt. ``asked`` names the groups its requests are counted in.
    ``again`` marks a second word on an item, from its teardown.
    """

    nodeid: str
    check: str
    claim: str
    values: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    result: str = PASSED
    kind: str = ""
    message: str = ""
    place: str = ""
    began: float = 0.0
    phase: str = ""
    origin: str = ""
    exchange: Mapping[str, Any] | None = None
    again: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """The outcome that ``to_json`` was called on."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Classified:
    """What an exception that ended a check means."""

    result: str
    kind: str
    message: str
    exchange: Exchange | None = None


def classify(error: BaseException) -> Classified:
    """Whose fault ``error`` is, and of which class."""
    if isinstance(error, NoAnswer):
        return _unanswered(error.exchange)
    if isinstance(error, Blocked):
        return Classified(INCONCLUSIVE, "blocked", str(error), error.exchange)
    if isinstance(error, SchemaMismatch):
        return Classified(FAILED, "schema", str(error))
    message = (
        str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
    )
    if isinstance(error, _DEPLOYMENTS_FAULT) or _is_pytest_fail(error):
        return Classified(FAILED, "content", message)
    return Classified(INCONCLUSIVE, "runner", message)


def _unanswered(exchange: Exchange) -> Classified:
    if not exchange.attempts:
        return Classified(INCONCLUSIVE, str(Cause.BUDGET), "not asked", exchange)
    last = exchange.attempts[-1]
    phase = f" ({last.phase})" if last.phase else ""
    message = f"{last.cause}{phase}: {last.detail}"
    if _is_unsettled(exchange):
        return Classified(INCONCLUSIVE, "unsettled", f"{message}; not sent again", exchange)
    if last.cause in ANSWERED_WRONG:
        return Classified(FAILED, str(last.cause), message, exchange)
    if last.cause in _RUNNER_CAUSES:
        return Classified(INCONCLUSIVE, str(last.cause), message, exchange)
    return Classified(FAILED, str(last.cause), message, exchange)


def sharpened(kind: str, message: str, exchange: Exchange | None) -> str:
    """The class of a failed assertion: ``status`` or ``redirect`` where it is the status that is
    not as expected, by what pytest says of the assertion; otherwise ``kind``.
    """
    answer = exchange.answer if exchange is not None else None
    if kind != "content" or answer is None or ".status_code" not in message:
        return kind
    return "redirect" if 300 <= answer.status < 400 and answer.header("location") else "status"


def _is_unsettled(exchange: Exchange) -> bool:
    """Whether a retry could have settled it, and was not made since the first attempt may have
    been carried out.
    """
    last = exchange.attempts[-1]
    passing = last.cause in RETRIED_CAUSES and not last.never_sent
    return passing and not exchange.probe.may_be_repeated


def _is_pytest_fail(error: BaseException) -> bool:
    """``pytest.fail()`` raises an exception of its own, which is no AssertionError."""
    from _pytest.outcomes import Failed

    return isinstance(error, Failed)
