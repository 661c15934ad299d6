"""What the tests of integrations/ share."""

from pathlib import Path

import pytest
from shell_steps import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Where the steps of a pipeline run: nothing is installed, deployed or verified."""
    workspace = Workspace(tmp_path)
    for program in ("bin/python3", ".venv/bin/pip", ".venv/bin/knowngood"):
        workspace.program(program)
    return workspace
