"""How one item ended, small enough to travel from a worker to the controller."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..fetch import RETRIED_ERRORS, AttemptError, Blocked, Exchange, NoAnswer, is_refused_write
from ..safety import DeploymentError, RunnerError, UsageError

EDGE_OF: Final = "edge of "
"""How the name of a case's value begins that is an edge of an origin: ``edge of content``."""

PASSED, FAILED, INCONCLUSIVE, SKIPPED = "passed", "failed", "inconclusive", "skipped"

_RUNNER_ERRORS = frozenset({AttemptError.RUNNER, AttemptError.BUDGET, AttemptError.GUARD})
_MISREAD_ANSWER = (
    *(AssertionError, LookupError, TypeError, ValueError, AttributeError),
    *(ArithmeticError, StopIteration),
)
"""What a check raises when it misreads an answer. The last two come of the mean of an empty list
and of ``next`` on one."""

_OF_PARSERS: Final = {
    ("xml.parsers.expat", "ExpatError"): "",
    ("xml.sax._exceptions", "SAXParseException"): "",
    ("_csv", "Error"): "new-line character|unexpected end|expected after|contains NUL",
    ("struct", "error"): "^unpack",
    ("zlib", "error"): "decompressing",
    ("_lzma", "LZMAError"): "",
    ("gzip", "BadGzipFile"): "",
    ("builtins", "EOFError"): "^Compressed file ended",
    ("tarfile", "ReadError"): "",
    ("zipfile", "BadZipFile"): "",
    ("yaml.error", "MarkedYAMLError"): "",
    ("yaml.reader", "ReaderError"): "",
    ("PIL", "UnidentifiedImageError"): "",
}
"""What parsers raise, by module and name, and of which words: most checks need none of them. The
other words are of a check that gives a parser what it does not take."""

_OF_THE_MACHINE = (OSError, ImportError, MemoryError)

_JSON_TYPES: Final = (dict, list, str, int, float)
_MISUSE: Final = re.compile(
    r"positional argument|keyword argument|is not callable|method' object|'function' object"
)
_COMPARED: Final = re.compile(r"not supported between instances of '(\w[\w.]*)' and '(\w[\w.]*)'")
_PLAIN: Final = {"NoneType", "bool", "int", "float", "str", "list", "dict"}


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
        kind: what went wrong: content, status, schema, redirect, release, blocked, forbidden (a
            write, maybe by a firewall), check (its own code), runner or a :class:`.AttemptError`.
            For those in ``SILENT``, and for forbidden, the whole run decides whose fault it is.
        message: what went wrong, in words.
        expected: what a comparison expected; empty if the message says it.
        got: what it got.
        aspect: what of an answer is wrong, as an :class:`.Aspect`; empty if unknown.
        place: file and line of the check.
        began: when the last attempt of the exchange began, in seconds since the epoch.
        phase: the phase in which the last attempt failed.
        origin: the origin of the first exchange.
        exchanges: the exchanges that the failure is about, as plain data, the most telling first.
        further: other exchanges of the failed loop that are wrong, too.
        reads: the URLs of all answers that the failed statement reads.
        browser: what the browser shows of the page that it opened, as plain data: its console, the
            requests that failed, the hosts that were not asked, a screenshot as JPEG in base64.
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
    aspect: str = ""
    place: str = ""
    began: float = 0.0
    phase: str = ""
    origin: str = ""
    exchanges: Sequence[Mapping[str, Any]] = ()
    further: Sequence[Mapping[str, Any]] = ()
    reads: Sequence[str] = ()
    browser: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False

    @property
    def exchange(self) -> Mapping[str, Any]:
        """The first of the exchanges; empty if there are none."""
        return next(iter(self.exchanges), {})

    @property
    def first_line(self) -> str:
        """The first line of the message."""
        return next(iter(self.message.splitlines()), "")

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {name: getattr(self, name) for name in self.__slots__}

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
    """

    result: str
    kind: str
    message: str


def classify(error: BaseException, *, about_answer: bool = True) -> Classified:
    """Decide whose fault ``error`` is. No other place does.

    Errors of :mod:`knowngood.safety.errors` say it by their branch. Of other exceptions, a failed
    assertion about an answer, and what reading or parsing a wrong answer raises, are the
    deployment's. A full disk or a missing package is the runner's. All others are faults of the
    check's own code, such as a misspelt name. For a NoAnswer the whole run decides.
    """
    if isinstance(error, NoAnswer):
        return _unanswered(error.exchange)
    if isinstance(error, UsageError):
        return _own_code(error)
    if isinstance(error, RunnerError):
        return _runners(error)
    if isinstance(error, DeploymentError):
        return _deployments(error)
    if isinstance(error, _MISREAD_ANSWER) or is_pytest_fail(error):
        sound = about_answer and not _is_misspelt(error)
        return _deployments(error) if sound else _own_code(error)
    if about_answer and _is_of_parser(error):
        return _deployments(error)
    return _runners(error) if isinstance(error, _OF_THE_MACHINE) else _own_code(error)


def _deployments(error: BaseException) -> Classified:
    from ..content import json_schema

    kind = "schema" if isinstance(error, json_schema.SchemaMismatch) else "content"
    plain = isinstance(error, AssertionError)
    return Classified(FAILED, kind, str(error) if plain else f"{type(error).__name__}: {error}")


def _own_code(error: BaseException) -> Classified:
    return Classified(INCONCLUSIVE, "check", f"{type(error).__name__}: {error}")


def _runners(error: BaseException) -> Classified:
    if isinstance(error, Blocked):
        kind = "forbidden" if is_refused_write(error.exchange) else "blocked"
        return Classified(INCONCLUSIVE, kind, str(error))
    return Classified(INCONCLUSIVE, "runner", f"{type(error).__name__}: {error}")


def _is_misspelt(error: BaseException) -> bool:
    """Return whether a check used a name that no type has, or called a function wrongly: no answer
    makes it do that. ``get`` of a list does not count: JSON may have held an object.
    """
    if isinstance(error, AttributeError):
        known = any(hasattr(kind, error.name or "") for kind in _JSON_TYPES)
        return error.obj is not None and not (isinstance(error.obj, _JSON_TYPES) and known)
    if not isinstance(error, TypeError):
        return False
    compared = _COMPARED.search(str(error))
    kinds = set(compared.groups()) if compared else set()
    return _MISUSE.search(str(error)) is not None or not kinds <= _PLAIN


def _is_of_parser(error: BaseException) -> bool:
    """Return whether a parser refuses what it reads. The XML parsers of the standard library and
    lxml call it a SyntaxError of their own; Python's own is one of code.
    """
    names = [(kind.__module__, kind.__name__) for kind in type(error).__mro__]
    words = next((_OF_PARSERS[name] for name in names if name in _OF_PARSERS), None)
    if words is not None:
        return re.search(words, str(error)) is not None
    return isinstance(error, SyntaxError) and names[0][0] != "builtins"


def _unanswered(exchange: Exchange) -> Classified:
    last = exchange.attempts[-1]
    phase = f" ({last.phase})" if last.phase else ""
    message = f"{last.error}{phase}: {last.detail}"
    if _is_unsettled(exchange):
        return Classified(
            INCONCLUSIVE,
            "unsettled",
            f"{message}; not sent again, since nobody says that it does no harm: see REPEATABLE",
        )
    result = INCONCLUSIVE if last.error in _RUNNER_ERRORS else FAILED
    return Classified(result, str(last.error), message)


def sharpened(kind: str, about_status: bool, exchanges: Sequence[Exchange]) -> str:
    """Return a more exact kind: why there is no answer, or ``status`` or ``redirect`` for a failure
    about the status of its first exchange; otherwise ``kind``.
    """
    if kind not in {"content", "schema"} or not exchanges:
        return kind
    answer = exchanges[0].answer
    if answer is None:
        return str(exchanges[0].error)
    if not about_status:
        return kind
    return "redirect" if 300 <= answer.status < 400 and answer.header("location") else "status"


def _is_unsettled(exchange: Exchange) -> bool:
    """Return whether there was no retry only because the server may have done what was asked."""
    last = exchange.attempts[-1]
    may_pass = last.error in RETRIED_ERRORS and not last.never_sent
    return may_pass and not exchange.probe.may_be_repeated


def is_pytest_fail(error: BaseException) -> bool:
    """Return whether ``pytest.fail()`` raised it: its exception is no AssertionError."""
    from _pytest.outcomes import Failed

    return isinstance(error, Failed)
