"""A dead-man's switch is pinged; trouble is returned, without its URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from wire import Serve, answer, close

from knowngood.environment import Environment
from knowngood.environment.alarm_settings import WatchSettings
from knowngood.notify import ping

Notifying = Callable[..., Environment]
NOT_REACHED = "watch.heartbeat (secrets.switch) was not reached: "


def test_a_ping_arrives(serve: Serve, notifying: Notifying) -> None:
    """One GET, and no trouble."""
    server = serve(answer("OK"))
    assert ping(notifying(heartbeat=f"{server.url}/ping/1234")) == ""
    assert [r.head.split(b"\r\n")[0] for r in server.requests] == [b"GET /ping/1234 HTTP/1.1"]


def test_a_ping_is_tried_again(serve: Serve, notifying: Notifying) -> None:
    """A server in trouble is asked again."""
    plays = iter([close, answer(status=503), answer("OK")])
    server = serve(lambda talk: next(plays)(talk))
    assert ping(notifying(heartbeat=server.url)) == ""


def test_a_ping_that_is_refused_is_a_trouble(serve: Serve, notifying: Notifying) -> None:
    """The status is the reason."""
    server = serve(answer(status=404))
    assert ping(notifying(heartbeat=server.url)) == f"{NOT_REACHED}it answered 404"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/ping-1234", "ftp://[bad", "nothing"])
def test_a_ping_never_raises(url: str, notifying: Notifying) -> None:
    """A closed port and a URL that is none are troubles; the text does not hold the URL."""
    trouble = ping(notifying(heartbeat=url))
    assert trouble.startswith(f"{NOT_REACHED}no answer (")
    assert "1234" not in trouble


def test_a_ping_needs_its_variable(notifying: Notifying) -> None:
    """A switch that this machine does not know is not reached, and that is said."""
    assert ping(notifying()) == f"{NOT_REACHED}its variable is not set"


def test_an_environment_without_a_switch_pings_nobody(notifying: Notifying) -> None:
    """There is nothing to do, and no trouble."""
    assert ping(replace(notifying(), watch=WatchSettings())) == ""
