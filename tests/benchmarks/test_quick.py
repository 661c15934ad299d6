"""The benchmark runs, on every part that is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATH = f"{os.environ['PATH']}:/usr/sbin"


@pytest.mark.parametrize("program", ["nginx", "curl"])
def test_its_parts_are_there(program: str) -> None:
    """A laptop may lack them, CI may not."""
    if shutil.which(program, path=PATH) is None:
        message = f"{program} is not installed"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)


@pytest.mark.slow
def test_the_quick_run(tmp_path: Path) -> None:
    """Our run, the floor and the naive suite are measured, and the table of targets is printed."""
    if not all(shutil.which(program, path=PATH) for program in ("nginx", "curl")):
        pytest.skip("nginx or curl is not installed")
    target = tmp_path / "measured.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", f"--json={target}"]
    command += ["--only=full", "--only=start-up"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "floor" in done.stdout
    assert "a run of a drill, one check: at most 0.8 s " in done.stdout
    assert target.stat().st_size > 100
