"""Which addresses of a name are asked, beside the one that the name leads to."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pytest

from knowngood.environment.model import Environment, Network
from knowngood.readiness.edges import MOST, Addresses, _dead, _resolved, addresses_of

V4 = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]


@pytest.fixture
def site(environment: Callable[..., Environment], monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An origin with three addresses, of which one takes no connection."""
    monkeypatch.setattr("knowngood.readiness.edges._resolved", lambda _: V4)
    monkeypatch.setattr(
        "knowngood.readiness.edges._takes_connection",
        lambda address, port: (address, port) != (V4[1], 443),
    )
    return environment({"content": "https://content.example", "here": "http://localhost:8000"})


def test_addresses_that_take_connections(site: Environment) -> None:
    """Those of one name are places where a client may end up."""
    assert addresses_of(site, "content") == Addresses((V4[0], V4[2]), dead=(V4[1],))


def test_one_server_is_not_asked_twice(site: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of each family is mostly one server: no choice. So is this machine."""
    assert addresses_of(site, "here") == Addresses()
    for resolved in (["192.0.2.1"], ["192.0.2.1", "[2001:db8::1]"], []):
        monkeypatch.setattr("knowngood.readiness.edges._resolved", lambda _, to=resolved: to)
        assert addresses_of(site, "content").alike == ()


def test_an_address_of_each_family(site: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set up for IPv4 can be forgotten for IPv6, if this machine reaches both."""
    six = ["[2001:db8::1]", "[2001:db8::2]"]
    monkeypatch.setattr("knowngood.readiness.edges._resolved", lambda _: [*six, *V4])
    assert set(addresses_of(site, "content").families) == {six[0], V4[0]}
    assert addresses_of(site, "here").families == ()
    for resolved in (V4, [V4[1], *six], []):
        monkeypatch.setattr("knowngood.readiness.edges._resolved", lambda _, to=resolved: to)
        assert addresses_of(site, "content").families == ()


def test_who_names_edges_or_a_proxy_has_chosen(site: Environment) -> None:
    """Checks run at every edge already; behind a proxy no address is ours to choose."""
    edges = MappingProxyType({"content": ("192.0.2.9",)})
    assert addresses_of(replace(site, edges=edges), "content") == Addresses()
    assert addresses_of(replace(site, network=Network("http://proxy:80")), "content") == Addresses()


def test_a_few_addresses_stand_for_many(site: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may have dozens."""
    many = [f"192.0.2.{number}" for number in range(10, 30)]
    monkeypatch.setattr("knowngood.readiness.edges._resolved", lambda _: many)
    assert addresses_of(site, "content").alike == tuple(many[:MOST])


def test_a_resolver_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it: neither the look at the addresses nor the end of the process."""
    says_nothing = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: says_nothing.wait(60) and [])
    monkeypatch.setattr("knowngood.readiness.edges._RESOLVING", 0.01)
    before = set(threading.enumerate())
    assert _resolved("content.example") == []
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)
    says_nothing.set()


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no addresses; that nothing answers there is for the checks to say."""

    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", fails)
    assert _resolved("content.example") == []


@pytest.mark.parametrize(
    ("takes", "dead"),
    [
        ({"192.0.2.1": True, "192.0.2.2": None}, ["192.0.2.2"]),
        ({"192.0.2.1": True, "[2001:db8::1]": None}, []),
        ({"192.0.2.1": True, "[2001:db8::1]": False}, ["[2001:db8::1]"]),
        ({"192.0.2.1": False, "192.0.2.2": None}, []),
    ],
    ids=["silent", "silent-family", "refuses", "all"],
)
def test_addresses_that_are_dead(takes: dict[str, bool | None], dead: list[str]) -> None:
    """Not those of a family that this machine has no way to, and none where all are."""
    assert list(_dead(takes)) == dead
