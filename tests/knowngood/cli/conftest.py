"""Every test here runs git with settings of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_git_settings(settings: Path) -> Path:
    """No hook, key or name of this machine's user."""
    return settings
