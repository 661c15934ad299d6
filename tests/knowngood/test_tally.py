"""What is counted, and what of it says that a deployment is unsteady."""

from knowngood.probe import Answer, Attempt, Exchange, Probe
from knowngood.tally import Tally


def exchange(name: str, *tries: tuple[float, int]) -> Exchange:
    """An exchange whose attempts began at these times, 10 ms each, with these statuses."""
    url = f"http://h/{name}"
    attempts = tuple(Attempt(began, 0.01, status) for began, status in tries)
    return Exchange(Probe("content", url, template="t"), attempts, Answer(200, url, (), b""))


def test_a_failure_among_answers_is_erratic() -> None:
    """Others were answered while this one failed: it was not the whole origin."""
    tally = Tally()
    tally.note(exchange("a", (100.0, 200)))
    tally.note(exchange("b", (100.02, 503), (100.4, 200)))
    assert (tally.flaky["t"], tally.erratic["t"]) == (1, 1)


def test_an_outage_is_not_erratic() -> None:
    """All that was asked for failed, and all of it recovered: flaky, and no more than that."""
    tally = Tally()
    tally.note(exchange("before", (99.0, 200)))
    for name in "abcdefgh":
        tally.note(exchange(name, (100.0, 503), (100.4, 503), (101.2, 200)))
    assert (tally.flaky["t"], tally.erratic["t"]) == (8, 0)


def test_a_rate_limit_is_not_flaky() -> None:
    """It was told to wait, and waited."""
    tally = Tally()
    tally.note(exchange("a", (100.0, 200)))
    tally.note(exchange("b", (100.0, 429), (101.0, 200)))
    assert (tally.flaky["t"], tally.erratic["t"]) == (0, 0)
