"""The deployment that is measured: nginx, the stand-in's submissions, and proxies that delay."""

from __future__ import annotations

import http.client
import json
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

from .delayed import Delayed, delayed
from .nginx import Nginx, nginx
from .process import measure, require
from .results import CONCURRENCY

ROOT: Final = Path(__file__).resolve().parents[1]
"""The repository, which holds the smoke tests."""

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
    "=EnableDataSubmission",
    "=DisableDataSubmission",
    "v4/=RequestCurrentEnvironment",
    "v4/=RequestTelemetryPingList",
    "v4/=RequestTelemetryPingData",
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
    """A way to the deployment.

    Attributes:
        rtt: its round-trip time in milliseconds.
        measured: what that turned out to be.
        content: the origin of pages and files.
        submission: the origin of submissions.
        environments: the file that names these origins, by the requests that it allows at once.
        secure: the origin of pages and files over TLS.
        secure_environments: the file that names that origin, by the highest version of HTTP that it
            allows.
        proxy: what delays; None without a delay.
    """

    rtt: int
    measured: float
    content: str
    submission: str
    environments: dict[int, Path]
    secure: str
    secure_environments: dict[str, Path]
    proxy: Delayed | None

    def in_flight(self) -> int | None:
        """Return the median of the requests in flight to ``content`` since the last call; None
        where nothing delays, and so nothing counts them.
        """
        return self.proxy.in_flight() if self.proxy else None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A running deployment and the ways to it, by round-trip time in milliseconds."""

    locales: int
    nginx: Nginx
    links: dict[int, Link]
    folder: Path


@contextmanager
def deployed(
    locales: int, rtts: tuple[int, ...] = (0,), at_once: tuple[int, ...] = (CONCURRENCY,)
) -> Iterator[Deployment]:
    """Serve a site of so many locales until the block ends.

    Each way to it has an environment for each number of requests in ``at_once``.
    """
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="knowngood-benchmark-")
        folder = Path(stack.enter_context(temporary)).resolve()
        site = folder / "site"
        chosen = _locales(locales)
        listed = folder / "locales"
        listed.write_text("\n".join(locale.code for locale in chosen), "utf-8")
        module = ("-m", "fhr_standin", "--write", site, "--locales", listed)
        command: list[str | Path] = [sys.executable, *module]
        require(measure(command, folder, 120), "fhr_standin --write")
        server = stack.enter_context(nginx(site, folder))
        standin = stack.enter_context(fhr_standin.running(locales=1))
        submission = standin.origins["submission"]
        links = {}
        for rtt in rtts:
            origins, proxy, secure = (server.origin, submission), None, server.secure_origin
            if rtt:
                proxy, other = [stack.enter_context(delayed(origin, rtt)) for origin in origins]
                origins = (proxy.origin, other.origin)
                plain = stack.enter_context(delayed(secure, rtt)).origin
                secure = plain.replace("http:", "https:")
            files = {
                number: environment_file(
                    folder / f"rtt{rtt}-{number}", chosen, *origins, concurrency=number
                )
                for number in at_once
            }
            secure_files = {
                http: environment_file(
                    folder / f"rtt{rtt}-{http}",
                    chosen,
                    secure,
                    origins[1],
                    ca=str(server.ca),
                    http=http,
                )
                for http in ("1.1", "2")
            }
            measured = _round_trip(origins[0])
            links[rtt] = Link(rtt, measured, *origins, files, secure, secure_files, proxy)
        yield Deployment(locales, server, links, folder)


def _locales(count: int) -> tuple[Locale, ...]:
    """The stand-in's own, and beyond them codes for private use (ISO 639's qaa)."""
    known = [locale.code for locale in choose(min(count, len(KNOWN)))]
    return choose([*known, *(f"qaa-{number:04}" for number in range(len(known), count))])


def environment_file(
    folder: Path,
    locales: tuple[Locale, ...],
    content: str,
    submission: str,
    probe: float = 15,
    control: str = "",
    concurrency: int = CONCURRENCY,
    ca: str = "",
    http: str = "2",
) -> Path:
    """Write the environment of a deployment with these locales and origins into a new folder.

    ``probe`` is in seconds; the default is that of the engine. ``control`` is the origin of a
    stand-in's control; without one the environment has none. ``ca`` is the authority to trust, and
    ``http`` the highest version of HTTP that is spoken over TLS.
    """
    aliases = {locale.code: locale.target for locale in locales if locale.target}
    rtl = [locale.code for locale in locales if locale.rtl and not locale.target]
    folder.mkdir()
    file = folder / "benchmark.toml"
    text = _ENVIRONMENT.format(  # JSON's strings and lists are TOML's, too
        content=json.dumps(content),
        submission=json.dumps(submission),
        locales=json.dumps([locale.code for locale in locales]),
        rtl=json.dumps(rtl),
        aliases="\n".join(f'"{alias}" = "{target}"' for alias, target in aliases.items()),
        concurrency=concurrency,
        probe=probe,
    )
    if ca:
        text = f"ca = {json.dumps(f'file:{ca}')}\n{text}\n[network]\nhttp = {json.dumps(http)}\n"
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
