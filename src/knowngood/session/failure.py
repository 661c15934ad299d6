"""Find what a failed check is about: which answers, what was expected, what came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from ..fetch import Exchange, Probe, WrongStatus
from ..safety import DeploymentError, KnowngoodError
from ..verdict.outcome import is_pytest_fail
from .comparison import Comparison, Explanation
from .error_words import explained
from .failed_statement import Answers, Statement, failed_statement

_ABOUT: Final = 8  # exchanges that one failure may be about
_FURTHER: Final = 30  # exchanges that a loop would have failed on, too
_READS: Final = 200  # URLs that are kept of what a failed statement reads

Repeat: TypeAlias = Callable[[Probe, Probe], Sequence[Exchange]]
"""Sends again what failed, and what succeeded with other headers."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed check's exception is about.

    Attributes:
        words: what is wrong, in words; empty if the error itself says it.
        exchanges: the exchanges that it is about, the most telling first.
        further: other exchanges of the same set or loop that are wrong, too.
        found_in: of those that a page needs, the URL of the answer that refers to them.
        reads: the URLs of all answers that the failed statement reads.
        about_status: whether the status of the answer is what failed.
        about_answer: whether it is about an answer, and not about the check's own code.
    """

    words: Explanation
    exchanges: tuple[Exchange, ...] = ()
    further: tuple[Exchange, ...] = ()
    found_in: Mapping[Exchange, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    about_status: bool = False
    about_answer: bool = False


def failure_of(
    error: BaseException,
    comparison: Comparison | None,
    sent: Sequence[Exchange],
    declared: Iterable[Exchange],
    *,
    in_check: bool,
    repeat: Repeat,
) -> Failure:
    """Return what ``error`` is about.

    ``comparison`` is the last one that failed, ``sent`` what the check's clients sent, in order,
    ``declared`` the answers to its marks. ``in_check`` is False if a fixture raised ``error``: that
    is about an answer only if it names one, or a client has sent something. ``repeat`` shows if
    other headers make a difference: it may be chance, or the deployment may have changed.
    """
    statement = failed_statement(error.__traceback__)
    words = explained(error, statement, comparison)
    answers = _answers(error, statement, sent, declared, words.text)
    exchanges = _most_telling(answers, words.text)
    compared = exchanges if in_check or sent else ()
    if not _is_about_answer(error, statement, comparison, compared):
        return Failure(Explanation(lines=(words.text,)))
    further: tuple[Exchange, ...] = ()
    found_in = answers.found_in
    about_status = isinstance(error, WrongStatus) or _is_about_status(statement, exchanges)
    if about_status:
        words = _with_declared(words, exchanges)
        loop = statement.answers_of_loop() if statement is not None else Answers()
        is_right = partial(_is_right, exchanges[0], words.expected, comparison)
        further = _further(answers, loop, exchanges, is_right)
        found_in = {**loop.found_in, **found_in}
        exchanges = _with_other_headers(exchanges, [*sent, *declared], repeat)
    reads = (e.probe.url for e in (*exchanges, *answers.single, *answers.members))
    return Failure(
        words,
        exchanges=tuple(e for e in exchanges if e not in further),
        further=further,
        found_in=found_in,
        reads=tuple(dict.fromkeys(reads))[:_READS],
        about_status=about_status,
        about_answer=True,
    )


def _with_declared(words: Explanation, exchanges: Sequence[Exchange]) -> Explanation:
    """Add the status that the check has declared, where it compared no status."""
    answer, declared = exchanges[0].answer, exchanges[0].probe.expect
    got = str(answer.status) if answer is not None else ""
    if declared is None or got in {"", str(declared), words.got}:
        return words
    return replace(words, lines=(words.text,), expected=str(declared), got=got)


def _with_other_headers(
    exchanges: Sequence[Exchange], known: Iterable[Exchange], repeat: Repeat
) -> tuple[Exchange, ...]:
    """Put behind the first exchange, if it is no success, the success that the same request got
    with other headers, and both once more: who repeats it without them sees nothing wrong.
    """
    first, *others = exchanges
    same = replace(first.probe, headers=())
    for exchange in (*others, *known):
        is_like = replace(exchange.probe, headers=(), sample=same.sample) == same
        if is_like and exchange.probe.headers != first.probe.headers and 0 < exchange.status < 300:
            repeated = repeat(first.probe, exchange.probe)
            return tuple(dict.fromkeys((first, exchange, *repeated, *others)))
    return tuple(exchanges)


def _most_telling(answers: Answers, message: str) -> tuple[Exchange, ...]:
    """Return the exchanges that a failure is about, the most telling first."""
    exchanges = tuple(answers.single) or _outliers(list(answers.members), message)
    unanswered = [exchange for exchange in answers.members if exchange.answer is None]
    return tuple(sorted(dict.fromkeys((*exchanges, *unanswered)), key=_rank)[:_ABOUT])


def _further(
    answers: Answers,
    loop: Answers,
    exchanges: Sequence[Exchange],
    is_right: Callable[[Exchange], bool],
) -> tuple[Exchange, ...]:
    """Return the other answers of a set or loop that have a wrong status like the first: of a set
    without a single answer, all of ``exchanges`` but the first are among them.

    If the first is a success, the check expects an error, and there are none.
    """
    if not exchanges or _rank(exchanges[0]) == 2:
        return ()
    first = exchanges if answers.single else exchanges[:1]
    members = dict.fromkeys((*exchanges, *loop.members))
    troubled = (e for e in members if e not in first and _rank(e) < 2)
    return tuple(islice((e for e in troubled if not is_right(e)), _FURTHER))


def _is_right(
    first: Exchange, expected: str, comparison: Comparison | None, exchange: Exchange
) -> bool:
    """Return whether ``exchange`` has a status with which the check would not have failed at the
    ``first``: by the ``comparison`` that failed, or else the one status that it ``expected``.
    """
    if exchange.answer is None:
        return False
    holds = comparison is not None and comparison.holds_for(exchange.status, got=first.status)
    return holds or str(exchange.status) == expected


def _is_about_answer(
    error: BaseException,
    statement: Statement | None,
    comparison: Comparison | None,
    exchanges: Sequence[Exchange],
) -> bool:
    """Return whether ``error`` is about an answer: an assertion in a check that has one, or any
    exception of a statement that reads one.
    """
    if isinstance(error, KnowngoodError):
        return True
    if statement is None:
        return False
    if exchanges and (isinstance(error, AssertionError) or is_pytest_fail(error)):
        return not _compares_number_with_text(comparison)
    return bool(statement.answers())


def _compares_number_with_text(comparison: Comparison | None) -> bool:
    """Return whether a number was compared with itself as text, ``status_code == "200"``: no answer
    makes that true.
    """
    if comparison is None or comparison.operator != "==":
        return False
    left, right = comparison.left, comparison.right
    number, text = (left, right) if isinstance(right, str) else (right, left)
    return isinstance(number, int) and isinstance(text, str) and str(number) == text


def _is_about_status(statement: Statement | None, exchanges: Sequence[Exchange]) -> bool:
    """Return whether the status of the first exchange failed, or that it has none."""
    if not exchanges or statement is None:
        return False
    answer = exchanges[0].answer
    return answer is None or statement.is_about_status(answer.status, exchanges[0].probe.expect)


def _answers(
    error: BaseException,
    statement: Statement | None,
    sent: Sequence[Exchange],
    declared: Iterable[Exchange],
    text: str,
) -> Answers:
    """Return the answers that a failure is about, by the surest sign there is.

    A DeploymentError raised by the check itself is not about HTTP, unless its statement reads an
    answer.
    """
    exchange = getattr(error, "exchange", None)
    if isinstance(exchange, Exchange):
        return Answers(single={exchange: None})
    answers = statement.answers() if statement is not None else Answers()
    if type(error) is DeploymentError:
        return answers
    if statement is not None and sent and statement.sends_request():
        answers.single = {sent[-1]: None, **answers.single}  # no name stands for what came last
    if not answers and statement is not None:
        answers = statement.answers_in_frame()
        answers.single = dict.fromkeys(list(answers.single)[:1])
    if not answers and sent:
        return Answers(members=dict.fromkeys(_named(sent, text) or sent[-1:]))
    return answers or Answers(members=dict.fromkeys(declared))


def _rank(exchange: Exchange) -> int:
    """Put first what is most likely wrong: no answer, then an error status."""
    if exchange.answer is None:
        return 0
    return 1 if exchange.status >= 400 else 2


def _outliers(exchanges: Sequence[Exchange], message: str) -> tuple[Exchange, ...]:
    """Return those of a set of answers that a failure is about: the ones that its message names,
    that are wrong, or that differ from most others.
    """
    named = _named(exchanges, message)
    troubled = [exchange for exchange in exchanges if _rank(exchange) < 2]
    if named or troubled:
        return tuple(named or troubled)
    looks = [_look(exchange) for exchange in exchanges]
    usual = [look for look, count in Counter(looks).items() if count * 2 > len(looks)]
    differing = [e for e, look in zip(exchanges, looks, strict=True) if usual and look not in usual]
    return tuple(differing or exchanges)


def _named(exchanges: Iterable[Exchange], message: str) -> list[Exchange]:
    """Return those whose URL or path stands in ``message`` by itself."""
    words = {word.rstrip(".:;") for word in re.findall(r"""[^\s"'(),\[\]{}]+""", message)}
    return [e for e in exchanges if {e.probe.url, urlsplit(e.probe.url).path} & words]


def _look(exchange: Exchange) -> tuple[object, ...]:
    answer = exchange.answer
    if answer is None:
        return (None,)
    return answer.status, answer.header("content-type"), sha256(answer.body).digest()
