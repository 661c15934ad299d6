"""Find the addresses of edges and names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
    return _several(_resolved(host)) or ("",)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of one name that take connections; an empty tuple if there are fewer than two.

    Attributes:
        alike: those of one family, between which clients choose by chance; at most ``MOST``.
        families: an IPv4 and an IPv6 address. Mostly they are one server; but what was set up for
            one family can be forgotten for the other.
    """

    alike: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


def addresses_of(environment: Environment, origin: str) -> Addresses:
    """Return the addresses of an origin's name. None if [edges] names them, if a proxy chooses,
    and for ``localhost``, at which each family may be another program.
    """
    url = urlsplit(environment.origins[origin])
    host = url.hostname or ""
    if origin in environment.edges or environment.network.proxy or host == "localhost":
        return Addresses()
    resolved = _resolved(host)
    alike = [address for address in resolved if _is_ipv6(address) == _is_ipv6(resolved[0])][:MOST]
    families = list({_is_ipv6(address): address for address in reversed(resolved)}.values())
    port = url.port or (443 if url.scheme == "https" else 80)
    accepting = _accepting({*_several(alike), *_several(families)}, port)
    return Addresses(
        _several([address for address in alike if address in accepting]),
        _several([address for address in families if address in accepting]),
    )


def _is_ipv6(address: str) -> bool:
    return "[" in address


def _several(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return these addresses; none if there is but one."""
    return tuple(addresses) if len(addresses) > 1 else ()


def _accepting(addresses: Collection[str], port: int) -> Collection[str]:
    """Return those of the addresses that take connections."""
    if not addresses:
        return ()
    with ThreadPoolExecutor(len(addresses)) as pool:
        accepts = pool.map(lambda address: _accepts(address, port), addresses)
        return [address for address, yes in zip(addresses, accepts, strict=True) if yes]


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
