"""Find the addresses at which the version document is asked for."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from ..environment import Environment, Release

_RESOLVING: Final = 10.0  # seconds


def edge_addresses(environment: Environment, release: Release) -> tuple[str, ...]:
    """Return where to connect to: the origin's [edges], or else every address that its host
    resolves to. A host with one address gives an empty one, for wherever the name leads.
    """
    edges = environment.edges.get(release.origin)
    if edges:
        return edges
    host = urlsplit(environment.origins[release.origin]).hostname or ""
    resolved = _resolved(host)
    return tuple(resolved) if len(resolved) > 1 else ("",)


def _resolved(host: str) -> list[str]:
    """Return every address of ``host``; none if it is not resolved in time."""
    pool = ThreadPoolExecutor(1)  # getaddrinfo has no timeout of its own
    try:
        entries = pool.submit(_lookup, host).result(_RESOLVING)
    except (OSError, TimeoutError, UnicodeError):
        return []
    finally:
        pool.shutdown(wait=False)
    return list(dict.fromkeys(f"[{entry}]" if ":" in entry else entry for entry in entries))


def _lookup(host: str) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
