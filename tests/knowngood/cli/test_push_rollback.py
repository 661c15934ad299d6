"""Pushes and rollbacks of a site that is really served: a link that is flipped, a server behind it,
and a repository whose tags say what happened.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest
from command_run import Run
from pushed_site import CHECK, DEPLOY, happened, live, serves, with_origin
from release_side import Note, git
from wire import Serve, answer

from knowngood.release import record_store
from knowngood.release.git import GitError, Repository
from knowngood.release.record import STARTED, Record, RecordKind
from knowngood.release.record_store import RecordNotWritten


@pytest.mark.usefixtures("history")
def test_a_good_push(run: Run, project: Path, site: Repository) -> None:
    """Gated, deployed, verified, and each step is on record."""
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 0, ended.output
    assert "| putting v2 on prod" in ended.output
    assert "v2 is on prod, and verified" in ended.output
    assert live(project) == "v2"
    assert (project / "deployed").read_text().split() == ["v2", site.commit_of("v2"), "prod"]
    assert happened(site) == [
        ("pushed", "v2", "STARTED"),
        ("pushed", "v2", "DEPLOYED"),
        ("verified", "v2", "PASSED"),
    ]
    assert run("last-good", "--env=prod").output == "v2\n"


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_site_that_names_its_commit(run: Run, project: Path, site: Repository) -> None:
    """The tag that is pushed is on this commit; what is live at the end is known, too."""
    for release in ("v1", "v2"):
        build = {"commit": (site.commit_of(release) or "")[:12]}
        (project / "releases" / release / "__version__").write_text(json.dumps({"build": build}))
    file = project / "environments" / "prod.toml"
    shape = 'url = "content:/__version__"\nfield = "build.commit"'
    file.write_text(file.read_text().replace('url = "content:/__version__"', shape))
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 0, ended.output
    assert "v2 is on prod, and verified" in ended.output
    assert happened(site)[-1] == ("verified", "v2", "PASSED")
    assert "not-converged" in run("verify", "--env=prod", "--release=v1", "--wait=1").output


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_push_of_one_build(run: Run, project: Path, noted: Note) -> None:
    """The gate wants the build that passed on stage, and prod is held against it."""
    made = run("manifest", str(project / "releases" / "v2")).out
    (project / "build.txt").write_text(made)
    words = ("push", "--env=prod", "--release=v2", "--manifest=build.txt")
    ended = run(*words)
    assert ended.code == 1
    assert "1. what PASSED on stage was compared with no manifest" in ended.output
    digest = hashlib.sha256(made.encode()).hexdigest()
    noted("v2", "stage", "PASSED", 0.9, content=digest)
    (project / "releases" / "v2" / "robots.txt").write_text("User-agent: nobody\n")
    ended = run(*words)
    assert ended.code == 1, ended.output
    assert "v2 is bad on prod" in ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_push_without_its_secrets(run: Run, project: Path) -> None:
    """Without them nothing could be verified, so nothing is deployed."""
    with (project / "environments" / "prod.toml").open("a") as file:
        file.write('[secrets]\ntoken = "NOWHERE_SET"\n')
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 4
    assert "NOWHERE_SET, which is not set" in ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history")
def test_a_question_without_its_secrets(run: Run, project: Path) -> None:
    """Nobody asked what is live: that is no silence of the deployment, and nothing to roll back."""
    with (project / "environments" / "prod.toml").open("a") as file:
        file.write('[secrets]\ntoken = "NOWHERE_SET"\n')
    ended = run("gate", "--env=prod", "--release=v2")
    assert ended.code == 4, ended.output
    assert "NOWHERE_SET, which is not set" in ended.err
    ended = run("status", "--env=prod", "--check")
    assert ended.code == 1, ended.output
    _, row, trouble = ended.out.splitlines()
    assert " v1 PASSED " in row
    assert trouble.startswith("! what is live on prod was not asked: ")
    assert trouble.endswith("; set it where the run is started")


@pytest.mark.usefixtures("project")
def test_a_folder_for_reports_that_cannot_be_made(run: Run) -> None:
    """Before anything is deployed."""
    ended = run("push", "--env=prod", "--release=v3", "--reports=deploy/such")
    assert ended.code == 4
    assert "deploy/such: cannot be made: Not a directory" in ended.output


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_bad_push_is_taken_back(run: Run, project: Path, site: Repository) -> None:
    """FAILED: the last known good release is put back and verified, all in one command. The
    reports of both verifications are kept.
    """
    ended = run("push", "--env=prod", "--release=v3", "--reports=results/reports")
    assert ended.code == 1, ended.output
    assert "v3 is bad on prod" in ended.output
    assert ended.out.splitlines()[-1] == (
        "v3 FAILED on prod: /robots.txt is 404; prod is back on v1, and verified"
    )
    assert live(project) == "v1"
    [_, _, rejected] = run("status", "--env=prod").out.splitlines()
    assert rejected.startswith("rejected on prod: v3, ")
    assert rejected.endswith(" UTC: FAILED: /robots.txt is 404; rolled back to v1")
    assert happened(site) == [
        ("pushed", "v3", "STARTED"),
        ("pushed", "v3", "DEPLOYED"),
        ("verified", "v3", "FAILED"),
        ("rejected", "v3", "REJECTED"),
        ("rolled-back", "v1", "STARTED"),
        ("rolled-back", "v1", "DEPLOYED"),
        ("verified", "v1", "PASSED"),
    ]
    ended = run("gate", "--env=prod", "--release=v2", "--offline")
    assert ended.code == 0, "v1 is live again, and v2 comes after it"
    reports = {
        path.name: path.read_text("utf-8") for path in (project / "results" / "reports").iterdir()
    }
    assert sorted(reports) == [
        *(f"prod-v1.{suffix}" for suffix in ("deployment.json", "html", "json", "xml")),
        *(f"prod-v3.{suffix}" for suffix in ("deployment.json", "html", "json", "xml")),
    ]
    assert json.loads(reports["prod-v3.json"])["verdict"] == "FAILED"
    assert json.loads(reports["prod-v1.json"])["verdict"] == "PASSED"
    assert json.loads(reports["prod-v3.deployment.json"])["status"]["state"] == "failure"
    assert "FAILED" in reports["prod-v3.html"]
    assert 'failures="1"' in reports["prod-v3.xml"]


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_release_that_nobody_else_has(
    run: Run, project: Path, site: Repository, tmp_path: Path
) -> None:
    """Its tag was not pushed, or was withdrawn: others could neither name it nor go back to it."""
    bare = with_origin(site, tmp_path)
    git(bare, "tag", "-d", "v2")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.output
    assert "1. the tag v2 is not at the origin: others could not go back to it\n" in ended.out
    assert live(project) == "v1"
    assert run("gate", "--env=prod", "--release=v2", "--offline").code == 0
    [to_do] = [line for line in ended.out.splitlines() if line.startswith("   → ")]
    command = to_do.partition("withdrawn it: ")[2]
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, timeout=400)
    assert run("push", "--env=prod", "--release=v2").code == 0


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_server_that_takes_no_record(
    run: Run, project: Path, site: Repository, tmp_path: Path
) -> None:
    """Nothing goes out, and the record of that is gone: no command is printed that would push it.
    The way back says at its end, once, what is not there.
    """
    hook = with_origin(site, tmp_path) / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase $1 in refs/tags/*) echo "protected"; exit 1;; esac\n')
    hook.chmod(0o755)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    assert ended.out.splitlines()[-1].startswith("nothing was deployed: the record pushed/prod/v2/")
    assert "remote: protected" in ended.out
    assert "to push it" not in ended.output
    assert (live(project), happened(site)) == ("v1", [])
    serves(project, "v3")
    ended = run("rollback", "--env=prod", "--yes")
    assert (ended.code, live(project)) == (75, "v1"), ended.output
    *before, last = ended.out.splitlines()
    assert not any("was not pushed" in line for line in before if "knowngood verify: " not in line)
    assert last.startswith("not at the origin, where others would see it: rejected/prod/v3/")
    assert "(git push --porcelain --no-follow-tags: remote: protected; " in last
    ended = run("rollback", "--env=prod", "--to=v2", "--override=it must", "--yes")
    assert (ended.code, live(project)) == (75, "v2"), ended.output


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_bad_push_goes_back_to_what_was_live(run: Run, project: Path, noted: Note) -> None:
    """v2 is the last known good release; somebody has put v1 there by hand, and knew why."""
    noted("v2", "prod", "DEPLOYED", 0.6, RecordKind.PUSHED)
    noted("v2", "prod", "PASSED", 0.6)
    serves(project, "v1")
    ended = run("push", "--env=prod", "--release=v3")
    assert ended.code == 1, ended.output
    assert ended.out.splitlines()[-1].endswith("; prod is back on v1, and verified")
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_fault_that_no_release_has(run: Run, project: Path, noted: Note) -> None:
    """The server itself loses a file, of every release: none is rejected, and who is on call is
    sent to look at the server, before going further back.
    """
    noted("v3", "prod", "PASSED", 8.5)
    (project / "deploy").write_text(f"{DEPLOY}rm -f releases/*/robots.txt\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.output
    to_see = "knowngood verify --env=prod --release=v1 --record --push"
    *_, last, taken_back = ended.out.splitlines()
    assert last == (
        "v2 FAILED on prod: /robots.txt is 404; v1 is back on prod, and FAILED for the same "
        f"reason: look at what both run on; once that is repaired: {to_see}"
    )
    assert taken_back.startswith("v2 is not rejected any more: ")
    [_, _, trouble] = run("status", "--env=prod").out.splitlines()
    assert trouble.startswith("! v1 is live on prod, and not known to be good: v1 PASSED, and ")
    assert trouble.endswith(
        f"; v2 FAILED for the same reason: look at what both run on; to see: {to_see}; "
        "to go back: knowngood rollback --env=prod"
    )
    ended = run("rollback", "--env=prod", "--yes")
    assert "\nv1 is not rejected: v2 FAILED for the same reason\n" in ended.out
    assert "rejected" not in run("status", "--env=prod").out


@pytest.mark.usefixtures("history", "in_one_process")
def test_an_outage_that_begins_with_a_push(run: Run, project: Path) -> None:
    """The version document goes away: v2 is the first suspect; v1, which is put back, is not."""
    (project / "deploy").write_text(f"{DEPLOY}rm -f releases/*/__version__\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.output
    assert ended.out.splitlines()[-1].startswith("v2 FAILED on prod: not-converged: ")
    assert live(project) == "v1"
    assert run("last-good", "--env=prod").out == "v1\n"
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 1, ended.output
    assert "so v1 is put there again; to go to another one: " in ended.output
    assert run("last-good", "--env=prod").out == "v1\n"


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_bad_push_is_taken_back_while_git_says_nothing(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there in place of the release is worth less than the way back."""
    monkeypatch.setattr(
        "knowngood.release.deploy.served_instead", mock.Mock(side_effect=GitError("git: no answer"))
    )
    ended = run("push", "--env=prod", "--release=v3")
    assert ended.code == 1, ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "in_one_process")
def test_others_hear_of_a_push_that_is_taken_back(
    run: Run, project: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --notify the failure is told when it is seen, and then what became of the rollback."""
    server = serve(answer("ok"))
    monkeypatch.setenv("KG_CHAT", f"json://127.0.0.1:{server.port}/")
    with (project / "environments" / "prod.toml").open("a") as file:
        file.write('[secrets]\nchat = "KG_CHAT"\n[[notify]]\nurl = "secret:chat"\n')
    ended = run("push", "--env=prod", "--release=v3", "--notify")
    assert ended.code == 1, ended.output
    titles = [json.loads(request.body)["title"] for request in server.requests]
    assert titles == [
        "prod FAILED: /robots.txt is 404",
        "the push of v3 to prod failed: prod is back on v1, and verified",
    ]


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_push_that_can_tell_nobody(run: Run, project: Path) -> None:
    """Without [[notify]] --notify is a mistake, and nothing is deployed."""
    ended = run("push", "--env=prod", "--release=v2", "--notify")
    assert ended.code == 4
    assert "has no [[notify]]" in ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "in_one_process")
@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
        ("#!\n", "exit code 127"),
        ("#!/bin/sh\nkill -9 $$\n", "signal 9"),
    ],
)
def test_a_deployment_that_breaks(
    run: Run, project: Path, site: Repository, script: str, how: str
) -> None:
    """It may be there by half: the last good one is put back, which breaks as well here, and a
    rollback is not rolled back.
    """
    (project / "deploy").write_text(script)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.output
    assert ("| deploy.command cannot be run" in ended.out) == ("127" in how)
    told = f"deploy.command ended with {how}"
    *_, last = ended.out.splitlines()
    assert last.startswith(
        f"v2 was not deployed ({told}); the rollback of prod to v1 is NOT known to work: "
    )
    assert ended.out.endswith("; repair what deploys; then: knowngood rollback --env=prod\n")
    rolled_back, _, pushed, *_ = run("log", "--env=prod").out.splitlines()
    assert f"  {told}" in pushed
    assert f"  {told}" in rolled_back
    assert f" ended badly ({told}): " in run("status", "--env=prod").out
    assert happened(site) == [
        ("pushed", "v2", "STARTED"),
        ("pushed", "v2", "NOT DEPLOYED"),
        ("rolled-back", "v1", "STARTED"),
        ("rolled-back", "v1", "NOT DEPLOYED"),
    ]


@pytest.mark.usefixtures("history", "in_one_process")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_deploy_command_that_cannot_be_run(
    run: Run, project: Path, site: Repository, is_there: bool
) -> None:
    """Nothing is on record that was never begun."""
    (project / "deploy").chmod(0o644)
    if not is_there:
        (project / "deploy").unlink()
    for words in (("push", "--release=v2"), ("rollback", "--yes")):
        ended = run(words[0], "--env=prod", *words[1:])
        assert ended.code == 4, ended.output
        assert "deploy.command: cannot run './deploy'" in ended.err
        assert ("chmod +x" in ended.err) == is_there
    assert happened(site) == []


@pytest.mark.usefixtures("history", "in_one_process")
@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("#!/bin/sh\r\n", "it has Windows line ends; next: sed -i 's/\\r$//' "),
        ("#!/bin/sh -e\r\n", "it has Windows line ends; next: sed"),
        ("#!/usr/bin/env python3\r\n", "it has Windows line ends; next: sed"),
        ("#!/usr/bin/python9\n", "its first line names /usr/bin/python9, which is not there"),
        ("#! /usr/bin/env python9\n", "its first line names python9, which is not there"),
        (
            "\ufeff#!/bin/sh\n",
            "it does not begin with #! and a program, as #!/bin/sh, but with a byte-order mark",
        ),
        ("echo\n", "it does not begin with #! and a program, as #!/bin/sh"),
    ],
)
def test_a_deploy_program_that_nothing_can_start(
    run: Run, project: Path, site: Repository, start: str, told: str
) -> None:
    """The kernel calls it "No such file", and shows no carriage return."""
    (project / "deploy").write_text(start, newline="")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 4, ended.output
    assert f"deploy.command: cannot run './deploy': {told}" in ended.err
    assert happened(site) == []


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_rollback_where_git_cannot_sign(run: Run, project: Path, site: Repository) -> None:
    """What says nothing in favour of a release is written unsigned: the next command would lead
    back to the bad one.
    """
    assert run("push", "--env=prod", "--release=v2").code == 0
    git(site.path, "config", "tag.gpgSign", "true")
    git(site.path, "config", "gpg.program", "/bin/false")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, "a push wants a signature"
    *_, last = ended.output.splitlines()
    assert last.startswith("nothing was deployed: git tag -a -s: "), "no command that records it"
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert happened(site)[3:] == [
        ("rejected", "v2", "REJECTED"),
        ("rolled-back", "v1", "STARTED"),
        ("rolled-back", "v1", "DEPLOYED"),
    ]
    trouble = run("status", "--env=prod").out.splitlines()[-1]
    assert "the rollback to v1 by " in trouble
    assert "was not verified" in trouble
    assert "; to see: knowngood verify --env=prod --release=v1 --record --push" in trouble


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_rollback_that_is_on_no_record(
    run: Run, project: Path, site: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works, and the records still say v2: 75, and how they learn of it."""
    assert run("push", "--env=prod", "--release=v2").code == 0
    with monkeypatch.context() as full:
        full.setattr(
            "knowngood.release.record_store.write",
            mock.Mock(side_effect=RecordNotWritten("no space left on device")),
        )
        ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 75, ended.output
    assert live(project) == "v1"
    last = ended.out.splitlines()[-1]
    assert last.startswith("v1 is live on prod, and on no record: ")
    command = last.rpartition("; to record it: knowngood ")[2]
    assert run(*command.split()).code == 0
    assert run("status", "--env=prod", "--check").code == 0


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_push_whose_verification_is_on_no_record(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full once it is deployed: no gate would find that it PASSED."""
    write, full = record_store.write, RecordNotWritten("no space left on device")

    def until_it_is_full(repository: Repository, record: Record) -> str:
        if record.verdict != STARTED:
            raise full
        return write(repository, record)

    with monkeypatch.context() as disk:
        disk.setattr("knowngood.release.record_store.write", until_it_is_full)
        ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    told, last = ended.out.splitlines()[-2:]
    assert told == "v2 is on prod, and verified"
    assert last.startswith("v2 PASSED on prod, which is on no record: ")
    command = last.rpartition("; to record it: knowngood ")[2]
    trouble = run("status", "--env=prod", "--check")
    assert f"; to see: knowngood {command}; to go back: " in trouble.out
    assert run(*command.split()).code == 0
    assert run("status", "--env=prod", "--check").code == 0


@pytest.mark.usefixtures("history")
def test_a_rollback_without_the_file_of_the_environment_before(run: Run, project: Path) -> None:
    """What another environment lacks must not keep this one from its rollback. No push goes out."""
    (project / "environments" / "stage.toml").unlink()
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 4
    assert "promotes_from: found 'stage'" in ended.err
    serves(project, "v3")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "in_one_process")
@pytest.mark.parametrize(
    ("broken", "trouble", "code", "then"),
    [
        ("deploy", "rm -f releases/*/__version__\n", 1, "repair what deploys; then"),
        ("checks/test_it.py", "    pytest.skip('not today')\n", 75, "once it can be judged"),
    ],
)
def test_a_rollback_that_nobody_could_verify(
    run: Run, project: Path, noted: Note, broken: str, trouble: str, code: int, then: str
) -> None:
    """v2, which it was to put there, is not blamed, nor passed over by the same command again."""
    noted("v2", "prod", "PASSED", 0.5)
    noted("v3", "prod", "DEPLOYED", 0.3, RecordKind.PUSHED)
    noted("v3", "prod", "PASSED", 0.2)
    serves(project, "v3")
    file = project / broken
    working = file.read_text()
    file.write_text(working + trouble)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == code, ended.output
    assert ended.out.endswith(f"look there; {then}: knowngood rollback --env=prod\n")
    state = run("status", "--env=prod").out
    assert "! the rollback to v2 by " in state
    assert " was not verified: it may be bad; " in state
    file.write_text(working)
    for release in ("v1", "v2", "v3"):
        (project / "releases" / release / "__version__").write_text(f'{{"version": "{release}"}}')
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v2"
    assert "rejected on prod: v2" not in run("status", "--env=prod", "--check").out


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_rollback_that_broke_is_done_again(run: Run, project: Path, site: Repository) -> None:
    """It goes to the same release: nobody saw that fail, and nothing is rejected for it."""
    assert run("push", "--env=prod", "--release=v2").code == 0
    working = (project / "deploy").read_text()
    (project / "deploy").write_text("#!/bin/sh\nexit 3\n")
    assert run("rollback", "--env=prod", "--to=v1", "--yes").code == 1
    state = run("status", "--env=prod")
    assert "the rollback to v1 by " in state.out
    assert "; to end it: knowngood rollback --env=prod" in state.out
    before = happened(site)
    assert run("rollback", "--env=prod", "--yes").code == 1
    (project / "deploy").write_text(working)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert "so v1 is put there again; to go to another one: " in ended.out
    assert live(project) == "v1"
    assert happened(site)[len(before) :] == [
        ("rolled-back", "v1", "STARTED"),
        ("rolled-back", "v1", "NOT DEPLOYED"),
        ("rolled-back", "v1", "STARTED"),
        ("rolled-back", "v1", "DEPLOYED"),
        ("verified", "v1", "PASSED"),
    ]


@pytest.mark.usefixtures("history", "in_one_process")
def test_the_gate_stands_before_it(run: Run, project: Path, site: Repository) -> None:
    """What may not go is not deployed; an override lets it, and is on record first."""
    git(site.path, "tag", "-d", *git(site.path, "tag", "-l", "verified/stage/v2/*").split())
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1
    assert "1. v2 has not PASSED on stage" in ended.output
    assert not (project / "deployed").exists()
    assert happened(site) == []
    ended = run("push", "--env=prod", "--release=v2", "--override=prod is blank")
    assert ended.code == 0, ended.output
    assert happened(site)[:2] == [("overridden", "v2", "OVERRIDDEN"), ("pushed", "v2", "STARTED")]


@pytest.mark.usefixtures("history", "in_one_process")
def test_what_could_not_be_told_is_left_alone(run: Run, project: Path, site: Repository) -> None:
    """INCONCLUSIVE: hold, change nothing."""
    check = project / "checks" / "test_it.py"
    check.write_text(CHECK + "    pytest.skip('not today')\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    assert "could not tell whether v2 is good; nothing more was changed" in ended.output
    assert live(project) == "v2"
    assert happened(site)[-1] == ("verified", "v2", "INCONCLUSIVE")


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_release_that_does_not_arrive(
    run: Run, project: Path, site: Repository, noted: Note
) -> None:
    """The command ended well and did nothing: nobody saw v2, so it is neither good nor bad. It was
    good there once, and still is.
    """
    noted("v2", "prod", "PASSED", 8.5)
    (project / "deploy").write_text("#!/bin/sh\nexit 0\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1, ended.output
    assert "v2 is bad" not in ended.output
    assert ended.out.splitlines()[-1] == (
        "v2 did not arrive: prod serves v1, although deploy.command ended well; prod is back "
        "on v1, and verified"
    )
    assert [kind for kind, *_ in happened(site) if kind == "rejected"] == []
    assert run("status", "--env=prod", "--check").code == 0
    assert run("gate", "--env=prod", "--release=v2").code == 0
    ended = run("rollback", "--env=prod", "--to=v2", "--yes")
    assert "v2 did not arrive" in ended.output, "v2 is still known to be good"


@pytest.mark.usefixtures("history", "in_one_process")
def test_a_second_name_of_a_release(run: Run, project: Path, site: Repository) -> None:
    """The deployment calls the commit by the first one: that is not what is wrong with it. It may
    go out by that name.
    """
    git(site.path, "tag", "-a", "-m", "again", "again", "v2^{commit}")
    (project / "releases" / "again").symlink_to("v2")
    ended = run("push", "--env=prod", "--release=again")
    assert ended.code == 1, ended.output
    assert ended.out.splitlines()[-1] == (
        "prod calls this commit v2, and not again: push it by that name; prod is back on v1, and "
        "verified"
    )
    assert [kind for kind, *_ in happened(site) if kind == "rejected"] == []
    assert run("push", "--env=prod", "--release=v2").code == 0


@pytest.mark.usefixtures("in_one_process")
def test_a_rollback_that_does_not_arrive(
    run: Run, noted: Note, project: Path, site: Repository
) -> None:
    """The good release stays good, and the same command works once the deployment is repaired."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "DEPLOYED", 2, RecordKind.PUSHED)
    noted("v2", "prod", "FAILED", 1, reason="it blinks")
    serves(project, "v2")
    (project / "deploy").rename(project / "sound")
    (project / "deploy").write_text("#!/bin/sh\nexit 0\n")
    (project / "deploy").chmod(0o755)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 1, ended.output
    assert ended.out.splitlines()[-1] == (
        "v1 did not arrive: prod serves v2, although deploy.command ended well; repair what "
        "deploys; then: knowngood rollback --env=prod --to=v1"
    )
    assert run("last-good", "--env=prod").out == "v1\n"
    [trouble] = [line for line in run("status", "--env=prod").out.splitlines() if line[0] == "!"]
    assert trouble.startswith("! v2 is live on prod, and was rejected by ")
    (project / "sound").rename(project / "deploy")
    assert run("rollback", "--env=prod", "--yes").code == 0
    assert live(project) == "v1"


@pytest.mark.usefixtures("in_one_process")
def test_rollback(run: Run, noted: Note, project: Path, site: Repository) -> None:
    """To the last release that is known to be good and is not what is there; told beforehand."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "DEPLOYED", 2, RecordKind.PUSHED)
    noted("v2", "prod", "PASSED", 1)
    serves(project, "v2")
    ended = run("rollback", "--env=prod")
    assert ended.code == 4
    assert "it goes back to v1" in ended.output
    assert "--yes" in ended.output
    assert live(project) == "v2"
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert "prod is back on v1, and verified" in ended.output
    assert live(project) == "v1"
    assert happened(site)[:2] == [
        ("rejected", "v2", "REJECTED"),
        ("rolled-back", "v1", "STARTED"),
    ]


@pytest.mark.usefixtures("in_one_process")
def test_a_rollback_of_a_release_that_failed(run: Run, noted: Note, project: Path) -> None:
    """Its rejection keeps why it FAILED."""
    noted("v1", "prod", "PASSED", 8)
    noted("v2", "prod", "DEPLOYED", 2, RecordKind.PUSHED)
    noted("v2", "prod", "FAILED", 1, reason="/config.json is 404")
    serves(project, "v2")
    assert run("rollback", "--env=prod", "--yes").code == 0
    rejected = next(line for line in run("log", "--env=prod").out.splitlines() if "REJECT" in line)
    assert rejected.endswith("  FAILED: /config.json is 404; rolled back to v1")


@pytest.mark.usefixtures("in_one_process")
def test_nothing_to_go_back_to(run: Run, noted: Note, project: Path) -> None:
    """No release is known to be good: nothing is touched."""
    noted("v1", "prod", "FAILED", 8)
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 1
    assert not (project / "deployed").exists()


@pytest.mark.usefixtures("history", "in_one_process")
def test_one_push_at_a_time(run: Run, project: Path, site: Repository) -> None:
    """The second is told who, since when and for what, and how to break the lock."""
    lock = git(
        site.path,
        "hash-object",
        "-w",
        "--stdin",
        stdin=json.dumps(
            {
                "who": "Bob <b\x1b[2J@x>",
                "where": "ci-7",
                "since": datetime.now(UTC).isoformat(),
                "for": "knowngood push",
            }
        ),
    ).strip()
    git(site.path, "update-ref", "refs/knowngood/lock/prod", lock)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75
    assert "Bob <b\\x1b[2J@x> on ci-7" in ended.output
    command = ended.output.rpartition("to break it: ")[2].strip()
    assert not (project / "deployed").exists()
    subprocess.run(["sh", "-c", command], check=True, timeout=400)
    assert run("push", "--env=prod", "--release=v2").code == 0
    assert git(site.path, "for-each-ref", "refs/knowngood/") == "", "it is given back"


@pytest.mark.usefixtures("history", "in_one_process")
def test_across_machines(run: Run, project: Path, site: Repository, tmp_path: Path) -> None:
    """With an origin, records and the lock are there, where everybody sees them."""
    bare = with_origin(site, tmp_path)
    lock = git(bare, "hash-object", "-w", "--stdin", stdin="not a note").strip()
    git(bare, "update-ref", "refs/knowngood/lock/prod", lock)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    assert "somebody who left no note" in ended.output
    git(bare, "update-ref", "-d", "refs/knowngood/lock/prod")
    assert run("push", "--env=prod", "--release=v2").code == 0
    assert [kind for kind, _, _ in happened(Repository(bare))] == ["pushed", "pushed", "verified"]
    assert git(bare, "for-each-ref", "refs/knowngood/") == ""


@pytest.mark.usefixtures("history", "in_one_process")
def test_no_network_no_push(run: Run, project: Path, site: Repository, tmp_path: Path) -> None:
    """What nobody else could see on record is not pushed."""
    git(site.path, "remote", "add", "origin", str(tmp_path / "gone.git"))
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75
    assert "nothing more was done" in ended.output
    assert not (project / "deployed").exists()


@pytest.mark.usefixtures("history", "in_one_process")
def test_an_old_record_that_the_server_refuses(
    run: Run, site: Repository, tmp_path: Path, noted: Note
) -> None:
    """It is told, and is no doubt of what this push did, which everybody sees."""
    bare = with_origin(site, tmp_path)
    hook = bare / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1" in */v3/*) exit 1;; esac\n')
    hook.chmod(0o755)
    old = noted("v3", "stage", "FAILED", 3)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 0, ended.output
    assert f"not at the origin, where others would see it: {old.name}; " in ended.out
    assert [kind for kind, _, _ in happened(Repository(bare))] == ["pushed", "pushed", "verified"]


HANG = """#!/bin/sh
[ "$1" = {release} ] || exec ./sound "$@"
echo "$$" > pids
mv pids reached
exec sleep 60
"""
HANGS = (
    CHECK
    + """
import os, pathlib, time

@pytest.mark.get("content:/robots.txt")
def test_it_hangs(response):
    \"\"\"Never answers.\"\"\"
    pathlib.Path("pids").write_text(f"{os.getppid()} {os.getpid()}")
    os.rename("pids", "reached")
    time.sleep(60)
"""
)


def hang(project: Path, step: str) -> None:
    """Have a push of v2 hang at a step, and say so in the file `reached`."""
    (project / "deploy").rename(project / "sound")
    if step == "verifying":
        (project / "sound").rename(project / "deploy")
        (project / "checks" / "test_it.py").write_text(HANGS)
        return
    release = "v2" if step == "deploying" else "v1"
    (project / "deploy").write_text(HANG.format(release=release))
    (project / "deploy").chmod(0o755)
    if step == "going back":
        (project / "releases" / "v2" / "robots.txt").unlink()


def mend(project: Path) -> None:
    """What hung hangs no more; what a killed push has left behind is ended."""
    for pid in map(int, (project / "reached").read_text().split()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    (project / "checks" / "test_it.py").write_text(CHECK)
    if (project / "sound").exists():
        (project / "sound").rename(project / "deploy")


PUT = [("pushed", "v2", "STARTED"), ("pushed", "v2", "DEPLOYED")]
STEPS = {
    "deploying": (PUT[:1], "the push of v2 by Ann <ann@example.org> on ", "did not end"),
    "verifying": (PUT, "the push of v2 by Ann <ann@example.org> on ", "was not verified"),
    "going back": (
        [
            *PUT,
            ("verified", "v2", "FAILED"),
            ("rejected", "v2", "REJECTED"),
            ("rolled-back", "v1", "STARTED"),
        ],
        "the rollback to v1 by Ann <ann@example.org> on ",
        "did not end",
    ),
}


@pytest.mark.usefixtures("history", "in_one_process")
@pytest.mark.parametrize(
    ("number", "step"),
    [
        (signal.SIGTERM, "deploying"),
        (signal.SIGTERM, "verifying"),
        (signal.SIGKILL, "going back"),
        pytest.param(signal.SIGTERM, "going back", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, "deploying", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, "verifying", marks=pytest.mark.slow),
    ],
)
def test_ended_in_the_middle(
    run: Run, project: Path, site: Repository, step: str, number: int
) -> None:
    """The next command tells that it did not end; the lock is given back or taken over, and a
    rollback brings the good release in any case.
    """
    hang(project, step)
    process = subprocess.Popen(
        [sys.executable, "-m", "knowngood", "push", "--env=prod", "--release=v2", "--reports=kept"],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    never = threading.Event()
    while not (project / "reached").exists():
        assert process.poll() is None
        never.wait(0.02)
    # Ctrl-C in one step, what a job sends in the others: one handler has both.
    by_hand = number == signal.SIGTERM and step == "going back"
    process.send_signal(signal.SIGINT if by_hand else number)
    if number == signal.SIGKILL:
        process.wait(60)
        mend(project)  # what it started holds its output
    said, _ = process.communicate(timeout=400)
    assert process.returncode == (-number if number == signal.SIGKILL else 2)
    if number != signal.SIGKILL:
        assert b"what comes next: knowngood status --env=prod" in said
        for pid in map(int, (project / "reached").read_text().split()):
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        mend(project)
    put, whose, how = STEPS[step]
    interrupted = step == "verifying" and number != signal.SIGKILL
    left = [("verified", "v2", "INTERRUPTED")] if interrupted else []
    assert happened(site) == [*put, *left]
    if interrupted:
        verdict = json.loads((project / "kept" / "prod-v2.json").read_bytes())
        assert verdict["verdict"] == "INTERRUPTED", "its reports are kept, too"
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    taken_over = "that process has ended, so it is taken over" in ended.output
    assert taken_over == (number == signal.SIGKILL)
    assert whose in ended.output
    assert how in ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "in_one_process")
@pytest.mark.parametrize("release", [pytest.param("v2", marks=pytest.mark.slow), "v3"])
def test_a_network_that_goes_away(
    run: Run, project: Path, site: Repository, tmp_path: Path, release: str
) -> None:
    """Behind the first record what was begun is brought to its end. What is only here is named,
    as is the lock that stays; that nobody else sees what was done is not 0.
    """
    bare = with_origin(site, tmp_path)
    (project / "deploy").rename(project / "sound")
    (project / "deploy").write_text(
        f'#!/bin/sh\n[ ! -e {bare} ] || mv {bare} {bare}.away\nexec ./sound "$@"\n'
    )
    (project / "deploy").chmod(0o755)
    ended = run("push", "--env=prod", f"--release={release}")
    assert ended.code == (75 if release == "v2" else 1), ended.output
    assert live(project) == ("v2" if release == "v2" else "v1")
    assert "the lock of prod was left behind: " in ended.output
    assert "not at the origin, where others would see it: " in ended.output
    assert run("log", "--env=prod").code == 75, "what others see is not known"
    bare.with_name("origin.git.away").rename(bare)
    words = ("gate", "--env=prod", "--release=v1", "--push", "--override=to record something")
    assert run(*words).code == 0, "and what is recorded next takes all of it along"
    assert happened(Repository(bare)) == happened(site)
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75
    assert "another push is under way, by Ann <ann@example.org>" in ended.output


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deploy command has half a second."""
    monkeypatch.setattr("knowngood.release.deploy_command.SECONDS", 0.5)


@pytest.mark.usefixtures("history", "impatient", "in_one_process")
def test_a_command_that_hangs(run: Run, project: Path) -> None:
    """It is ended when its time is up, and counts as broken."""
    (project / "deploy").write_text("#!/bin/sh\nexec sleep 60\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 1
    told = "deploy.command was not done after 0.5 s, and was ended"
    assert f"v2 was not deployed ({told}); " in ended.output


@pytest.mark.usefixtures("history", "in_one_process")
def test_hostile_output_and_names(run: Run, project: Path) -> None:
    """What a command prints cannot paint the terminal; a name is never an option or a shell's."""
    (project / "deploy").write_text(DEPLOY + "printf '\\033[2J\\nPASSED (exit 0)\\n'\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 0
    assert "\x1b" not in ended.output
    assert "\nPASSED (exit 0)\n" not in ended.output
    for name in ("-x", "v2;touch evil", "$(touch evil)", "v2^{}", "../v2"):
        assert run("push", "--env=prod", f"--release={name}").code in {1, 4}
    assert not list(project.glob("**/evil"))


def test_without_a_command(run: Run, project: Path) -> None:
    """An environment that nobody can deploy to is a usage error; unknown fields are, too."""
    path = project / "environments" / "prod.toml"
    text = path.read_text()
    path.write_text(text[: text.index("[deploy]")])
    ended = run("push", "--env=prod", "--release=v2")
    assert (ended.code, "needs [deploy] with command" in ended.output) == (4, True)
    path.write_text(text.replace("{commit}", "{comit}"))
    ended = run("push", "--env=prod", "--release=v2")
    assert (ended.code, "deploy.command.2: found" in ended.output) == (4, True)


@pytest.mark.usefixtures("history")
def test_a_module_of_the_suite_s_is_not_ours(project: Path) -> None:
    """What lies in the folder from which a push is made answers for no verdict."""
    (project / "knowngood.py").write_text("x = 1\n")
    command = [sys.executable, "-P", "-m", "knowngood", "push", "--env=prod", "--release=v2"]
    done = subprocess.run(command, cwd=project, capture_output=True, timeout=400, check=False)
    assert done.returncode not in {0, 1}, done.stdout
    assert live(project) == "v2", "neither believed nor taken back"


@pytest.mark.usefixtures("in_one_process")
def test_a_bad_release_that_others_pushed(run: Run, noted: Note, project: Path) -> None:
    """Not everybody pushes by these commands: what was verified last is what is there."""
    noted("v2", "prod", "FAILED", 3)
    noted("v1", "prod", "DEPLOYED", 2.9, RecordKind.ROLLED_BACK)
    noted("v1", "prod", "PASSED", 2.8)
    noted("v3", "prod", "FAILED", 0.01)
    serves(project, "v3")
    ended = run("rollback", "--env=prod", "--yes")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"


@pytest.mark.usefixtures("history", "impatient", "in_one_process")
def test_what_a_command_started_ends_with_it(run: Run, project: Path) -> None:
    """It must not go on deploying while the last good release is put back."""
    slow = "(trap '' TERM; echo $$ > started; sleep 60; touch late) &\nwait\n"
    (project / "deploy").write_text(f"#!/bin/sh\necho $$ >> groups\n{slow}")
    assert run("push", "--env=prod", "--release=v2").code == 1
    groups = set(map(int, (project / "groups").read_text().split()))
    assert [process for process in processes() if process.group in groups] == []


class Process(NamedTuple):
    """One that runs."""

    pid: str
    group: int


def processes() -> Iterator[Process]:
    """All that run; those that have ended and are not waited for do not."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, group = path.read_text().rpartition(") ")[2].split()[:3]
            if state != "Z":
                yield Process(path.parent.name, int(group))
