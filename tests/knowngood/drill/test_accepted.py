"""What becomes of mutants that the environment accepts."""

from datetime import date

import pytest
from mutants import mutant

from knowngood.drill import accepted
from knowngood.drill.mutant_results import MutantResult, Notice
from knowngood.environment import AcceptedMutation

ORIGINS = {"api": "https://api.example"}
LAST = date(2026, 12, 31)
AFTER = date(2027, 1, 1)
KEY_GONE = AcceptedMutation("json-key-*", "nobody reads it", "api:/users/*", LAST)


def accept(result: MutantResult, *entries: AcceptedMutation, today: date = LAST) -> MutantResult:
    """Return one mutant as it is judged."""
    (judged,) = accepted.accept([result], entries, ORIGINS, today)
    return judged


def warnings(
    *results: MutantResult,
    entry: AcceptedMutation = KEY_GONE,
    today: date = LAST,
    whole: bool = True,
) -> list[str]:
    """Return what is said of one entry."""
    return list(accepted.warnings(results, [entry], ORIGINS, today, whole=whole))


@pytest.mark.parametrize("notice", ["missed", "misnamed"])
def test_accepted(notice: str) -> None:
    """What no check caught is accepted, with the reason of the first entry that matches."""
    judged = accept(mutant(notice), KEY_GONE, AcceptedMutation("*", "second"))
    assert (judged.notice, judged.reason) == (Notice.ACCEPTED, "nobody reads it")


@pytest.mark.parametrize("notice", ["caught", "left out"])
def test_nothing_to_accept(notice: str) -> None:
    """A caught one stays caught: it counts for the suite."""
    assert accept(mutant(notice), KEY_GONE) == mutant(notice)


@pytest.mark.parametrize(
    "entry",
    [
        AcceptedMutation("json-key-null", "x"),
        AcceptedMutation("*", "x", "api:/teams"),
        AcceptedMutation("*", "x", "https://api.example/users/1"),
    ],
    ids=["other-mutation", "other-url", "no-pattern-of-ours"],
)
def test_other_mutants(entry: AcceptedMutation) -> None:
    """Mutation and URL must match, the URL as checks declare it."""
    assert accept(mutant(), entry) == mutant()


@pytest.mark.parametrize("url", ["", "api:/users/{id}", "api:/users/1", "api:/users/?", "api:/*"])
def test_urls_that_match(url: str) -> None:
    """The kind or the URL, as it is or by a pattern; without one, each."""
    assert accept(mutant(), AcceptedMutation("*", "x", url)).notice is Notice.ACCEPTED


def test_step_of_a_walk() -> None:
    """Its method and number are not held against the pattern."""
    step = mutant(kind="GET api:/users/{id} (2)", urls=("https://api.example/users/made-up",))
    entry = AcceptedMutation("*", "x", "api:/users/{id}")
    assert accept(step, entry).notice is Notice.ACCEPTED


@pytest.mark.parametrize(
    ("url", "notice"),
    [
        ("GET api:/users/{id} (2)", Notice.ACCEPTED),
        ("GET api:/*", Notice.ACCEPTED),
        ("DELETE api:/users/{id} (2)", Notice.MISSED),
    ],
)
def test_step_as_it_is_printed(url: str, notice: Notice) -> None:
    """A kind that is copied from the table is that step, and none of another method."""
    step = mutant(kind="GET api:/users/{id} (2)", urls=("https://api.example/users/made-up",))
    assert accept(step, AcceptedMutation("*", "x", url)).notice is notice


def test_every_url_must_match() -> None:
    """What is wrong elsewhere, too, is not accepted."""
    urls = ("https://api.example/users/1", "https://api.example/users/2")
    both, one = (AcceptedMutation("*", "x", f"api:/users/{end}") for end in ("[12]", "1"))
    assert accept(mutant(urls=urls), both).notice is Notice.ACCEPTED
    assert accept(mutant(urls=urls), one).notice is Notice.MISSED


def test_after_its_last_day() -> None:
    """It counts again, and the drill says why."""
    assert accept(mutant(), KEY_GONE, today=AFTER) == mutant()
    assert warnings(mutant(), today=AFTER) == [
        "accepted.0: json-key-* at api:/users/* ended on 2026-12-31, so that it counts again: "
        "remove it or move its date (nobody reads it)"
    ]


def test_entry_that_accepts_something() -> None:
    """There is nothing to say of it."""
    assert warnings(mutant("caught"), mutant()) == []


def test_entry_whose_mutants_are_caught() -> None:
    """A check catches them by now."""
    expected = (
        "accepted.0: json-key-* at api:/users/* is caught by now: remove it (nobody reads it)"
    )
    assert warnings(mutant("caught"), whole=False) == [expected]


def test_entry_that_matches_nothing() -> None:
    """It may be misspelt, unless time was too short for all mutants."""
    entry = AcceptedMutation("json-key-gnoe", "x")
    expected = "accepted.0: json-key-gnoe matches no mutant: remove it or fix its spelling"
    assert warnings(mutant(), entry=entry) == [expected]
    assert warnings(mutant(), entry=entry, whole=False) == []


def test_entry_whose_mutants_were_left_out() -> None:
    """Nobody knows whether they are caught."""
    assert warnings(mutant("left out")) == []
