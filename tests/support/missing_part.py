"""Tests whose part is missing: a laptop skips them, CI fails."""

import os
import shutil
from typing import NoReturn

import pytest


def missing(message: str) -> NoReturn:
    """End the test with this message."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)


def needed(program: str, install: str) -> str:
    """Return the path of a program. ``install`` is the command that brings it."""
    return shutil.which(program) or missing(f"needs {program}: {install}")
