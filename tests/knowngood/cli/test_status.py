"""``knowngood status`` tells what somebody has to look at, and which command comes next."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_run import Run
from pushed_site import serves, with_origin
from release_side import Note, git
from watched_runs import DAY, LOST, after
from watched_runs import run as made_up

from knowngood.environment import load
from knowngood.readiness.convergence import ReleaseWatch
from knowngood.release import status, unpushed
from knowngood.release.git import Repository
from knowngood.release.ledger import recorded_environments
from knowngood.release.record import REJECTED, RecordKind, at
from knowngood.safety import process_identity
from knowngood.session import Options
from knowngood.watch import store, usual_path
from knowngood.watch.store import StateUnusable

pytestmark = pytest.mark.usefixtures("in_one_process")


@pytest.fixture(autouse=True)
def v2_is_good(noted: Note, project: Path) -> None:
    """By the records v1 was good on prod, and then v2, which is live."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "DEPLOYED", 2, RecordKind.PUSHED)
    noted("v2", "prod", "PASSED", 1)
    serves(project, "v2")


def locked(site: Repository, process: str) -> None:
    """Lock prod for another process."""
    now = datetime.now(UTC).isoformat()
    note = {"who": "Bob", "where": "ci-7", "since": now, "beat": now, "process": process}
    content = json.dumps({**note, "for": "knowngood push"})
    blob = git(site.path, "hash-object", "-w", "--stdin", stdin=content).strip()
    git(site.path, "update-ref", "refs/knowngood/lock/prod", blob)


def test_all_is_well(run: Run) -> None:
    """A table of two lines, and no trouble: cron is told nothing."""
    ended = run("status", "--env=prod")
    assert (ended.code, len(ended.out.splitlines())) == (0, 2), ended.output
    ended = run("status", "--env=prod", "--check")
    assert (ended.code, ended.output) == (0, "")


@pytest.mark.parametrize("falls_silent", [True, False])
def test_an_edge_that_is_down(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, falls_silent: bool
) -> None:
    """What the other edges name is live, and it is no trouble until it is asked once more."""
    path = project / "environments" / "prod.toml"
    [up] = re.findall(r"http://(.*)\"", path.read_text())
    with path.open("a") as file:
        file.write(f'[edges]\ncontent = ["{up}", "127.0.0.1:9"]\n')
    if not falls_silent:
        asked = ReleaseWatch.look
        looks = iter(
            [asked, lambda watch, _, times: {"127.0.0.1:9": asked(watch, [up], times)[up]}]
        )
        monkeypatch.setattr(ReleaseWatch, "look", lambda *words: next(looks)(*words))
    ended = run("status", "--env=prod")
    _, row, *trouble = ended.out.splitlines()
    assert row.split()[:2] == ["prod", "v2"]
    assert [line.partition("; ")[0] for line in trouble] == (
        ["! prod: 1 of 2 edges names no release: 127.0.0.1:9 (no answer: refused)"]
        if falls_silent
        else []
    )


def test_a_remote_of_another_name(run: Run, site: Repository, tmp_path: Path) -> None:
    """As git clone -o makes it: that nobody else sees the records is told, and how to mend it. One
    that no branch follows, a mirror or a place to deploy to, is no trouble.
    """
    with_origin(site, tmp_path)
    git(site.path, "remote", "rename", "origin", "Upstream")
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 0
    branch = git(site.path, "branch", "--show-current").strip()
    git(site.path, "config", f"branch.{branch}.remote", "Upstream")
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1
    told = f"! {site.path} has a remote Upstream, and none called origin: nobody else sees"
    assert told in ended.out
    assert told.removeprefix("! ") in run("gate", "--env=prod", "--release=v1").err
    git(site.path, "remote", "rename", "Upstream", "origin")
    assert "nobody else sees" not in run("status", "--env=prod", "--check").out


def test_a_fork(run: Run, site: Repository, tmp_path: Path) -> None:
    """Where nothing is on record it may be at another remote; what is printed first brings it:
    whoever adopts what is live puts a record into the fork.
    """
    upstream = with_origin(site, tmp_path)
    git(tmp_path, "clone", "--quiet", "--bare", "--no-tags", str(upstream), "fork.git")
    for record in git(site.path, "tag", "-l", "verified/*", "pushed/*").split():
        git(site.path, "tag", "-d", record)
    git(site.path, "remote", "rename", "origin", "upstream")
    git(site.path, "remote", "add", "origin", str(tmp_path / "fork.git"))
    ended = run("status", "--env=prod")
    told = (
        f"! nothing of prod is on record at {tmp_path / 'fork.git'}; if that is a fork of upstream"
    )
    line, *others = [line for line in ended.out.splitlines() if line.startswith("! ")]
    assert line.startswith(told), ended.out
    assert [": knowngood adopt " in other for other in others] == [True]
    subprocess.run(line.partition("count: ")[2], shell=True, check=True)  # noqa: S602 - ours
    assert run("status", "--env=prod", "--check").code == 0


@pytest.mark.parametrize("release", ["v2", "v3"])
def test_an_environment_that_was_renamed(run: Run, project: Path, release: str) -> None:
    """Its records have the old name. One that was given up had another release."""
    serves(project, release)
    folder = project / "environments"
    (folder / "prod.toml").rename(folder / "live.toml")
    [trouble] = [line for line in run("status").out.splitlines() if line.startswith("! live on")]
    told = "; prod has that on record, and no file: if it was renamed, undo: "
    assert (told in trouble) == (release == "v2"), trouble
    if release == "v2":
        command = trouble.partition(told)[2].partition("; ")[0]
        subprocess.run(command, shell=True, check=True)  # noqa: S602 - ours
        assert run("status", "--check", "--env=prod").code == 0


def test_a_file_that_cannot_be_read(run: Run, project: Path) -> None:
    """It is trouble, and hides nothing of the others; asked for by name it is a usage error. Where
    no other is left, it is why nothing is shown.
    """
    (project / "environments" / "dev.toml").write_text("oops = = 1\n")
    ended = run("status", "--check")
    assert ended.code == 1
    assert " v2 PASSED " in ended.out
    assert f"! {project / 'environments' / 'dev.toml'}: " in ended.out
    assert run("status", "--env=dev").code == 4
    for name in ("prod", "stage"):
        (project / "environments" / f"{name}.toml").unlink()
    ended = run("status")
    assert (ended.code, "dev.toml: not TOML" in ended.err) == (4, True), ended.output


def test_who_pushed_and_when(run: Run, noted: Note) -> None:
    """The time as `log` writes it, and the name alone: an address takes half of the table."""
    who = "Maintainers of the Site <maintainers@firefox-health-report.example.org>"
    pushed = noted("v2", "prod", "DEPLOYED", 0.2, RecordKind.PUSHED, who=who)
    verified = noted("v2", "prod", "PASSED", 0.1)
    _, row = run("status", "--env=prod").out.splitlines()
    assert f"  v2 {at(pushed.when)} Maintainers of the Site  v2 PASSED {at(verified.when)}  " in row


def test_a_person_without_a_name(run: Run, noted: Note) -> None:
    """The address stands for it."""
    noted("v2", "prod", "DEPLOYED", 0.2, RecordKind.PUSHED, who="<ann@example.org>")
    noted("v2", "prod", "PASSED", 0.1)
    assert " UTC ann@example.org  v2 PASSED" in run("status", "--env=prod").out


def test_a_rollback_is_what_put_it_there(run: Run, noted: Note) -> None:
    """It is told from a push, whatever its release is called."""
    noted("v1", "prod", "DEPLOYED", 0.2, RecordKind.ROLLED_BACK)
    assert "  v1 by rollback 2" in run("status", "--env=prod").out


def test_how_far_it_is_behind(run: Run, noted: Note, project: Path) -> None:
    """By what is live, whatever was pushed; where nobody answers, by the records."""
    noted("v3", "stage", "PASSED", 1)
    assert run("status", "--env=prod").out.splitlines()[1].endswith("  stage by 1 commit")
    serves(project, "v1")
    assert run("status", "--env=prod").out.splitlines()[1].endswith("  stage by 2 commits")
    (project / "live").unlink()
    assert run("status", "--env=prod").out.splitlines()[1].endswith("  stage by 1 commit")


@pytest.mark.parametrize("environment", ["prod", "stage"])
@pytest.mark.parametrize("verdict", ["STARTED", "NOT DEPLOYED"])
def test_behind_is_not_known_of_half_a_release(
    run: Run, noted: Note, project: Path, environment: str, verdict: str
) -> None:
    """What is there may be half of it, whatever it calls itself, until it is seen to be whole."""

    def row() -> str:
        return run("status", "--env=prod").out.splitlines()[1]

    noted("v3", "stage", "PASSED", 1)
    noted("v3", environment, verdict, 0.3, RecordKind.PUSHED)
    assert row().endswith("  -")
    serves(project, "v3")
    assert row().endswith("  -")
    noted("v2", environment, verdict, 0.2, RecordKind.ROLLED_BACK)
    assert row().endswith("  -")
    noted("v3", environment, "PASSED", 0.1)
    assert row().endswith("  stage by 0 commits")


def test_another_release_is_live(run: Run, project: Path) -> None:
    """One that the records do not know: how to go back, and how to keep it. Only --check fails."""
    serves(project, "v3")
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1
    _, _, trouble = ended.out.splitlines()
    assert trouble.startswith("! live on prod is v3, but by the records it is v2 (PASSED, ")
    assert "; to go back: knowngood rollback --env=prod; to keep v3: knowngood adopt" in trouble
    assert run("status", "--env=prod").code == 0


def test_a_good_release_was_put_back_by_hand(run: Run, project: Path) -> None:
    """Whoever did that knew why: what is on record is not the first thing to go back to."""
    serves(project, "v1")
    trouble = run("status", "--env=prod").out.splitlines()[-1]
    assert trouble.startswith("! live on prod is v1, but by the records it is v2 (PASSED, ")
    assert trouble.endswith(
        ", and v1 is known to be good; to keep v1: knowngood adopt --env=prod --release=v1; "
        "to go back: knowngood rollback --env=prod"
    )


@pytest.mark.parametrize("verdict", ["REJECTED", "STARTED"])
def test_no_release_is_good(run: Run, noted: Note, project: Path, verdict: str) -> None:
    """Where none can be gone back to, and what is live is not to be kept, any may be put there."""
    for release in ("v1", "v2"):
        noted(release, "prod", "FAILED", 0.9)
    kind = RecordKind.REJECTED if verdict == "REJECTED" else RecordKind.PUSHED
    noted("v3", "prod", verdict, 0.5, kind)
    serves(project, "v3")
    [trouble] = [line for line in run("status", "--env=prod").out.splitlines() if line[0] == "!"]
    assert trouble.endswith(
        "; no release is known to be good; to put one there: knowngood rollback --env=prod "
        "--to=RELEASE --override=WHY"
    )


def test_a_rejected_release_is_live(run: Run, noted: Note, project: Path) -> None:
    """It is not offered to be kept."""
    noted("v3", "prod", REJECTED, 0.5, RecordKind.REJECTED)
    serves(project, "v3")
    trouble = run("status", "--env=prod").out.splitlines()[-1]
    assert trouble.startswith("! live on prod is v3, but by the records it is v2 ")
    assert trouble.endswith("; to go back: knowngood rollback --env=prod")


def test_what_is_live_is_not_known_to_be_good(run: Run, noted: Note) -> None:
    """It was rejected: that is told as well."""
    noted("v2", "prod", REJECTED, 0.5, RecordKind.REJECTED)
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1
    _, _, rejected, trouble = ended.out.splitlines()
    assert rejected.startswith("rejected on prod: v2, ")
    assert trouble.startswith("! v2 is live on prod, and was rejected by ")
    assert "; to go back: knowngood rollback --env=prod; to take the rejection back: " in trouble
    assert trouble.endswith("knowngood reject --env=prod --release=v2 --undo --why=WHY")


def test_the_tag_of_the_live_release_was_deleted(run: Run, site: Repository) -> None:
    """It is the release on record: nothing goes back, its tag is made again."""
    commit = git(site.path, "rev-parse", "v2^{commit}").strip()
    git(site.path, "tag", "-d", "v2")
    trouble = run("status", "--env=prod").out.splitlines()[-1]
    assert trouble.startswith("! v2 is live on prod, and is no tag here: it was deleted; ")
    assert "rollback" not in trouble
    assert trouble.endswith(f"; to make it again: git -C {site.path} tag -a -m v2 v2 {commit}")


def test_the_tag_of_the_live_release_is_nowhere(run: Run, site: Repository, tmp_path: Path) -> None:
    """Whoever made it may have it yet: another tag of that name would bar theirs."""
    bare = with_origin(site, tmp_path)
    for repository in (bare, site.path):
        git(repository, "tag", "-d", "v2")
    trouble = run("status", "--env=prod").out.splitlines()[-1]
    first = (
        ": it was deleted, or never pushed; whoever has it: git push origin v2; to make it again: "
    )
    assert first in trouble


def test_the_tag_of_the_live_release_was_moved_at_the_origin(
    run: Run, site: Repository, tmp_path: Path
) -> None:
    """Somebody else's tag is no reason to take a good release away: it is put back."""
    bare = with_origin(site, tmp_path)
    git(bare, "tag", "-f", "v2", "v3")
    ended = run("status", "--env=prod")
    assert "! v2 is live on prod, and not known to be good: " in ended.out
    assert "the tag v2: the origin has another one of this name" in ended.out
    assert "rollback" not in ended.out
    command = ended.out.rpartition("; to put that there again: ")[2]
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, timeout=400)
    assert run("status", "--env=prod", "--check").code == 0


def test_why_what_is_live_is_not_good(run: Run, noted: Note) -> None:
    """Why that one is not, and not why another one is not."""
    noted("v2", "prod", "FAILED", 0.5)
    assert "not known to be good: v2 PASSED, and FAILED later (" in run("status", "--env=prod").out


def test_no_verification_is_signed(
    run: Run, project: Path, keys: Callable[[str], str], site: Repository
) -> None:
    """Since the gate asks for signers the unsigned PASSED counts no more: that is told."""
    signers = project / "environments" / "signers"
    signers.write_text(keys("bob"))
    prod = project / "environments" / "prod.toml"
    rules = '[gate]\nsigners = "file:signers"\n'
    prod.write_text(prod.read_text("utf-8").replace("[gate]\n", rules), "utf-8")
    passed = git(site.path, "tag", "-l", "verified/prod/v2/*").strip()
    ended = run("status", "--env=prod")
    assert (
        f"! v2 is live on prod, and not known to be good: the record {passed} does not count: "
        f"nobody in {signers} signed it: "
    ) in ended.out


def test_a_rejected_release_that_is_not_live(run: Run, noted: Note) -> None:
    """It is told with its date and reason, and no trouble."""
    record = noted("v3", "prod", REJECTED, 0.5, RecordKind.REJECTED, reason="it blinks")
    line = f"rejected on prod: v3, {at(record.when)}: it blinks"
    assert run("status", "--env=prod").out.splitlines()[2:] == [line]
    assert run("status", "--env=prod", "--check").code == 0


@pytest.mark.usefixtures("run")
def test_many_rejected_releases() -> None:
    """The newest have a line each, and the others share one: it stays one screen."""
    [row] = status.rows(recorded_environments(["prod"])[0], offline=True)
    when = "2026-11-25T12:00:00+00:00"
    row["rejected"] = [{"release": f"v{n}", "when": when, "reason": ""} for n in range(9, 2, -1)]
    assert status.table([row]).splitlines()[2:] == [
        *(f"rejected on prod: v{n}, 2026-11-25 12:00 UTC" for n in (9, 8, 7)),
        "rejected on prod before that: v6, v5, v4, v3",
    ]


def test_nothing_is_there_yet(run: Run) -> None:
    """No release to go back to: the first one is to be pushed."""
    trouble = run("status", "--env=stage").out.splitlines()[2]
    assert "; nothing is on record; to put one there: knowngood push --env=stage " in trouble
    command = trouble.rpartition("; to put one there: knowngood ")[2]
    ended = run(*shlex.split(command.replace("RELEASE", "v1")))
    assert "let through, on record as overridden/stage/v1/" in ended.out, (
        "the gate asks for an override"
    )


def test_a_push_that_did_not_end(run: Run, noted: Note) -> None:
    """How far it got, what is live, and how to go back."""
    noted("v3", "prod", "STARTED", 0.1, RecordKind.PUSHED)
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1
    trouble = ended.out.splitlines()[2]
    assert trouble.startswith("! the push of v3 by ")
    assert (
        "did not end: it may be there, or half of it; live on prod is v2; to go back: " in trouble
    )


@pytest.mark.parametrize(("live", "is_offered"), [("v3", True), ("v2", False)])
def test_a_push_that_was_not_verified(
    run: Run, noted: Note, project: Path, live: str, is_offered: bool
) -> None:
    """Nobody found it bad: it can be verified, if it is what is live, and not only taken away."""
    noted("v3", "prod", "DEPLOYED", 0.1, RecordKind.PUSHED)
    serves(project, live)
    trouble = run("status", "--env=prod").out.splitlines()[2]
    verify = "; to see: knowngood verify --env=prod --release=v3 --record --push"
    assert f"live on prod is {live}" in trouble
    assert (verify in trouble) == is_offered
    assert "; to go back: knowngood rollback --env=prod" in trouble
    adopt = "; to keep v2: knowngood adopt --env=prod --release=v2"
    assert trouble.endswith(adopt) == (live == "v2")
    assert run("adopt", "--env=prod", f"--release={live}").code == 0
    assert "was not verified" not in run("status", "--env=prod").out


def test_a_push_that_is_under_way(run: Run, noted: Note, site: Repository) -> None:
    """Its lock is told; what it has begun is no trouble."""
    noted("v3", "prod", "STARTED", 0.1, RecordKind.PUSHED)
    locked(site, process_identity.own())
    [line] = run("status", "--env=prod").out.splitlines()[2:]
    assert line.startswith("prod is locked by Bob on ci-7, for ")
    assert run("status", "--env=prod", "--check").code == 0


def test_a_lock_that_was_left_behind(run: Run, site: Repository, noted: Note) -> None:
    """Its holder has ended: nobody has to act for that. What its push has begun is trouble."""
    machine, _, _ = process_identity.own().rsplit(" ", 2)
    locked(site, f"{machine} {os.getpid()} 1")
    assert run("status", "--env=prod", "--check").code == 0
    [line] = run("status", "--env=prod").out.splitlines()[2:]
    assert re.fullmatch(
        r"the lock of prod was left behind by Bob on ci-7, for \d+ s: knowngood push; that "
        "process has ended: the next push or rollback takes it over",
        line,
    )
    noted("v3", "prod", "STARTED", 0.1, RecordKind.PUSHED)
    ended = run("status", "--env=prod", "--check")
    assert (ended.code, len(ended.out.splitlines())) == (1, 4), ended.output


def test_a_lock_that_cannot_be_read(run: Run, site: Repository) -> None:
    """It never ends by itself: it is trouble, told with the command that ends it."""
    blob = git(site.path, "hash-object", "-w", "--stdin", stdin="not a note").strip()
    git(site.path, "update-ref", "refs/knowngood/lock/prod", blob)
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1, ended.output
    _, _, trouble = ended.out.splitlines()
    assert trouble.startswith("! prod is locked by somebody who left no note that can be read; ")
    command = trouble.rpartition("if nobody is at work: ")[2]
    subprocess.run(["sh", "-c", command], check=True, timeout=400)
    assert run("status", "--env=prod", "--check").code == 0


def test_what_a_clock_dated_that_is_days_ahead(run: Run, noted: Note, project: Path) -> None:
    """v3 was pushed with it, and v2 after that: v2 is what should be live, and nothing goes back
    from it.
    """
    noted("v3", "prod", "DEPLOYED", -2, RecordKind.PUSHED)
    ahead = noted("v3", "prod", "PASSED", -2.1)
    serves(project, "v3")
    assert "v3 is live on prod, and not known to be good" in run("status", "--env=prod").out
    serves(project, "v2")
    noted("v2", "prod", "DEPLOYED", 0.1, RecordKind.PUSHED, after=ahead.name)
    noted("v2", "prod", "PASSED", 0.09, after=ahead.name)
    lines = run("status", "--env=prod").out.splitlines()
    assert "  v2 2" in lines[1]
    assert "  v2 PASSED 2" in lines[1]
    assert [line for line in lines[2:] if "the clock of " not in line] == []


def test_records_that_others_do_not_see(
    run: Run, noted: Note, site: Repository, tmp_path: Path
) -> None:
    """They are told until they are at the origin, however they got there."""
    bare = with_origin(site, tmp_path)
    record = noted("v2", "prod", "PASSED", 0.1)
    unpushed.remember(site, record)
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1
    assert f"! not at the origin, where others would see it: {record.name}; " in ended.out
    git(site.path, "push", "--quiet", str(bare), f"refs/tags/{record.name}")
    assert run("status", "--env=prod", "--check").code == 0


def test_approvals(
    run: Run, project: Path, noted: Note, keys: Callable[[str], str], tmp_path: Path
) -> None:
    """The release that comes next lacks one, or who gave it; nobody else's is one."""
    (project / "environments" / "signers").write_text(keys("eve") + keys("bob"))
    prod = project / "environments" / "prod.toml"
    rules = '[gate]\nsigners = "file:signers"\napprove = "bob@*"\n'
    prod.write_text(prod.read_text("utf-8").replace("[gate]\n", rules), "utf-8")
    noted("v3", "stage", "DEPLOYED", 1, RecordKind.PUSHED)
    missing = (
        "not approved for prod: v3, which comes next; one of 'bob@*' may say yes: knowngood "
        "approve --env=prod --release=v3"
    )
    words = ("status", "--env=prod", "--offline")
    assert missing in run(*words).out.splitlines()
    noted("v3", "prod", "APPROVED", 0.5, RecordKind.APPROVED)
    lines = run(*words).out.splitlines()
    assert "approved for prod: v3 by bob@example.org" in lines
    assert missing not in lines
    [row] = json.loads(run(*words, "--json").out)
    assert row["approvals"] == {
        "approve": "bob@*",
        "approved": {"v3": "bob@example.org"},
        "missing": None,
        "command": "knowngood approve --env=prod",
    }
    noted("v3", "prod", "WITHDRAWN", 0.4, RecordKind.APPROVED)
    assert missing in run(*words).out.splitlines()
    git(project, "config", "--global", "user.signingKey", str(tmp_path / "eve.key"))
    noted("v3", "prod", "APPROVED", 0.3, RecordKind.APPROVED)
    assert missing in run(*words).out.splitlines()


def test_a_watch_that_could_not_store_anything(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk left its file empty: that says nothing, and is filled by the next run."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = usual_path(Options(env="prod", environment=load("prod", project, secrets=False)))
    path.parent.mkdir(parents=True)
    path.touch()
    assert run("status", "--env=prod", "--check").code == 0
    with pytest.raises(StateUnusable, match="no run of the watch is stored in it yet"):
        store.reading(path, "prod").__enter__()


@pytest.mark.parametrize("level", ["smoke", "full"])
def test_what_the_watch_of_this_machine_saw(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    """The records know of pushes alone: a file that is lost later is the watch's to tell. One that
    looks no more is not asked.
    """
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    environment = load("prod", project, secrets=False)
    path = usual_path(Options(env="prod", environment=environment, level=level))
    now = time.time()
    failed = [made_up("F", (now - 60 * minutes - DAY) / 60) for minutes in (6, 5)]
    state, _ = after(failed)
    with store.writing(path, "prod") as file:
        file.write(failed[-1], state, keep=30)
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1, ended.output
    _, _, trouble = ended.out.splitlines()
    assert trouble.startswith("! prod is FAILED since ")
    assert trouble.endswith(f": {LOST.sentence}; to go back: knowngood rollback --env=prod")
    monkeypatch.setattr("knowngood.watch.trouble._WATCHED", 60)
    assert run("status", "--env=prod", "--check").code == 0
