"""Runs of checks, as a process of their own or within this one, and how they ended."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

ROOT = Path(__file__).parents[2]
OF_CHECKS = ("checks", "conftest", "smoketests")
"""Names of the folders and files that suites are made of."""

OPTIONS = ("-p", "no:randomly", "-p", "no:anyio", "-p", "no:hypothesispytest")
"""Leave out plugins that are here for our own tests: they cost each process up to 0.7 s of CPU."""

WITHOUT_PLUGINS = {"PYTEST_ADDOPTS": " ".join(OPTIONS)}
"""The variable that does so for commands that a person types."""

PYPROJECT = f'''[tool.pytest.ini_options]
testpaths = ["checks"]
addopts = "{" ".join(OPTIONS)}"
'''
"""The configuration of a suite in ``checks/``."""

_ALREADY_IMPORTED = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")
"""In this process the plugin was loaded before, for the run of our own tests."""

NO_SEARCH = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The variable without which pytest reads the metadata of all packages that are installed."""

_OUTPUT = (1, 2)  # the descriptors of stdout and stderr
_OPTIONS = (*OPTIONS, "-p", "no:cacheprovider")

WORKERS = {"-n", "--dist=each"}
"""Options of which each has a run start workers."""


@dataclass(frozen=True)
class SuiteRun:
    """How a run ended.

    Attributes:
        code: the exit code.
        verdict: the verdict file; empty without one.
        output: what it printed.
        memory: the most bytes that its processes had together; 0 where it was not measured.
    """

    code: int
    verdict: Mapping[str, Any]
    output: str
    memory: int = 0

    def failed_checks(self) -> set[str]:
        """Return the checks that failed in any case, or needed too many retries."""
        checks = self.verdict["checks"].items()
        return {name for name, check in checks if check["bad"] or check["unsteady"]}


def run_process(
    target: Path,
    *options: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    measure: bool = False,
) -> SuiteRun:
    """Run pytest as a process; ``target`` is where its verdict file goes.

    With ``measure``, its memory is measured. A run that crashes prints where.
    """
    target.unlink(missing_ok=True)
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    with target.with_suffix(".output").open("w+b") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *_OPTIONS, f"--verdict-file={target}", *options],
            cwd=cwd,
            env={
                **inherited,
                **_folders_of_its_own(target),
                "PYTHONFAULTHANDLER": "1",
                **(env or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        memory = _wait(process, _memory if measure else None)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    return SuiteRun(process.returncode, _verdict(target), text, memory)


def run_here(target: Path, *options: str, cwd: Path = ROOT) -> SuiteRun:
    """Run checks within this process, and workers in processes of their own: no start-up, no
    imports; the rest is the same. What other tests left for the garbage collector is none of its
    business.
    """
    target.unlink(missing_ok=True)
    written = target.with_suffix(".output")
    plugins = ["-p", "no:unraisableexception", "-p", "knowngood.plugin"]
    if WORKERS & set(options):
        plugins += ["-p", "xdist"]
    plugins += [*_ALREADY_IMPORTED, *_OPTIONS]
    command = [*plugins, f"--rootdir={cwd}", f"--verdict-file={target}"]
    own = mock.patch.dict(os.environ, {**_folders_of_its_own(target), **NO_SEARCH})
    with same_process(cwd), own, contextlib.chdir(cwd), output_to(written):
        code = int(pytest.main([*command, *options]))
    return SuiteRun(code, _verdict(target), written.read_text("utf-8", "replace"))


def _folders_of_its_own(target: Path) -> dict[str, str]:
    """Return where a run makes its temporary folders. By default pytest has each run clear away
    those of earlier ones, and that of all our tests takes minutes.
    """
    return {"PYTEST_DEBUG_TEMPROOT": str(target.parent)}


def _verdict(path: Path) -> Mapping[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


@contextlib.contextmanager
def same_process(cwd: Path) -> Iterator[None]:
    """Undo what a run in ``cwd`` does to its process: signal handlers, modules of checks.

    The garbage collector is left alone: this process has thousands of tests to walk over.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    handlers = {number: signal.getsignal(number) for number in numbers}
    path = sys.path[:]
    collector = mock.patch.multiple(gc, collect=lambda: 0, freeze=lambda: None)
    outer = [name for name in os.environ if name.startswith("PYTEST_XDIST_")]
    of_checks = [name for name in sys.modules if name.partition(".")[0] in OF_CHECKS]
    elsewhere = {name: sys.modules[name] for name in of_checks if not _is_in(cwd, name)}
    _take_out(elsewhere)
    before = dict(sys.modules)
    try:
        with collector, mock.patch.dict(os.environ):
            for name in outer:
                del os.environ[name]  # this process may be a worker itself
            yield
    finally:
        sys.path[:] = path
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if cwd != ROOT:
            loaded = [name for name, it in sys.modules.items() if before.get(name) is not it]
            _take_out([name for name in loaded if _is_in(cwd, name)])
        sys.modules.update(elsewhere)


def _take_out(names: Iterable[str]) -> None:
    """Take modules out of this process: two suites may have files of the same name."""
    for name in names:
        del sys.modules[name]


def _is_in(folder: Path, name: str) -> bool:
    module = sys.modules[name]
    folders = getattr(module, "__path__", ())  # of a package without a file of its own
    place = getattr(module, "__file__", None) or next(iter(folders), "")
    return Path(place).is_relative_to(folder)


@contextlib.contextmanager
def output_to(path: Path) -> Iterator[None]:
    """Have a file take what this process and those that it starts print."""
    saved = [os.dup(number) for number in _OUTPUT]
    with path.open("w", encoding="utf-8", buffering=1) as output:
        try:
            for number in _OUTPUT:
                os.dup2(output.fileno(), number)
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                yield
        finally:
            for number, before in zip(_OUTPUT, saved, strict=True):
                os.dup2(before, number)
                os.close(before)


def _wait(process: subprocess.Popen[bytes], memory: Callable[[int], int] | None) -> int:
    """Wait for the end of a run, four minutes at most, and return the most ``memory`` it had."""
    most = 0
    end = time.monotonic() + 400
    while process.poll() is None and time.monotonic() < end:
        most = max(most, memory(process.pid) if memory else 0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02 if memory else 1)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return most


def _memory(pid: int) -> int:
    """Return the bytes that a process had at most, or that it has with its descendants.

    The kernel's own figure, ``ru_maxrss``, is no use: it begins with what the parent had.
    """
    most = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = int(line.split()[1]) * 1024
    return max(most, _memory_of_all(pid))


def _memory_of_all(pid: int, parent: bytes = b"") -> int:
    """Return the bytes that a process has with its descendants. One with its parent's command line
    is between vfork and exec, and its memory is the parent's.
    """
    folder = Path("/proc", str(pid))
    with contextlib.suppress(OSError, IndexError):
        command = (folder / "cmdline").read_bytes()
        pages = 0 if command == parent else int((folder / "statm").read_text().split()[1])
        children = " ".join(path.read_text() for path in folder.glob("task/*/children")).split()
        total = pages * os.sysconf("SC_PAGE_SIZE")
        return total + sum(_memory_of_all(int(child), command) for child in children)
    return 0
