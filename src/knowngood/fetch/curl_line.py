"""Write a request as a command line for curl, so that a person can repeat it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from ..environment import DEFAULT_PORTS, Environment
from ..safety import redact, shell_printf, shell_word
from .probe import SAFE_METHODS, Probe
from .transport import header_line, sent_url

LONGEST_BODY: Final = 500
"""Bytes of a body that stand in the line itself. A longer one is read from a file."""

_PRINTABLE: Final = re.compile(rb"[ -~]*")


def curl_line(probe: Probe, environment: Environment | None = None) -> str:
    """Return the command line that sends the request of ``probe`` again, from any POSIX shell.

    The line trusts the authorities of ``environment``, and speaks HTTP/2 unless it is forbidden
    there. Secrets stand in the line as the variables that hold them. Left out are the headers that
    say which run asks, as all requests have them. A long body is read from a file called ``body``.
    """
    options = [*_method(probe), *_wire(probe, environment), *_headers(probe), *_body(probe)]
    url = shell_word(sent_url(probe.url).encode())
    line = " ".join(["curl -sSg", *options, *connect_options(probe), url])
    body = sent_body(probe)
    if body is None or _is_inline(body):
        return line
    # What is short, and not inline, has bytes that no argument can hold: NUL, or a last line end.
    return f"{shell_printf(body)} | {line}" if len(body) <= LONGEST_BODY else f"{line} <body"


def sent_body(probe: Probe) -> bytes | None:
    """Return the body that is sent: methods that only read have none."""
    return None if probe.method in SAFE_METHODS - {"OPTIONS"} else probe.body


def connect_options(probe: Probe) -> Iterator[str]:
    """Yield curl's option for where to connect to, if it is not where the URL's host leads."""
    if not probe.address:
        return
    parts = urlsplit(probe.url)
    host = parts.hostname or ""
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    if _is_address(probe.address.strip("[]")) and not _is_address(host):
        yield f"--resolve {_word(f'{host}:{port}:{probe.address}')}"
    else:
        bracketed = f"[{host}]" if ":" in host else host
        yield f"--connect-to {_word(f'{bracketed}:{port}{probe.connect_to[1:]}')}"


def _method(probe: Probe) -> Iterator[str]:
    """Yield what shows the answer's headers, and the method unless it follows from the rest."""
    yield "-I" if probe.method == "HEAD" else "-i"
    implied = {"GET", "HEAD"} if sent_body(probe) is None else {"POST"}
    if probe.method not in implied:
        yield f"-X {_word(probe.method)}"


def _wire(probe: Probe, environment: Environment | None) -> Iterator[str]:
    """Yield what makes curl send what the engine sends: see :mod:`.transport`."""
    yield "--compressed"
    if environment is not None and probe.url.startswith("https:"):
        if not environment.network.http2:
            yield "--http1.1"
        if environment.ca is not None:
            yield f"--cacert {shell_word(bytes(environment.ca))}"
    if re.search(r"/\.\.?(?:[/?#]|$)", probe.url):
        yield "--path-as-is"
    if probe.follow:
        yield "-L"


def _headers(probe: Probe) -> Iterator[str]:
    for name, value in probe.own_headers:
        user = _user(value) if name.lower() == "authorization" else b""
        if user:
            yield f"-u {shell_word(user)}"
        else:
            yield f"-H {_word(header_line(name, value))}"
    if sent_body(probe) is not None and "content-type" not in probe.header_names:
        yield "-H Content-Type:"  # or curl would send that of a form


def _user(value: str) -> bytes:
    """Return user and password of an Authorization that holds a secret in base64."""
    scheme, _, encoded = value.partition(" ")
    if scheme != "Basic" or redact(value) == value:
        return b""
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return b""


def _body(probe: Probe) -> Iterator[str]:
    body = sent_body(probe)
    if body is not None:
        yield f"--data-raw {shell_word(body)}" if _is_inline(body) else "--data-binary @-"


def _is_inline(body: bytes) -> bool:
    return _PRINTABLE.fullmatch(body) is not None and len(body) <= LONGEST_BODY


def _is_address(host: str) -> bool:
    import ipaddress  # by failures only

    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _word(text: str) -> str:
    return shell_word(text.encode("latin-1", "replace"))
