"""Find the addresses of edges and names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ..environment import DEFAULT_PORTS, Environment, Release

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
        dead: those that take no connection, although others of the name do and this machine has a
            way there.
    """

    alike: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()


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
    port = url.port or DEFAULT_PORTS[url.scheme]
    takes = _connected(dict.fromkeys([*_several(alike), *_several(families)]), port)
    return Addresses(
        _several([address for address in alike if takes.get(address)]),
        _several([address for address in families if takes.get(address)]),
        tuple(_dead(takes)),
    )


def _is_ipv6(address: str) -> bool:
    return "[" in address


def _several(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return these addresses; none if there is but one."""
    return tuple(addresses) if len(addresses) > 1 else ()


def _dead(takes: Mapping[str, bool | None]) -> Iterator[str]:
    """Yield the addresses that refuse connections, or are silent while others of their family take
    some: of a family that is silent as a whole this machine may lack the way.
    """
    families = {_is_ipv6(address) for address, accepted in takes.items() if accepted}
    for address, accepted in takes.items():
        refused = accepted is False
        if families and not accepted and (refused or _is_ipv6(address) in families):
            yield address


def _connected(addresses: Collection[str], port: int) -> dict[str, bool | None]:
    """Return for each address whether it takes connections; None if nothing answers."""
    if not addresses:
        return {}
    with ThreadPoolExecutor(len(addresses)) as pool:
        takes = pool.map(lambda address: _takes_connection(address, port), addresses)
        return dict(zip(addresses, takes, strict=True))


def _takes_connection(address: str, port: int) -> bool | None:
    try:
        socket.create_connection((address.strip("[]"), port), _CONNECTING).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return None
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
