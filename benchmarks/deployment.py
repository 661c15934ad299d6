"""The deployment that is measured: nginx, the stand-in's submissions, and proxies that delay."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

import fhr_standin
from fhr_standin.control import BODY, PATH
from fhr_standin.locales import KNOWN, Locale, choose

from .errors import BenchmarkError
from .nginx import Nginx, nginx
from .process import measure, require

ROOT: Final = Path(__file__).resolve().parents[1]
"""The repository, which holds the smoke tests."""

CONCURRENCY: Final = 64
"""Requests under way at once, for us and for everything we are compared with."""

_PROBED: Final = 15  # requests from which the round-trip time is taken

_ENVIRONMENT: Final = """\
description = "the stand-in's content served by nginx"
writes = true

[origins]
content = {content}
submission = {submission}

[params]
locale = {locales}
rtl = {rtl}
page = ["", "v4/", "mobile/?v=1"]
heartbeat = ["__heartbeat__", "__lbheartbeat__"]
elsewhere = ["fonts.googleapis.com"]
asks_for = [
    "=RequestCurrentPrefs",
    "=RequestCurrentPayload",
    "v4/=RequestCurrentEnvironment",
    "v4/=RequestTelemetryPingList",
    "mobile/=RequestCurrentPayload",
]

[send]
User-Agent = "Mozilla/5.0 (X11; Linux x86_64; rv:38.0) Gecko/20100101 Firefox/38.0 knowngood"
Accept-Language = "de,en;q=0.5"

[aliases]
{aliases}

[release]
url = "content:/__version__"
shape = "json"
field = "version"

[budget]
run = 900
probe = {probe}
concurrency = {concurrency}

[headers.config]
paths = '/[^/]+/js/config\\.json'
cache-control = {{ max_age = 600 }}

[headers.everything]
paths = '/.*'
x-content-type-options = "nosniff"
set-cookie = false
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to the deployment: its origins, and the environment file that names them.

    ``rtt`` is in milliseconds, ``measured`` what it turned out to be.
    """

    rtt: int
    content: str
    submission: str
    environment: Path
    measured: float


@dataclass(frozen=True, slots=True)
class Deployment:
    """A running deployment and the ways to it, by round-trip time in milliseconds."""

    locales: int
    nginx: Nginx
    links: dict[int, Link]
    folder: Path


@contextmanager
def deployed(locales: int, rtts: tuple[int, ...] = (0,)) -> Iterator[Deployment]:
    """Serve a site of so many locales until the block ends."""
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="knowngood-benchmark-")
        folder = Path(stack.enter_context(temporary)).resolve()
        site = folder / "site"
        chosen = _locales(locales)
        listed = folder / "locales"
        listed.write_text("\n".join(each.code for each in chosen), "utf-8")
        module = ("-m", "fhr_standin", "--write", site, "--locales", listed)
        command: list[str | Path] = [sys.executable, *module]
        require(measure(command, folder, 120), "fhr_standin --write")
        server = stack.enter_context(nginx(site, folder))
        standin = stack.enter_context(fhr_standin.running(locales=1))
        submission = standin.origins["submission"]
        links = {}
        for rtt in rtts:
            origins = (server.origin, submission)
            if rtt:
                proxies = [delayed(origin, rtt) for origin in origins]
                origins = (stack.enter_context(proxies[0]), stack.enter_context(proxies[1]))
            file = environment_file(folder / f"rtt{rtt}", chosen, *origins)
            links[rtt] = Link(rtt, *origins, file, _round_trip(origins[0]))
        yield Deployment(locales, server, links, folder)


def _locales(count: int) -> tuple[Locale, ...]:
    """The stand-in's own, and beyond them codes for private use (ISO 639's qaa)."""
    known = [each.code for each in choose(min(count, len(KNOWN)))]
    return choose([*known, *(f"qaa-{number:04}" for number in range(len(known), count))])


@contextmanager
def delayed(origin: str, rtt: float) -> Iterator[str]:
    """The URL of a proxy before ``origin`` that delays by ``rtt`` milliseconds a round trip."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.delay", urlsplit(origin).netloc, str(rtt / 2000)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise BenchmarkError(f"the delaying proxy before {origin} did not start")
        yield f"http://127.0.0.1:{int(line)}"
    finally:
        process.kill()  # it holds nothing that would be lost
        process.communicate()


def environment_file(
    folder: Path,
    locales: tuple[Locale, ...],
    content: str,
    submission: str,
    probe: float = 15,
    control: str = "",
) -> Path:
    """Write the environment of a deployment with these locales and origins into a new folder.

    ``probe`` is in seconds; the default is that of the engine. ``control`` is the origin of a
    stand-in's control; without one the environment has none.
    """
    aliases = {each.code: each.target for each in locales if each.target}
    rtl = [each.code for each in locales if each.rtl and not each.target]
    folder.mkdir()
    file = folder / "benchmark.toml"
    text = _ENVIRONMENT.format(  # JSON's strings and lists are TOML's, too
        content=json.dumps(content),
        submission=json.dumps(submission),
        locales=json.dumps([each.code for each in locales]),
        rtl=json.dumps(rtl),
        aliases="\n".join(f'"{alias}" = "{target}"' for alias, target in aliases.items()),
        concurrency=CONCURRENCY,
        probe=probe,
    )
    if control:
        text += f"\n[[control]]\nurl = {json.dumps(control + PATH)}\nbody = {json.dumps(BODY)}\n"
    file.write_text(text, encoding="utf-8")
    return file


def _round_trip(origin: str) -> float:
    """Milliseconds that a small answer takes on a kept connection: the median of several."""
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=30)
    took = []
    try:
        for _ in range(_PROBED):
            started = time.perf_counter()
            connection.request("GET", "/__lbheartbeat__")
            connection.getresponse().read()
            took.append(1000 * (time.perf_counter() - started))
    finally:
        connection.close()
    return median(took[1:])  # the first one opened the connection
