"""A stand-in for tests: started as a process of its own, stopped at the end of a `with`."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from fhr_standin.errors import StartError, UsageError

_STOPPING = 5.0  # seconds; a stand-in needs less than one
_INSPECTING = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Standin:
    """A stand-in that runs: `origins` by surface (`content`, `submission`), and its `pid`.

    `control` lists what is sound whatever the faults: `url`, and the `body` it
    answers with. `ca` is the PEM file of its own authority, empty if it made none. `edges`
    lists, by surface, the addresses to connect to; empty unless a fault is one of an edge.
    """

    origins: dict[str, str]
    inspect: str
    pid: int
    control: list[dict[str, Any]] = field(default_factory=list)
    ca: str = ""
    edges: dict[str, list[str]] = field(default_factory=dict)

    def documents(self) -> dict[str, dict[str, Any]]:
        """Return what is stored: by id, its `namespace`, `method` and size in `bytes`."""
        return dict(json.loads(self._ask("GET", "/documents")))

    def document(self, name: str) -> bytes:
        """Return the raw bytes stored under an id; KeyError where there is none."""
        return self._ask("GET", f"/documents/{name}")

    def requests(self) -> dict[str, dict[str, int]]:
        """Return how often each `METHOD /path?query` was asked for, by surface."""
        return dict(json.loads(self._ask("GET", "/requests")))

    def reset(self) -> None:
        """Forget documents and requests; faults start over too."""
        self._ask("POST", "/reset")

    def arm(self, *faults: str) -> None:
        """Have these faults, `NAME[@LOCALE]`, in place of those there are, and reset.

        Raises UsageError for one that cannot be, or that lasts as long as a stand-in runs.
        """
        status, body = self._answer("POST", f"/faults/{','.join(faults)}")
        if status != 200:
            raise UsageError(body.decode())

    def _ask(self, method: str, path: str) -> bytes:
        status, body = self._answer(method, path)
        if status != 200:
            raise KeyError(path)
        return body

    def _answer(self, method: str, path: str) -> tuple[int, bytes]:
        # No proxy or .netrc of the machine comes between, which urllib would look for.
        parts = urlsplit(self.inspect)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_INSPECTING
        )
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def running(
    *,
    locales: int | Iterable[str] | None = None,
    faults: Iterable[str] = (),
    release: str = "v1",
    commit: str | None = None,
    tls: tuple[str | Path, str | Path] | None = None,
) -> Iterator[Standin]:
    """Run a stand-in on free loopback ports.

    `locales` is a number or lines `CODE [rtl] [= TARGET]` (default: all 100), `faults` are
    `NAME[@LOCALE]`, `tls` a certificate and key file. Raises StartError with what the process
    said if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="fhr-standin-") as folder:
        command = [sys.executable, "-m", "fhr_standin", "--release", release]
        command += [] if commit is None else ["--commit", commit]
        command += [word for fault in faults for word in ("--fault", fault)]
        if tls is not None:
            command += ["--tls-cert", str(tls[0]), "--tls-key", str(tls[1])]
        command += _locales(locales, Path(folder))
        with (Path(folder) / "stderr").open("w+b") as errors:
            process = _start(command, errors)
            try:
                yield _greeted(process, errors)
            finally:
                _stop(process)


def _locales(locales: int | Iterable[str] | None, folder: Path) -> list[str]:
    if locales is None:
        return []
    if isinstance(locales, int):
        return ["--locales", str(locales)]
    file = folder / "locales"
    file.write_text("\n".join(locales), "utf-8")
    return ["--locales", str(file)]


def _start(command: list[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    # The process finds this very package, installed or not.
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def _greeted(process: subprocess.Popen[bytes], errors: IO[bytes]) -> Standin:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait()
        errors.seek(0)
        raise StartError(errors.read().decode("utf-8", "replace").strip())
    announcement = json.loads(line)
    return Standin(pid=process.pid, **announcement)


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(_STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
