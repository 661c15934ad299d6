"""`knowngood watch` over real runs: what a person, a file and a monitoring system get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_run import Run
from wire import Serve, answer

CHECK = '''
import pytest

@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """Robots are answered."""
    assert response.status_code == 200
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve) -> Path:
    """A suite of one check, of a server that answers everything with 404."""
    server = serve(answer("gone", status=404))
    (tmp_path / "smoketests").mkdir()
    (tmp_path / "environments").mkdir()
    (tmp_path / "smoketests" / "test_robots.py").write_text(CHECK)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ntestpaths = ["smoketests"]\n'
    )
    (tmp_path / "environments" / "prod.toml").write_text(
        f'description = "a test"\n[origins]\ncontent = "{server.url}"\n[budget]\nprobe = 2\n'
    )
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return tmp_path


def test_watch(run: Run, project: Path) -> None:
    """An alarm after two runs; a check of the same state is CRITICAL, and prints one line."""
    first = run("watch", "--env=prod", "--verdict-file=verdict.json", "-p", "no:randomly")
    assert first.code == 1, first.output
    head, details, look = first.out.splitlines()
    assert head.startswith("prod FAILED since ")
    assert head.endswith(" UTC: /robots.txt is 404")
    assert details == "    2 runs in a row"
    assert look.startswith("    look: curl ")
    assert first.err == ""
    assert json.loads((project / "verdict.json").read_text())["verdict"] == "FAILED"
    (state,) = (project / "state" / "knowngood").iterdir()
    assert state.name.startswith("prod-")
    second = run("watch", "--env=prod", "--monitoring", "-p", "no:randomly")
    assert second.code == 2
    assert second.out.startswith("KNOWNGOOD CRITICAL - prod FAILED since ")
    assert (second.out.count("\n"), second.err) == (1, "")


def test_usage_errors(run: Run, project: Path) -> None:
    """A mistake is told at once, each time; a monitoring system is told UNKNOWN."""
    assert run("watch", "--env=nowhere").code == 4
    monitored = run("watch", "--env=nowhere", "--monitoring")
    assert monitored.code == 3
    assert monitored.out.startswith("KNOWNGOOD UNKNOWN - ")
    assert monitored.out.count("\n") == 1
