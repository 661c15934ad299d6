"""Pushes are killed, and what they leave behind is judged."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from signal import SIGINT, SIGKILL

import pytest
from benchmarks import kills
from benchmarks.kill_round import LOST_RECORD, Kill, Killed

ROOT = Path(__file__).parents[2]
WELL = Killed(Kill("r1", good=True, number=SIGKILL, after=1.5), "deploying", False, (), 3.0)
LOST = replace(
    WELL,
    kill=replace(WELL.kill, good=False, number=SIGINT),
    step="verifying",
    faults=((LOST_RECORD, "pushed/stage/r1/… was there, and is not any more"),),
)


def test_all_was_well(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each signal and step, and no fault. A push that had ended is no kill."""
    assert kills.judge([WELL, replace(WELL, ended=True)], 7) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 killed, 1 had ended before"
    rows = {line[:16].strip(): line[16:].split() for line in lines[3:]}
    assert rows["SIGKILL"] == rows["while deploying"] == rows["all"] == ["1", "0", "0", "0", "0"]


def test_a_record_was_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """It is counted, and told with the seed."""
    assert kills.judge([WELL, LOST], 7) == 1
    output = capsys.readouterr().out
    assert "seed 7: a bad release, SIGINT after 1.5 s, while verifying\n  records lost: " in output
    row = next(line for line in output.splitlines() if line.startswith("SIGINT"))
    assert row.split()[1:] == ["1", "1", "0", "0", "0"]


@pytest.mark.slow
def test_a_few_kills() -> None:
    """Nothing is lost, and the next push works."""
    command = [sys.executable, "-m", "benchmarks.kills", "--count=3", "--seed=5"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 killed" in done.stdout
