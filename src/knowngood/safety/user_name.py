"""Find the name of the user of this process."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """Return the name of the user, or ``uid-NUMBER`` if it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
