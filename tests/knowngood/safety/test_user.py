"""Where files of ours are kept for a user."""

from pathlib import Path

import pytest

from knowngood.safety import UsageError, user_folder


@pytest.mark.parametrize(
    ("variable", "folder"),
    [
        ("/var/cache/ann", "/var/cache/ann/knowngood"),
        ("not/absolute", "/home/ann/.cache/knowngood"),
        ("", "/home/ann/.cache/knowngood"),
    ],
)
def test_folder(monkeypatch: pytest.MonkeyPatch, variable: str, folder: str) -> None:
    """A relative path would be another folder for each folder that a command runs in."""
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("XDG_CACHE_HOME", variable)
    assert user_folder("XDG_CACHE_HOME", ".cache") == Path(folder)


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user may have none: the message names the variable to set."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", classmethod(lambda _: (_ for _ in ()).throw(RuntimeError)))
    with pytest.raises(UsageError, match="set XDG_CACHE_HOME to the full path of a folder"):
        user_folder("XDG_CACHE_HOME", ".cache")
