"""A lock: one process at a time, and the next is told who."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from missing_part import missing

from knowngood.safety import lock

COMMAND = ["knowngood", "verify", "--env=a b"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The path of a lock that nobody holds."""
    return tmp_path / "a.lock"


def refused(place: Path) -> str:
    """What somebody is told who cannot have the lock."""
    with pytest.raises(lock.LockUnavailable) as error, lock.held(place, "a b is busy", ["other"]):
        pass
    return str(error.value)


def test_the_second_is_told_who(place: Path) -> None:
    """Process, user, time and command; and the lock is there again when the first has gone."""
    with lock.held(place, "", COMMAND):
        message = refused(place)
    assert message.startswith(f"a b is busy by process {os.getpid()} of ")
    assert "knowngood verify '--env=a b'" in message
    with lock.held(place, "", COMMAND):
        pass


def test_a_note_that_says_nothing(place: Path) -> None:
    """Whoever holds the lock may not have written yet, or garbage: it holds all the same."""
    with lock.held(place, "", COMMAND):
        for garbage in (b"", b"{", b"[]", b'{"pid": 1}', b"\xff"):
            place.write_bytes(garbage)
            assert "left no note" in refused(place)


def test_a_note_cannot_paint_the_terminal(place: Path) -> None:
    """Another user wrote it."""
    note = {"pid": 1, "user": "\x1b[2J", "since": "x\ny", "command": "\x07"}
    with lock.held(place, "", COMMAND):
        place.write_text(json.dumps(note))
        assert refused(place).isprintable()


def test_a_link_is_not_followed(place: Path, tmp_path: Path) -> None:
    """The folder is everybody's; what a link there points at stays as it is."""
    precious = tmp_path / "precious"
    precious.write_text("content")
    place.symlink_to(precious)
    message = refused(place)
    assert "cannot lock" in message
    assert "TMPDIR" in message
    assert precious.read_text() == "content"


def lock_as(user: int, key: str) -> bool:
    """Take a lock as another user, in a process that ends without giving it back."""
    child = os.fork()
    if child == 0:
        try:
            os.setuid(user)
            with lock.held(lock.path_for("prod", key), "", COMMAND):
                os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_other_users_can_lock_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """cron, Jenkins and the person on call are three users; one that was killed leaves its file."""
    if os.geteuid() != 0:
        missing("needs root, to be other users")
    with lock.held(place, "", COMMAND):
        pass  # imports what other users may not read
    with tempfile.TemporaryDirectory(dir="/tmp") as everybodys:
        Path(everybodys).chmod(0o1777)
        monkeypatch.setattr(tempfile, "tempdir", everybodys)
        assert lock_as(65534, "a")
        assert (Path(everybodys) / "knowngood-locks").stat().st_mode & 0o777 == 0o777
        assert lock_as(1, "a")
        assert lock_as(65534, "a")
        with lock.held(lock.path_for("prod", "a"), "", COMMAND):
            assert not lock_as(1, "a")


def test_it_leaves_no_file(place: Path) -> None:
    """A report named by the minute would leave one a minute."""
    with lock.held(place, "", COMMAND):
        assert place.exists()
    assert not place.exists()


def test_a_user_without_a_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run under a number that no list of users knows."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)

    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    with lock.held(place, "", COMMAND):
        assert "of uid-" in refused(place)


def test_nowhere_to_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may have no folder that can be written."""
    monkeypatch.setattr(
        "tempfile.gettempdir", lambda: (_ for _ in ()).throw(FileNotFoundError("no"))
    )
    with pytest.raises(lock.LockUnavailable, match="set TMPDIR to a folder that can be written"):
        lock.path_for("report", "/a.json")
