"""Through a proxy, if the environment names one."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from wire import Authority, Serve, Server, Talk, answer, refusing

from knowngood.environment.model import Budget, Environment, Network
from knowngood.fetch.attempt_error import SILENT, AttemptError
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.probe import Exchange, Probe
from knowngood.readiness import proxy_hint


def behind(url: str, proxy: str, **more: Any) -> Environment:
    """An environment whose requests go through a proxy."""
    path, budget = Path("environments/test.toml"), Budget(attempts=1, settle=0)
    network = Network(proxy)
    return Environment("test", path, "", origins={"a": url}, budget=budget, network=network, **more)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends what a test began."""
    with ExitStack() as stack:
        yield stack


def ask(stack: ExitStack, environment: Environment) -> Exchange:
    """Send one request."""
    fetcher = stack.enter_context(Fetcher(environment, "run-1", time.time() + 60))
    return fetcher.send(Probe("a", environment.origins["a"] + "/x"))


def test_plain_http_goes_through_the_proxy(serve: Serve, stack: ExitStack) -> None:
    """Even the look-up of the name is the proxy's."""
    proxy = serve(answer("from the proxy"))
    exchange = ask(stack, behind("http://origin.invalid", proxy.url))
    assert exchange.answer is not None
    assert proxy.targets == ["http://origin.invalid/x"]


def test_tls_goes_through_a_tunnel(serve: Serve, stack: ExitStack, authority: Authority) -> None:
    """The headers of the proxy's own answer are none of the deployment's."""
    origin = serve(answer("fine", headers={"X-Own": "1"}), tls=authority.context()[0])
    proxy = serve(tunnel_to(origin))
    exchange = ask(stack, behind(origin.url, proxy.url, ca=authority.pem))
    assert proxy.methods == ["CONNECT"]
    assert exchange.answer is not None
    assert (exchange.answer.body, exchange.answer.header("x-own")) == (b"fine", "1")
    assert exchange.answer.header("x-proxy") is None


def tunnel_to(origin: Server) -> Any:
    """A proxy's play: connect, then pass bytes on in both directions."""

    def copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)

    def play(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
        with socket.create_connection(("127.0.0.1", origin.port)) as other:
            back = threading.Thread(target=copy, args=(other, talk._sock), daemon=True)
            back.start()
            copy(talk._sock, other)
            back.join(5)
        talk.close()

    return play


@pytest.mark.parametrize("status", [403, 407])
def test_a_proxy_that_refuses_is_the_runners_trouble(
    serve: Serve, stack: ExitStack, status: int
) -> None:
    """It shows nothing of the deployment."""
    exchange = ask(stack, behind("https://origin.invalid", serve(answer("no", status)).url))
    assert exchange.error is AttemptError.RUNNER
    assert "the proxy of [network]" in exchange.attempts[0].detail


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_the_runners_trouble(stack: ExitStack, scheme: str) -> None:
    """And not a deployment that refuses connections."""
    proxy = stack.enter_context(refusing())
    exchange = ask(stack, behind(f"{scheme}://origin.invalid", proxy))
    assert exchange.error is AttemptError.RUNNER


def test_a_proxy_that_cannot_connect_is_silence(serve: Serve, stack: ExitStack) -> None:
    """A control, asked through the same proxy, shows whose fault it is."""
    exchange = ask(stack, behind("https://origin.invalid", serve(answer("no", 502)).url))
    assert exchange.error in SILENT


# -- the hint


def test_a_variable_alone_is_worth_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names what to write, and shows no value, which may hold a password."""
    monkeypatch.setenv("https_proxy", "http://user:password@proxy:3128")
    hint = proxy_hint(behind("https://origin.example", ""))
    assert "https_proxy names a proxy" in hint
    assert "[network]" in hint
    assert "password" not in hint


@pytest.mark.parametrize(
    ("url", "proxy"), [("https://origin.example", "http://proxy:3128"), ("http://127.0.0.1:80", "")]
)
def test_no_warning_is_needed(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str) -> None:
    """With a proxy of the environment's own, or a deployment on this machine."""
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    assert proxy_hint(behind(url, proxy)) == ""
