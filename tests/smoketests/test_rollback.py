"""From a release to its rollback, end to end: FHR's own checks, real repositories and processes.

Slow: tests/knowngood/drill takes the same steps with a suite of one check, and test_catches has a
missing config.json caught.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_incident_is_caught_and_taken_back(tmp_path: Path) -> None:
    """A push without config.json FAILS on stage, is refused on prod, and where it is forced there
    it is rolled back and on record.
    """
    command = [sys.executable, "-m", "knowngood", "drill", "--rollback"]
    ended = subprocess.run(
        [*command, f"--json={tmp_path / 'steps.json'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    steps = json.loads((tmp_path / "steps.json").read_text())["steps"]
    assert [step["right"] for step in steps] == [True] * 10
    lost = next(step for step in steps if "which lacks" in step["done"])
    assert "which lacks en-US/js/config.json" in lost["done"]
    assert "FAIL     0/5  Every locale has js/config.json" in lost["output"]
