"""Fetches a list of URLs with one transport: ``python -m benchmarks.transport NAME FILE``.

A process of its own for each, which prints what the fetching took without the imports.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from .results import CONCURRENCY

Fetch = Callable[[str], Awaitable[int]]
Fetching = Callable[[list[str]], Coroutine[Any, Any, list[int]]]

_SECONDS: Final = 30.0
_BODY: Final = 8 * 1024 * 1024


async def _each(urls: list[str], fetch: Fetch) -> list[int]:
    """The statuses of all, with so many under way at once."""
    slots = asyncio.Semaphore(CONCURRENCY)

    async def one(url: str) -> int:
        async with slots:
            return await fetch(url)

    return await asyncio.gather(*map(one, urls))


async def curl_class(urls: list[str]) -> list[int]:
    """The engine's own transport, over pycurl."""
    from knowngood.fetch.probe import Probe
    from knowngood.fetch.received import Limits
    from knowngood.fetch.request_headers import request_headers
    from knowngood.fetch.transport import Transport

    curl = Transport(CONCURRENCY)
    headers = tuple(request_headers("benchmark").items())
    limits = Limits(_SECONDS, _BODY)

    async def fetch(url: str) -> int:
        _, answer = await curl.send(Probe("content", url), headers, limits)
        return answer.status if answer is not None else 0

    try:
        return await _each(urls, fetch)
    finally:
        await curl.close()


async def fetcher(urls: list[str]) -> list[int]:
    """The engine's fetcher on top of it: guard, deadlines, retries, sharing, statistics."""
    from knowngood.environment.model import Environment
    from knowngood.fetch.fetcher import Fetcher
    from knowngood.fetch.probe import Probe

    parts = urlsplit(urls[0])
    environment = Environment(
        name="benchmark",
        path=Path("benchmark.toml"),
        description="",
        origins={"content": f"{parts.scheme}://{parts.netloc}"},
    )
    with Fetcher(environment, "benchmark", time.time() + 600) as fetching:
        loads = [fetching.load(Probe("content", url)) for url in urls]
        answers = [load.result().exchange.answer for load in loads]
    return [answer.status if answer else 0 for answer in answers]


async def httpx_pool(urls: list[str]) -> list[int]:
    """httpx.AsyncClient, its own pool bounding what is under way."""
    return await _httpx(urls, bounded=False)


async def httpx_bounded(urls: list[str]) -> list[int]:
    """httpx.AsyncClient, never asked for more at once than its pool has connections."""
    return await _httpx(urls, bounded=True)


async def httpx_aiohttp(urls: list[str]) -> list[int]:
    """httpx.AsyncClient over aiohttp."""
    module: Any = importlib.import_module("httpx_aiohttp")
    return await _httpx(urls, bounded=True, client=module.HttpxAiohttpClient)


async def aiohttp(urls: list[str]) -> list[int]:
    """The client aiohttp itself."""
    module: Any = importlib.import_module("aiohttp")
    connector = module.TCPConnector(limit=CONCURRENCY)
    timeout = module.ClientTimeout(total=_SECONDS)
    async with module.ClientSession(connector=connector, timeout=timeout) as session:

        async def fetch(url: str) -> int:
            async with session.get(url) as response:
                await response.read()
                return int(response.status)

        return await _each(urls, fetch)


async def _httpx(urls: list[str], *, bounded: bool, client: Any = None) -> list[int]:
    import httpx

    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    timeout = httpx.Timeout(_SECONDS, pool=None)
    async with (client or httpx.AsyncClient)(limits=limits, timeout=timeout) as asked:

        async def fetch(url: str) -> int:
            return int((await asked.get(url)).status_code)

        if bounded:
            return await _each(urls, fetch)
        return await asyncio.gather(*map(fetch, urls))


TRANSPORTS: Final[dict[str, Fetching]] = {
    "pycurl (knowngood.fetch.transport.Transport)": curl_class,
    "the same under knowngood.fetch.fetcher.Fetcher": fetcher,
    "aiohttp": aiohttp,
    "httpx over httpx-aiohttp": httpx_aiohttp,
    "httpx AsyncClient, bounded outside": httpx_bounded,
    "httpx AsyncClient, its own pool": httpx_pool,
}
NEEDED: Final = {"aiohttp": "aiohttp", "httpx over httpx-aiohttp": "httpx_aiohttp"}
"""Modules that are no dependencies of the project."""
ONCE: Final = frozenset({"httpx AsyncClient, its own pool"})
"""Measured once: its time grows with the square of the files."""


def main() -> int:
    """Fetch the URLs of a file once and print seconds and errors as JSON."""
    name, file = sys.argv[1:]
    urls = Path(file).read_text("utf-8").split()
    fetching = TRANSPORTS[name]
    for module in ("httpx", "knowngood.fetch.fetcher", NEEDED.get(name, "json")):
        importlib.import_module(module)
    asyncio.run(fetching(urls[:1]))  # what is imported late is imported now
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    statuses = asyncio.run(fetching(urls))
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wrong = sum(status != 200 for status in statuses) + len(urls) - len(statuses)
    sys.stdout.write(json.dumps({"wall": wall, "cpu": cpu, "wrong": wrong}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
