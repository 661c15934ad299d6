"""Where git refuses a record, the message has the commands that help: they are typed in here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from release_side import Note, git

from knowngood.release import record_store, unpushed
from knowngood.release.git import Repository
from knowngood.release.record_store import RecordNotWritten


def typed(command: str) -> None:
    """Run a line in a shell."""
    subprocess.run(["sh", "-c", command], check=False, timeout=400, capture_output=True)


@pytest.mark.parametrize("tag", ["verified", "verified/stage", "verified/stage/v2"])
def test_a_tag_in_the_way(site: Repository, note: Note, tag: str) -> None:
    """One that has the name of a folder of records gets another one."""
    git(site.path, "tag", tag, "v1")
    with pytest.raises(RecordNotWritten) as raised:
        note()
    said = re.search(r"; the tag (\S+) bars the way; give it another name: (.*)", str(raised.value))
    assert said is not None
    assert said[1] == tag
    typed(said[2])
    assert site.commit_of(f"refs/tags/old-{tag}") == site.commit_of("v1")
    typed(str(raised.value).splitlines()[-1])
    assert len(git(site.path, "tag", "-l", "verified/stage/v2/*").split()) == 1


def test_a_tag_in_the_way_at_the_origin(site: Repository, note: Note, tmp_path: Path) -> None:
    """It is taken away there, and the record goes out."""
    origin = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(site.path), str(origin))
    git(origin, "tag", "verified", "v1")
    git(site.path, "remote", "add", "origin", str(origin))
    record = note()
    with pytest.raises(RecordNotWritten, match="the tag verified bars the way") as raised:
        record_store.push(Repository(site.path), record.name)
    first, second = str(raised.value).splitlines()
    typed(first.partition("another name: ")[2])
    typed(second.partition("to push it: ")[2])
    assert git(origin, "tag", "-l", "verified/*").split() == [record.name]
    assert unpushed.names(site) == [record.name], "until the origin is asked"


@pytest.mark.parametrize(
    "settings",
    [
        {"user.signingKey": "ABCDEF"},
        {"tag.gpgSign": "true"},
        {"tag.gpgSign": "true", "tag.forceSignAnnotated": "true", "gpg.program": "/no/such"},
        {"gpg.format": "ssh", "tag.gpgSign": "true"},
        {"gpg.format": "ssh", "user.signingKey": "/no/such/key"},
    ],
)
def test_a_key_that_cannot_be_used(site: Repository, note: Note, settings: dict[str, str]) -> None:
    """Also where git goes on without one: no record that was to be signed stays unsigned."""
    for key, value in settings.items():
        git(site.path, "config", key, value)
    with pytest.raises(RecordNotWritten, match=r"set git's user\.signingKey to a key") as raised:
        note()
    assert git(site.path, "tag", "-l", "verified/*") == ""
    first, *_, last = str(raised.value).splitlines()
    typed(first.partition("or have no record signed: ")[2])
    typed(last)
    assert len(git(site.path, "tag", "-l", "verified/stage/v2/*").split()) == 1
    assert note("v1").name in git(site.path, "tag", "-l", "verified/*")


def test_signatures_that_nobody_asked_for(site: Repository, note: Note) -> None:
    """What git signs for a person, it need not for a record."""
    git(site.path, "config", "tag.forceSignAnnotated", "true")
    assert note().name in git(site.path, "tag", "-l", "verified/*")
