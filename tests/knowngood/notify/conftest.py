"""What the tests of notifications share: an environment that tells these addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mail_server import MailServer
from tenacity import wait_none

from knowngood.environment import Environment, NotifyEntry
from knowngood.environment.alarm_settings import EVENTS, WatchSettings

Notifying = Callable[..., Environment]


@pytest.fixture(autouse=True)
def retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A further attempt follows at once."""
    monkeypatch.setattr("knowngood.notify.delivery._WAIT", wait_none())


@pytest.fixture
def notifying() -> Notifying:
    """Make an environment whose ``[[notify]]`` has these Apprise URLs, in this order."""

    def make(*urls: str, on: tuple[str, ...] = EVENTS, heartbeat: str = "") -> Environment:
        secrets = {f"chat-{number}": url for number, url in enumerate(urls)}
        return Environment(
            name="prod",
            path=Path("environments/prod.toml"),
            description="",
            secrets={**secrets, "token": "s3cr3t-Value", "switch": heartbeat},
            watch=WatchSettings(heartbeat="switch"),
            notify=tuple(NotifyEntry(name, on) for name in secrets),
        )

    return make


@pytest.fixture
def mail_server() -> Iterator[Callable[..., MailServer]]:
    """Start mail servers; they end with the test."""
    with ExitStack() as stack:

        def start(refuses: str = "") -> MailServer:
            server = MailServer(refuses)
            stack.callback(server.stop)
            return server

        yield start
