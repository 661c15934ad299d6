"""Which release is on the air at the start of a run, and whether it still is at its end."""

from dataclasses import replace

from knowngood.environment.release_settings import Release
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.readiness.convergence import Convergence, Edge, ReleaseSighting, sight
from knowngood.readiness.release_state import ReleaseState

RELEASE = Release("content:/__version__")
TEXT = Release("content:/revision", shape="text")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def said(text: str, release: Release = TEXT, status: int = 200) -> ReleaseSighting:
    """What a version document with this text says."""
    received = Answer(status, "http://c/v", (), text.encode())
    return sight(release, Exchange(Probe("content", "http://c/v"), (Attempt(1, 1),), received))


V1, V2, NOTHING = said("v1"), said("v2"), said("v1", status=503)


def started(*texts: str, expected: str | None = None) -> ReleaseState:
    """After the look at the start: edges a, b, … said these."""
    sights = {name: [said(text)] for name, text in zip("abc", texts, strict=False)}
    return ReleaseState(expected).looked_at(sights)


def test_what_was_seen() -> None:
    """One release, several where edges differ, none if nobody says one."""
    assert started("v1", "v1").seen == "v1"
    assert started("v1", "v2").seen == "v1, v2"
    assert started().seen is None
    assert ReleaseState().looked_at({"a": [NOTHING]}).seen is None


def test_nothing_changed() -> None:
    """The same at every edge."""
    end = started("v1", "v2").ended({"a": [V1, V1], "b": [V2]})
    assert (end.changed, end.wavering) == ("", "")


def test_a_page_in_place_of_the_text() -> None:
    """One that differs each time is no other release: what the checks see decides."""
    end = started("<p>error 1</p>").ended({"a": [said("<p>error 2</p>")]})
    assert (end.seen, end.changed, end.wavering) == (None, "", "")


def test_another_release() -> None:
    """Named with its edge and both releases."""
    end = started("v1", "v1").ended({"a": [V1], "b": [V2, V2]})
    assert end.changed == "the release changed during the run at b: v1, then v2"


def test_some_answers_of_another_release() -> None:
    """Some backends serve something else: what was checked is not certain."""
    end = started("v1").ended({"a": [V1, V2, V1]})
    wavering = "answers come from two releases in turn at a: v1, and v2"
    assert (end.changed, end.wavering, end.mixed) == ("", wavering, True)


def test_silence_at_the_end() -> None:
    """Says nothing if whatever is there was to be checked; where a release was named, it must
    still be seen.
    """
    assert started("v1").ended({"a": [NOTHING]}) == started("v1")
    named = ReleaseState("v1").converged(Convergence("v1", 1.0, there=(Edge("a", 10, 0, V1),)))
    ended = named.ended({"a": [NOTHING, NOTHING]})
    assert "could not be seen" in ended.wavering
    assert not ended.mixed
    assert named.ended({"a": [NOTHING, V1]}).wavering == ""


def test_an_edge_that_was_not_there_at_the_start() -> None:
    """It has nothing to be compared with."""
    assert started("v1").ended({"z": [V2]}).changed == ""


def test_a_commit_stays_the_same_by_seven_digits() -> None:
    """The one that was named is on the air, however long each side writes it."""
    named = ReleaseState(COMMIT[:7]).looked_at({"a": [said(COMMIT)]})
    assert named.ended({"a": [said(COMMIT)]}).changed == ""
    assert named.ended({"a": [said("f" * 40)]}).changed


def test_a_long_name_is_the_same_as_itself() -> None:
    """A digest of 64 digits is cut where it is shown, and is no other release for that."""
    digest = "sha256:" + "ab" * 32
    for standing in (ReleaseState(), ReleaseState(digest)):
        start = standing.looked_at({"a": [said(digest)]})
        assert start.ended({"a": [said(digest)]}) == replace(start, lasts=True)
