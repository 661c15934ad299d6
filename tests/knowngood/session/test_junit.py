"""pytest's JUnit file is there whole or as it was; trouble with pytest's files ends no run."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.junitxml import LogXML, xml_key
from suite_run import PYPROJECT, SuiteRun
from wire import Serve, answer

from knowngood.safety import Redactor, redaction
from knowngood.session.junit import Junit

Run = Callable[..., SuiteRun]

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
MODES = pytest.mark.parametrize(
    "mode",
    [pytest.param((), id="alone"), pytest.param(("-n", "2"), id="workers", marks=pytest.mark.slow)],
)


class Session:
    """What a session is to our hooks: a plugin manager, and pytest's writer in a stash."""

    def __init__(self, target: Path) -> None:
        writer = LogXML(str(target), None)
        writer.pytest_sessionstart()
        writer.add_global_property("password", "hunter22")
        self.pluginmanager = pytest.PytestPluginManager()
        self.stash = pytest.Stash()
        self.stash[xml_key] = writer
        self.pluginmanager.register(writer)

    def finish(self) -> str:
        """Have the file written; return what went wrong."""
        junit = Junit(self)  # type: ignore[arg-type]
        junit.pytest_sessionstart()
        self.stash[xml_key].pytest_sessionfinish()
        return junit.trouble


def test_file_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What checks record for the whole suite is in no report, and is redacted all the same."""
    monkeypatch.setattr(redaction._Process, "redactor", Redactor(["hunter22", "test"]))
    assert not Session(tmp_path / "new/junit.xml").finish()
    [suite] = ET.parse(tmp_path / "new/junit.xml").getroot()  # noqa: S314 - our own file
    assert suite.tag == "testsuite"
    assert suite[0][0].attrib == {"name": "password", "value": "***"}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["junit.xml"]


TROUBLE = {
    "full": ("/dev/full", "No space left on device"),
    "file-as-folder": ("file/junit.xml", "File exists"),
    "folder-as-file": ("folder", "Is a directory"),
    "no-such-place": ("/proc/none/junit.xml", "No such file or directory"),
    "long-name": (f"{'x' * 300}.xml", "File name too long"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_place_that_cannot_be_written(tmp_path: Path, trouble: str) -> None:
    """The trouble is named with the file, and nothing else is left."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    path, reason = TROUBLE[trouble]
    message = Session(tmp_path / path).finish()
    assert message.startswith("--junitxml ")
    assert message.endswith(f": not written: {reason}")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder"}


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    """A device or a pipe stays what it is and gets the whole report."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert not Session(pipe).finish()
        content = os.read(reader, 1 << 20)
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert ET.fromstring(content).tag == "testsuites"  # noqa: S314 - our own file


@pytest.fixture
def run(tmp_path: Path, serve: Serve, suite_here: Run) -> Run:
    """Run a suite in ``tmp_path / "suite"``."""
    folder = tmp_path / "suite"
    for name in ("checks", "environments"):
        (folder / name).mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    url = serve(answer("ok")).url
    environment = f'description = "x"\n[origins]\ncontent = "{url}"\n'
    (folder / "environments/demo.toml").write_text(environment)

    def start(*options: str, status: int = 200) -> SuiteRun:
        (folder / "checks/test_it.py").write_text(CHECKS.format(status=status))
        return suite_here("--env=demo", *options, cwd=folder)

    return start


@MODES
def test_run_whose_log_file_is_on_a_full_disk(
    run: Run, tmp_path: Path, mode: tuple[str, ...]
) -> None:
    """The JUnit file is whole, in a folder made for it; the log file's trouble is reported."""
    log_file = ("--log-file=/dev/full", "--log-file-level=DEBUG")
    ended = run("--junitxml=reports/junit.xml", *log_file, *mode)
    assert ended.code == 0, ended.output
    [left] = (tmp_path / "suite/reports").iterdir()
    assert left.name == "junit.xml"
    assert len(list(ET.parse(left).iter("testcase"))) == 40  # noqa: S314 - our own file
    assert f"generated xml file: {left}" in ended.output
    assert "Traceback" not in ended.output
    message = "--log-file /dev/full: incomplete: No space left on device"
    assert bool(mode) or message in ended.output


def test_disk_that_is_full(run: Run, tmp_path: Path) -> None:
    """A file that was cut off half way is not left; the one of the last run is."""
    folder = tmp_path / "suite"
    run("--collect-only")
    (folder / "junit.xml").write_text("<old/>")
    command = [sys.executable, "-c", LIMITED, "-m", "pytest", "--env=demo", "--junitxml=junit.xml"]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # it would cut that off, too
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--junitxml" in done.stdout
    assert "not written: File too large" in done.stdout
    assert (folder / "junit.xml").read_text() == "<old/>"
    assert [path.name for path in folder.glob("*junit*")] == ["junit.xml"]


@pytest.mark.parametrize(("status", "ends"), [(200, 0), (404, 1)])
def test_run_whose_reports_cannot_be_written(run: Run, status: int, ends: int) -> None:
    """Each is reported in a line of its own, and the verdict's exit code stands."""
    files = ("--junitxml=/dev/full", "--verdict-file=/proc/place.json", "-p", "no:logging")
    ended = run(*files, status=status)
    assert ended.code == ends, ended.output
    assert ended.output.count(": not written: ") == 2
    assert "INTERNALERROR" not in ended.output
    assert "generated xml" not in ended.output
