"""integrations/systemd: held against systemd itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from integration_files import FOLDER
from missing_part import needed

NAME = "knowngood-watch@"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units of the environment prod, for a suite that is there."""
    program = tmp_path / "suite" / ".venv" / "bin" / "knowngood"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for kind in ("service", "timer"):
        text = (FOLDER / "systemd" / f"{NAME}.{kind}").read_text("utf-8")
        text = text.replace("/srv/smoketests", str(tmp_path / "suite"))
        for instance in ("", "prod"):
            (tmp_path / f"{NAME}{instance}.{kind}").write_text(text)
    return tmp_path


def analyzed(*words: object) -> str:
    """Return what systemd-analyze prints."""
    program = needed("systemd-analyze", "apt-get install systemd")
    done = subprocess.run(
        [program, *map(str, words)], capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_takes_them(units: Path) -> None:
    """Every key, every value, and what each unit refers to."""
    files = [units / f"{NAME}prod.{kind}" for kind in ("service", "timer")]
    assert analyzed("verify", "--man=no", *files) == ""


def test_the_service_may_do_little(units: Path) -> None:
    """By the measure of systemd, from 0 (nothing is exposed) to 10; below 2 is its smiling face."""
    printed = analyzed("security", "--offline=true", units / f"{NAME}prod.service")
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", printed)
    assert exposure is not None
    assert float(exposure[1]) < 2


def test_the_timer_runs_every_five_minutes(units: Path) -> None:
    """As its description says."""
    text = (units / f"{NAME}.timer").read_text("utf-8")
    (when,) = re.findall(r"^OnCalendar=(.+)$", text, re.M)
    assert "*-*-* *:00/5:00" in analyzed("calendar", when)


def test_inconclusive_is_no_failed_unit(units: Path) -> None:
    """And runs do not pile up: a oneshot unit is never started twice."""
    text = (units / f"{NAME}.service").read_text("utf-8")
    assert "\nSuccessExitStatus=75\n" in text
    assert "\nType=oneshot\n" in text
