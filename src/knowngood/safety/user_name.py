"""The name of whoever runs this."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """Return the name of whoever runs this; a container's user may have a number alone."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
