"""Send one request once, over libcurl.

libcurl does what httpx's own pool does not: its deadline cuts a transfer anywhere; it connects to a
given address and keeps Host and SNI; it shows the peer's certificate; it limits what is read; and
its errors name the fault. ``benchmarks/`` measures its cost (that of httpx's pool grows with the
square of the waiting requests).
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

import certifi
import pycurl

from ..environment import Network, with_ascii_host
from .attempt_error import Excuse
from .certificate import certificate_of
from .memory_budget import Postponed
from .probe import Answer, Attempt, Probe
from .received import Limits, Received
from .recording import Recorder
from .shared_connections import HTTP2, SharedConnections
from .transport_errors import Diagnosis, diagnose, judge

_URL_CHARACTERS: Final = "".join(set(map(chr, range(0x21, 0x7F))) - set('"<>`'))

_SUPPRESS_CONNECT_HEADERS: Final = 265  # CURLOPT_…; pycurl has no name for it


def sent_url(url: str) -> str:
    """Return ``url`` as browsers send it: percent-encoded, with the host in Punycode. Pages refer
    to ``/é.png`` and ``/a b.png``.
    """
    return quote(with_ascii_host(url), safe=_URL_CHARACTERS)


class Transport:
    """Sends requests from one event loop, over connections that it keeps.

    ``connections`` is how many connections are kept. ``authorities`` is the PEM file to trust
    (default: certifi's, since the machine's own store may be misconfigured); with ``public``,
    certifi's authorities are trusted as well. ``network`` says how requests leave this machine: a
    server that offers HTTP/2 over TLS is asked by it, unless it is forbidden there or libcurl was
    built without. ``recorder`` notes what is sent and received.
    """

    def __init__(
        self,
        connections: int,
        authorities: Path | None = None,
        *,
        public: bool = False,
        network: Network = Network(),  # noqa: B008 - frozen
        recorder: Recorder | None = None,
    ) -> None:
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, connections)
        self._authorities = str(authorities or certifi.where())
        self._both = _both(authorities) if public and authorities is not None else None
        self._proxy = network.proxy
        self._shared = SharedConnections() if network.http2 and HTTP2 else None
        self._recorder = recorder
        self._idle: list[pycurl.Curl] = []

    def limit(self, connections: int) -> None:
        """Keep and open so many connections at most; idle ones are closed for new ones."""
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, connections)

    def shares(self, probe: Probe) -> bool:
        """Return whether requests to the probe's origin, or its edge, share a connection."""
        return self._shared is not None and self._shared.has(probe)

    async def close(self) -> None:
        """End what is under way and close every connection."""
        await self._multi.aclose()
        if self._recorder is not None:
            self._recorder.close()

    async def send(
        self, probe: Probe, headers: tuple[tuple[str, str], ...], limits: Limits
    ) -> tuple[Attempt, Answer | None]:
        """Try ``probe`` once, with these headers. Raises Postponed for a body that turned out large
        and may not become so now; never raises for what a network can do.

        A handle is used again only after a transfer that libcurl completed. After an error or a
        cancellation it is dropped, so that none is reset while libcurl may still refer to it.
        """
        handle = self._idle.pop() if self._idle else pycurl.Curl()
        received = Received(limits)
        began, started = time.time(), time.perf_counter()
        try:
            left = await self._turn(probe, limits, received)
            self._prepare(handle, probe, headers, left, received)
            await self._multi.perform(handle)
            diagnosis, completed = judge(received), True
        except pycurl.error as error:
            over, completed = received.switched, False
            diagnosis = judge(received) if over else diagnose(handle, error, received, limits)
        finally:
            received.note_sent()
        seconds = time.perf_counter() - started
        if received.postponed:
            raise Postponed
        attempt = _attempt(handle, received, diagnosis, began, seconds)
        self._note(probe, attempt, handle, received)
        answer = None if diagnosis.error else _answer(handle, received)
        if completed:
            handle.reset()
            self._idle.append(handle)
        return attempt, answer

    def _note(
        self, probe: Probe, attempt: Attempt, handle: pycurl.Curl, received: Received
    ) -> None:
        """Note the version of HTTP, and record the attempt."""
        if self._shared is not None:
            version = handle.getinfo(pycurl.INFO_HTTP_VERSION)
            self._shared.note(probe, version, sent=received.requests > 0)
        if self._recorder is not None:
            self._recorder.note(probe, attempt, handle, received)

    async def _turn(self, probe: Probe, limits: Limits, received: Received) -> Limits:
        """Wait until it is known whether the request can share a connection, for at most half of
        its time; return the rest of its limits.
        """
        fresh = limits.fresh or _has_own_connection(probe)
        if self._shared is None or fresh or not probe.url.startswith("https:"):
            return limits
        started = time.perf_counter()
        received.note_sent = (await self._shared.wait(probe, limits.seconds / 2)).set
        return replace(limits, seconds=limits.seconds - (time.perf_counter() - started))

    def _prepare(
        self,
        handle: pycurl.Curl,
        probe: Probe,
        headers: tuple[tuple[str, str], ...],
        limits: Limits,
        received: Received,
    ) -> None:
        """Set what libcurl needs to know of this attempt."""
        milliseconds = max(1, int(limits.seconds * 1000))
        setopt = handle.setopt
        setopt(pycurl.URL, sent_url(probe.url))
        setopt(pycurl.PATH_AS_IS, 1)
        setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        # Even empty, both keep libcurl from reading the environment: the machine's proxies are not
        # the deployment's, and getenv may crash while pytest sets a variable in the main thread.
        setopt(pycurl.PROXY, self._proxy)
        setopt(pycurl.NOPROXY, "")
        if self._proxy:
            setopt(_SUPPRESS_CONNECT_HEADERS, 1)
        setopt(pycurl.NOSIGNAL, 1)
        setopt(pycurl.TIMEOUT_MS, milliseconds)
        setopt(pycurl.CONNECTTIMEOUT_MS, milliseconds)
        setopt(pycurl.PREREQFUNCTION, received.on_request)
        setopt(pycurl.HEADERFUNCTION, received.on_header)
        setopt(pycurl.WRITEFUNCTION, received.on_body)
        setopt(pycurl.HTTPHEADER, _header_lines(headers, has_body=probe.body is not None))
        if probe.url.startswith("https:"):
            self._prepare_tls(handle, probe)
        if probe.address:
            setopt(pycurl.CONNECT_TO, [probe.connect_to])
        if self._recorder is not None:
            self._recorder.watch(handle, received)
        own = _has_own_connection(probe)
        if limits.fresh or own:
            setopt(pycurl.FRESH_CONNECT, 1)
            setopt(pycurl.FORBID_REUSE, int(own))
        if probe.method == "HEAD":
            setopt(pycurl.NOBODY, 1)
        elif probe.method != "GET":
            _prepare_write(handle, probe)

    def _prepare_tls(self, handle: pycurl.Curl, probe: Probe) -> None:
        if self._shared is not None and not _wants_other_protocol(probe):
            handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
            handle.setopt(pycurl.PIPEWAIT, int(self._shared.has(probe)))
        if self._both is None:
            handle.setopt(pycurl.CAINFO, self._authorities)
        else:
            handle.setopt(pycurl.CAINFO_BLOB, self._both)
        handle.setopt(pycurl.OPT_CERTINFO, 1)
        if probe.fresh:  # a session that is resumed comes without the certificate
            handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)


def _both(authorities: Path) -> bytes:
    """Return these authorities and certifi's, as PEM. libcurl parses this anew for each connection,
    unlike a file; only the few requests to controls need it.
    """
    return Path(certifi.where()).read_bytes() + b"\n" + authorities.read_bytes()


def _has_own_connection(probe: Probe) -> bool:
    """Return whether a request gets its own connection, as a write that may not be repeated does:
    the server may be about to close a kept one. Another protocol takes the whole connection.
    """
    return probe.fresh or not probe.may_be_repeated or _wants_other_protocol(probe)


def _wants_other_protocol(probe: Probe) -> bool:
    """Return whether a request asks for another protocol, which HTTP/2 cannot (RFC 9113, 8.6)."""
    return "upgrade" in probe.header_names


def _prepare_write(handle: pycurl.Curl, probe: Probe) -> None:
    if probe.body is not None:
        handle.setopt(pycurl.POSTFIELDS, probe.body)
    handle.setopt(pycurl.CUSTOMREQUEST, probe.method)


def header_line(name: str, value: str) -> str:
    """Return a header as curl takes it: one without a value has a semicolon behind its name."""
    return f"{name}: {value}" if value else f"{name};"


@lru_cache(64)  # most requests of a run have the same
def _header_lines(headers: tuple[tuple[str, str], ...], *, has_body: bool) -> list[bytes]:
    """Return the header lines for libcurl. A name with a colon and no value keeps libcurl from
    adding its own.
    """
    lines = [header_line(name, value).encode("latin-1") for name, value in headers]
    names = {name.lower() for name, _ in headers}
    lines += [b"Expect:"] if has_body else []
    lines += [b"Content-Type:"] if "content-type" not in names else []
    return lines


def _attempt(
    handle: pycurl.Curl, received: Received, diagnosis: Diagnosis, began: float, seconds: float
) -> Attempt:
    status = handle.getinfo(pycurl.RESPONSE_CODE)
    return Attempt(
        began=began,
        seconds=seconds,
        status=status if status >= 200 or received.switched else None,
        error=diagnosis.error,
        detail=diagnosis.detail,
        phase=diagnosis.phase,
        address=handle.getinfo(pycurl.PRIMARY_IP) or "",
        connected=handle.getinfo(pycurl.NUM_CONNECTS) > 0,
        excuses=Excuse.STALE if received.stale else Excuse.NONE,
    )


def _answer(handle: pycurl.Curl, received: Received) -> Answer:
    return Answer(
        status=handle.getinfo(pycurl.RESPONSE_CODE),
        url=handle.getinfo(pycurl.EFFECTIVE_URL),
        headers=tuple(received.headers),
        body=bytes(received.body),
        address=handle.getinfo(pycurl.PRIMARY_IP) or "",
        certificate=certificate_of(handle),
    )
