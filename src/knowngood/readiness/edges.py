"""Find the addresses of edges and names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from ..environment import Environment, Release

MOST: Final = 4
"""Addresses of a name at most; more of one family are rare."""

_RESOLVING: Final = 10.0  # seconds
_CONNECTING: Final = 3.0


def edge_addresses(environment: Environment, release: Release) -> tuple[str, ...]:
    """Return where to connect to: the origin's [edges], or else every address that its host
    resolves to. If there is only one, return an empty address, which means the name.
    """
    edges = environment.edges.get(release.origin)
    if edges:
        return edges
    host = urlsplit(environment.origins[release.origin]).hostname or ""
    resolved = _resolved(host)
    return tuple(resolved) if len(resolved) > 1 else ("",)


def addresses_of(environment: Environment, origin: str) -> tuple[str, ...]:
    """Return the addresses between which clients of ``origin`` choose by chance: those of one
    family that take connections, at most ``MOST``. None if there are fewer than two.
    """
    resolved = _to_choose_from(environment, origin)
    family = [address for address in resolved if ("[" in address) == ("[" in resolved[0])]
    accepting = _accepting(family[:MOST], environment.origins[origin])
    return accepting if len(accepting) > 1 else ()


def one_of_each_family(environment: Environment, origin: str) -> tuple[str, ...]:
    """Return an IPv4 and an IPv6 address of ``origin``. None if one of them takes no connection
    from this machine.

    Mostly they are one server; but what was set up for one family can be forgotten for the other.
    """
    resolved = _to_choose_from(environment, origin)
    firsts = {"[" in address: address for address in reversed(resolved)}
    accepting = _accepting(list(firsts.values()), environment.origins[origin])
    return accepting if len(accepting) > 1 else ()


def _to_choose_from(environment: Environment, origin: str) -> list[str]:
    """Return every address of an origin; none if [edges] names them, if a proxy chooses, and for
    ``localhost``, at which each family may be another program.
    """
    host = urlsplit(environment.origins[origin]).hostname or ""
    if origin in environment.edges or environment.network.proxy or host == "localhost":
        return []
    return _resolved(host)


def _accepting(addresses: Sequence[str], url: str) -> tuple[str, ...]:
    """Return those of several addresses that take connections; none if there is but one."""
    if len(addresses) < 2:
        return ()
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with ThreadPoolExecutor(MOST) as pool:
        accepts = list(pool.map(lambda address: _accepts(address, port), addresses))
    return tuple(address for address, yes in zip(addresses, accepts, strict=True) if yes)


def _accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address.strip("[]"), port), _CONNECTING).close()
    except OSError:
        return False
    return True


def _resolved(host: str) -> list[str]:
    """Return every address of ``host``; none if it is not resolved in time."""
    entries: list[str] = []
    # getaddrinfo has no timeout; a daemon thread does not keep the process alive.
    lookup = threading.Thread(target=lambda: entries.extend(_lookup(host)), daemon=True)
    lookup.start()
    lookup.join(_RESOLVING)
    return list(dict.fromkeys(f"[{entry}]" if ":" in entry else entry for entry in entries))


def _lookup(host: str) -> list[str]:
    try:
        addresses = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(address[4][0]) for address in addresses]
