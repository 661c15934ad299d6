"""What a check asks for, and what came back.

Everything here is frozen and small: it travels between the thread that fetches, the checks that
read, the workers that report and the writers that print.

    Probe ── asked by ──► Fetcher ── answers ──► Exchange
                                                   ├─ answer:   Answer | None
                                                   └─ attempts: Attempt, Attempt, …
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing on the server (RFC 9110, 9.2.1)."""

IDEMPOTENT_METHODS: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""Methods whose repetition changes nothing more (RFC 9110, 9.2.2)."""


class Cause(StrEnum):
    """Why an attempt brought no usable answer."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    PROTOCOL = "protocol"
    ENCODING = "encoding"
    REDIRECT = "redirect"
    GUARD = "guard"
    RUNNER = "runner"
    BUDGET = "budget"


RETRIED_CAUSES: Final = frozenset(
    {
        Cause.DNS,
        Cause.REFUSED,
        Cause.UNREACHABLE,
        Cause.RESET,
        Cause.TIMEOUT,
        Cause.TRUNCATED,
    }
)
"""Causes that may pass by themselves. A certificate, a bomb or a login page will not."""

RETRIED_STATUSES: Final = frozenset({429, 502, 503, 504})
"""Statuses by which a server or a gateway says "not now" (RFC 9110, 15.6; RFC 6585, 4)."""

SILENT: Final = frozenset(
    {Cause.DNS, Cause.REFUSED, Cause.UNREACHABLE, Cause.RESET, Cause.TIMEOUT, Cause.TLS}
)
"""Causes in which nobody that can be believed has answered: it may be the deployment that is out
of reach, or the runner's own network."""

NOT_NOW: Final = frozenset({429, 503})
"""Those of them by which it says that it did nothing. A gateway's 502 and 504 leave open whether
the request was carried out behind it."""

ANSWERED_WRONG: Final = frozenset(
    {Cause.TRUNCATED, Cause.TOO_LARGE, Cause.PROTOCOL, Cause.ENCODING, Cause.REDIRECT}
)
"""Causes in which the deployment did answer, and answered wrong: a failure by themselves."""


_NEVER_SENT: Final = frozenset(
    {Cause.GUARD, Cause.DNS, Cause.REFUSED, Cause.UNREACHABLE, Cause.TLS}
)
"""Causes that strike before a request is put on the wire: nothing was written."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One request that a check declares.

    ``origin`` names the origin in the environment; ``url`` is absolute. ``sample`` tells apart
    probes that are alike on purpose. ``template`` is the declaration this probe was made from,
    without its query: by it probes are counted, however they get past caches. ``address`` is
    where to connect to (an edge of a CDN, say) in place of what the URL's host resolves to, while
    Host and SNI stay as they are. ``fresh`` asks on a connection of its own, which a balancer may
    hand to any backend; what ``varies`` may differ between edges. Two probes are equal when they
    would put the same request.
    """

    origin: str = field(compare=False)
    url: str
    method: str = "GET"
    sample: int = 1
    follow: bool = False
    address: str = ""
    template: str = field(default="", compare=False)
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    repeatable: bool = field(default=True, compare=False)
    fresh: bool = field(default=False, compare=False)
    varies: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def connect_to(self) -> str:
        """``address`` as curl's ``--connect-to`` has it: for any host, at its own port if the
        address names none; empty without one.
        """
        if not self.address:
            return ""
        has_port = self.address.rpartition("]")[2].count(":") == 1
        return f"::{self.address}{'' if has_port else ':'}"

    @property
    def may_be_repeated(self) -> bool:
        """Whether it does no harm to send it again after it may have been carried out."""
        return self.repeatable or self.method in IDEMPOTENT_METHODS


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt received: the status line, the headers, the body as sent.

    ``certificate_expires`` is in seconds since the epoch, where a TLS handshake took place.
    ``decoded`` is the number of bytes that a body with a Content-Encoding stands for.
    """

    status: int
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    address: str = ""
    certificate_expires: float | None = None
    decoded: int = 0

    def header(self, name: str) -> str | None:
        """The header called ``name`` (lower case), or None. Lines of one name are joined, as
        httpx does (RFC 9110, 5.3): two Content-Encodings are two layers.
        """
        wanted = name.encode()
        values = [value.decode("latin-1") for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a probe. ``began`` is in seconds since the epoch, ``seconds`` its duration.

    ``phase`` says how far a timeout got (dns, connect, tls, headers or body), and which fault TLS
    has (expired, not yet valid, wrong host, untrusted or handshake). ``stale`` marks one
    on a kept connection that the server had closed meanwhile: nobody's fault, and repeated at
    once on a new one (RFC 9112, 9.3.1).
    """

    began: float
    seconds: float
    status: int | None = None
    cause: Cause | None = None
    detail: str = ""
    phase: str = ""
    address: str = ""
    stale: bool = False

    @property
    def never_sent(self) -> bool:
        """Whether the request cannot have reached the server."""
        if self.cause is Cause.BUDGET:
            return not self.address
        return self.cause in _NEVER_SENT or self.phase in {"dns", "connect", "tls"}

    def __str__(self) -> str:
        if self.cause is None:
            return f"{self.status} in {self.seconds:.2f} s"
        where = f" ({self.phase})" if self.phase else ""
        return f"{self.cause}{where}: {self.detail} after {self.seconds:.2f} s"


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Exchange:
    """A probe, every attempt made at it, and the answer of the last, if there was one."""

    probe: Probe
    attempts: tuple[Attempt, ...]
    answer: Answer | None = None

    @property
    def retried(self) -> bool:
        """Whether the first attempt was not enough."""
        return len(self.attempts) > 1

    @property
    def flaky(self) -> bool:
        """Whether an answer came, but only after a retry that neither a new connection nor a rate
        limit explains.
        """
        tried = self.attempts[:-1]
        troubled = any(not attempt.stale and attempt.status != 429 for attempt in tried)
        return troubled and self.answer is not None and not self.transient

    @property
    def heard(self) -> bool:
        """Whether somebody answered, rightly or wrongly."""
        return self.answer is not None or self.cause in ANSWERED_WRONG

    @property
    def transient(self) -> bool:
        """Whether the last answer still said "not now"."""
        return self.answer is not None and self.answer.status in RETRIED_STATUSES

    @property
    def seconds(self) -> float:
        """From the start of the first attempt to the end of the last."""
        if not self.attempts:
            return 0.0
        last = self.attempts[-1]
        return last.began + last.seconds - self.attempts[0].began

    @property
    def cause(self) -> Cause | None:
        """Why there is no answer; None where there is one."""
        return self.attempts[-1].cause if self.attempts else Cause.BUDGET


@dataclass(frozen=True, slots=True)
class PlannedProbe:
    """A probe that one item reads."""

    probe: Probe
    resources: bool
