"""A deployment that needs retries is shown with what it answered."""

from typing import Any

import pytest
from results_of_a_run import results_of

from knowngood.safety import Redactor, redact, redaction
from knowngood.verdict.run_results import RunResults
from knowngood.verdict.unsteady import is_known, unsteady_causes, unsteady_groups, unsteady_key

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


def test_a_group_in_a_file_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict file masks a declaration that holds a secret: it is known again."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["smoke"]))
    group = "content:/smoke/{locale}"
    assert is_known(group, [unsteady_key(redact(group))])
    assert not is_known(group, [unsteady_key("content:/other/{locale}")])
