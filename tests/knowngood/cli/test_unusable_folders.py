"""A home folder, or a folder for caches, that cannot be used changes no verdict and no answer."""

from pathlib import Path

import pytest
from command_run import Run
from pushed_site import live
from release_side import Note

from knowngood.release import record_store
from knowngood.release.git import Repository
from knowngood.release.record_store import RecordNotWritten

pytestmark = pytest.mark.usefixtures("history", "in_one_process")

HOME = "there is no home folder to keep files in; set XDG_CACHE_HOME to the full path of a folder"
NOT_A_FOLDER = (
    "/dev/null/{}knowngood{}: Not a directory; set XDG_CACHE_HOME to the full path of a folder that"
)


@pytest.fixture(params=["HOME", "XDG_CACHE_HOME", ""])
def told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What says that there is no folder; with a place for the folder in ours."""
    monkeypatch.delenv("XDG_CACHE_HOME")
    if request.param:
        monkeypatch.setenv(request.param, "/dev/null")
        return NOT_A_FOLDER.format(".cache/" if request.param == "HOME" else "", "{}")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # nor in the list of users
    return HOME


@pytest.mark.parametrize(
    "words",
    [("push", "--release=v2"), ("rollback", "--to=v1", "--yes")],
    ids=lambda words: words[0],
)
def test_nothing_is_deployed(run: Run, project: Path, told: str, words: tuple[str, ...]) -> None:
    """What an earlier push has started is not known then: the folder is named, before a step."""
    ended = run(words[0], "--env=prod", *words[1:])
    assert ended.code == 4, ended.output
    assert told.format("/deploys") in ended.output
    assert not (project / "deployed").exists()
    assert live(project) == "v1"


@pytest.mark.usefixtures("told")
def test_what_needs_no_folder(run: Run) -> None:
    """A question, and a verification, as ever."""
    status = run("status", "--env=prod")
    assert (status.code, "!" in status.output) == (0, False), status.output
    assert run("gate", "--env=prod", "--release=v2").code == 0
    assert run("last-good", "--env=prod").out == "v1\n"
    verified = run("verify", "--env=prod", "--release=v1", "--record")
    assert (verified.code, "recorded: verified/prod/v1/" in verified.output) == (0, True)


@pytest.mark.parametrize(("release", "code"), [("v1", 0), ("v2", 1)])
def test_records_at_a_url(
    run: Run, project: Path, site: Repository, told: str, release: str, code: int
) -> None:
    """Their clone is in that folder: the verdict stands without a record, a question is refused."""
    path = project / "environments" / "prod.toml"
    path.write_text(path.read_text().replace('"../site"', f'"file://{site.path}"'))
    verified = run("verify", "--env=prod", f"--release={release}", "--record", "--push")
    assert verified.code == code, verified.output
    assert f"no record was written: {told.format('')}" in verified.output
    asked = run("last-good", "--env=prod")
    assert (asked.code, told.format("") in asked.output) == (4, True), asked.output


def test_a_record_that_can_be_kept_nowhere(site: Repository, noted: Note, told: str) -> None:
    """The command that writes it by hand has all of it that a person would write."""
    record = noted("v2", "prod", "FAILED", 1, reason="it is blank")
    site.run("tag", "-d", record.name)
    (site.path / ".git" / "HEAD").unlink()
    with pytest.raises(RecordNotWritten) as raised:
        record_store.write(Repository(site.path), record)
    words = str(raised.value)
    assert f"nor is it kept: {told.format('/records')}" in words
    assert f"'{record.sentence()}' {record.name} {record.commit}" in words


def test_a_verification_that_cannot_begin(run: Run, project: Path) -> None:
    """A disk that is full by then: what was deployed stays, and is not known to be good."""
    cache, deploy = project.parent / "home" / "cache", project / "deploy"
    deploy.write_text(f"{deploy.read_text()}rm -r {cache} && touch {cache}\n")
    ended = run("push", "--env=prod", "--release=v2")
    assert ended.code == 75, ended.output
    assert "the verification cannot be run: " in ended.output
    assert "nothing more was changed" in ended.output
    assert live(project) == "v2"
