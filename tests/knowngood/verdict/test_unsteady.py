"""A deployment that needs retries is shown with what it answered."""

from typing import Any

import pytest
from results_of_a_run import results_of

from knowngood.fetch import resource_group
from knowngood.safety import Redactor, redact, redaction
from knowngood.verdict.causes import Cause, ClaimAtFault
from knowngood.verdict.run_results import RunResults
from knowngood.verdict.unsteady import (
    is_known,
    unsteady_causes,
    unsteady_groups,
    unsteady_key,
    with_unsteady,
)

ORIGINS = {"content": "https://content.example", "submission": "https://submission.example"}
CONFIG = "content:/{locale}/js/config.json"


def retried(url: str, *ends: int | str) -> dict[str, Any]:
    """An exchange that was answered at last, after attempts with these errors or statuses."""
    attempts = [
        {"error": end if isinstance(end, str) else None, "status": end} for end in (*ends, 200)
    ]
    return {"method": "GET", "url": url, "seconds": 1.0, "attempts": attempts}


def evidence(*urls: str, **erratic: int) -> RunResults:
    """Groups with so many retries of 20 requests each."""
    counts = {name.replace("CONFIG", CONFIG).replace("_", " "): n for name, n in erratic.items()}
    return results_of(
        asked=dict.fromkeys(counts, 20),
        erratic=counts,
        origins=ORIGINS,
        retried=[retried(url) for url in urls],
    )


def test_the_exchange_of_a_declaration() -> None:
    """One that was retried stands for all; the sentence counts them."""
    urls = [f"{ORIGINS['content']}{path}" for path in ("/", "/fr/js/config.json?v=1")]
    [cause] = unsteady_causes([CONFIG], evidence(*urls, CONFIG=10))
    assert cause.sentence == (
        "unsteady: 10 of 20 requests to /{locale}/js/config.json needed a retry; [budget] flaky "
        "allows 20%"
    )
    assert [exchange["url"] for exchange in cause.exchanges] == [urls[1]]
    assert cause.urls == (urls[1],)


@pytest.mark.parametrize(
    ("ends", "words"),
    [([503, 503], " (503)"), ([503, "reset", 503], " (mostly 503)"), (["timeout"], " (timeout)")],
)
def test_what_came_before_the_retries(ends: list[int | str], words: str) -> None:
    """The sentence says what a person has to look for."""
    results = evidence(CONFIG=10)
    url = f"{ORIGINS['content']}/fr/js/config.json"
    results.requests.retried = [retried(url, end) for end in ends]
    [cause] = unsteady_causes([CONFIG], results)
    assert f"needed a retry{words}; [budget]" in cause.sentence


def test_an_origin_and_its_walks_are_one_cause() -> None:
    """The same requests are counted in both."""
    both = evidence(f"{ORIGINS['submission']}/submit", submission=10, submission_walk=10)
    causes = list(unsteady_causes(unsteady_groups(both), both))
    assert len(causes) == 1
    assert causes[0].urls == (f"{ORIGINS['submission']}/submit",)


def test_a_declaration_stands_for_its_origin() -> None:
    """It says which URLs."""
    both = evidence(content=10, CONFIG=10)
    [cause] = unsteady_causes(["content", CONFIG], both)
    assert "requests to /{locale}/js/config.json needed" in cause.sentence


def test_two_groups_with_trouble_of_their_own() -> None:
    """Both are shown."""
    both = evidence(content=12, CONFIG=10)
    assert len(list(unsteady_causes(["content", CONFIG], both))) == 2


def whole(**more: Any) -> RunResults:
    """An origin of which each second request needs a retry, whatever it asks for."""
    return results_of(
        asked={"content": 100, CONFIG: 20, resource_group(CONFIG): 20},
        erratic={"content": 50, CONFIG: 10, resource_group(CONFIG): 9},
        origins=ORIGINS,
        **more,
    )


def test_an_origin_that_is_unsteady_as_a_whole() -> None:
    """Which declarations are unsteady is chance then: they are listed under it."""
    results = whole()
    [cause] = unsteady_causes(unsteady_groups(results), results)
    assert "unsteady: 50 of 100 requests to https://content.example needed" in cause.sentence
    assert cause.problems == (
        "10 of 20 requests to /{locale}/js/config.json",
        "9 of 20 requests for what /{locale}/js/config.json needs",
    )


def status(path: str, code: int, origin: str = "content") -> Cause:
    """The cause that a URL has this status."""
    claim = ClaimAtFault(path, "It is there.", "", 1, "test_site.py:1")
    exchanges = ({"url": f"{ORIGINS[origin]}{path}", "status": code},)
    return Cause(
        "failed",
        f"{path} is {code}",
        "status",
        exchanges=exchanges,
        urls=(exchanges[0]["url"],),
        claims=(claim,),
    )


GONE, DOWN, ELSEWHERE = status("/a", 404), status("/b", 503), status("/c", 503, "submission")


def test_what_was_a_gateway_error_to_the_last_comes_from_that() -> None:
    """A third of all requests fails: some fail five times in a row, and which ones is chance."""
    results = whole()
    first, *others = with_unsteady([GONE, DOWN, ELSEWHERE], unsteady_groups(results), results)
    assert first.sentence.startswith("unsteady: 50 of 100 requests to https://content.example")
    assert first.problems[0] == "/b is 503"
    assert (first.claims, first.urls) == (DOWN.claims, DOWN.urls)
    assert others == [GONE, ELSEWHERE]


@pytest.mark.parametrize(
    "results",
    [
        pytest.param(whole(mixed=True), id="two-releases"),
        pytest.param(whole(changed="changed"), id="released-meanwhile"),
        pytest.param(evidence(content=12, CONFIG=10), id="one-declaration"),
        pytest.param(evidence(CONFIG=10), id="no-origin"),
    ],
)
def test_gateway_errors_that_have_another_reason(results: RunResults) -> None:
    """They come first, as causes of their own."""
    causes = list(with_unsteady([GONE, DOWN], unsteady_groups(results), results))
    assert causes[:2] == [GONE, DOWN]
    assert {cause.kind for cause in causes[2:]} == {"unsteady"}


def test_a_group_in_a_file_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict file masks a declaration that holds a secret: it is known again."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["smoke"]))
    group = "content:/smoke/{locale}"
    assert is_known(group, [unsteady_key(redact(group))])
    assert not is_known(group, [unsteady_key("content:/other/{locale}")])
