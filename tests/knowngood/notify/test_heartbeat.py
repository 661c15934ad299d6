"""A dead-man's switch is pinged; trouble is returned, without its URL."""

from __future__ import annotations

import pytest
from wire import Serve, answer, close

from knowngood.notify import ping


def test_a_ping_arrives(serve: Serve) -> None:
    """One GET, and no trouble."""
    server = serve(answer("OK"))
    assert ping(f"{server.url}/ping/1234") == ""
    assert [r.head.split(b"\r\n")[0] for r in server.requests] == [b"GET /ping/1234 HTTP/1.1"]


def test_a_ping_is_tried_again(serve: Serve) -> None:
    """A server in trouble is asked again."""
    plays = iter([close, answer(status=503), answer("OK")])
    server = serve(lambda talk: next(plays)(talk))
    assert ping(server.url) == ""


def test_a_ping_that_is_refused_is_a_trouble(serve: Serve) -> None:
    """The status is the reason."""
    server = serve(answer(status=404))
    assert ping(f"{server.url}/ping/1234") == "it answered 404"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/ping-1234", "ftp://[bad", "nothing"])
def test_a_ping_never_raises(url: str) -> None:
    """A closed port and a URL that is none are troubles; the text does not hold the URL."""
    trouble = ping(url)
    assert trouble.startswith("no answer (")
    assert "1234" not in trouble
