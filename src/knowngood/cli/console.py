"""The process's output, and the signals that end it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import click

from ..verdict import EXIT_CODES, VerdictKind


def print_line(line: str) -> None:
    """Print ``line``. Ignore broken pipes (``| head``): the exit code still carries the result."""
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def print_answer(text: str) -> None:
    """Print what a command was asked for; see :func:`answering`."""
    with answering():
        sys.stdout.write(f"{text}\n")


@contextmanager
def answering() -> Iterator[None]:
    """End with 3 where what is printed within cannot be written, as on a full disk: a script would
    take an empty file for the answer. A reader that goes away (``| head``) has what it wanted.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        command = click.get_current_context().command_path
        print_error(f"{command}: error: cannot be written: {error.strerror or error}")
        raise click.exceptions.Exit(EXIT_CODES[VerdictKind.INTERNAL_ERROR]) from None


def print_error(line: str) -> None:
    """Print ``line`` to the error output. Ignore broken pipes."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")


def print_warnings(warnings: Iterable[str]) -> None:
    """Print what a person should know beside the answer, to the error output."""
    for warning in warnings:
        print_error(f"! {warning}")


def interruptible() -> None:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does, unless they are ignored, as under nohup."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def flush_streams() -> None:
    """Write out what is left. Where nobody reads it, or the disk is full, drop it: Python would
    end with 120, which is no verdict.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
