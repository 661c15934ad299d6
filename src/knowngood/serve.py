"""Starts the deployment of an environment that is served by a command, and ends it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from .environment import Environment, Serve


class NotServed(Exception):
    """The command of [serve] did not come up; the message says how it ended."""


class Deployment:
    """A running [serve] command.

    The command prints one line of JSON when it is ready, ``{"origins": {NAME: URL, …}}``, and
    ends when its standard input does: so it cannot outlive the run, however that dies.
    """

    def __init__(self, environment: Environment) -> None:
        if environment.serve is None:
            raise NotServed(f"{environment.path}: has no [serve]")
        self._path = environment.path
        self._serve: Serve = environment.serve
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        command = [sys.executable if word == "{python}" else word for word in self._serve.command]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                cwd=Path(self._path).parent.parent,
            )
        except OSError as error:
            raise NotServed(f"{self._path}: serve.command: {command[0]}: {error}") from None

    def origins(self) -> Mapping[str, str]:
        """The URLs of the origins, once the command announces them. Raises NotServed."""
        line: list[bytes] = []
        stdout = self._process.stdout
        assert stdout is not None
        reader = threading.Thread(target=lambda: line.append(stdout.readline()), daemon=True)
        reader.start()
        reader.join(self._serve.ready_within)
        try:
            announced = json.loads(line[0])["origins"]
            return {name: announced[name] for name in self._serve.origins}
        except (IndexError, ValueError, KeyError, TypeError):
            self.stop()
            raise NotServed(self._explain(line)) from None

    def stop(self) -> None:
        """End the process: by the end of its input, then by signal."""
        for close in (self._process.stdin, self._process.stdout):
            if close is not None:
                with contextlib.suppress(OSError):
                    close.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _explain(self, line: list[bytes]) -> str:
        self._errors.seek(0)
        errors = self._errors.read()[-2000:].decode("utf-8", "replace").strip()
        if not line:
            what = f"announced nothing within {self._serve.ready_within:g} s"
        elif not line[0]:
            what = f"ended with exit code {self._process.returncode} before it was ready"
        else:
            what = f"announced {line[0][:120]!r}"
        wanted = ", ".join(self._serve.origins)
        told = f"; it said:\n{errors}" if errors else ""
        return (
            f'{self._path}: serve.command {what}; expected a line {{"origins": …}} '
            f"with URLs for: {wanted}{told}"
        )
