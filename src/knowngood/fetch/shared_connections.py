"""Find out which servers speak HTTP/2, so that requests to each share one connection."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, TypeAlias

import pycurl

from .probe import Probe

HTTP2: Final = bool(pycurl.version_info()[4] & pycurl.VERSION_HTTP2)
"""Whether libcurl was built with HTTP/2."""

_Address: TypeAlias = tuple[str, str]


class SharedConnections:
    """Holds requests to an address back until the first of them has a connection.

    That shows whether the server speaks HTTP/2: then all use this connection, otherwise all open
    their own at once. libcurl's PIPEWAIT serves only for servers known to speak HTTP/2: with others
    it opens connections that fail one after the other.

    An address is an origin, or one of its edges. Use it on the thread of one event loop only.
    """

    def __init__(self) -> None:
        self._first: dict[_Address, asyncio.Event] = {}
        self._shared: set[_Address] = set()

    def has(self, probe: Probe) -> bool:
        """Return whether the address of ``probe`` has answered over HTTP/2."""
        return _address(probe) in self._shared

    async def wait(self, probe: Probe, seconds: float) -> asyncio.Event:
        """Wait until the first request to the address of ``probe`` has connected or failed, for
        ``seconds`` at most. Return the event to set once this one has.
        """
        first = self._first.get(_address(probe))
        if first is None:
            first = self._first[_address(probe)] = asyncio.Event()
        elif not first.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await first.wait()
        return first

    def note(self, probe: Probe, version: int, *, sent: bool) -> None:
        """Note the version of HTTP of an answer, 0 for none, and whether the request was sent. If
        no connection comes about, no request waits for another's.
        """
        if version == pycurl.CURL_HTTP_VERSION_2_0:
            self._shared.add(_address(probe))
        elif not sent:
            self._shared.discard(_address(probe))


def _address(probe: Probe) -> _Address:
    return probe.origin, probe.address
