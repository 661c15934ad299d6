"""What is counted, and what of it says that a deployment is unsteady."""

import gzip
from dataclasses import replace
from hashlib import sha256

from knowngood.fetch.attempt_error import AttemptError, Excuse
from knowngood.fetch.failure_log import by_connection
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.statistics import RequestStatistics


def exchange(name: str, *tries: tuple[float, int]) -> Exchange:
    """An exchange whose attempts began at these times, 10 ms each, with these statuses."""
    url = f"http://h/{name}"
    attempts = tuple(Attempt(began, 0.01, status) for began, status in tries)
    return Exchange(Probe("content", url, template="t"), attempts, Answer(200, url, (), b""))


def test_answers_are_noted_where_there_is_a_manifest() -> None:
    """Of the origin that was built, each answer by URL, edge and digest of what it decodes to;
    nothing of an error, nor of a request whose own headers may have changed the answer.
    """
    body, packed = b"body", gzip.compress(b"body")
    plain = Probe("content", "http://h/a?run-1-7", address="192.0.2.1")
    zipped = ((b"content-encoding", b"gzip"),)
    statistics = RequestStatistics(run_id="run-1", built="content")
    for probe, answer in (
        (plain, Answer(200, plain.url, (), body)),
        (replace(plain, url="http://h/b"), Answer(200, "http://h/b", zipped, packed)),
        (replace(plain, url="http://h/c", method="HEAD"), Answer(200, "http://h/c", (), body)),
        (replace(plain, url="http://h/d", headers=(("a", "b"),)), Answer(200, "", (), body)),
        (replace(plain, url="http://h/e", varies=True), Answer(200, "http://h/e", (), body)),
        (replace(plain, url="http://h/f"), Answer(404, "http://h/f", (), body)),
        (replace(plain, origin="other"), Answer(200, "http://o/a", (), body)),
    ):
        statistics.note(Exchange(probe, (Attempt(100.0, 0.01, answer.status),), answer))
    digest = sha256(body).hexdigest()
    expected = {(url, "192.0.2.1", digest) for url in ("http://h/a?", "http://h/b")}
    assert statistics.served == expected
    silent = RequestStatistics(run_id="run-1")
    silent.note(Exchange(plain, (Attempt(100.0, 0.01, 200),), Answer(200, plain.url, (), body)))
    assert silent.served == set()


def test_a_failure_among_answers_is_erratic() -> None:
    """Others were answered while this one failed: it was not the whole origin."""
    statistics = RequestStatistics()
    statistics.note(exchange("a", (100.0, 200)))
    statistics.note(exchange("b", (100.02, 503), (100.4, 200)))
    assert (statistics.failures.flaky["t"], statistics.failures.erratic["t"]) == (1, 1)


def test_an_outage_is_not_erratic() -> None:
    """All that was asked for failed, and all of it recovered: flaky, and one trouble. Others had
    been answered just before, and a slow one, asked for before, was answered meanwhile.
    """
    statistics = RequestStatistics()
    statistics.note(exchange("before", (99.99, 200)))
    for place, name in enumerate("abcdefgh"):
        began = 100 + place / 1000
        statistics.note(exchange(name, (began, 503), (began + 0.4, 503), (began + 1.2, 200)))
    statistics.note(exchange("slow", (99.98, 200)))
    assert (statistics.failures.flaky["t"], statistics.failures.erratic["t"]) == (8, 1)


def test_trouble_beside_an_outage_is_erratic() -> None:
    """A request that the outage hit, and that failed once more while others were answered."""
    statistics = RequestStatistics()
    for place, name in enumerate("abc"):
        statistics.note(exchange(name, (100 + place / 1000, 503), (101 + place, 200)))
    statistics.note(exchange("d", (100.003, 503), (101.5, 503), (102.5, 200)))
    statistics.note(exchange("e", (101.49, 200)))
    statistics.note(exchange("f", (101.51, 200)))
    assert (statistics.failures.flaky["t"], statistics.failures.erratic["t"]) == (4, 2)


def test_the_runners_trouble_is_no_outage() -> None:
    """Nor is it the origin's: attempts that were never made stand in no row."""
    statistics = RequestStatistics()
    cut = Attempt(100.0, 0.0, error=AttemptError.BUDGET)
    for name in "abcd":
        statistics.note(Exchange(Probe("content", f"http://h/{name}", template="t"), (cut,)))
    statistics.note(exchange("e", (100.1, 503), (100.6, 200)))
    assert statistics.failures.erratic["t"] == 1


def test_what_was_stale_is_counted_and_not_listed() -> None:
    """Nginx closes a connection of HTTP/2 after a thousand requests: each run would list that."""
    statistics = RequestStatistics()
    fine = exchange("a", (101.0, 200))
    for first in (
        Attempt(100.0, 0.1, error=AttemptError.RESET, excuses=Excuse.STALE),
        Attempt(100.0, 0.1, error=AttemptError.RESET, detail="lost"),
    ):
        statistics.note(replace(fine, attempts=(first, *fine.attempts)))
    assert statistics.attempts == 4
    assert [retried["attempts"][0]["detail"] for retried in statistics.retried] == ["lost"]


def test_a_rate_limit_is_not_flaky() -> None:
    """It was told to wait, and waited."""
    statistics = RequestStatistics()
    statistics.note(exchange("a", (100.0, 200)))
    statistics.note(exchange("b", (100.0, 429), (101.0, 200)))
    assert (statistics.failures.flaky["t"], statistics.failures.erratic["t"]) == (0, 0)


def test_connections_that_hang_are_counted_for_themselves() -> None:
    """Of new ones those that were accepted, where a retry was answered: the origin is in reach."""
    statistics = RequestStatistics()
    hung = Attempt(1.0, 5.0, error=AttemptError.TIMEOUT, phase="headers", connected=True)
    refused = replace(hung, phase="connect")
    kept = replace(hung, connected=False)
    fine = Attempt(7.0, 0.1, 200, connected=True)
    for number, first in enumerate((hung, refused, kept)):
        statistics.note(exchange(f"before{number}", (0.9 + number / 1000, 200)))
        url = f"http://h/{number}"
        answer = Answer(200, url, (), b"")
        first = replace(first, began=1.0 + number)
        statistics.note(Exchange(Probe("content", url), (first, fine), answer))
        statistics.note(exchange(f"after{number}", (1.01 + number, 200)))
    statistics.note(Exchange(Probe("content", "http://h/never"), (hung,)))
    group = by_connection("content")
    assert (statistics.asked[group], statistics.failures.erratic[group]) == (6, 1)
