"""Find the name of the user of this process, and the folder for this user's files."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from .errors import UsageError


def user_name() -> str:
    """Return the name of the user, or ``uid-NUMBER`` if it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def user_folder(variable: str, usual: str) -> Path:
    """Return our folder below that of ``variable``, or else below ``usual`` in the home folder.

    The XDG Base Directory Specification ignores a relative path in the variable. Raises UsageError
    if there is no home folder.
    """
    named = Path(os.environ.get(variable, ""))
    try:
        return (named if named.is_absolute() else Path.home() / usual) / "knowngood"
    except RuntimeError:
        raise UsageError(
            f"there is no home folder to keep files in; set {variable} to the full path of a folder"
        ) from None
