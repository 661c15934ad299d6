"""Commands in sessions of their own run to their end, or are ended with what they started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from wire import eventually, is_alive

from knowngood.safety import process_group

IGNORE_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
READY_AND_SLEEP = "print('ready', flush=True); import time; time.sleep(60)"
PARENT_AND_CHILD = "sleep 60 & echo $! && wait"

Start = Callable[..., subprocess.Popen[bytes]]


def python(program: str) -> list[str]:
    """The command that runs a Python program."""
    return [sys.executable, "-c", program]


def first_line(process: subprocess.Popen[bytes]) -> str:
    """The line that a process prints when it is ready."""
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a command whose output can be read; it ends with the test."""
    with ExitStack() as stack:

        def started(command: list[str]) -> subprocess.Popen[bytes]:
            process = process_group.start(command, stdout=subprocess.PIPE)
            stack.enter_context(process)
            stack.callback(process_group.end, process, 0.1)
            return process

        yield started


def test_the_command_leads_a_session_of_its_own(start: Start) -> None:
    """A Ctrl-C on this terminal does not reach it."""
    process = start(python(READY_AND_SLEEP))
    assert os.getsid(process.pid) == process.pid != os.getsid(0)


def test_sigterm_ends_the_command_at_once(start: Start) -> None:
    """The grace period is an upper bound, not a wait."""
    process = start(python(READY_AND_SLEEP))
    assert first_line(process) == "ready"
    began = time.monotonic()
    process_group.end(process, 30)
    assert process.returncode == -signal.SIGTERM
    assert time.monotonic() - began < 25


def test_a_command_that_ignores_sigterm_is_killed_after_the_grace_period(start: Start) -> None:
    """It has the grace period in full, and no more."""
    process = start(python(IGNORE_SIGTERM + READY_AND_SLEEP))
    assert first_line(process) == "ready"
    began = time.monotonic()
    process_group.end(process, 0.3)
    assert process.returncode == -signal.SIGKILL
    assert 0.3 <= time.monotonic() - began < 25


def test_a_command_may_clean_up_at_sigterm(start: Start, tmp_path: Path) -> None:
    """SIGKILL comes only when the command has had time to act on SIGTERM."""
    swept = tmp_path / "swept"
    process = start(["sh", "-c", f"trap 'touch {swept}; exit 7' TERM; echo ready; sleep 60 & wait"])
    assert first_line(process) == "ready"
    process_group.end(process, 30)
    assert process.returncode == 7
    assert swept.exists()


def test_what_the_command_started_ends_with_it(start: Start) -> None:
    """SIGTERM and SIGKILL go to the whole group."""
    process = start(["sh", "-c", PARENT_AND_CHILD])
    child = int(first_line(process))
    assert is_alive(child)
    process_group.end(process, 30)
    assert eventually(lambda: not is_alive(child))


def test_a_child_that_outlives_the_command_is_killed(start: Start) -> None:
    """A command that has ended may have left a process behind that ignores SIGTERM."""
    process = start(["sh", "-c", "trap '' TERM; sleep 60 & echo $!"])
    child = int(first_line(process))
    process.wait(60)
    process_group.end(process, 0.1)
    assert eventually(lambda: not is_alive(child))


def test_ending_twice_does_no_harm(start: Start) -> None:
    """The second call finds nothing to end."""
    process = start(python(READY_AND_SLEEP))
    process_group.end(process)
    process_group.end(process)
    assert process.returncode == -signal.SIGTERM


def test_a_second_ctrl_c_ends_the_grace_period(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who presses it again does not want to wait; nothing is left behind all the same."""
    process = start(python(IGNORE_SIGTERM + READY_AND_SLEEP))
    assert first_line(process) == "ready"
    wait = process.wait

    def interrupted(timeout: float | None = None) -> int:
        if timeout is not None:
            raise KeyboardInterrupt
        return wait()

    monkeypatch.setattr(process, "wait", interrupted)
    process_group.end(process, 60)
    assert process.returncode == -signal.SIGKILL


def test_run_returns_exit_code_output_and_errors() -> None:
    """They are those of the command."""
    done = process_group.run(["sh", "-c", "echo out; echo err >&2; exit 3"], 30)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")


def test_run_passes_the_input_on() -> None:
    """All of it, also if it is longer than a pipe holds."""
    assert process_group.run(["wc", "-c"], 30, b"x" * 300_000).stdout.strip() == b"300000"


def test_run_without_input_does_not_read_ours() -> None:
    """A command that asks something gets the end of the file instead of this terminal."""
    assert process_group.run(["cat"], 30).stdout == b""


def test_run_passes_options_on(tmp_path: Path) -> None:
    """The folder, the variables, and where errors go."""
    done = process_group.run(
        ["/bin/sh", "-c", "echo $NAME; pwd >&2"],
        30,
        cwd=tmp_path,
        env={"NAME": "value"},
        stderr=subprocess.STDOUT,
    )
    assert done.stdout.decode().split() == ["value", str(tmp_path.resolve())]


def test_run_ends_the_group_when_its_time_is_up(tmp_path: Path) -> None:
    """The exception is that of subprocess; the child of the command is gone, too."""
    pid = tmp_path / "pid"
    command = ["sh", "-c", f"sleep 60 & echo $! > {pid}; wait"]
    with pytest.raises(subprocess.TimeoutExpired):
        process_group.run(command, 0.5, grace=5)
    assert eventually(lambda: not is_alive(int(pid.read_text())))


def test_run_does_not_wait_for_a_child_that_holds_the_output(tmp_path: Path) -> None:
    """The command has ended; its time is up all the same, and the child is ended."""
    pid = tmp_path / "pid"
    with pytest.raises(subprocess.TimeoutExpired):
        process_group.run(["sh", "-c", f"sleep 60 & echo $! > {pid}"], 0.5)
    assert eventually(lambda: not is_alive(int(pid.read_text())))


def test_run_leaves_a_daemon_of_a_command_that_ended_by_itself(tmp_path: Path) -> None:
    """Git's cache of passwords, say, is started by one command for the next."""
    pid = tmp_path / "pid"
    daemon = f"sleep 60 >/dev/null 2>&1 & echo $! > {pid}"
    process_group.run(["sh", "-c", daemon], 30)
    number = int(pid.read_text())
    try:
        assert is_alive(number)
    finally:
        os.kill(number, signal.SIGKILL)


def test_run_of_a_command_that_is_not_there() -> None:
    """OSError, as subprocess raises it."""
    with pytest.raises(FileNotFoundError):
        process_group.run(["no-such-command"], 30)


def test_run_leaves_no_open_file() -> None:
    """Neither when the command ends nor when its time is up."""
    before = len([*Path("/dev/fd").iterdir()])
    process_group.run(["cat"], 30, b"input")
    with pytest.raises(subprocess.TimeoutExpired):
        process_group.run(["sleep", "60"], 0.1)
    assert len([*Path("/dev/fd").iterdir()]) == before
