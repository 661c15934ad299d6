"""What the tests of the network modules share: servers that misbehave, and fetchers to meet them.

Nothing here acts by itself: other tests of this directory are not concerned.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none

from knowngood.environment import Budget, Environment
from knowngood.fetch import Fetcher

sys.path.insert(0, str(Path(__file__).parent))  # for `import wire`, under importlib mode too

from wire import Authority, Fetchers, Play, Serve, Server

SMALL = {"run": 60.0, "probe": 6.0, "attempts": 4, "concurrency": 8, "body": 1 << 20}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that play something; they end with the test."""
    with ExitStack() as stack:

        def start(play: Play, **options: Any) -> Server:
            server = Server(play, **options)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that environments of the tests trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def environment() -> Callable[..., Environment]:
    """Make an environment of origins (name → URL) with a small budget."""

    def make(
        origins: Mapping[str, str] | Server,
        *,
        writes: bool = False,
        ca: Path | None = None,
        **budget: Any,
    ) -> Environment:
        return Environment(
            name="test",
            path=Path("environments/test.toml"),
            description="",
            writes=writes,
            ca=ca,
            origins={"content": origins.url} if isinstance(origins, Server) else origins,
            budget=Budget(**{**SMALL, **budget}),
        )

    return make


@pytest.fixture
def fetchers(environment: Callable[..., Environment]) -> Iterator[Fetchers]:
    """Start fetchers for origins or a server; they end with the test."""
    with ExitStack() as stack:

        def start(
            origins: Mapping[str, str] | Server,
            *,
            seconds: float = 60,
            share: int = 1,
            **options: Any,
        ) -> Fetcher:
            found = environment(origins, **options)
            fetcher = Fetcher(found, "run-1", time.time() + seconds, share)
            fetcher.start()
            stack.callback(fetcher.close)
            return fetcher

        yield start


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once, unless an answer says when."""
    monkeypatch.setattr("knowngood.retry._WAIT", wait_none())
