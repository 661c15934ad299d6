"""Where files of ours are kept for a user, by the XDG Base Directory Specification."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import UsageError


def user_folder(variable: str, usual: str) -> Path:
    """Return our folder below the one that ``variable`` names, or below ``usual`` in the home
    folder. A relative path counts as not set, as the specification asks.

    Raises UsageError where there is no home folder.
    """
    named = Path(os.environ.get(variable, ""))
    try:
        return (named if named.is_absolute() else Path.home() / usual) / "knowngood"
    except RuntimeError:
        raise UsageError(
            f"there is no home folder to keep files in; set {variable} to the full path of a folder"
        ) from None


@contextmanager
def usable(folder: Path, variable: str) -> Iterator[None]:
    """Turn an error of a file in ``folder``, which ``variable`` can place elsewhere, into a
    UsageError that says so.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{folder}: {error.strerror or error}; set {variable} to the full path of a folder "
            "that can be written"
        ) from None
