"""Find the addresses of edges and names."""

from __future__ import annotations

import socket
import threading
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
    family that take connections, at most ``MOST``. None if there are fewer than two, if [edges]
    names them, and if a proxy chooses.

    IPv4 and IPv6 are mostly one server, so the first family stands for both; ``localhost`` is one
    server in any case.
    """
    parts = urlsplit(environment.origins[origin])
    host = parts.hostname or ""
    if origin in environment.edges or environment.network.proxy or host == "localhost":
        return ()
    resolved = _resolved(host)
    family = [address for address in resolved if ("[" in address) == ("[" in resolved[0])]
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if len(family) < 2:
        return ()
    with ThreadPoolExecutor(MOST) as pool:
        accepts = list(pool.map(lambda address: _accepts(address, port), family[:MOST]))
    accepting = tuple(address for address, yes in zip(family, accepts, strict=False) if yes)
    return accepting if len(accepting) > 1 else ()


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
