"""Whole runs against deployments that are sound but unusual, and those that only look so."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from suite_run import SuiteRun
from tenacity import wait_fixed
from wire import Play, Serve, Talk, answer, by_path, in_turn

CHECKS = '''
"""A small site."""
import pytest


@pytest.mark.get("content:/{page}")
def test_page_is_there(response):
    """Every page is there."""
    assert response.status_code == 200
'''

HTML = {"Content-Type": "text/html"}
FORBIDDEN = answer("<h1>Forbidden</h1>", 403, HTML)

Run = Callable[..., SuiteRun]


@pytest.fixture
def run(
    tmp_path: Path, serve: Serve, suite_here: Run, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., SuiteRun]:
    """Run a check with forty cases at a server that plays something."""
    monkeypatch.setattr("knowngood.fetch.retry._WAIT", wait_fixed(0.01))
    monkeypatch.setattr("knowngood.fetch.excuses.PAUSE", 0.01)
    (tmp_path / "environments").mkdir()
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/test_small.py").write_text(CHECKS)

    def start(play: Play, budget: str = "settle = 0", **options: Any) -> SuiteRun:
        server = serve(play, **options)
        pages = [str(number) for number in range(40)]
        (tmp_path / "environments/small.toml").write_text(
            f'description = "x"\n[params]\npage = {pages}\n[origins]\ncontent = "{server.url}"\n'
            f"[budget]\nprobe = 3\n{budget}\n"
        )
        return suite_here("--env=small", "checks", cwd=tmp_path)

    return start


def test_an_origin_that_forbids_everything_may_be_behind_a_firewall(run: Run) -> None:
    """The run is turned away: nothing is known of the deployment."""
    result = run(FORBIDDEN)
    assert result.code == 75, result.output
    assert "turned every request away" in result.verdict["reason"]


def test_an_origin_that_forbids_something_forbids_it_to_its_users(run: Run) -> None:
    """Other pages answer, so nobody stands before it."""
    pages = {f"/{number}": answer() for number in range(39)} | {"/39": FORBIDDEN}
    assert run(by_path(pages)).code == 1


def test_a_rate_limit_in_the_middle_of_a_run(run: Run) -> None:
    """Half of the pages answered before."""
    limited = answer("slow down", 403, {"X-RateLimit-Remaining": "0"})
    result = run(in_turn(*[answer()] * 20, limited))
    assert result.code == 75, result.output


def settles(seconds: float) -> Play:
    """Every answer is 503 for so long after the first request."""
    over = threading.Event()
    timer = threading.Timer(seconds, over.set)

    def play(talk: Talk) -> None:
        if not timer.ident:
            timer.start()
        answer(status=200 if over.is_set() else 503)(talk)

    return play


def test_a_deployment_that_settles_passes_with_a_warning(run: Run) -> None:
    """Its load balancer has no target for a moment."""
    result = run(settles(0.3), "settle = 5\nattempts = 2")
    assert result.code == 0, result.output
    assert "the deployment was settling" in "".join(result.verdict["warnings"])


def test_a_deployment_that_does_not_settle_fails(run: Run) -> None:
    """After the time it has for that."""
    assert run(answer(status=503), "settle = 0.3\nattempts = 2").code == 1


def test_trouble_that_lasts_is_not_taken_for_settling(run: Run) -> None:
    """Each third answer is 503, all the time."""
    lasting = in_turn(*[answer(), answer(), answer(status=503)] * 1000)
    result = run(lasting, "settle = 0.5\nattempts = 20")
    assert result.code == 1, result.output
    assert "unsteady" in result.verdict["reason"]


def test_a_server_that_closes_the_fifth_connection_passes_with_a_warning(run: Run) -> None:
    """The run asks with fewer at once, and says so."""
    places = threading.Semaphore(4)

    def greet(talk: Talk) -> None:
        if not places.acquire(blocking=False):
            talk.close()

    def play(talk: Talk) -> None:
        talk.server.stopped.wait(0.02)
        places.release()
        answer(close=True)(talk)

    result = run(play, greet=greet)
    assert result.code == 0, result.output
    assert "at once" in "".join(result.verdict["warnings"])
