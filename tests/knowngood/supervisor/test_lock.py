"""The lock: one run for each environment and machine, and no verdict where there can be none."""

import json
import os
import stat
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowngood.environment.model import Environment
from knowngood.supervisor import lock

COMMAND = ["knowngood", "verify", "--env=a b"]


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: Callable[..., Environment]
) -> Environment:
    """An environment whose lock lies in a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return environment({"content": "https://content.test"})


def refused(site: Environment) -> str:
    """What somebody is told who cannot have the lock."""
    with pytest.raises(lock.LockUnavailable) as told, lock.held(site, ["other"]):
        pass
    return str(told.value)


def test_the_second_is_told_who(site: Environment) -> None:
    """Process, user, time and command; and the lock is there again when the first has gone."""
    with lock.held(site, COMMAND):
        told = refused(site)
    assert f"process {os.getpid()} of " in told
    assert "knowngood verify '--env=a b'" in told
    with lock.held(site, COMMAND):
        pass


def test_a_note_that_says_nothing(site: Environment) -> None:
    """Whoever holds the lock may not have written yet, or garbage: it holds all the same."""
    with lock.held(site, COMMAND):
        for garbage in (b"", b"{", b"[]", b'{"pid": 1}', b"\xff"):
            lock.path_of(site).write_bytes(garbage)
            assert "left no note" in refused(site)


def test_a_note_cannot_paint_the_terminal(site: Environment) -> None:
    """Another user wrote it."""
    note = {"pid": 1, "user": "\x1b[2J", "since": "x\ny", "command": "\x07"}
    with lock.held(site, COMMAND):
        lock.path_of(site).write_text(json.dumps(note))
        assert refused(site).isprintable()


def test_a_link_is_not_followed(site: Environment, tmp_path: Path) -> None:
    """The folder is everybody's; what a link there points at stays as it is."""
    precious = tmp_path / "precious"
    precious.write_text("content")
    lock.path_of(site).symlink_to(precious)
    told = refused(site)
    assert "cannot lock" in told
    assert "TMPDIR" in told
    assert precious.read_text() == "content"


def test_other_users_can_lock_it(site: Environment) -> None:
    """Jenkins and the person on call are two users."""
    with lock.held(site, COMMAND):
        mode = stat.S_IMODE(lock.path_of(site).stat().st_mode)
    assert mode == 0o666


def test_a_user_without_a_name(site: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run under a number that no list of users knows."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)

    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    with lock.held(site, COMMAND):
        assert "of uid-" in refused(site)


def test_two_environments(site: Environment) -> None:
    """Other origins are another lock; the same ones in another checkout are not."""
    elsewhere = replace(site, origins={"content": "https://elsewhere.test"})
    with lock.held(site, COMMAND), lock.held(elsewhere, COMMAND):
        assert lock.path_of(site) != lock.path_of(elsewhere)
    again = replace(site, path=Path("/another/checkout/environments/test.toml"))
    assert lock.path_of(site) == lock.path_of(again)
