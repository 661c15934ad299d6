"""A proxy that delays, as a process of its own, and how many requests were in flight there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from .errors import BenchmarkError

_ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Delayed:
    """An origin behind a proxy that delays.

    Attributes:
        origin: the URL of the proxy.
        process: the proxy.
    """

    origin: str
    process: subprocess.Popen[bytes]

    def in_flight(self) -> int:
        """Return the median of the requests in flight since the last call, by time, from the
        first answer to the last.
        """
        ask, answer = _pipes(self.process)
        ask.write(b"\n")
        ask.flush()
        return int(answer.readline())


@contextmanager
def delayed(origin: str, rtt: float) -> Iterator[Delayed]:
    """Put a proxy before ``origin`` that delays by ``rtt`` milliseconds a round trip."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.delay", urlsplit(origin).netloc, str(rtt / 2000)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        line = _pipes(process)[1].readline()
        if not line:
            raise BenchmarkError(f"the delaying proxy before {origin} did not start")
        yield Delayed(f"http://127.0.0.1:{int(line)}", process)
    finally:
        process.kill()  # it holds nothing that would be lost
        process.communicate()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
