"""What is live is asked, and a difference from the records is said before anything is changed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_run import Run
from pushed_site import happened, live, serves, with_origin
from release_side import Note, git

from knowngood.release import records
from knowngood.release.git import Repository
from knowngood.release.live import LiveAnswer, LiveRelease
from knowngood.release.record import RecordKind

pytestmark = pytest.mark.usefixtures("in_one_process")


@pytest.fixture
def v2_is_good(noted: Note) -> None:
    """By the records v1 was good on prod, and then v2, which is live."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "DEPLOYED", 2, RecordKind.PUSHED)
    noted("v2", "prod", "PASSED", 1)


@pytest.mark.usefixtures("v2_is_good")
def test_rollback_from_a_release_that_the_ledger_does_not_know(
    run: Run, project: Path, site: Repository
) -> None:
    """Somebody has put v3 on prod: it goes back to v2, and not past it; v3 is rejected."""
    serves(project, "v3")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    first, second, *_ = ended.output.splitlines()
    assert first.startswith("live on prod is v3, but by the records it is v2 (PASSED, ")
    assert second.startswith("it goes back to v2, ")
    assert live(project) == "v2"
    assert happened(site)[0] == ("rejected", "v3", "REJECTED")
    assert "v3 was rejected on prod by Ann" in run("gate", "--env=prod", "--release=v3").out


def test_rollback_to_the_only_good_release(run: Run, noted: Note, project: Path) -> None:
    """What the records hold for live is the one to go back to, if it is not live."""
    noted("v1", "prod", "PASSED", 8)
    serves(project, "v3")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("v2_is_good")
def test_rollback_to_a_release(run: Run, project: Path) -> None:
    """It must be known to be good there, or be overridden; the live one is rejected."""
    serves(project, "v2")
    ended = run("rollback", "--env=prod", "--yes", "--to=v3")
    assert ended.code == 1
    assert "v3 is not known to be good on prod" in ended.output
    assert live(project) == "v2"
    assert run("rollback", "--env=prod", "--yes", "--to=v9").code == 4
    assert run("rollback", "--env=prod", "--yes", "--override=why").code == 4
    ended = run("rollback", "--env=prod", "--yes", "--to=v1")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"
    assert run("last-good", "--env=prod").out == "v1\n"


@pytest.mark.usefixtures("v2_is_good")
def test_rollback_with_an_override(run: Run, project: Path, site: Repository) -> None:
    """Why is on record before it is done."""
    serves(project, "v1")
    (project / "releases" / "v3" / "robots.txt").write_text("")
    ended = run("rollback", "--env=prod", "--yes", "--to=v3", "--override=the only one left")
    assert ended.out.partition("\n")[0].endswith("; v1 is known to be good, too")
    assert ended.code == 0, ended.output
    assert live(project) == "v3"
    assert happened(site)[:2] == [
        ("overridden", "v3", "OVERRIDDEN"),
        ("rejected", "v1", "REJECTED"),
    ]
    assert "rollback: the only one left" in run("log", "--env=prod").out


@pytest.mark.usefixtures("v2_is_good")
def test_rollback_where_nobody_answers(run: Run, project: Path, site: Repository) -> None:
    """The last known good release is put there again, which may be there; that is said. Nothing is
    rejected unseen.
    """
    (project / "live" / "__version__").unlink()
    trouble = run("status", "--env=prod").out.splitlines()[-1]
    assert trouble.endswith("; to go back: knowngood rollback --env=prod")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert (
        "prod does not say which release is live (no edge names a release: answered 404)"
        in ended.output
    )
    assert "what is live is not known; it may be v2, which is put there again" in ended.output
    assert "it goes back to v2" in ended.output
    assert live(project) == "v2"
    assert [kind for kind, *_ in happened(site, 0.2) if kind == "rejected"] == []


def test_status_and_rollback_agree(run: Run, noted: Note, project: Path) -> None:
    """One release is known to be good, and what is live is not known: it is put there again."""
    noted("v1", "prod", "DEPLOYED", 9, RecordKind.PUSHED)
    noted("v1", "prod", "PASSED", 8)
    (project / "live").unlink()
    (project / "live").symlink_to(project / "nothing")
    assert "; to go back: knowngood rollback --env=prod" in run("status", "--env=prod").out
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


NOTHING_GOOD = "prod has no known good release: "


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        ([], f"{NOTHING_GOOD}nothing has PASSED there; "),
        ([("PASSED", 8), ("FAILED", 7)], f"{NOTHING_GOOD}v1 PASSED, and FAILED later ("),
        ([("PASSED", 8), ("REJECTED", 7)], f"{NOTHING_GOOD}v1 PASSED, and was rejected ("),
        ([("PASSED", -1)], f"{NOTHING_GOOD}the record verified/prod/v1/"),
        ([("PASSED", 8)], "v1 is the only release that is known to be good on prod, and is the "),
        (
            [("PASSED", 8), ("STARTED", 7)],
            "v1 is the only release that is known to be good on prod: the push of v1 by Ann ",
        ),
    ],
)
def test_why_there_is_nothing_to_go_back_to(
    run: Run, noted: Note, project: Path, notes: list[tuple[str, float]], why: str
) -> None:
    """What stands in the way is said, and each command that goes on."""
    kinds = {"REJECTED": RecordKind.REJECTED, "STARTED": RecordKind.PUSHED}
    for verdict, days in notes:
        noted("v1", "prod", verdict, days, kinds.get(verdict, RecordKind.VERIFIED))
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 1, ended.output
    last = ended.out.splitlines()[-1]
    assert last.startswith(why)
    assert "knowngood rollback --env=prod --to=RELEASE --override=WHY" in last


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("deleted", "the record verified/prod/v2/"),
        ("rejected", "v2 PASSED, and was rejected ("),
        ("live", ""),
        ("good", ""),
    ],
)
def test_what_a_rollback_passes_over(
    run: Run, noted: Note, project: Path, site: Repository, what: str, why: str
) -> None:
    """A newer release that PASSED and does not count is named, unless it is the one to leave; none
    that counts is.
    """
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "PASSED", 7)
    serves(project, "v2" if what == "live" else "v3")
    if what == "rejected":
        noted("v2", "prod", "REJECTED", 6, RecordKind.REJECTED)
    if what == "deleted":
        git(site.path, "tag", "-d", "v2")
    if what == "good":  # a rollback past it broke off, and is ended
        noted("v1", "prod", "STARTED", 6, RecordKind.ROLLED_BACK)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    [said] = [line for line in ended.out.splitlines() if line.startswith("passed over: ")] or [""]
    assert said.startswith(f"passed over: {why}" if why else "")
    assert (said == "") == (why == "")
    assert ("its release's tag was deleted, or never pushed" in said) == (what == "deleted")
    assert live(project) == "v1"


def test_a_clock_that_may_be_behind(run: Run, noted: Note) -> None:
    """What it says is told: it may be the one that is wrong."""
    noted("v1", "prod", "PASSED", -1)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 1
    assert "it is dated in the future; the clock here says 20" in ended.output


@pytest.mark.parametrize("what", ["moved", "unreadable"])
def test_why_what_passed_does_not_count(
    run: Run, noted: Note, project: Path, site: Repository, what: str
) -> None:
    """Its release's tag moved, or a tag that cannot be read may be its FAILED."""
    noted("v1", "prod", "PASSED", 8)
    if what == "moved":
        git(site.path, "tag", "-f", "v1", "v2^{}")
    else:
        git(site.path, "tag", "-a", "-m", "FAILED", "verified/prod/v1/again", "v1^{}")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 1, ended.output
    why = "its release's tag moved" if what == "moved" else "v1 PASSED, and may have FAILED later: "
    assert why in ended.out.splitlines()[-1]


def test_adopt(run: Run, noted: Note, project: Path, site: Repository, tmp_path: Path) -> None:
    """The gate knows from then on from where commits go out; only what is live is adopted."""
    bare = with_origin(site, tmp_path)
    noted("v2", "stage", "PASSED", 1)
    ended = run("gate", "--env=prod", "--release=v2")
    assert ended.code == 1
    assert "knowngood adopt --env=prod --release=v1" in ended.out
    ended = run("adopt", "--env=prod", "--release=v2")
    assert (ended.code, ended.out) == (
        1,
        "nothing was recorded: live on prod is v1, and not v2\n",
    )
    ended = run("adopt", "--env=prod", "--release=v1", "--why=as it was")
    assert ended.code == 0, ended.output
    assert happened(Repository(bare)) == [("adopted", "v1", "ADOPTED")]
    assert "knowngood verify --env=prod --release=v1 --record --push" in ended.out
    ended = run("gate", "--env=prod", "--release=v2")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "v2 may go to prod"), ended.out
    assert run("last-good", "--env=prod").code == 1, "that it is live does not make it good"
    assert git(bare, "for-each-ref", "refs/knowngood/") == ""


def test_adopt_what_was_rejected(run: Run, noted: Note) -> None:
    """That it is live does not make it good: what takes the rejection back is told."""
    noted("v1", "prod", "REJECTED", 0.5, RecordKind.REJECTED)
    ended = run("adopt", "--env=prod", "--release=v1")
    assert ended.code == 0, ended.output
    assert "v1 is rejected on prod, and no rollback goes back to it until: " in ended.out
    assert "knowngood reject --env=prod --release=v1 --undo --why=WHY" in ended.out


@pytest.mark.parametrize(("verdict", "verb"), [("STARTED", "may be"), ("DEPLOYED", "is")])
def test_what_a_push_that_broke_off_has_put_there(noted: Note, verdict: str, verb: str) -> None:
    """Nobody knows whether it arrived."""
    record = noted("v2", "prod", verdict, 1, RecordKind.PUSHED)
    answer = LiveAnswer((LiveRelease("v1", "1" * 40),))
    told = f"live on prod is v1, but by the records it {verb} v2 ({verdict}, "
    assert answer.difference("prod", record).startswith(told)


def test_adopt_where_nobody_answers(run: Run, project: Path) -> None:
    """What cannot be seen is not recorded."""
    (project / "live" / "__version__").unlink()
    ended = run("adopt", "--env=prod", "--release=v1")
    assert ended.code == 75
    assert "prod does not say what is live" in ended.output
    asked = project / "environments" / "prod.toml"
    assert f"; what it is asked: {asked}, [release] url; again: knowngood live" in ended.output
    assert "knowngood push --env=prod --release=v1 --override='first push'\n" in ended.output
    assert run("adopt", "--env=prod", "--release=v9").code == 4


@pytest.mark.usefixtures("v2_is_good")
def test_reject(run: Run, site: Repository, project: Path) -> None:
    """On every environment, so that nobody pushes it or goes back to it; until it is undone."""
    ended = run("reject", "--release=v2", "--why=it blinks")
    assert ended.code == 0, ended.output
    assert ended.out.count("recorded: rejected/") == 2
    assert run("last-good", "--env=prod").out == "v1\n"
    assert "rejected" in run("log", "--env=stage").out
    ended = run("reject", "--release=v2", "--why=it does not", "--undo", "--env=prod")
    assert ended.out.startswith("recorded: rejected/prod/v2/")
    assert run("last-good", "--env=prod").out == "v2\n"
    assert run("reject", "--release=v9", "--why=no").code == 4


@pytest.mark.usefixtures("v2_is_good")
def test_a_push_of_the_live_release_that_is_not_deployed(
    run: Run, project: Path, site: Repository, noted: Note
) -> None:
    """Look before judging: it is live and passes, so it is not bad; only its deployment failed."""
    noted("v2", "stage", "PASSED", 1)
    serves(project, "v2")
    (project / "deploy").write_text("#!/bin/sh\nexit 3\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    assert "v2 is still live, and PASSED; nothing was rolled back" in ended.output
    assert happened(site) == [
        ("pushed", "v2", "STARTED"),
        ("pushed", "v2", "NOT DEPLOYED"),
        ("verified", "v2", "PASSED"),
    ]
    assert run("last-good", "--env=prod").out == "v2\n"


@pytest.mark.usefixtures("v2_is_good")
def test_a_push_of_the_live_release_that_breaks_it(run: Run, project: Path, noted: Note) -> None:
    """It is still live and no longer passes: it is rejected, and prod goes back."""
    noted("v2", "stage", "PASSED", 1)
    serves(project, "v2")
    (project / "deploy").rename(project / "sound")
    (project / "deploy").write_text(
        '#!/bin/sh\n[ "$1" = v1 ] && exec ./sound "$@"\nrm releases/v2/robots.txt\nexit 3\n'
    )
    (project / "deploy").chmod(0o755)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.output
    everywhere = "knowngood reject --release=v2 --why=WHY"
    assert f"v2 is rejected on prod; on every environment: {everywhere}; " in ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("v2_is_good")
def test_a_rejected_release_that_is_pushed_all_the_same(
    run: Run, project: Path, noted: Note
) -> None:
    """It passes, and is not taken for good until somebody withdraws the rejection."""
    noted("v2", "stage", "PASSED", 1)
    noted("v2", "prod", "REJECTED", 0.5, RecordKind.REJECTED)
    ended = run("push", "--env=prod", "--release=v2", "--override=it was the network")
    assert ended.code == 0, ended.output
    assert "no rollback goes back to it until: knowngood reject" in ended.output
    assert run("last-good", "--env=prod").out == "v1\n"


@pytest.mark.usefixtures("v2_is_good")
def test_a_release_that_is_rejected_while_it_is_pushed(
    run: Run, project: Path, noted: Note
) -> None:
    """Somebody found it bad meanwhile: the push says so at its end, and no pipeline goes on."""
    noted("v2", "stage", "PASSED", 1)
    reject = f"{sys.executable} -m knowngood reject --env=prod --release=v2 --why=seen"
    with (project / "deploy").open("a") as script:
        script.write(f"{reject}\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    assert "v2 is rejected on prod, and no rollback goes back to it until: " in ended.output
    assert "; to go back: knowngood rollback --env=prod\n" in ended.output


@pytest.mark.usefixtures("v2_is_good")
def test_a_verification_of_a_release_that_is_not_there(
    project: Path, site: Repository, run: Run
) -> None:
    """It FAILED, since v2 is served: v1 is as good as before, and v2 is what is live."""
    serves(project, "v2")
    verified = run("verify", "--env=prod", "--release=v1", "--record")
    assert verified.code == 1, verified.output
    assert happened(site) == [("verified", "v1", "FAILED")]
    made = records.read(site, datetime.now(UTC), ["prod"])
    failed = next(made.of("prod"))
    assert failed.reason.startswith("not-converged: ")
    assert failed.instead == "v2"
    assert run("status", "--env=prod", "--check").code == 0
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"
