"""A process ends with the exit code of its verdict, and in time, whatever else goes wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from suite_run import OPTIONS, SuiteRun

from knowngood.session import controller, registration

Run = Callable[..., SuiteRun]

PASSES = """
import pytest

@pytest.mark.get("content:/")
def test_it(response):
    assert response.status_code == 200
"""
FAILS = PASSES.replace("200", "404")
LEAVES_A_THREAD = """
    import threading

    def polls():
        threading.Event().wait()

    threading.Thread(target=polls, name="poller").start()
"""


@pytest.mark.parametrize(
    ("source", "options", "code"),
    [
        pytest.param(PASSES, [], 0, id="passed-alone"),
        pytest.param(FAILS, ["-n", "1"], 1, id="failed-workers", marks=pytest.mark.slow),
    ],
)
def test_a_thread_that_a_check_leaves(
    small_suite: Run, source: str, options: list[str], code: int
) -> None:
    """Python would wait for it without end."""
    checks = source.replace("    assert", f"{LEAVES_A_THREAD}\n    assert")
    result = small_suite(checks, *options, process=True)
    assert result.code == code, result.output
    if not options:
        assert "a check left the thread 'poller' running, in polls (test_it.py:" in result.output


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_of_our_own(
    small_suite: Run, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """Never 1, with which Python ends where nobody catches it."""

    def broken(_: object) -> None:
        raise error("by a mistake of ours")

    monkeypatch.setattr(controller, "fold", broken)
    result = small_suite(PASSES)
    assert result.code == (3 if error is RuntimeError else 2), result.output


def test_an_installation_without_a_package(
    small_suite: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names it."""
    monkeypatch.setitem(sys.modules, registration.__name__, None)
    monkeypatch.delattr("knowngood.session.registration")
    result = small_suite(PASSES)
    assert result.code == 4
    assert "the installation of knowngood is broken" in result.output


@pytest.mark.parametrize(
    ("source", "code", "redirection"),
    [
        (PASSES, 0, ">/dev/full"),
        (PASSES, 0, ">&-"),
        (FAILS, 1, "2>&1 | true"),
        pytest.param(PASSES, 0, "2>/dev/full", marks=pytest.mark.slow),
    ],
)
def test_output_that_nobody_takes(
    small_suite: Run, tmp_path: Path, source: str, code: int, redirection: str
) -> None:
    """The verdict's own exit code stands, and its file is written."""
    small_suite(source, "--collect-only")
    command = f'"{sys.executable}" -m pytest --env=demo --verdict-file=v.json {" ".join(OPTIONS)}'
    script = f"({command}; echo $? >code) {redirection}"
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, timeout=400, check=False)
    assert int((tmp_path / "code").read_text()) == code
    assert json.loads((tmp_path / "v.json").read_text())["exit_code"] == code
