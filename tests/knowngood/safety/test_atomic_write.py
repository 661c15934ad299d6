"""A file is written whole or stays as it was."""

import os
from pathlib import Path

import pytest

from knowngood.safety import write_atomically


def test_text_and_bytes(tmp_path: Path) -> None:
    """Both replace what was there; permissions are set before anybody can see the file."""
    path = tmp_path / "file"
    write_atomically(path, "é")
    assert path.read_bytes() == "é".encode()
    write_atomically(path, b"\xff", mode=0o755)
    assert path.read_bytes() == b"\xff"
    assert path.stat().st_mode & 0o777 == 0o755
    assert list(tmp_path.iterdir()) == [path]


def test_pieces(tmp_path: Path) -> None:
    """A large text need not be held as a whole; one that fails half way leaves no file."""
    path = tmp_path / "file"
    write_atomically(path, (letter for letter in "aé"))
    assert path.read_bytes() == "aé".encode()
    with pytest.raises(ZeroDivisionError):
        write_atomically(path, (str(1 // number) for number in (1, 0)))
    assert path.read_bytes() == "aé".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stands, and no half of the new one stays beside it."""
    path = tmp_path / "file"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError("no rename")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no rename"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_pipe_is_written_to(tmp_path: Path) -> None:
    """What is no file, such as a pipe, stays what it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, "text")
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
