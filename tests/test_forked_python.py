"""A process that tests fork is as one that was started; see ``forked_python``."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from forked_python import started_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")

PROBE = """
import faulthandler, gc, json, locale, os, resource, signal, sys, threading, time, warnings

def stream(it):
    keys = ("name", "mode", "encoding", "errors", "line_buffering", "write_through", "newlines")
    return [getattr(it, key) for key in keys] + [it.fileno(), it.isatty()]

def pytest_cmdline_main(config):
    def led(number):  # by this process itself?
        return "own" if number == os.getpid() else number

    flags = {name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_"}
    flags = {name: flag for name, flag in flags.items() if type(flag) is int}
    fds = {fd: os.path.exists(f"/proc/self/fd/{fd}") for fd in range(1000)}
    fds = {fd: os.readlink(f"/proc/self/fd/{fd}").partition(":")[0] for fd in fds if fds[fd]}
    facts = {
        "argv": sys.argv, "orig_argv": sys.orig_argv, "path": sys.path, "flags": flags,
        "cwd": os.getcwd(), "umask": os.umask(0), "environ": dict(os.environ), "fds": fds,
        "inheritable": [fd for fd in fds if os.get_inheritable(fd)],
        "parent": os.getppid(), "session": led(os.getsid(0)), "group": led(os.getpgid(0)),
        "signals": {n: str(signal.getsignal(n) or 0) for n in signal.valid_signals()},
        "blocked": [*signal.pthread_sigmask(signal.SIG_BLOCK, ())], "nice": os.nice(0),
        "limits": {n: resource.getrlimit(n) for n in range(16)},
        "threads": [len(os.listdir("/proc/self/task")), threading.active_count()],
        "streams": [stream(sys.__stdin__), stream(sys.__stdout__), stream(sys.__stderr__)],
        "warnings": [str(one) for one in warnings.filters], "gc": gc.get_threshold(),
        "locale": [locale.setlocale(locale.LC_ALL), locale.getpreferredencoding()],
        "main": sorted({*vars(sys.modules["__main__"])} - {"__annotations__", "__loader__"}),
        "faults": faulthandler.is_enabled(), "time": [time.tzname, time.timezone],
        "forked": "forked_python" in open("/proc/self/cmdline").read(),
    }
    with open(os.environ["PROBE"], "w") as file:
        json.dump(facts, file)
    exec(os.environ["THEN"])
"""
WORDS = ["-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-s"]
THENS = [
    "pass",
    "sys.exit(3)",
    "os._exit(4)",
    "os.kill(os.getpid(), signal.SIGKILL)",
    "os.kill(os.getpid(), signal.SIGINT)",
    "print('out', flush=True); print('err', file=sys.stderr); print(sys.stdin.read()); sys.exit(0)",
    "import atexit; atexit.register(print, 'end'); raise SystemExit('why')",
]


@pytest.fixture
def probed(tmp_path: Path) -> Callable[..., list[Any]]:
    """Start a probe for real, and forked; return how it ended, and what it was."""
    (tmp_path / "conftest.py").write_text(PROBE)
    target = tmp_path / "facts.json"

    def start(then: str, words: Sequence[str] = WORDS, **options: Any) -> list[Any]:
        both = []
        for way in (started_python, nullcontext):
            with way():
                done = subprocess.run(
                    [sys.executable, *words],
                    cwd=tmp_path,
                    env={**os.environ, "PROBE": str(target), "THEN": then, "ONE_MORE": "ä"},
                    check=False,
                    timeout=400,
                    **options,
                )
            output = re.sub(rb" in [0-9.]+s ", b"", done.stdout or b"")
            last_line = (done.stderr or b"").splitlines()[-1:]  # above it are frames of the server
            facts = json.loads(target.read_text("utf-8"))
            both.append([facts.pop("forked"), done.returncode, output, last_line, facts])
            target.unlink()
        assert [one.pop(0) for one in both] == [False, True]
        return both

    return start


@pytest.mark.parametrize("then", THENS)
def test_it_is_the_same_and_ends_the_same(probed: Callable[..., list[Any]], then: str) -> None:
    """What Python says of the process; its exit code, its signal, its output."""
    started, forked = probed(then, input=b"in", capture_output=True)
    assert forked == started
    assert started[-1]["parent"] == os.getpid()


@pytest.mark.parametrize(
    "options",
    [
        {"start_new_session": True},
        {"process_group": 0},
        {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT},
    ],
    ids=str,
)
def test_options_of_a_start(probed: Callable[..., list[Any]], options: dict[str, Any]) -> None:
    """Sessions, groups and streams are as they are asked for."""
    started, forked = probed("pass", **options)
    assert forked == started


def test_workers(probed: Callable[..., list[Any]]) -> None:
    """They are sent their program."""
    words = ["-u", "-c", "import sys;exec(eval(sys.stdin.readline()))"]
    program = f"{PROBE}\npytest_cmdline_main(None)"
    started, forked = probed("pass", words, input=f"{program!r}\n".encode(), capture_output=True)
    assert forked == started


def test_what_a_process_inherits(probed: Callable[..., list[Any]]) -> None:
    """Descriptors by their numbers, and no others; the umask; tracebacks where it crashes."""
    before = os.umask(0o027)
    try:
        with (
            Path("/dev/full").open("wb") as full,
            Path("/dev/zero").open("rb") as zero,
            mock.patch.dict(os.environ, PYTHONFAULTHANDLER="1", TZ="Asia/Tokyo"),
        ):
            fds = (full.fileno(), zero.fileno())
            options = {"pass_fds": fds, "stdout": full, "stderr": subprocess.PIPE}
            started, forked = probed("pass", ["-P", *WORDS], **options)
    finally:
        os.umask(before)
    assert forked == started
    assert set(fds) <= set(forked[-1]["inheritable"])
    assert forked[-1]["umask"] == 0o027


def test_variables_that_are_read_at_the_start(tmp_path: Path) -> None:
    """With other ones there is a real start: here, without assertions."""
    (tmp_path / "conftest.py").write_text("assert False")
    command = [sys.executable, *WORDS]
    for optimize, code in {"": 4, "1": 5}.items():
        with mock.patch.dict(os.environ, PYTHONOPTIMIZE=optimize, PYTEST_ADDOPTS="--assert=plain"):
            done = subprocess.run(
                command, cwd=tmp_path, capture_output=True, check=False, timeout=400
            )
        assert done.returncode == code
