"""A rollback while git's server is down: by the records that are here, which it gets later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_run import Run
from pushed_site import happened, live, serves, with_origin
from release_side import Note, git

from knowngood.release.git import Repository

pytestmark = pytest.mark.usefixtures("history", "in_one_process")

WORDS = ("rollback", "--env=prod", "--yes")


@pytest.fixture
def away(site: Repository, project: Path, noted: Note, tmp_path: Path) -> Iterator[Path]:
    """Prod serves v2, which is bad, and the origin cannot be reached; where it is."""
    noted("v2", "prod", "FAILED", 0.1, reason="it blinks")
    serves(project, "v2")
    origin = with_origin(site, tmp_path)
    return origin.rename(tmp_path / "away")


def test_it_is_offered(run: Run, project: Path, away: Path) -> None:
    """Without the option nothing is done that others could not see."""
    ended = run(*WORDS)
    assert ended.code == 75
    offline = "cannot be reached, or refuses you: knowngood rollback --env=prod --offline"
    assert offline in ended.err
    assert live(project) == "v2"


@pytest.mark.parametrize("command", ["rollback --yes", "gate --release=v1", "log", "last-good"])
def test_it_is_not_offered_where_it_helps_nobody(
    run: Run, site: Repository, command: str, tmp_path: Path
) -> None:
    """A shallow clone is one without the server, too."""
    origin = with_origin(site, tmp_path)
    head = git(site.path, "rev-parse", "HEAD").strip()
    (site.path / ".git" / "shallow").write_text(f"{head}\n")
    ended = run(*command.split(), "--env=prod")
    assert ended.code == 75
    assert f"run: git -C {site.path} fetch --unshallow" in ended.err
    assert "--offline" not in ended.err
    by_hand = "by hand: knowngood handbook --env=prod\n"
    assert ended.err.endswith(by_hand) == command.startswith("rollback")
    assert origin.is_dir()


@pytest.mark.parametrize("question", ["gate --release=v1", "log", "last-good"])
def test_a_question_is_offered_it(run: Run, away: Path, question: str) -> None:
    """It answers from the records that are here."""
    words = (*question.split(), "--env=prod")
    ended = run(*words)
    assert ended.code == 75
    assert "if git's server cannot be reached, or refuses you: the same with --offline" in ended.err
    ended = run(*words, "--offline")
    assert ended.code in {0, 1}, ended.output
    assert "the same with --offline" not in ended.output


@pytest.mark.parametrize("cached", [False, True])
def test_the_records_arrive_later(
    run: Run, project: Path, site: Repository, away: Path, cached: bool
) -> None:
    """What is not known is said; no lock stays here; the next record takes the others along."""
    origin = away.with_name("origin.git")
    if cached:
        path = project / "environments" / "prod.toml"
        path.write_text(path.read_text().replace('"../site"', f'"file://{origin}"'))
        away.rename(origin)
        assert run("log", "--env=prod").code == 0
        origin.rename(away)
    ended = run(*WORDS, "--offline")
    assert ended.code == 0, ended.output
    assert live(project) == "v1"
    [doubt] = [line for line in ended.out.splitlines() if line.startswith("! --offline: ")]
    assert "what others have done since is not known" in doubt
    assert "not at the origin, where others would see it: rejected/prod/v2/" in ended.out
    if not cached:
        assert "refs/knowngood/lock/" not in git(site.path, "for-each-ref", "refs/knowngood/")
    before = happened(Repository(away))
    away.rename(origin)
    assert run("reject", "--release=v3", "--env=prod", "--why=it is next").code == 0
    assert happened(Repository(origin)) == [
        *before,
        ("rejected", "v2", "REJECTED"),
        ("rolled-back", "v1", "STARTED"),
        ("rolled-back", "v1", "DEPLOYED"),
        ("verified", "v1", "PASSED"),
        ("rejected", "v3", "REJECTED"),
    ]


def test_two_at_once_here(run: Run, project: Path, site: Repository, away: Path) -> None:
    """In this clone there is a lock all the same."""
    blob = git(site.path, "hash-object", "-w", "--stdin", stdin="not a note").strip()
    git(site.path, "update-ref", "refs/knowngood/lock/prod", blob)
    ended = run(*WORDS, "--offline")
    assert ended.code == 75
    assert "another push is under way" in ended.err
    assert live(project) == "v2"


def test_a_repository_that_was_never_fetched(run: Run, project: Path, away: Path) -> None:
    """There is nothing to go by."""
    path = project / "environments" / "prod.toml"
    path.write_text(path.read_text().replace('"../site"', '"file:///nowhere/site"'))
    ended = run(*WORDS, "--offline")
    assert ended.code == 75
    assert live(project) == "v2"
