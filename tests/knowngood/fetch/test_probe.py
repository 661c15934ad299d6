"""A probe, its attempts and its answer, and what they say of each other."""

import pickle

import pytest

from knowngood.fetch.attempt_error import (
    ANSWERED_WRONG,
    RETRIED_ERRORS,
    RETRIED_STATUSES,
    AttemptError,
)
from knowngood.fetch.probe import IDEMPOTENT_METHODS, SAFE_METHODS, Answer, Attempt, Exchange, Probe

PROBE = Probe("content", "https://h/")


def answer(status: int = 200, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(status, "https://h/", headers, b"")


def test_probes_that_put_the_same_request_are_equal() -> None:
    """Origin's name and declaration do not tell requests apart; an answer serves both."""
    one = Probe("content", "https://h/", template="a")
    other = Probe("site", "https://h/", template="b", repeatable=False)
    assert one == other
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    "other",
    [
        Probe("content", "https://h/x"),
        Probe("content", "https://h/", method="HEAD"),
        Probe("content", "https://h/", sample=2),
        Probe("content", "https://h/", follow=True),
        Probe("content", "https://h/", headers=(("A", "b"),)),
        Probe("content", "https://h/", body=b""),
    ],
    ids=["url", "method", "sample", "follow", "headers", "body"],
)
def test_probes_that_put_another_request_differ(other: Probe) -> None:
    """Whatever changes what is sent, or is a sample of its own, is another probe."""
    assert other != PROBE


def test_methods_errors_and_statuses() -> None:
    """What is repeated is what RFC 9110 lets be repeated, and what may pass by itself."""
    assert SAFE_METHODS < IDEMPOTENT_METHODS
    assert "POST" not in IDEMPOTENT_METHODS
    assert {408, 421, 429, 502, 503, 504, 522} <= RETRIED_STATUSES
    assert not RETRIED_ERRORS & {
        AttemptError.TLS,
        AttemptError.GUARD,
        AttemptError.TOO_LARGE,
        AttemptError.RUNNER,
    }
    assert not ANSWERED_WRONG & {
        AttemptError.DNS,
        AttemptError.REFUSED,
        AttemptError.TIMEOUT,
        AttemptError.RUNNER,
    }


def test_header_in_any_case() -> None:
    """Headers are found whatever their case; one that is not there is None."""
    received = answer(200, (b"Content-TYPE", b"text/html"))
    assert received.header("content-type") == "text/html"
    assert received.header("content") is None


def test_header_sent_twice() -> None:
    """Two lines of one name are one list, as for httpx: no second layer goes unseen."""
    received = answer(200, (b"Content-Encoding", b"gzip"), (b"content-encoding", b"gzip"))
    assert received.header("content-encoding") == "gzip, gzip"


def test_header_that_is_no_ascii() -> None:
    """A header of any bytes can be read."""
    assert answer(200, (b"X", b"\xe9\xff")).header("x") == "éÿ"


def test_words_of_an_attempt() -> None:
    """An attempt says what came back, or what went wrong how far and for how long."""
    assert str(Attempt(0.0, 0.254, 200)) == "200 in 0.25 s"
    timeout = Attempt(0.0, 5.0, error=AttemptError.TIMEOUT, detail="no byte", phase="body")
    assert str(timeout) == "timeout (body): no byte after 5.00 s"
    assert str(Attempt(0.0, 0.0, error=AttemptError.DNS, detail="x")) == "dns: x after 0.00 s"


def test_exchange_at_the_first_attempt() -> None:
    """One attempt and an answer: neither retried nor flaky."""
    one = Exchange(PROBE, (Attempt(100.0, 0.5, 200),), answer())
    assert (one.retried, one.flaky, one.transient, one.error) == (False, False, False, None)
    assert one.seconds == 0.5


def test_exchange_that_needed_a_retry() -> None:
    """An answer after a retry is flaky; its time runs from the first attempt to the last."""
    attempts = (Attempt(100.0, 1.0, error=AttemptError.RESET), Attempt(103.0, 0.5, 200))
    one = Exchange(PROBE, attempts, answer())
    assert (one.retried, one.flaky, one.error) == (True, True, None)
    assert one.seconds == 3.5


@pytest.mark.parametrize("status", sorted(RETRIED_STATUSES))
def test_exchange_that_stays_busy(status: int) -> None:
    """A last answer of "not now" is no success after a retry."""
    attempts = (Attempt(100.0, 1.0, status), Attempt(103.0, 0.5, status))
    one = Exchange(PROBE, attempts, answer(status))
    assert (one.retried, one.flaky, one.transient) == (True, False, True)


def test_exchange_without_an_answer() -> None:
    """No answer has the error of the last attempt, and is not flaky but wrong."""
    attempts = (
        Attempt(1.0, 1.0, error=AttemptError.RESET),
        Attempt(2.0, 1.0, error=AttemptError.TIMEOUT),
    )
    one = Exchange(PROBE, attempts)
    assert (one.retried, one.flaky, one.transient) == (True, False, False)
    assert one.error is AttemptError.TIMEOUT


def test_probe_and_answer_travel() -> None:
    """Both survive the way between processes."""
    assert pickle.loads(pickle.dumps(PROBE)) == PROBE  # noqa: S301
    assert pickle.loads(pickle.dumps(answer(404))) == answer(404)  # noqa: S301


def test_words_of_a_probe() -> None:
    """A probe is known by method and URL."""
    assert str(PROBE) == "GET https://h/"
