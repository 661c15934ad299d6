"""What the benchmarks measure of a command is its own."""

import sys
from pathlib import Path

import pytest
from benchmarks.errors import BenchmarkError
from benchmarks.process import measure
from benchmarks.targets import MEGABYTE

LARGE = 200 * MEGABYTE


def python(program: str) -> list[str]:
    """Return the command that runs a program of Python's, with as little else as there can be."""
    return [sys.executable, "-I", "-S", "-c", program]


def test_memory_of_whoever_measures_is_not_counted(tmp_path: Path) -> None:
    """A process that holds much starts a small one: Linux hands its peak on over fork and exec."""
    held = bytearray(b"x") * LARGE
    assert measure(python("pass"), tmp_path, 60).peak < LARGE / 4
    assert len(held) == LARGE


def test_memory_of_the_command_is_counted(tmp_path: Path) -> None:
    """Also that of a process which the command has started."""
    grow = f"held = bytearray(b'x') * {LARGE}"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grow!r}])"
    assert measure(python(program), tmp_path, 60).peak > LARGE


def test_memory_between_vfork_and_exec_is_not_counted_twice(tmp_path: Path) -> None:
    """A process that starts many others is seen again and again when it shares its memory with one
    that is not a program of its own yet.
    """
    start = "import subprocess\nfor _ in range(200): subprocess.run(['true'])"
    usage = measure(python(f"held = bytearray(b'x') * {LARGE}\n{start}"), tmp_path, 60)
    assert LARGE < usage.peak < 1.5 * LARGE


def test_exit_code_and_output(tmp_path: Path) -> None:
    """Both are the command's; it takes some time, and runs in the folder that is named."""
    usage = measure(python("import os; print(os.getcwd()); raise SystemExit(3)"), tmp_path, 60)
    assert (usage.code, usage.output.strip()) == (3, str(tmp_path))
    assert usage.cpu > 0
    assert usage.wall > 0


def test_no_end(tmp_path: Path) -> None:
    """A command that takes too long is ended, and what it printed is shown."""
    with pytest.raises(BenchmarkError, match=r"took more than 0.5 s\n(begun\n)?"):
        measure(["sh", "-c", "echo begun; exec sleep 60"], tmp_path, 0.5)


def test_no_such_program(tmp_path: Path) -> None:
    """It is told as one that was not started."""
    with pytest.raises(BenchmarkError, match="no-such-program: not started"):
        measure(["no-such-program"], tmp_path, 60)
