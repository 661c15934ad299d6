"""A rollback that is repeated: by a second person, by a script, or after a push that went back by
itself. It was meant for the release before, and takes no good one away unseen.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from command_run import Run
from pushed_site import CHECK, happened, live, serves
from release_side import Note

from knowngood.release.git import Repository
from knowngood.release.record import RecordKind

pytestmark = pytest.mark.usefixtures("in_one_process")


@pytest.fixture
def back_on_v2(noted: Note, project: Path) -> None:
    """v3 was bad on prod; somebody has gone back to v2, some minutes ago."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "PASSED", 7)
    noted("v3", "prod", "REJECTED", 0.008, RecordKind.REJECTED)
    noted("v2", "prod", "DEPLOYED", 0.007, RecordKind.ROLLED_BACK)
    noted("v2", "prod", "PASSED", 0.006)
    serves(project, "v2")


@pytest.mark.usefixtures("back_on_v2")
def test_what_was_just_put_back_stays(run: Run, project: Path, site: Repository) -> None:
    """It still passes: nothing is deployed, nothing rejected, and the way further back is told."""
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert "in any case: knowngood rollback --env=prod --to=v1\n" in ended.out
    assert ended.out.splitlines()[-1] == (
        "prod is back on v2 already, and verified; nothing was changed"
    )
    assert not (project / "deployed").exists()
    assert happened(site)[-2:] == [("verified", "v2", "PASSED")] * 2
    assert run("last-good", "--env=prod").out == "v2\n"


@pytest.mark.usefixtures("history")
def test_after_a_push_that_went_back_by_itself(run: Run, project: Path) -> None:
    """A script that rolls back after a push that ended with 1 stays where the push went."""
    assert run("push", "--env=prod", "--release=v3").code == 1
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert ended.out.startswith("live on prod is v1; Ann <ann@example.org> has rolled back to it ")
    assert live(project) == "v1"
    further = "knowngood rollback --env=prod --to=RELEASE --override=WHY\n"
    assert further in ended.out, "no other release is known to be good"


@pytest.mark.usefixtures("back_on_v2")
def test_what_was_just_put_back_and_fails(run: Run, project: Path, site: Repository) -> None:
    """It is bad, too: it goes further back, and says why."""
    (project / "releases" / "v2" / "robots.txt").unlink()
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"
    assert ("rejected", "v2", "REJECTED") in happened(site)
    log = run("log", "--env=prod").out
    assert "REJECTED      Ann <ann@example.org>  FAILED: /robots.txt is 404; rolled back to" in log


@pytest.mark.usefixtures("back_on_v2")
def test_what_was_just_put_back_and_cannot_be_judged(run: Run, project: Path) -> None:
    """It is not known, and nothing is changed."""
    broken = CHECK.replace("assert response", "assert no_such_name")
    (project / "checks" / "test_it.py").write_text(broken)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 75, ended.output
    assert "it is not known whether v2 is good; nothing was changed" in ended.out
    assert live(project) == "v2"


@pytest.mark.usefixtures("back_on_v2")
def test_further_back_by_name(run: Run, project: Path) -> None:
    """Whoever names the release means it."""
    ended = run("rollback", "--env=prod", "--yes", "--to=v1")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


def test_what_was_put_back_long_ago(run: Run, noted: Note, project: Path) -> None:
    """Nobody repeats that rollback: this one is meant for what is live."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "DEPLOYED", 0.2, RecordKind.ROLLED_BACK)
    noted("v2", "prod", "PASSED", 0.1)
    serves(project, "v2")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


@pytest.mark.parametrize("verdict", ["PASSED", "FAILED"])
def test_the_way_forward_after_one_too_far(
    run: Run, project: Path, site: Repository, noted: Note, verdict: str
) -> None:
    """v2 was meant, and --to=v1 typed. v1 did nothing wrong, unless it FAILED."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "PASSED", 7)
    noted("v1", "prod", "DEPLOYED", 0.007, RecordKind.ROLLED_BACK)
    noted("v1", "prod", verdict, 0.006)
    serves(project, "v1")
    ended = run("rollback", "--env=prod", "--to=v2", "--yes")
    assert ended.code == 0, ended.output
    rejected = ("rejected", "v1", "REJECTED") in happened(site)
    assert rejected == (verdict == "FAILED")
