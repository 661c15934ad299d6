"""One attempt at one request, over libcurl.

libcurl and not httpx's own pool, for what a verifier needs: a deadline that cuts a transfer
wherever it stands, an address to connect to while Host and SNI stay, the peer's certificate, a
cap on what is read, an error that says which fault it was. What it costs per request is measured
in ``benchmarks/`` (the httpx pool's cost grows with the square of the requests waiting).
"""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import certifi
import pycurl

from .memory_budget import LARGE, Postponed
from .probe import Answer, Attempt, Cause, Probe

HEADER_LIMIT: Final = 64 * 1024
"""Bytes of status lines and headers that one answer may have. Browsers stop at 256 KiB, nginx
and Apache send at most 8 KiB a line; nothing sound comes near this."""

_URL_CHARACTERS: Final = "".join(map(chr, range(0x21, 0x7F))).translate(
    str.maketrans("", "", '"<>`')
)
"""What a URL may hold as it is. The rest is percent-encoded, as browsers do: pages do refer to
``/é.png`` and ``/a b.png``, and servers answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may use: seconds in all, bytes of the body as sent, kept connections
    unless it is to be ``fresh``. ``grow`` is asked, with the size as far as it is known, whether
    a body may become large.
    """

    seconds: float
    body: int
    fresh: bool = False
    grow: Callable[[int], bool] | None = None


@dataclass(slots=True)
class _Received:
    """What libcurl's callbacks have collected so far."""

    limits: Limits
    requests: int = 0
    interim: bool = False
    headers_complete: bool = False
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    header_bytes: int = 0
    body: bytearray = field(default_factory=bytearray)
    length: int = 0
    may_grow: bool = False
    too_large: str = ""
    postponed: bool = False

    @property
    def stale(self) -> bool:
        """Whether libcurl was about to ask again on another connection."""
        return self.requests > 1

    def on_request(self, *_: object) -> int:
        """A connection stands and the request goes out. When a kept connection turns out to be
        closed, libcurl would ask again by itself: an attempt that nobody sees.
        """
        self.requests += 1
        first = self.requests == 1
        return int(pycurl.PREREQFUNC_OK if first else pycurl.PREREQFUNC_ABORT)

    def on_header(self, line: bytes) -> int | None:
        self.header_bytes += len(line)
        if self.header_bytes > HEADER_LIMIT:
            self.too_large = f"more than {HEADER_LIMIT} bytes of headers"
            return 0
        if self.headers_complete:
            return None  # a trailer must not pass for a header
        if line.startswith(b"HTTP/"):
            self.headers.clear()  # an interim answer (1xx) came before this one
            self.length = 0
            self.interim = line.partition(b" ")[2].startswith(b"1")
        elif not line.strip():
            self.headers_complete = not self.interim
        elif b":" in line:
            name, _, value = line.partition(b":")
            self._note(name.strip(), value.strip())
        return None

    def _note(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))
        if name.lower() == b"content-length" and value.isdigit():
            self.length = int(value[:20])

    def on_body(self, chunk: bytes) -> int | None:
        size = max(len(self.body) + len(chunk), self.length)
        if size > self.limits.body:
            self.too_large = f"a body of more than {self.limits.body} bytes"
            return 0
        if size > LARGE and not self._may_be_large():
            self.postponed = True
            return 0
        self.body += chunk  # one piece: a server may send it byte by byte
        return None

    def _may_be_large(self) -> bool:
        if not self.may_grow and self.limits.grow is not None:
            self.may_grow = self.limits.grow(self.length or self.limits.body)
        return self.may_grow or self.limits.grow is None


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
        received = _Received(limits)
        began = time.time()
        started = time.perf_counter()
        try:
            self._prepare(handle, probe, headers, limits, received)
            await self._multi.perform(handle)
            cause, detail, phase = _judge(received)
        except pycurl.error as error:
            cause, detail, phase = _diagnose(handle, error, received, limits)
        seconds = time.perf_counter() - started
        answer = None if cause else _answer(handle, received)
        status = handle.getinfo(pycurl.RESPONSE_CODE)
        attempt = Attempt(
            began=began,
            seconds=seconds,
            status=status if status >= 200 else None,
            cause=cause,
            detail=detail,
            phase=phase,
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
        received: _Received,
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


def _answer(handle: pycurl.Curl, received: _Received) -> Answer:
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


_E_TOO_LARGE: Final = 100  # CURLE_TOO_LARGE; pycurl has no name for it

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
    _E_TOO_LARGE: Cause.TOO_LARGE,
    pycurl.E_OUT_OF_MEMORY: Cause.RUNNER,
    pycurl.E_SSL_CACERT_BADFILE: Cause.RUNNER,
    pycurl.E_FAILED_INIT: Cause.RUNNER,
}
"""libcurl's error codes (https://curl.se/libcurl/c/libcurl-errors.html) in our words; what is
not listed means that the peer does not speak HTTP as it should."""

_RUNNER_ERRNOS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_NO_ROUTE_ERRNOS: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}


_HUNG_UP_ERRNOS: Final = {errno.ECONNRESET, errno.EPIPE}
_TLS_EOF: Final = "unexpected eof"


def _judge(received: _Received) -> tuple[Cause | None, str, str]:
    """For libcurl an answer is complete, too, when it ends within its headers."""
    if received.headers_complete:
        return None, "", ""
    return Cause.TRUNCATED, "the connection was closed within the headers", ""


def _diagnose(
    handle: pycurl.Curl, error: pycurl.error, received: _Received, limits: Limits
) -> tuple[Cause, str, str]:
    """The cause, a sentence, and for a timeout the phase it struck in."""
    code, message = error.args[0], str(error.args[1]) or pycurl.easy_strerror(error.args[0])
    if received.too_large:
        return Cause.TOO_LARGE, f"{received.too_large}; cut off", ""
    if code == pycurl.E_OPERATION_TIMEDOUT:
        detail = f"no complete answer within {limits.seconds:.1f} s"
        return Cause.TIMEOUT, detail, _phase(handle, received)
    if code == pycurl.E_ABORTED_BY_CALLBACK:
        return Cause.RESET, "the kept connection was closed without an answer", ""
    number = handle.getinfo(pycurl.OS_ERRNO)
    if number in _RUNNER_ERRNOS:
        return Cause.RUNNER, f"{message} ({errno.errorcode[number]})", ""
    if _has_no_socket(code, number):
        return Cause.RUNNER, f"{message}: no socket to be had; see ulimit -n", ""
    cause = _cause(code, message, number, received)
    if cause is Cause.TLS:
        fault, said = _tls_fault(handle, message)
        return cause, said, fault
    return cause, message, ""


def _tls_fault(handle: pycurl.Curl, message: str) -> tuple[str, str]:
    """Which fault of TLS it is, in a word and in a sentence: by OpenSSL's verdict on the
    certificate (x509_vfy.h), or by libcurl's own on the name in it.
    """
    number = handle.getinfo(pycurl.SSL_VERIFYRESULT)
    if number in _X509_FAULTS:
        fault, sentence = _X509_FAULTS[number]
        return fault, f"{sentence} ({message})"
    if "subject name" in message or "does not match" in message or "hostname mismatch" in message:
        return "wrong host", f"the certificate is for another host ({message})"
    return "handshake", message


_UNTRUSTED: Final = (
    "untrusted",
    "the issuer of the certificate is neither trusted nor sent along: an unknown authority, or a "
    "chain that lacks its intermediate certificate",
)
_X509_FAULTS: Final = {
    9: ("not yet valid", "the certificate is not valid yet"),
    10: ("expired", "the certificate has expired"),
    18: ("untrusted", "the certificate is signed by itself"),
    19: ("untrusted", "the chain ends in an authority that is not trusted"),
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    62: ("wrong host", "the certificate is for another host"),
}
"""X509_V_ERR_* of OpenSSL that a deployment's certificate is refused with."""


def _has_no_socket(code: int, number: int) -> bool:
    """Whether the runner could open none: libcurl has the same codes for it as for a server that
    refuses and for a name that does not exist.
    """
    if code == pycurl.E_COULDNT_CONNECT:
        return not number
    if code != pycurl.E_COULDNT_RESOLVE_HOST:
        return False
    try:
        socket.socket().close()
    except OSError:
        return True
    return False


def _cause(code: int, message: str, number: int, received: _Received) -> Cause:
    """The cause of an error code, told apart where libcurl has one code for several."""
    if code == pycurl.E_COULDNT_CONNECT and number in _NO_ROUTE_ERRNOS:
        return Cause.UNREACHABLE
    hung_up = number in _HUNG_UP_ERRNOS or _TLS_EOF in message
    if code == pycurl.E_SSL_CONNECT_ERROR and hung_up:
        return Cause.RESET
    if code == pycurl.E_RECV_ERROR and "chunk" in message:
        return Cause.PROTOCOL
    if code == pycurl.E_RECV_ERROR and _TLS_EOF in message and received.headers_complete:
        return Cause.TRUNCATED
    return _CAUSES.get(code, Cause.PROTOCOL)


def _phase(handle: pycurl.Curl, received: _Received) -> str:
    """How far a transfer came before its time was up."""
    if received.requests:
        return "body" if received.headers_complete else "headers"
    if not handle.getinfo(pycurl.NAMELOOKUP_TIME_T):
        return "dns"
    return "tls" if handle.getinfo(pycurl.CONNECT_TIME_T) else "connect"
