"""What must have PASSED before: at which level, and how long ago."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from release_side import NOW, Note

from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.record import RecordKind

Ask = Callable[..., list[str]]
MINUTE = 1 / 1440  # of a day
IMAGE, OTHER = "ab" * 32, "cd" * 32
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("level", "reason"),
    [
        ("full", None),
        ("smoke", "v2 PASSED on stage with --level=smoke; gate.level asks for full"),
        ("", "v2 PASSED on stage with no level on record; gate.level asks for full"),
        ("fullest", "v2 PASSED on stage with --level=fullest; gate.level asks for full"),
    ],
)
def test_the_level_that_passed(note: Note, ask: Ask, level: str, reason: str | None) -> None:
    """A lower one, a record made by hand and a level that nobody knows do not do."""
    note("v2", level=level)
    assert ask(level="full") == ([reason] if reason else [])
    assert ask() == []


def test_what_to_do_about_a_lower_level(note: Note, question: Callable[..., GateQuestion]) -> None:
    """The command that runs all of the suite."""
    note("v2", level="smoke")
    [only] = decide(question(level="full")).reasons
    assert only.to_do == ("knowngood verify --env=stage --release=v2 --level=full --record --push")


def test_what_to_do_about_a_release_that_was_never_there(
    note: Note, question: Callable[..., GateQuestion]
) -> None:
    """It is pushed: a verification of what is not live would say FAILED."""
    verify = "knowngood verify --env=stage --release=v2 --record --push"
    note("v1", "stage", "DEPLOYED", kind=RecordKind.PUSHED, days=2)
    [only] = decide(question()).reasons
    push = "knowngood push --env=stage --release=v2"
    assert only.to_do == f"{push}; where it is live already: {verify}"
    note("v2", "stage", "DEPLOYED", kind=RecordKind.PUSHED, days=1)
    [only] = decide(question()).reasons
    assert only.to_do == verify


def test_what_to_do_about_a_release_that_was_rejected_there(
    note: Note, question: Callable[..., GateQuestion]
) -> None:
    """No command is named that the gate of that environment refuses."""
    note("v2", verdict="FAILED", days=2)
    note("v2", "stage", "REJECTED", kind=RecordKind.REJECTED, days=1)
    rejected, not_passed = decide(question()).reasons
    assert "was rejected on stage" in rejected.obstacle
    assert not_passed.obstacle == "v2 has not PASSED on stage; the last try there was FAILED"
    assert not_passed.to_do == "make another release"


def test_a_smaller_run_after_a_full_one(note: Note, ask: Ask) -> None:
    """It takes nothing away, unless it FAILED."""
    note("v2", days=2, level="full")
    note("v2", days=1, level="smoke")
    assert ask(level="full") == []
    note("v2", days=0.5, verdict="FAILED", level="smoke", reason="broken")
    assert ask(level="full") == ["v2 has FAILED on stage since, on 2026-11-25 00:00 UTC: broken"]


def test_a_failure_while_another_release_was_there(note: Note, ask: Ask) -> None:
    """It neither revokes the PASSED, nor has the wait begin again."""
    note("v2", days=2)
    note("v2", days=0.01, verdict="FAILED", instead="v1")
    assert ask(wait=HALF_AN_HOUR) == []
    note("v2", "stage", "DEPLOYED", kind=RecordKind.PUSHED, days=1)
    assert ask(wait=HALF_AN_HOUR) == []


def test_a_level_is_asked_of_the_environment_before(note: Note, ask: Ask) -> None:
    """And not of other names in gate.requires, whose records others write."""
    note("v2", level="full")
    note("v2", "ci", days=8, level="full")
    note("v2", "ci")
    assert ask(level="full", requires=("ci",)) == []


@pytest.mark.parametrize(
    ("minutes", "reason"),
    [
        (30, None),
        (29, "v2 PASSED on stage on 2026-11-25 11:31 UTC, less than 30 minutes ago"),
        (-2, "v2 PASSED on stage on 2026-11-25 12:02 UTC, less than 30 minutes ago"),
    ],
)
def test_a_wait(note: Note, ask: Ask, minutes: int, reason: str | None) -> None:
    """The first PASSED must be so old; a newer one does not make it begin again."""
    note("v2", days=minutes * MINUTE)
    note("v2", days=(minutes - 1) * MINUTE)
    assert ask(wait=HALF_AN_HOUR) == ([reason] if reason else [])
    assert ask() == []


def test_until_when_to_wait(note: Note, question: Callable[..., GateQuestion]) -> None:
    """The reason says at which minute."""
    note("v2", days=10 * MINUTE)
    [only] = decide(question(wait=HALF_AN_HOUR)).reasons
    assert only.to_do == "watch it there, and ask again after 2026-11-25 12:20 UTC"


def test_a_failure_begins_the_wait_again(note: Note, ask: Ask) -> None:
    """What PASSED before it FAILED does not count."""
    note("v2", days=90 * MINUTE)
    note("v2", verdict="FAILED", days=60 * MINUTE)
    note("v2", days=10 * MINUTE)
    assert len(ask(wait=HALF_AN_HOUR)) == 1
    assert ask(now=NOW + timedelta(minutes=20), wait=HALF_AN_HOUR) == []


def test_a_wait_that_nobody_signed(
    note: Note, ask: Ask, keys: Callable[[str], str], tmp_path: Path
) -> None:
    """A PASSED in a stranger's name does not shorten it."""
    signers = tmp_path / "signers"
    note("v2", days=60 * MINUTE)
    signers.write_text(keys("known"))
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=9)
    note("v2", days=10 * MINUTE)
    assert len(ask(wait=HALF_AN_HOUR, signers=signers)) == 1
    note("v2", days=40 * MINUTE)
    assert ask(wait=HALF_AN_HOUR, signers=signers) == []


@pytest.mark.parametrize(
    ("passed", "reason"),
    [
        ({"app": IMAGE}, None),
        ({"registry/app": IMAGE, "worker": OTHER}, None),
        ({"app": OTHER}, "another, cdcdcdcdcdcd, has"),
        ({}, "no artefact of that name has"),
    ],
)
def test_the_image_that_goes_out(
    note: Note, ask: Ask, passed: dict[str, str], reason: str | None
) -> None:
    """Where it is known its digest must have PASSED, by whatever name; else the commit stands."""
    note("v2", subjects=passed)
    only = f"app abababababab has not PASSED on stage as v2; {reason}"
    assert ask(subjects={"app": IMAGE}) == ([only] if reason else [])
    assert ask() == []


def test_another_image_of_the_same_commit(
    note: Note, question: Callable[..., GateQuestion]
) -> None:
    """A newer PASSED of another image takes nothing away; the command verifies what is missing."""
    note("v2", days=2, subjects={"app": IMAGE})
    note("v2", days=1, subjects={"app": OTHER})
    assert decide(question(subjects={"app": IMAGE})).reasons == []
    [only] = decide(question(subjects={"app": "ef" * 32})).reasons
    assert only.to_do == (
        f"knowngood verify --env=stage --release=v2 --subject=app=sha256:{'ef' * 32} "
        "--record --push"
    )
