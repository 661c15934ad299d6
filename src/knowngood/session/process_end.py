"""End the process with the exit code of its verdict, whatever else goes wrong.

Python ends with 1 after an exception that nobody catches, and a pipeline reads 1 as "roll back". It
also waits for every thread that a check has left running.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Collection, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from ..safety import one_line
from ..verdict import EXIT_CODES, VerdictKind

GRACE: Final = 3.0
"""Seconds that threads of checks have to end by themselves, after everything is written."""

_PYTHON: Final = str(Path(threading.__file__).parent)


def bounded(config: pytest.Config) -> Generator[None, Any, object]:
    """Wrap all that pytest does and return the exit code. Raises pytest.UsageError.

    An error of ours or of another plugin is 3 (hold).
    """
    before = threading.enumerate()
    try:
        code = yield
    except pytest.UsageError:
        raise
    except KeyboardInterrupt:
        code = EXIT_CODES[VerdictKind.INTERRUPTED]
    except Exception:  # noqa: BLE001 - see the docstring of this module
        with suppress(OSError):
            traceback.print_exc()
        code = EXIT_CODES[VerdictKind.INTERNAL_ERROR]
    if tuple(config.invocation_params.args) == tuple(sys.argv[1:]):  # no program around pytest
        _wait_no_longer(_new_threads(before), int(code))
    return code


def _new_threads(before: Collection[threading.Thread]) -> list[threading.Thread]:
    """Return the threads, begun since ``before``, that Python would wait for."""
    return [
        thread for thread in threading.enumerate() if not thread.daemon and thread not in before
    ]


def _wait_no_longer(threads: Collection[threading.Thread], code: int) -> None:
    """End the process with ``code`` if ``threads`` do not end in time."""

    def watch() -> None:
        end = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        running = [thread for thread in threads if thread.is_alive()]
        if running:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.write("".join(f"knowngood: {_words(thread)}\n" for thread in running))
                sys.stderr.flush()
            os._exit(code)

    if threads:
        threading.Thread(target=watch, name="knowngood-end", daemon=True).start()


def _words(thread: threading.Thread) -> str:
    """Return the message about a thread that a check left running."""
    return one_line(
        f"a check left the thread {thread.name!r} running{_place(thread)}; the process ends "
        "without it: end it in the check, or start it with daemon=True",
        400,
    )


def _place(thread: threading.Thread) -> str:
    """Return where a thread is, in the outermost function that is not Python's own."""
    frame = sys._current_frames().get(thread.ident or 0)
    place = ""
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(_PYTHON):
            place = f", in {code.co_name} ({Path(code.co_filename).name}:{frame.f_lineno})"
        frame = frame.f_back
    return place
