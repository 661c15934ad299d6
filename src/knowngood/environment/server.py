"""Start the deployment of an environment with ``[serve]``, and end it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from ..safety import UsageError, process_group, redact, redact_data
from .model import Environment
from .origins import as_origin, origin_trouble
from .serve_settings import Control, ServeCommand, ServerAnnouncement

READY_WITHIN: Final = 20.0
"""Seconds that a command may take to announce its origins. A stand-in with all of its pages needs
three on a busy machine."""

GRACE: Final = 5.0
"""Seconds from SIGTERM to SIGKILL."""

_LONGEST_LINE: Final = 64 * 1024


class ServerNotStarted(UsageError):
    """The command of [serve] did not come up; the message says how it ended."""


class Server:
    """A running [serve] command.

    The command prints one line of JSON when it is ready, ``{"origins": {NAME: URL, …}}``. It must
    end when its standard input does, so that it never outlives the run. The line may also have
    ``control`` and ``edges``, as in an environment file, and the path ``ca``.
    """

    def __init__(self, environment: Environment) -> None:
        if environment.serve is None:
            raise ServerNotStarted(f"{environment.path}: has no [serve]")
        self._path = environment.path
        self._serve: ServeCommand = environment.serve
        self._line: bytes | None = None
        self._announced = threading.Event()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        command = runnable(self._serve.command)
        try:
            self._process = process_group.start(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                cwd=environment.root,
            )
        except OSError as error:
            self._errors.close()
            raise ServerNotStarted(f"{self._path}: serve.command: {command[0]}: {error}") from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def announced(self) -> ServerAnnouncement:
        """Wait for the announcement and return it. Raises ServerNotStarted."""
        self._announced.wait(READY_WITHIN)
        line = self._line
        try:
            return _announced(line or b"", self._serve.origins)
        except (ValueError, KeyError, TypeError, RecursionError):
            self._end()
            reason = self._explain(line)
            self._errors.close()
            raise ServerNotStarted(reason) from None

    def stop(self) -> None:
        """End the process: close its input, then send signals."""
        self._end()
        self._errors.close()

    def _read(self) -> None:
        """Read the first line and discard the rest: the command must never wait for a reader."""
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            self._line = stdout.readline(_LONGEST_LINE)
            self._announced.set()
            while stdout.read(_LONGEST_LINE):
                pass

    def _end(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        process_group.end(self._process, GRACE)
        self._reader.join(1)  # not longer: a daemon that the command started may hold the pipe open

    def _explain(self, line: bytes | None) -> str:
        self._errors.seek(0)
        errors = _last_lines(redact(self._errors.read().decode("utf-8", "replace")))
        if line is None:
            mistake = f"announced nothing within {READY_WITHIN:g} s"
        elif not line:
            mistake = f"ended with exit code {self._process.returncode} before it was ready"
        else:
            mistake = f"announced {redact_data(line)[:120]!r}"
        names = ", ".join(self._serve.origins)
        output = f"; its error output:\n{errors}" if errors else ""
        return (
            f'{self._path}: serve.command {mistake}; expected a line {{"origins": …}} '
            f"with URLs for: {names}{output}"
        )


def _last_lines(text: str) -> str:
    """Return the last ten lines of ``text``. Cut each at its end: the mistake comes first, and a
    long list of what is allowed may follow.
    """
    lines = text.strip().splitlines()[-10:]
    return "\n".join(f"{line[:300]} …" if len(line) > 300 else line for line in lines)


def runnable(command: Sequence[str]) -> list[str]:
    """Return ``command`` with the path of this Python for ``{python}``."""
    return [sys.executable if word == "{python}" else word for word in command]


def _announced(line: bytes, names: tuple[str, ...]) -> ServerAnnouncement:
    """Parse the line of an announcement. Raises ValueError, KeyError or TypeError."""
    document = json.loads(line)
    origins = {name: as_origin(str(document["origins"][name])) for name in names}
    if any(map(origin_trouble, origins.values())):
        raise ValueError(origins)
    return ServerAnnouncement(
        origins=origins,
        control=tuple(Control(**table) for table in document.get("control", ())),
        ca=Path(document["ca"]) if "ca" in document else None,
        edges={name: tuple(edges) for name, edges in document.get("edges", {}).items()},
    )
