"""An origin that says nothing but "not now" is not waited for again and again."""

import time
from unittest import mock

import pytest
from tenacity import wait_fixed
from wire import Fetchers, Play, Serve, answer, by_path, in_turn

from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.failing_rows import DownOrigins
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe

URL = "http://content.test/"
DOWN = answer(status=503)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow after a tenth of a second."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_fixed(0.1))


NOW = 1_400_000_000.0
"""When it is, in these tests."""


def ended(status: int, began: float = 0.0, **of_probe: object) -> Exchange:
    """A probe that was begun so many seconds ago and got this status; 0 for silence."""
    error = None if status else AttemptError.RESET
    attempt = Attempt(NOW - began, 0.1, status=status or None, error=error)
    given = Answer(status, URL, (), b"") if status else None
    return Exchange(Probe("content", URL, **of_probe), (attempt,), given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exchanges", "down"),
    [
        pytest.param([ended(503, 9), ended(502)], True, id="for-long"),
        pytest.param([ended(503, 2), ended(503)], False, id="not-for-long"),
        pytest.param([ended(503, 9)], False, id="one-alone"),
        pytest.param([ended(503, 9), ended(503), ended(200)], False, id="up-again"),
        pytest.param([ended(503, 9), ended(500), ended(503)], False, id="another-error-between"),
        pytest.param([ended(503, 9), ended(0), ended(503)], True, id="silence-between"),
        pytest.param([ended(0, 9), ended(0)], False, id="silence"),
        pytest.param([ended(503, 9, expect=503), ended(503)], False, id="as-expected"),
        pytest.param([ended(503, 9, address="a:1"), ended(503, 9)], False, id="another-edge"),
    ],
)
def test_when_an_origin_is_down(
    exchanges: list[Exchange], down: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After more than one probe, all of them in longer than a probe may take."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    origins = DownOrigins(5.0)
    for exchange in exchanges:
        origins.note(exchange)
    assert origins.has(Probe("content", URL)) is down
    assert not origins.has(Probe("submission", URL))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_one_attempt_is_enough_then(
    serve: Serve, fetchers: Fetchers, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read or a write gets one attempt, until one shows that the origin is up."""
    now, later_by = time.time, 0.0
    monkeypatch.setattr(
        "knowngood.fetch.failing_rows.time", mock.Mock(time=lambda: now() + later_by)
    )
    later: Play = in_turn(answer("up"), DOWN, answer("up"))
    server = serve(by_path({"/a": DOWN, "/b": DOWN, "/c": DOWN, "/later": later}))
    fetcher = fetchers(server, attempts=3, probe=15, settle=0.0, writes=True)

    def attempts(path: str) -> int:
        body = b"x" if method == "PUT" else None
        probe = Probe("content", f"{server.url}{path}", method, repeatable=True, body=body)
        return len(fetcher.send(probe).attempts)

    assert [attempts("/a"), attempts("/b"), attempts("/a")] == [3, 3, 3]
    later_by = 16.0
    assert [attempts("/c"), attempts("/later"), attempts("/later")] == [1, 1, 2]
