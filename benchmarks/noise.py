"""The noise of a network on a bad day, put before a deployment: a proxy as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlsplit

from .deployment import ROOT
from .errors import BenchmarkError

KINDS: Final = ("reset_before", "reset_after", "unavailable", "stalled")
"""What may become of a request, each the name of its share in :class:`Noise`."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How much trouble. Shares of requests: reset before they are passed on, reset after, answered
    503, held back. ``stall`` is in seconds. The first brownout, of ``brownout`` seconds, comes
    within ``first`` seconds of the first request, the others ``every`` seconds on average.

    ``lost`` are the seconds for which the network is gone, once, within ``lost_within`` seconds of
    the first request; there are no brownouts then.
    """

    reset_before: float = 0.01
    reset_after: float = 0.01
    unavailable: float = 0.02
    stalled: float = 0.01
    stall: float = 1.0
    brownout: float = 0.3
    first: float = 1.5
    every: float = 10.0
    lost: float = 0.0
    lost_within: float = 3.0


@dataclass(slots=True)
class Injected:
    """What a proxy did: ``requests`` that reached it, and the trouble it made: by ``KINDS``,
    ``down`` for what met a brownout or a lost network (a refused connection reaches nobody and is
    not counted), and the number of ``brownouts``, of which a lost network is one.
    """

    requests: int = 0
    trouble: Counter[str] = field(default_factory=Counter)


@contextmanager
def noisy(
    origins: Mapping[str, str], seed: str, noise: Noise
) -> Iterator[tuple[dict[str, str], Injected]]:
    """Put a proxy before ``origins``: theirs by the same names, and what was done, which is
    filled in at the end of the block.
    """
    targets = [urlsplit(origin).netloc for origin in origins.values()]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.trouble", seed, json.dumps(asdict(noise)), *targets],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    injected = Injected()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise BenchmarkError("the proxy that makes trouble did not start")
        ports = json.loads(line)
        yield (
            {n: f"http://127.0.0.1:{port}" for n, port in zip(origins, ports, strict=True)},
            injected,
        )
        report = json.loads(process.communicate(timeout=10)[0])
        injected.requests = report["requests"]
        injected.trouble.update(report["trouble"])
    finally:
        process.kill()
        process.communicate()
