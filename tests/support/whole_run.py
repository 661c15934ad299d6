"""A whole run as a process of its own, and the most memory that it took."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

ENVIRONMENT = """
description = "hostile"
writes = true

[origins]
content = "{url}"
submission = "{other}"

[params]
locale = ["en-US", "fr", "ar"]
rtl = ["ar"]
page = ["", "v4/", "mobile/?v=1"]

[release]
url = "content:/__version__"
shape = "json"
field = "version"

[budget]
run = {seconds}
probe = 4
attempts = 2
concurrency = 64
"""


@dataclass(frozen=True)
class Finished:
    """How a run ended. ``peak`` is in bytes, over the process and those it started."""

    code: int
    peak: int
    seconds: float
    output: str
    verdict: dict[str, object]


def run(
    folder: Path, environment: Path | str, within: float = 120, *, alone: bool = False
) -> Finished:
    """Run the smoke tests against ``environment`` (a file or a name) as a user would; measured
    with what it starts, unless it is to be measured ``alone``.
    """
    verdict = folder / "verdict.json"
    output = folder / "output"
    command = [
        *(sys.executable, "-m", "pytest", f"--env={environment}", f"--verdict-file={verdict}"),
        *("-p", "no:cacheprovider", "-p", "no:randomly"),
    ]
    environ = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    environ["PYTHONFAULTHANDLER"] = "1"  # a run that crashes says where, at its start and end too
    began = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=file, stderr=file, start_new_session=True
        )
    peak, code = _watch(process, began + within, alone)
    text = output.read_text("utf-8", "replace")
    told = json.loads(verdict.read_text("utf-8")) if verdict.exists() else {}
    return Finished(code, peak, time.monotonic() - began, text, told)


def against(
    folder: Path, url: str, other: str, seconds: float = 90, within: float = 120
) -> Finished:
    """Run the smoke tests against a small deployment: content at one URL, submission at another."""
    file = folder / "hostile-server.toml"
    file.write_text(ENVIRONMENT.format(url=url, other=other, seconds=seconds), "utf-8")
    return run(folder, file, within)


def _watch(process: subprocess.Popen[bytes], until: float, alone: bool) -> tuple[int, int]:
    """The highest memory until the process ends, and its exit code; it is killed in time.

    The kernel's own figure, ``ru_maxrss``, is no use: it begins with what the parent had.
    """
    peak = 0
    while process.poll() is None and time.monotonic() < until:
        peak = max(peak, _highest(process.pid), 0 if alone else _resident(process.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return peak, process.wait()


def _highest(pid: int) -> int:
    """The most that a process had resident so far, in bytes."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _resident(pid: int) -> int:
    """Resident bytes of a process and its descendants."""
    total, left = 0, [pid]
    while left:
        folder = Path("/proc", str(left.pop()))
        with contextlib.suppress(OSError, IndexError):
            total += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            for children in folder.glob("task/*/children"):
                left += [int(child) for child in children.read_text().split()]
    return total
