"""A kind of requests that hangs, while its origin answers others, is not waited for each time."""

import time
from collections.abc import Sequence
from unittest import mock

import pytest
from wire import Fetchers, Play, Serve, answer, by_path, hang, in_turn

from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.failing_rows import SilentKinds
from knowngood.fetch.probe import Attempt, Probe

NOW = 1_400_000_000.0
"""When it is, in these tests."""

SITE = "http://content.test"
PARAMS = {"locale": ("de", "fr", "pt-BR"), "page": ("", "v4/")}
LONG = [9.0, 6.0, 3.0, 0.1]
"""How many seconds ago attempts began that are enough."""


def get(path: str, method: str = "GET", address: str = "") -> Probe:
    return Probe("content", f"{SITE}{path}", method, address=address)


def timeouts(paths: Sequence[str], began: Sequence[float]) -> list[tuple[Probe, Attempt]]:
    """Attempts that timed out, so many seconds ago, at these paths in turn."""
    return [
        (get(paths[n % len(paths)]), Attempt(NOW - ago, 3.0, error=AttemptError.TIMEOUT))
        for n, ago in enumerate(began)
    ]


def hangs(probe: Probe, attempts: list[tuple[Probe, Attempt]]) -> bool:
    kinds = SilentKinds(8.0, PARAMS)
    for asked, attempt in attempts:
        kinds.note(asked, attempt)
    return kinds.has(probe)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowngood.fetch.failing_rows.time", mock.Mock(time=lambda: NOW))


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("began", "is_so"),
    [
        pytest.param(LONG, True, id="long-and-often"),
        pytest.param([7.0, 5.0, 3.0, 1.0], False, id="less-long-than-a-probe-may-take"),
        pytest.param([7.0] * 64, False, id="many-at-once"),
        pytest.param([9.0, 6.0, 3.0], False, id="one-probe"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_when_a_kind_hangs(began: Sequence[float], is_so: bool) -> None:
    """After more attempts than one probe gets, and longer than one may take."""
    assert hangs(get("/de/a.js"), timeouts(["/de/a.js", "/fr/a.js"], began)) is is_so


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("paths", "other", "alike"),
    [
        (["/de/a.js", "/fr/a.js"], get("/pt-BR/a.js?x"), True),
        (["/items/1", "/items/22"], get("/items/333"), True),
        (["/items/0c9a1a2b-6d9d-4834-80a2-722314dc60ab"], get("/items/1"), True),
        (["/de/a.js"], get("/de/b.js"), False),
        (["/de/a.js"], get("/de/a.js", "POST"), False),
        (["/de/a.js"], get("/de/a.js", address="192.0.2.1"), False),
        (["/de/a.js", "/other/a.js"], get("/de/a.js"), False),
    ],
)
def test_what_is_of_one_kind(paths: list[str], other: Probe, alike: bool) -> None:
    """A method at one place, and one URL but for the values of params and made-up ids."""
    assert hangs(other, timeouts(paths, LONG)) is alike


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("attempt", "lifts"),
    [
        (Attempt(NOW, 0.1, status=200), True),
        (Attempt(NOW, 0.1, status=503), True),
        (Attempt(NOW, 0.1, error=AttemptError.TRUNCATED), True),
        (Attempt(NOW, 0.1, error=AttemptError.RESET), False),
        (Attempt(NOW, 0.1, error=AttemptError.BUDGET), False),
    ],
)
def test_one_answer_lifts_it(attempt: Attempt, lifts: bool) -> None:
    """Any answer of the kind, right or wrong; other trouble says nothing."""
    attempts = [*timeouts(["/de/a.js"], LONG), (get("/fr/a.js"), attempt)]
    assert hangs(get("/de/a.js"), attempts) is not lifts
    elsewhere = [*timeouts(["/de/a.js"], LONG), (get("/fr/b.js"), attempt)]
    assert hangs(get("/de/a.js"), elsewhere)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_one_attempt_is_enough_then(
    serve: Serve, fetchers: Fetchers, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read or a write of the kind gets one attempt and says so, until one is answered."""
    now, later_by = time.time, 0.0
    monkeypatch.setattr(
        "knowngood.fetch.failing_rows.time", mock.Mock(time=lambda: now() + later_by)
    )
    monkeypatch.setattr("knowngood.fetch.failing_rows.KIND_ROW", 1)
    later: Play = in_turn(answer(), hang, answer())
    server = serve(by_path({"/1": hang, "/2": hang, "/3": later}))
    fetcher = fetchers(server, attempts=2, probe=4.5, settle=0.0, writes=True)

    def attempts(path: str) -> tuple[Attempt, ...]:
        body = b"x" if method == "PUT" else None
        return fetcher.send(Probe("content", f"{server.url}{path}", method, body=body)).attempts

    assert len(attempts("/1")) == 2
    later_by = 16.0
    (only,) = attempts("/2")
    assert only.detail.startswith("no complete answer within 1.5 s, and not tried again, as no ")
    assert len(attempts("/3")) == 1
    later_by = 0.0
    assert len(attempts("/3")) == 2
