"""Send one request once, over libcurl.

libcurl and not httpx's own pool, for what a verifier needs: a deadline that cuts a transfer
wherever it stands, an address to connect to while Host and SNI stay, the peer's certificate, a
cap on what is read, an error that says which fault it was. What it costs per request is measured
in ``benchmarks/`` (the httpx pool's cost grows with the square of the requests waiting).
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import certifi
import pycurl

from .memory_budget import Postponed
from .probe import Answer, Attempt, Probe
from .received import Limits, Received
from .transport_errors import diagnose, judge

_URL_CHARACTERS: Final = "".join(map(chr, range(0x21, 0x7F))).translate(
    str.maketrans("", "", '"<>`')
)
"""What a URL may hold as it is. The rest is percent-encoded, as browsers do: pages do refer to
``/é.png`` and ``/a b.png``, and servers answer."""


class Transport:
    """Sends requests from one event loop, over connections it keeps.

    ``connections`` bounds the connections at once and ``authorities`` is the PEM file to trust
    (default: certifi's, since the machine's own store may be misconfigured); ``public`` trusts
    certifi's as well.
    """

    def __init__(
        self, connections: int, authorities: Path | None = None, *, public: bool = False
    ) -> None:
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._authorities = str(authorities or certifi.where())
        self._also = _both(authorities) if public and authorities is not None else None
        self._idle: list[pycurl.Curl] = []

    async def close(self) -> None:
        """End what is under way and close every connection."""
        await self._multi.aclose()

    async def send(
        self, probe: Probe, headers: tuple[tuple[str, str], ...], limits: Limits
    ) -> tuple[Attempt, Answer | None]:
        """Try ``probe`` once, with these headers. Never raises for what a network can do; raises
        Postponed for a body that became large and may not.
        """
        handle = self._idle.pop() if self._idle else pycurl.Curl()
        received = Received(limits)
        began = time.time()
        started = time.perf_counter()
        try:
            self._prepare(handle, probe, headers, limits, received)
            await self._multi.perform(handle)
            diagnosis = judge(received)
        except pycurl.error as error:
            diagnosis = diagnose(handle, error, received, limits)
        seconds = time.perf_counter() - started
        answer = None if diagnosis.cause else _answer(handle, received)
        status = handle.getinfo(pycurl.RESPONSE_CODE)
        attempt = Attempt(
            began=began,
            seconds=seconds,
            status=status if status >= 200 else None,
            cause=diagnosis.cause,
            detail=diagnosis.detail,
            phase=diagnosis.phase,
            stale=received.stale,
            address=handle.getinfo(pycurl.PRIMARY_IP) or "",
        )
        handle.reset()
        self._idle.append(handle)
        if received.postponed:
            raise Postponed
        return attempt, answer

    def _prepare(
        self,
        handle: pycurl.Curl,
        probe: Probe,
        headers: tuple[tuple[str, str], ...],
        limits: Limits,
        received: Received,
    ) -> None:
        milliseconds = max(1, int(limits.seconds * 1000))
        setopt = handle.setopt
        setopt(pycurl.URL, quote(probe.url, safe=_URL_CHARACTERS))
        setopt(pycurl.PATH_AS_IS, 1)
        setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        setopt(pycurl.PROXY, "")  # the machine's proxies are not the deployment's
        setopt(pycurl.NOSIGNAL, 1)
        setopt(pycurl.TIMEOUT_MS, milliseconds)
        setopt(pycurl.CONNECTTIMEOUT_MS, milliseconds)
        setopt(pycurl.PREREQFUNCTION, received.on_request)
        setopt(pycurl.HEADERFUNCTION, received.on_header)
        setopt(pycurl.WRITEFUNCTION, received.on_body)
        setopt(pycurl.HTTPHEADER, _header_lines(probe, headers))
        if probe.url.startswith("https:"):
            if self._also is None:
                setopt(pycurl.CAINFO, self._authorities)
            else:
                setopt(pycurl.CAINFO_BLOB, self._also)
            setopt(pycurl.OPT_CERTINFO, 1)
        if probe.address:
            setopt(pycurl.CONNECT_TO, [probe.connect_to])
        if limits.fresh or probe.fresh:
            setopt(pycurl.FRESH_CONNECT, 1)
            setopt(pycurl.FORBID_REUSE, int(probe.fresh))
        if probe.method == "HEAD":
            setopt(pycurl.NOBODY, 1)
        elif probe.method != "GET":
            _prepare_write(handle, probe)


def _both(authorities: Path) -> bytes:
    """These authorities and the usual ones. A blob, unlike a file, is parsed anew for each
    connection: for the few requests that need it.
    """
    return Path(certifi.where()).read_bytes() + b"\n" + authorities.read_bytes()


def _prepare_write(handle: pycurl.Curl, probe: Probe) -> None:
    """A connection of its own: a write that meets a kept connection which the server is about to
    close may not be repeated, and would fail for no fault of anybody.
    """
    handle.setopt(pycurl.FRESH_CONNECT, 1)
    handle.setopt(pycurl.FORBID_REUSE, 1)
    if probe.body is not None:
        handle.setopt(pycurl.POSTFIELDS, probe.body)
    handle.setopt(pycurl.CUSTOMREQUEST, probe.method)


def _header_lines(probe: Probe, headers: tuple[tuple[str, str], ...]) -> list[bytes]:
    """Header lines for libcurl. A name alone, with a colon, keeps libcurl from adding its own;
    with a semicolon it is sent without a value.
    """
    pairs = (f"{name}: {value}" if value else f"{name};" for name, value in headers)
    lines = [pair.encode("latin-1") for pair in pairs]
    names = {name.lower() for name, _ in headers}
    lines += [b"Expect:"] if probe.body is not None else []
    lines += [b"Content-Type:"] if "content-type" not in names else []
    return lines


def _answer(handle: pycurl.Curl, received: Received) -> Answer:
    return Answer(
        status=handle.getinfo(pycurl.RESPONSE_CODE),
        url=handle.getinfo(pycurl.EFFECTIVE_URL),
        headers=tuple(received.headers),
        body=bytes(received.body),
        address=handle.getinfo(pycurl.PRIMARY_IP) or "",
        certificate_expires=_certificate_expires(handle),
    )


def _certificate_expires(handle: pycurl.Curl) -> float | None:
    """When the peer's own certificate ends; None without TLS and on a kept connection."""
    if not handle.getinfo(pycurl.NUM_CONNECTS):
        return None
    chain = handle.getinfo(pycurl.INFO_CERTINFO)
    for name, value in chain[0] if chain else ():
        if name == "Expire date":
            return parsedate_to_datetime(value).timestamp()
    return None
