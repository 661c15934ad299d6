"""What an advisory accepts is shown and decides nothing, up to its last day."""

from datetime import date, timedelta
from typing import Any

import pytest
from results_of_a_run import results_of

from knowngood.environment import Advisory
from knowngood.verdict.advisories import warnings
from knowngood.verdict.decide import Verdict, fold
from knowngood.verdict.fault_keys import failure_keys
from knowngood.verdict.outcome import FAILED, INCONCLUSIVE, SKIPPED, Outcome

TODAY = date(2026, 11, 26)
CHECK = "test_config.py::test_debug_is_off"
OTHER = "test_pages.py::test_title"
ORIGINS = {"content": "https://stage.example"}
SOUND: dict[str, Any] = {
    "expected": 10,
    "passed": 10,
    "ran": (CHECK, OTHER),
    "catches": {CHECK: [], OTHER: []},
    "answered_at": {"content": 100.0},
    "origins": ORIGINS,
    "today": TODAY,
}


def outcome(result: str = FAILED, check: str = CHECK, path: str = "/fr/a", **more: Any) -> Outcome:
    exchange = {"method": "GET", "url": f"https://stage.example{path}", "status": 404}
    fields: dict[str, Any] = {
        "kind": "status",
        "message": "why",
        "origin": "content",
        "values": {"locale": "fr"},
        "exchanges": (exchange,),
        **more,
    }
    return Outcome(f"{check}[{path}]", check, "claim", result=result, **fields)


def advisory(check: str = CHECK, until: date = TODAY, **more: str) -> Advisory:
    return Advisory(check, "bug 1", until, **more)


@pytest.mark.parametrize(
    ("pattern", "accepts"),
    [
        ("test_a.py::*", True),
        ("shop/test_a.py::test_x", True),
        ("*/test_a.py::*", True),
        ("api/test_a.py::*", False),
        ("test_b.py::*", False),
    ],
)
def test_patterns_with_and_without_a_folder(pattern: str, accepts: bool) -> None:
    """One without a slash means the file in any folder."""
    failed = outcome(check="shop/test_a.py::test_x")
    assert (verdict(failed, advisories=(advisory(pattern),)).exit_code == 0) is accepts


def verdict(*outcomes: Outcome, advisories: tuple[Advisory, ...], **more: Any) -> Verdict:
    """The verdict on ten cases, of which these did not pass."""
    ended = {"passed": 10 - len(outcomes), "outcomes": [*outcomes], "advisory": advisories}
    return fold(results_of(**{**SOUND, **ended, **more}))


def test_an_accepted_failure_decides_nothing() -> None:
    """PASSED, which says how many there were; the cause says until when and why."""
    passed = verdict(outcome(), advisories=(advisory(),))
    assert (passed.exit_code, passed.doubts) == (0, ())
    assert passed.reason == "every required check ran and held, but for 1 advisory case"
    [cause] = passed.causes
    assert (cause.state, cause.accepted) == ("advisory", ("until 2026-11-26: bug 1",))
    assert [entry["nodeid"] for entry in passed.to_json()["advisory"]] == [f"{CHECK}[/fr/a]"]
    counts = {name: passed.counts[name] for name in ("ran", "passed", "failed", "advisory")}
    assert counts == {"ran": 10, "passed": 9, "failed": 0, "advisory": 1}


def test_past_its_date_it_decides_again() -> None:
    """The last day is one on which it is accepted."""
    yesterday = advisory(until=TODAY - timedelta(days=1))
    failed = verdict(outcome(), advisories=(yesterday,))
    assert (failed.exit_code, len(failed.judged.failed), failed.judged.advisory) == (1, 1, [])


@pytest.mark.parametrize(
    "unjudged",
    [
        outcome(INCONCLUSIVE, kind="blocked"),
        outcome(INCONCLUSIVE, kind="check", exchanges=()),
        outcome(kind="refused", began=200.0),
    ],
    ids=["turned-away", "own-code", "silence"],
)
def test_what_could_not_be_judged_is_no_doubt(unjudged: Outcome) -> None:
    """Nothing that such a claim ends in decides."""
    assert verdict(unjudged, advisories=()).exit_code == 75
    passed = verdict(unjudged, advisories=(advisory(),))
    assert (passed.exit_code, passed.judged.unsettled) == (0, [])
    assert [cause.state for cause in passed.causes] == ["advisory"]


def test_a_required_check_counts_as_run() -> None:
    """Also where it skipped itself; but a run in which nothing held proves nothing."""
    skipped = outcome(SKIPPED, kind="")
    for ended in (skipped, outcome()):
        assert verdict(ended, advisories=(advisory(),), require=(CHECK,)).exit_code == 0
    assert verdict(skipped, advisories=()).exit_code == 75
    assert verdict(*[outcome()] * 10, advisories=(advisory(),)).exit_code == 75


@pytest.mark.parametrize(
    ("more", "accepts"),
    [
        ({"case": "fr"}, True),
        ({"case": "f*"}, True),
        ({"case": "de"}, False),
        ({"case": "127.0.0.1"}, False),
        ({"url": "content:/fr/a"}, True),
        ({"url": "content:/*/a"}, True),
        ({"url": "content:/*/b"}, False),
        ({"url": "submission:/fr/a"}, False),
        ({"case": "fr", "url": "content:/fr/b"}, False),
        ({"check": "test_config.py::*"}, True),
        ({"check": "test_config.py"}, False),
    ],
)
def test_what_it_is_about(more: dict[str, str], accepts: bool) -> None:
    """A check, and where given a case and a URL, each a name or a pattern."""
    assert (verdict(outcome(), advisories=(advisory(**more),)).exit_code == 0) is accepts


def test_every_url_must_be_accepted() -> None:
    """A check that fails at one answer of a loop fails at those behind it, too."""
    further = ({"method": "GET", "url": "https://stage.example/de/a", "status": 404},)
    both = outcome(further=tuple({**each, "attempts": [{"phase": ""}]} for each in further))
    assert verdict(both, advisories=(advisory(url="content:/fr/*"),)).exit_code == 1
    assert verdict(both, advisories=(advisory(url="content:/*/a"),)).exit_code == 0
    without = outcome(exchanges=())
    assert verdict(without, advisories=(advisory(url="content:/*"),)).exit_code == 1


def test_another_failure_decides() -> None:
    """It comes first, and is the only one of the reason."""
    failed = verdict(outcome(), outcome(check=OTHER, path="/de/b"), advisories=(advisory(),))
    assert (failed.exit_code, failed.reason) == (1, "/de/b is 404")
    assert [cause.state for cause in failed.causes] == ["failed", "advisory"]


def test_a_cause_that_both_meet() -> None:
    """It decides, and is one: what is accepted is listed with its claims."""
    failed = verdict(outcome(), outcome(check=OTHER), advisories=(advisory(),))
    [cause] = failed.causes
    assert (cause.state, cause.accepted) == ("failed", ())
    assert {claim.check for claim in cause.claims} == {CHECK, OTHER}


def test_a_decisive_cause_counts_only_what_decides() -> None:
    """The other locales of the sentence are accepted."""
    accepted = [outcome(path=f"/{name}/a", values={"locale": name}) for name in ("ar", "de", "he")]
    mine = advisory(case="[!f]*")
    failed = verdict(*accepted, outcome(), advisories=(mine,), params={"locale": tuple("abcde")})
    assert [cause.state for cause in failed.causes] == ["failed"]
    assert failed.causes[0].cases == ("fr",)


def test_a_failure_of_the_baseline_that_is_accepted() -> None:
    """Accepting is what ends in PASSED."""
    old = outcome()
    assert verdict(old, advisories=(), baseline=failure_keys(old)).exit_code == 75
    assert verdict(old, advisories=(advisory(),), baseline=failure_keys(old)).exit_code == 0


RETRIES = {
    "asked": {"content": 40, "content:/x": 10},
    "erratic": {"content": 10, "content:/x": 10},
    "asked_by": {"content:/x": [CHECK]},
}


def test_retries_of_an_accepted_check() -> None:
    """Neither its declaration nor its origin decides, where the rest of that is steady."""
    assert verdict(advisories=(), **RETRIES).exit_code == 1
    passed = verdict(advisories=(advisory(),), **RETRIES)
    assert (passed.exit_code, passed.doubts, passed.judged.all_unsteady) == (0, (), [])
    assert {(cause.state, cause.accepted) for cause in passed.causes} == {
        ("advisory", ("until 2026-11-26: bug 1",))
    }


@pytest.mark.parametrize(
    "change",
    [
        {"asked_by": {"content:/x": [CHECK, OTHER]}},
        {"asked_by": {}},
        {"erratic": {"content": 30, "content:/x": 10}},
    ],
    ids=["another-check-asks", "nobody-asks", "the-rest-of-the-origin"],
)
def test_retries_of_others(change: dict[str, Any]) -> None:
    """They decide."""
    assert verdict(advisories=(advisory(),), **{**RETRIES, **change}).exit_code == 1


def test_retries_are_no_matter_of_a_case() -> None:
    """Who accepts a case has not accepted the requests of the others."""
    assert verdict(advisories=(advisory(case="fr"),), **RETRIES).exit_code == 1


def said(*advisories: Advisory, **more: Any) -> list[str]:
    return list(warnings(results_of(**{**SOUND, "advisory": advisories, **more})))


@pytest.mark.parametrize(
    ("days", "words"),
    [(8, []), (7, ["in 7 days"]), (1, ["in 1 day;"]), (0, ["today"]), (-1, ["ended on"])],
)
def test_the_week_before_its_end(days: int, words: list[str]) -> None:
    """Every run says that it ends, and later that it has ended."""
    lines = said(advisory(until=TODAY + timedelta(days=days)))
    assert len(lines) == len(words)
    for line, word in zip(lines, words, strict=True):
        assert word in line
        assert CHECK in line
        assert "bug 1" in line


def test_a_misspelt_check() -> None:
    """A name that no check has is said, unless only a part of the suite was read."""
    misspelt = advisory("test_config.py::test_debug_is_of", TODAY + timedelta(days=90))
    [line] = said(misspelt)
    assert line.startswith(
        "environments/stage.toml: advisory: no check matches 'test_config.py::test_debug_is_"
    )
    for part in ({"narrowed": "-k debug"}, {"unreadable": ("x.py",)}, {"interrupted": True}):
        assert said(misspelt, **part) == []
