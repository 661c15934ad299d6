"""Git's server takes connections and never answers, as behind a firewall: nobody waits for long."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command_run import Run
from pushed_site import live, serves
from release_side import git
from wire import Serve, Server, hang

from knowngood.release import clone, git_process
from knowngood.release import git as git_repository
from knowngood.release.git import Repository

pytestmark = pytest.mark.usefixtures("history", "in_one_process")


@pytest.fixture
def silent(serve: Serve, site: Repository, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The origin."""
    server = serve(hang)
    git(site.path, "remote", "add", "origin", f"{server.url}/site.git")
    for module in (git_repository, clone):
        monkeypatch.setattr(module, "ANSWER", 0.3)
    return server


def test_status_asks_once(run: Run, project: Path, silent: Server) -> None:
    """It says what is live all the same, for two environments, and how to go back."""
    serves(project, "v3")
    ended = run("status")
    assert ended.code == 0, ended.output
    assert len(silent.requests) == 1
    assert "\n! live on prod is v3, but " in ended.out
    lines = [line for line in ended.out.splitlines() if "not up to date" in line]
    assert lines == [
        "! not up to date: git's server gave no answer in 0.3 s; to go back without it: "
        "knowngood rollback --env=NAME --offline"
    ]


@pytest.mark.parametrize(
    "words", ["rollback --yes", "push --release=v2", "gate --release=v2", "log", "last-good"]
)
def test_every_command_asks_once(run: Run, project: Path, silent: Server, words: str) -> None:
    """Also one that takes the lock first."""
    ended = run(*words.split(), "--env=prod")
    assert (ended.code, len(silent.requests)) == (75, 1), ended.output
    assert "git's server gave no answer in 0.3 s" in ended.err
    assert ("--offline" in ended.err) == (not words.startswith("push"))
    assert live(project) == "v1"


def test_a_repository_that_was_never_cloned(run: Run, project: Path, silent: Server) -> None:
    """The first question of a clone is as small."""
    path = project / "environments" / "prod.toml"
    path.write_text(path.read_text().replace('"../site"', f'"{silent.url}/site.git"'))
    ended = run("log", "--env=prod")
    assert (ended.code, len(silent.requests)) == (75, 1), ended.output
    assert "no end after 0 s" in ended.err


@pytest.mark.parametrize("is_terminal", [True, False])
def test_what_is_waited_for(
    run: Run, silent: Server, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    """A person is told; cron would send it by mail."""
    monkeypatch.setattr(git_process, "_SLOW", 0.01)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    ended = run("log", "--env=prod")
    assert ended.err.startswith("waiting for git's server, 0 s at most\n") == is_terminal
