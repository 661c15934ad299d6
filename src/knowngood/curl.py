"""One attempt at one request, over libcurl.

libcurl and not httpx's own pool, for what a verifier needs: a deadline that cuts a transfer
wherever it stands, an address to connect to while Host and SNI stay, the peer's certificate, a
cap on what is read, an error that says which fault it was. What it costs per request is measured
in ``benchmarks/`` (the httpx pool's cost grows with the square of the requests waiting).
"""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import certifi
import pycurl

from .probe import Answer, Attempt, Cause, Probe

HEADER_LIMIT: Final = 64 * 1024
"""Bytes of status lines and headers that one answer may have. Browsers stop at 256 KiB, nginx
and Apache send at most 8 KiB a line; nothing sound comes near this."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may use: seconds in all, bytes of the body as sent."""

    seconds: float
    body: int


@dataclass(slots=True)
class _Received:
    """What libcurl's callbacks have collected so far."""

    body_limit: int
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    header_bytes: int = 0
    body: list[bytes] = field(default_factory=list)
    body_bytes: int = 0
    too_large: str = ""

    def on_header(self, line: bytes) -> int | None:
        self.header_bytes += len(line)
        if self.header_bytes > HEADER_LIMIT:
            self.too_large = f"more than {HEADER_LIMIT} bytes of headers"
            return 0
        if line.startswith(b"HTTP/"):
            self.headers.clear()  # an interim answer (1xx) came before this one
        elif b":" in line:
            name, _, value = line.partition(b":")
            self.headers.append((name.strip(), value.strip()))
        return None

    def on_body(self, chunk: bytes) -> int | None:
        self.body_bytes += len(chunk)
        if self.body_bytes > self.body_limit:
            self.too_large = f"a body of more than {self.body_limit} bytes"
            return 0
        self.body.append(chunk)
        return None


class Curl:
    """Sends requests from one event loop, over connections it keeps.

    ``connections`` bounds the connections at once and ``authorities`` is the PEM file to trust
    (default: certifi's, since the machine's own store may be misconfigured).
    """

    def __init__(self, connections: int, authorities: Path | None = None) -> None:
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._authorities = str(authorities or certifi.where())
        self._idle: list[pycurl.Curl] = []

    async def close(self) -> None:
        """End what is under way and close every connection."""
        await self._multi.aclose()

    async def send(
        self, probe: Probe, headers: tuple[tuple[str, str], ...], limits: Limits
    ) -> tuple[Attempt, Answer | None]:
        """Try ``probe`` once, with these headers. Never raises for what a network can do."""
        handle = self._idle.pop() if self._idle else pycurl.Curl()
        received = _Received(limits.body)
        began = time.time()
        started = time.perf_counter()
        try:
            self._prepare(handle, probe, headers, limits, received)
            await self._multi.perform(handle)
            cause, detail, phase = None, "", ""
        except pycurl.error as error:
            cause, detail, phase = _diagnose(handle, error, received, limits)
        seconds = time.perf_counter() - started
        answer = None if cause else _answer(handle, received)
        attempt = Attempt(
            began=began,
            seconds=seconds,
            status=handle.getinfo(pycurl.RESPONSE_CODE) or None,
            cause=cause,
            detail=detail,
            phase=phase,
            address=handle.getinfo(pycurl.PRIMARY_IP) or "",
        )
        handle.reset()
        self._idle.append(handle)
        return attempt, answer

    def _prepare(
        self,
        handle: pycurl.Curl,
        probe: Probe,
        headers: tuple[tuple[str, str], ...],
        limits: Limits,
        received: _Received,
    ) -> None:
        milliseconds = max(1, int(limits.seconds * 1000))
        setopt = handle.setopt
        setopt(pycurl.URL, probe.url)
        setopt(pycurl.PATH_AS_IS, 1)
        setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        setopt(pycurl.PROXY, "")  # the machine's proxies are not the deployment's
        setopt(pycurl.NOSIGNAL, 1)
        setopt(pycurl.TIMEOUT_MS, milliseconds)
        setopt(pycurl.CONNECTTIMEOUT_MS, milliseconds)
        setopt(pycurl.HEADERFUNCTION, received.on_header)
        setopt(pycurl.WRITEFUNCTION, received.on_body)
        setopt(pycurl.HTTPHEADER, _header_lines(probe, headers))
        if probe.url.startswith("https:"):
            setopt(pycurl.CAINFO, self._authorities)
            setopt(pycurl.OPT_CERTINFO, 1)
        if probe.method == "HEAD":
            setopt(pycurl.NOBODY, 1)
        elif probe.method != "GET":
            _prepare_write(handle, probe)


def _prepare_write(handle: pycurl.Curl, probe: Probe) -> None:
    """A connection of its own: libcurl repeats a request when a kept connection turns out to be
    closed, and a write must not be repeated unseen.
    """
    handle.setopt(pycurl.FRESH_CONNECT, 1)
    handle.setopt(pycurl.FORBID_REUSE, 1)
    if probe.body is not None:
        handle.setopt(pycurl.POSTFIELDS, probe.body)
    handle.setopt(pycurl.CUSTOMREQUEST, probe.method)


def _header_lines(probe: Probe, headers: tuple[tuple[str, str], ...]) -> list[bytes]:
    """Header lines for libcurl. A name alone, with a colon, keeps libcurl from adding its own."""
    lines = [f"{name}: {value}".encode("latin-1") for name, value in headers]
    names = {name.lower() for name, _ in headers}
    lines += [b"Expect:"] if probe.body is not None else []
    lines += [b"Content-Type:"] if "content-type" not in names else []
    return lines


def _answer(handle: pycurl.Curl, received: _Received) -> Answer:
    return Answer(
        status=handle.getinfo(pycurl.RESPONSE_CODE),
        url=handle.getinfo(pycurl.EFFECTIVE_URL),
        headers=tuple(received.headers),
        body=b"".join(received.body),
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


_CAUSES: Final = {
    pycurl.E_COULDNT_RESOLVE_HOST: Cause.DNS,
    pycurl.E_COULDNT_CONNECT: Cause.REFUSED,
    pycurl.E_SSL_CONNECT_ERROR: Cause.TLS,
    pycurl.E_PEER_FAILED_VERIFICATION: Cause.TLS,
    pycurl.E_SSL_CIPHER: Cause.TLS,
    pycurl.E_GOT_NOTHING: Cause.RESET,
    pycurl.E_SEND_ERROR: Cause.RESET,
    pycurl.E_RECV_ERROR: Cause.RESET,
    pycurl.E_PARTIAL_FILE: Cause.TRUNCATED,
    pycurl.E_OPERATION_TIMEDOUT: Cause.TIMEOUT,
    pycurl.E_OUT_OF_MEMORY: Cause.RUNNER,
    pycurl.E_SSL_CACERT_BADFILE: Cause.RUNNER,
    pycurl.E_FAILED_INIT: Cause.RUNNER,
}
"""libcurl's error codes (https://curl.se/libcurl/c/libcurl-errors.html) in our words; what is
not listed means that the peer does not speak HTTP as it should."""

_RUNNER_ERRNOS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_NO_ROUTE_ERRNOS: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}


def _diagnose(
    handle: pycurl.Curl, error: pycurl.error, received: _Received, limits: Limits
) -> tuple[Cause, str, str]:
    """The cause, a sentence, and for a timeout the phase it struck in."""
    code, message = error.args[0], str(error.args[1])
    cause = _CAUSES.get(code, Cause.PROTOCOL)
    if received.too_large:
        return Cause.TOO_LARGE, f"{received.too_large}; cut off", ""
    if cause is Cause.TIMEOUT:
        phase = _phase(handle)
        return cause, f"no complete answer within {limits.seconds:.1f} s", phase
    number = handle.getinfo(pycurl.OS_ERRNO)
    if number in _RUNNER_ERRNOS:
        return Cause.RUNNER, f"{message} ({errno.errorcode[number]})", ""
    if cause is Cause.REFUSED and number in _NO_ROUTE_ERRNOS:
        cause = Cause.UNREACHABLE
    return cause, message or pycurl.easy_strerror(code), ""


def _phase(handle: pycurl.Curl) -> str:
    """How far a transfer came before its time was up."""
    if not handle.getinfo(pycurl.NAMELOOKUP_TIME_T):
        return "dns"
    if not handle.getinfo(pycurl.CONNECT_TIME_T):
        return "connect"
    if not handle.getinfo(pycurl.PRETRANSFER_TIME_T):
        return "tls"
    if not handle.getinfo(pycurl.STARTTRANSFER_TIME_T):
        return "headers"
    return "body"
