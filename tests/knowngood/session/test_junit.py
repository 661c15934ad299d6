"""pytest's JUnit file is there whole or as it was; trouble with pytest's files ends no run."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from wire import Serve, answer

CHECKS = """
import logging
import pytest

@pytest.mark.get("content:/ok")
@pytest.mark.parametrize("number", range(40))
def test_ok(response, number):
    \"\"\"All is well.\"\"\"
    logging.warning("number %s", number)
    assert response.status_code == {status}
"""
LIMITED = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
MODES = pytest.mark.parametrize("mode", [(), ("-n", "2")], ids=["alone", "workers"])


@pytest.fixture
def run(tmp_path: Path, serve: Serve) -> Callable[..., tuple[int, str]]:
    """Runs a suite in ``tmp_path / "suite"`` and says how it ended and what it printed."""
    folder = tmp_path / "suite"
    for name in ("checks", "environments"):
        (folder / name).mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["checks"]\n')
    url = serve(answer("ok")).url
    environment = f'description = "x"\n[origins]\ncontent = "{url}"\n'
    (folder / "environments/demo.toml").write_text(environment)

    def start(*options: str, status: int = 200, before: tuple[str, ...] = ()) -> tuple[int, str]:
        (folder / "checks/test_it.py").write_text(CHECKS.format(status=status))
        command = ["-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "--env=demo"]
        done = subprocess.run(
            [sys.executable, *before, *command, *options],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if "PYTEST" not in k},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return start


@MODES
def test_file_is_there_whole(run: Callable, tmp_path: Path, mode: tuple[str, ...]) -> None:
    """Under the name that was asked for, which the last lines tell, in a folder made for it."""
    code, output = run("--junitxml=reports/junit.xml", *mode)
    assert code == 0, output
    [left] = (tmp_path / "suite/reports").iterdir()
    assert left.name == "junit.xml"
    assert len(list(ET.parse(left).iter("testcase"))) == 40  # noqa: S314 - our own file
    assert f"generated xml file: {left}" in output


TROUBLE = {
    "full": ("/dev/full", "No space left on device"),
    "file-as-folder": ("checks/test_it.py/junit.xml", "File exists"),
    "no-such-place": ("/proc/none/junit.xml", "No such file or directory"),
    "long-name": (f"{'x' * 300}.xml", "File name too long"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize(("status", "ends"), [(200, 0), (404, 1)])
def test_place_that_cannot_be_written(run: Callable, trouble: str, status: int, ends: int) -> None:
    """The verdict's own exit code stands; a line tells which file is missing, and why."""
    path, why = TROUBLE[trouble]
    code, output = run(f"--junitxml={path}", status=status)
    assert code == ends, output
    assert f"not written: {why}" in output
    assert "INTERNALERROR" not in output
    assert "generated xml" not in output


@MODES
def test_disk_that_is_full(run: Callable, tmp_path: Path, mode: tuple[str, ...]) -> None:
    """A file that was cut off half way is not left; the one of the last run is."""
    old = tmp_path / "suite/junit.xml"
    old.write_text("<old/>")
    code, output = run("--junitxml=junit.xml", *mode, before=("-c", LIMITED))
    assert code == 0, output
    assert "--junitxml" in output
    assert "not written: File too large" in output
    assert old.read_text() == "<old/>"
    assert not [each for each in (tmp_path / "suite").iterdir() if "junit" in each.name[1:-4]]


def test_what_is_no_file_is_written_to(run: Callable, tmp_path: Path) -> None:
    """A device or a pipe stays what it is and gets the whole report."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        code, output = run(f"--junitxml={pipe}")
        assert code == 0, output
        content = os.read(reader, 1 << 20)
    finally:
        os.close(reader)
    assert len(list(ET.fromstring(content).iter("testcase"))) == 40  # noqa: S314 - our own file


@MODES
def test_log_file_on_a_full_disk(run: Callable, mode: tuple[str, ...]) -> None:
    """The same holds for pytest's log file, in every process that writes one."""
    code, output = run("--log-file=/dev/full", "--log-file-level=DEBUG", *mode)
    assert code == 0, output
    assert "Traceback" not in output
    assert bool(mode) or "--log-file /dev/full: not whole: No space left on device" in output


def test_run_without_logging(run: Callable) -> None:
    """Whoever switches pytest's logging off has no such file."""
    code, output = run("-p", "no:logging")
    assert code == 0, output


def test_both_reports_in_trouble(run: Callable) -> None:
    """Each is told in a line of its own."""
    code, output = run("--junitxml=/dev/full", "--verdict-file=/proc/place.json")
    assert code == 0, output
    assert output.count(": not written: ") == 2
