"""Find out why an attempt brought no answer, from libcurl's error codes."""

from __future__ import annotations

import errno
import re
import socket
from typing import Final, NamedTuple

import pycurl

from .attempt_error import GATEWAY_ERRORS, AttemptError
from .received import Limits, Received


class Diagnosis(NamedTuple):
    """Why an attempt brought no answer.

    Attributes:
        error: why it brought no usable answer; None for an attempt that succeeded.
        detail: a sentence for the report.
        phase: how far a timeout or a reset came, or which fault TLS has (see ``Attempt``).
    """

    error: AttemptError | None
    detail: str = ""
    phase: str = ""


_E_PROXY: Final = 97  # CURLE_PROXY and so on; pycurl has no names for them
_E_TOO_LARGE: Final = 100
_E_HTTP2_STREAM: Final = 92

_ERRORS: Final = {
    pycurl.E_COULDNT_RESOLVE_HOST: AttemptError.DNS,
    pycurl.E_COULDNT_CONNECT: AttemptError.REFUSED,
    pycurl.E_SSL_CONNECT_ERROR: AttemptError.TLS,
    pycurl.E_PEER_FAILED_VERIFICATION: AttemptError.TLS,
    pycurl.E_SSL_CIPHER: AttemptError.TLS,
    pycurl.E_GOT_NOTHING: AttemptError.RESET,
    pycurl.E_SEND_ERROR: AttemptError.RESET,
    pycurl.E_RECV_ERROR: AttemptError.RESET,
    pycurl.E_PARTIAL_FILE: AttemptError.TRUNCATED,
    _E_PROXY: AttemptError.UNREACHABLE,
    _E_TOO_LARGE: AttemptError.TOO_LARGE,
    pycurl.E_OUT_OF_MEMORY: AttemptError.RUNNER,
    pycurl.E_SSL_CACERT_BADFILE: AttemptError.RUNNER,
    pycurl.E_FAILED_INIT: AttemptError.RUNNER,
}
"""libcurl's error codes (https://curl.se/libcurl/c/libcurl-errors.html) in our words; any other
means that the peer does not speak HTTP as it should."""

_PROXY_ERRORS: Final = {
    pycurl.E_COULDNT_RESOLVE_PROXY,
    pycurl.E_COULDNT_CONNECT,
    _E_PROXY,
}
"""Codes of a proxy that is not there, or refuses to connect."""

_RUNNER_ERRNOS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_NO_ROUTE_ERRNOS: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}

_HUNG_UP_ERRNOS: Final = {errno.ECONNRESET, errno.EPIPE}
_BROKEN_HTTP2: Final = re.compile(r"^nghttp2|\bPROTOCOL_ERROR")
_TLS_EOF: Final = "unexpected eof"

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
"""OpenSSL's X509_V_ERR_* for certificates that it refuses: the phase and a sentence of each."""


def judge(received: Received) -> Diagnosis:
    """Judge a transfer that libcurl calls complete, or that ended since another protocol goes on:
    one cut off in its headers is not.
    """
    if received.headers_complete:
        return Diagnosis(None)
    return Diagnosis(AttemptError.TRUNCATED, "the connection was closed within the headers")


def diagnose(
    handle: pycurl.Curl, error: pycurl.error, received: Received, limits: Limits
) -> Diagnosis:
    """Return why the transfer of ``handle`` ended with ``error``."""
    code, message = error.args[0], str(error.args[1]) or pycurl.easy_strerror(error.args[0])
    if received.too_large:
        return Diagnosis(AttemptError.TOO_LARGE, f"{received.too_large}; cut off")
    if code in {pycurl.E_HTTP2, _E_HTTP2_STREAM} or message.startswith("nghttp2"):
        return _http2_fault(code, str(error.args[1]), received)
    if code == pycurl.E_OPERATION_TIMEDOUT:
        detail = f"no complete answer within {limits.seconds:.1f} s"
        return Diagnosis(AttemptError.TIMEOUT, detail, _phase(handle, message, received))
    if code == pycurl.E_ABORTED_BY_CALLBACK:
        detail = "the kept connection was closed, or the request refused on it, without an answer"
        return Diagnosis(AttemptError.RESET, detail)
    trouble = _runners_trouble(handle, code, message)
    if trouble:
        return Diagnosis(AttemptError.RUNNER, trouble)
    number = handle.getinfo(pycurl.OS_ERRNO)
    if code == pycurl.E_COULDNT_CONNECT and number in _HUNG_UP_ERRNOS:
        return Diagnosis(AttemptError.RESET, message, "connect")
    error = _error(code, message, number, received)
    if error is AttemptError.TLS:
        return _tls_fault(handle, message)
    return Diagnosis(error, message)


def _http2_fault(code: int, message: str, received: Received) -> Diagnosis:
    """Return what ended a stream, or the whole connection, of HTTP/2.

    A stream that the server resets is like a closed connection of HTTP/1.1. A whole connection
    broke if nghttp2 says so; otherwise it was closed.
    """
    given_up = "reset by server" in message or "closed cleanly" in message
    if not (given_up or code == pycurl.E_HTTP2) or _BROKEN_HTTP2.search(message):
        return Diagnosis(AttemptError.PROTOCOL, f"the server's HTTP/2 is broken: {message}")
    error = AttemptError.TRUNCATED if received.headers_complete else AttemptError.RESET
    return Diagnosis(error, message or "the connection was closed without an answer")


def _runners_trouble(handle: pycurl.Curl, code: int, message: str) -> str:
    """Return what keeps this machine from sending: its proxy, or that it opens no socket."""
    number = handle.getinfo(pycurl.OS_ERRNO)
    if number in _RUNNER_ERRNOS:
        return f"{message} ({errno.errorcode[number]})"
    if handle.getinfo(pycurl.USED_PROXY):
        status = handle.getinfo(pycurl.HTTP_CONNECTCODE)
        refused = code in _PROXY_ERRORS or (code == pycurl.E_RECV_ERROR and status >= 300)
        fault = refused and status not in GATEWAY_ERRORS
        return f"the proxy of [network] gave no connection: {message}" if fault else ""
    if _has_no_socket(code, number):
        return f"{message}: this machine opens no socket; see ulimit -n"
    return ""


def _tls_fault(handle: pycurl.Curl, message: str) -> Diagnosis:
    """Return which fault TLS has, by OpenSSL's verdict on the certificate (x509_vfy.h) or by
    libcurl's own on the name in it.
    """
    number = handle.getinfo(pycurl.SSL_VERIFYRESULT)
    if number in _X509_FAULTS:
        fault, sentence = _X509_FAULTS[number]
        return Diagnosis(AttemptError.TLS, f"{sentence} ({message})", fault)
    if "subject name" in message or "does not match" in message or "hostname mismatch" in message:
        return Diagnosis(
            AttemptError.TLS, f"the certificate is for another host ({message})", "wrong host"
        )
    return Diagnosis(AttemptError.TLS, message, "handshake")


def _has_no_socket(code: int, number: int) -> bool:
    """Return whether this machine could open no socket. libcurl has the same codes for that as for
    a server that refuses, and for a name that does not exist.
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


def _error(code: int, message: str, number: int, received: Received) -> AttemptError:
    """Return what an error code means; where one code stands for several, the details decide."""
    if code == pycurl.E_COULDNT_CONNECT and number in _NO_ROUTE_ERRNOS:
        return AttemptError.UNREACHABLE
    hung_up = number in _HUNG_UP_ERRNOS or _TLS_EOF in message
    if code == pycurl.E_SSL_CONNECT_ERROR and hung_up:
        return AttemptError.RESET
    if code == pycurl.E_RECV_ERROR and "chunk" in message:
        return AttemptError.PROTOCOL
    lost = code in {pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR}
    if lost and _TLS_EOF in message and received.headers_complete:
        return AttemptError.TRUNCATED
    return _ERRORS.get(code, AttemptError.PROTOCOL)


def _phase(handle: pycurl.Curl, message: str, received: Received) -> str:
    """Return how far a transfer came before its time was up; waiting for another's connection
    counts as connecting.
    """
    if received.requests:
        return "body" if received.headers_complete else "headers"
    if not handle.getinfo(pycurl.NAMELOOKUP_TIME_T):
        return "dns" if message.startswith("Resolving") else "connect"
    return "tls" if handle.getinfo(pycurl.CONNECT_TIME_T) else "connect"
