"""Verdict files that do not belong together are refused, by name."""

from typing import Any

import pytest
from place_documents import CHECK, NOW, cut_off, seen_from, wrong

from knowngood.safety import UsageError
from knowngood.verdict.place_files import place_verdicts

V8 = {"expected": "v8", "seen": "v8", "edges": {"": "v8"}}


def places(*documents: dict[str, Any], names: tuple[str, ...] = (), **more: float) -> list[str]:
    """The places of these documents, each in the file of its place."""
    files = {f"{each.get('place')}-{number}.json": each for number, each in enumerate(documents)}
    verdicts = place_verdicts(files, **{"now": NOW, "window": 1800, **more}, names=names)
    return [verdict.name for verdict in verdicts]


def refused(*documents: dict[str, Any], **more: Any) -> str:
    """Why these documents are refused."""
    with pytest.raises(UsageError) as refusal:
        places(*documents, **more)
    return str(refusal.value)


def test_sorted_by_place() -> None:
    """Whatever the files are called."""
    assert places(seen_from("syd"), seen_from("fra")) == ["fra", "syd"]


def test_another_environment() -> None:
    """Both files are named, and both environments."""
    assert refused(seen_from("fra"), seen_from("iad", environment="prod")) == (
        "fra-0.json and iad-1.json differ in the environment: stage and prod; fold the verdicts of "
        "one environment"
    )
    assert "the environment" in refused(seen_from("fra"), cut_off("iad", environment="prod"))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"origins": {"content": "https://preview.example"}}, "differ in the origins"),
        ({"release": V8}, "differ in --release: None and v8"),
        ({"release": {**V8, "expected": None}}, "differ in the release that was live: None and v8"),
        ({"manifest": {"digest": "a" * 64, "compared": 1}}, "differ in --manifest"),
        ({"checks": {}, "counts": {}}, ""),
    ],
    ids=["origins", "release", "seen", "manifest", "ran-nothing"],
)
def test_another_question(fields: dict[str, Any], what: str) -> None:
    """Runs that were told different things are no views of one deployment. One in which nothing
    ran, since it was killed or cut off, contradicts nothing.
    """
    document = seen_from("iad", **fields)
    if not what:
        assert places(seen_from("fra", release=V8), cut_off("iad")) == ["fra", "iad"]
        return
    assert what in refused(seen_from("fra"), document)


def test_another_edge_serves_the_old_release() -> None:
    """Where the release was named, what each place saw is for its verdict to judge."""
    old = seen_from("fra", wrong(kind="release"), release={**V8, "seen": "v7"})
    assert places(seen_from("iad", release=V8), old) == ["fra", "iad"]


def checks(*names: str, claim: str = "It holds.") -> dict[str, Any]:
    """Checks of these names, as a document has them."""
    numbers = {"ran": 1, "bad": 0, "advisory": 0, "unsteady": False, "catches": []}
    return {name: {"claim": claim, **numbers} for name in names}


def test_other_checks() -> None:
    """A place that ran less, more, or another version of the suite."""
    both = seen_from("fra", checks=checks("a", "b"))
    for other in (checks("a"), checks("a", "b", "c"), checks("a", "b", claim="It is.")):
        why = refused(both, seen_from("iad", checks=other))
        assert "iad-1.json" in why
        assert "did not run the same checks" in why


def test_checks_of_a_run_that_ended_early() -> None:
    """It may lack some, and have none that others have not; the engine's own claims do not
    count, which are there only if they failed.
    """
    whole = seen_from("fra", checks=checks("a", "b"))
    early = {**whole["counts"], "ran": 3}
    own = checks("a", "knowngood::every_edge_serves_the_release")
    assert places(whole, seen_from("iad", wrong(), checks=own, counts=early)) == ["fra", "iad"]
    more = seen_from("iad", wrong(), checks=checks("c"), counts=early)
    assert "same checks: a, b, c;" in refused(whole, more)


def test_old_files() -> None:
    """What was left in a folder is of another push; a clock that is ahead is told."""
    assert refused(seen_from("fra"), now=NOW + 3600) == (
        "fra-0.json: its run began 61 min ago, and --window allows 30 min: it may be of another "
        "push; run again there, or leave it out"
    )
    assert "10 min in the future; set the clock of fra" in refused(seen_from("fra"), now=NOW - 660)
    assert places(seen_from("fra"), now=NOW - 300) == ["fra"]


def test_two_files_of_one_place() -> None:
    """Which of them counts is not guessed: the newer may be a FAILED that was tried again."""
    why = refused(seen_from("fra"), seen_from("fra", wrong()))
    assert why.startswith("fra-0.json and fra-1.json are both of the place fra; name each place")


def test_a_place_that_is_not_expected() -> None:
    """A forgotten --place would count as one more, and the right one as absent."""
    why = refused(seen_from("build7"), names=("fra", "iad"))
    assert "build7-0.json: it is of the place build7, and --expect names fra, iad" in why


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"places": {}}, "it is folded already"),
        ({"place": ""}, "it names no place"),
        ({"exit_code": 1}, "it says PASSED and the exit code 1, which contradict each other"),
        ({"causes": [wrong()]}, "it says PASSED, and names a failure or no case that passed"),
        ({"counts": {"passed": 9, "failed": 1}}, "it says PASSED, and names a failure"),
        ({"counts": {"passed": 0, "failed": 0}}, "it says PASSED, and names a failure or no case"),
    ],
)
def test_what_is_no_verdict_of_a_place(fields: dict[str, Any], why: str) -> None:
    """One that was folded, one of an earlier version, one that somebody has changed."""
    assert why in refused({**seen_from("fra"), **fields})


def test_the_suite_of_these_tests() -> None:
    """Its one check is in every document, so that the cases above differ in one thing alone."""
    assert list(seen_from("fra")["checks"]) == [CHECK]
