"""What a clone is configured to do changes no answer of the gate's, and runs no program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from release_side import NOW, Note, commit, git

from knowngood.environment.model import Environment
from knowngood.release import records, signature
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.git import GitError, Repository
from knowngood.release.ledger import Ledger
from knowngood.release.review import ReviewRule, outgoing

Environments = Callable[..., Environment]


def program(path: Path, text: str) -> str:
    """Write a program that a clone could be configured to run; return its path."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def reasons(site: Repository, environment: Environment) -> list[str]:
    """Return why v2 may not go out."""
    made = records.read(site, NOW, ["prod", "stage"])
    return [
        r.obstacle for r in decide(GateQuestion(Ledger(environment, site, made), "v2", NOW)).reasons
    ]


def test_a_signature_is_looked_at_by_ssh_itself(
    site: Repository, note: Note, keys: Callable[[str], str], tmp_path: Path
) -> None:
    """A program of the clone's own would call every signature good."""
    known = keys("known")
    keys("stranger")
    record = note("v2")
    liar = program(tmp_path / "liar", "echo 'Good \"git\" signature for known with ED25519 key x'")
    git(site.path, "config", "gpg.ssh.program", liar)
    (tmp_path / "signers").write_text(known)
    assert signature.read(site, record.ref, tmp_path / "signers").trouble


def test_a_signature_that_git_accepts_in_other_words(
    site: Repository, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows who made it, and so it does not count."""
    record = note("v2")
    monkeypatch.setattr(Repository, "verify_tag", lambda *_: "Good signature, says a new git")
    assert signature.read(site, record.ref, tmp_path / "signers").trouble


def test_a_graft_and_a_replacement_hide_no_commit(site: Repository) -> None:
    """Either would let a commit without a review look as if it was not there."""
    sneaked = commit(site.path, "Sneak it in")
    last = commit(site.path)
    parent = site.commit_of("v3")
    (site.path / ".git" / "info" / "grafts").write_text(f"{last} {parent}\n")
    git(site.path, "replace", "--force", sneaked, f"{parent}~1")
    assert sneaked in site.run("rev-list", f"{parent}..{last}").split()


def test_a_filter_hides_no_change(
    site: Repository, note: Note, environments: Environments, tmp_path: Path
) -> None:
    """It would show git what was committed in place of what is there."""
    note("v2")
    liar = program(tmp_path / "liar", f"touch {tmp_path}/ran; git cat-file blob HEAD:file")
    git(site.path, "config", "filter.a.b.clean", liar)
    (site.path / ".git" / "info" / "attributes").write_text("* filter=a.b\n")
    length = (site.path / "file").stat().st_size  # another length git calls a change unasked
    (site.path / "file").write_text("x" * length)
    assert f"{site.path} has changes that are in no commit: file" in reasons(site, environments())
    assert not (tmp_path / "ran").exists()


def test_a_monitor_hides_no_change(
    site: Repository, note: Note, environments: Environments, tmp_path: Path
) -> None:
    """It would say that nothing was touched."""
    note("v2")
    monitor = program(tmp_path / "monitor", f"touch {tmp_path}/ran; printf 'token\\0'")
    git(site.path, "config", "core.fsmonitor", monitor)
    git(site.path, "update-index", "--fsmonitor")
    git(site.path, "status")
    (tmp_path / "ran").unlink(missing_ok=True)
    (site.path / "file").write_text("changed")
    assert f"{site.path} has changes that are in no commit: file" in reasons(site, environments())
    assert not (tmp_path / "ran").exists()


def test_a_merge_driver_reviews_nothing(site: Repository, tmp_path: Path) -> None:
    """It would make the automatic merge equal to what somebody slipped into the merge commit."""
    for branch in ("one", "other"):
        git(site.path, "checkout", "--quiet", "-B", branch, "v3^{}")
        commit(site.path, f"Change the file on {branch} r=bob")
    git(site.path, "config", "merge.mine.driver", program(tmp_path / "mine", "echo evil > $1; : "))
    git(site.path, "config", "merge.mine.driver", f"{tmp_path}/mine %A")
    (site.path / ".git" / "info" / "attributes").write_text("* merge=mine\n")
    git(site.path, "merge", "--quiet", "-m", "Merge branch 'one'", "one")
    merge = site.commit_of("HEAD") or ""
    [(_, passes), *_] = outgoing(site, merge, [f"{merge}^"], ReviewRule())
    assert not passes


def test_hooks_do_not_run(site: Repository, note: Note, tmp_path: Path) -> None:
    """Neither those of the clone nor those of its configuration."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    program(hooks / "reference-transaction", f"touch {tmp_path}/ran")
    git(site.path, "config", "core.hooksPath", str(hooks))
    note("v2")
    assert not (tmp_path / "ran").exists()
    assert site.setting("core.hooksPath") == str(hooks), "and that they are there is told"


def test_a_name_that_cannot_be_switched_off(site: Repository) -> None:
    """Git would read another key than the one that is meant."""
    git(site.path, "config", "filter.a=b.clean", "cat")
    with pytest.raises(GitError, match="must not contain ="):
        site.without_programs()
