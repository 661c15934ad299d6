"""The request of a check, and the attempts and the answer that it got.

All of these are frozen and small: they travel between threads and processes.

    Probe ──► Fetcher ──► Exchange
                          ├─ attempts: Attempt, Attempt, …
                          └─ answer:   Answer | None
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from .attempt_error import (
    ANSWERED_WRONG,
    BEFORE_SENDING,
    GATEWAY_ERRORS,
    NEVER_SENT,
    RETRIED_STATUSES,
    RUN_ERRORS,
    AttemptError,
    Excuse,
)
from .certificate import Certificate

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing on the server (RFC 9110, 9.2.1)."""

GONE: Final = (404, 410)
"""Statuses by which a server says that something is not there."""

_CONDITIONS: Final = frozenset({"if-match", "if-none-match", "if-unmodified-since"})

IDEMPOTENT_METHODS: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""Methods whose repetition changes nothing more (RFC 9110, 9.2.2)."""

ANEW: Final = 1000
"""Added to the number of a sample to send it again; a mark has at most 100 samples."""


def walk_group(origin: str) -> str:
    """Return the name of the group in which the requests of clients at ``origin`` are counted."""
    return f"{origin} walk"


@dataclass(frozen=True, slots=True)
class Probe:
    """One request that a check declares. Two probes are equal if they send the same request.

    Attributes:
        origin: the name of the origin in the environment.
        url: the absolute URL.
        method: the HTTP method.
        sample: a number that tells probes apart that send the same on purpose.
        follow: whether redirects are followed.
        address: where to connect to in place of the URL's host, such as an edge of a CDN; Host
            and SNI stay as they are.
        template: the declaration that it was made from, without its query. Probes of one template
            are counted together.
        headers: names and values that are sent beside the usual ones.
        body: the body, if any.
        repeatable: whether it may be sent twice, whatever its method.
        fresh: whether it gets a new connection, which a balancer may hand to any backend.
        varies: whether the answers of different edges may differ.
        unpublished: whether nobody may fetch it.
        item: the node id of the item whose client sends it; empty if several share it.
        referer: the first page or stylesheet that needs it.
        expect: a status that neither turns the run away nor is retried.
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
    unpublished: bool = field(default=False, compare=False)
    expect: int | None = field(default=None, compare=False)
    item: str = field(default="", compare=False)
    referer: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def header_names(self) -> set[str]:
        """The names of ``headers``, in lower case."""
        return {name.lower() for name, _ in self.headers}

    @property
    def own_headers(self) -> tuple[tuple[str, str], ...]:
        """The names and values that it sends beside the usual ones, Referer among them.

        With Range it accepts no compression, by the Fetch standard ("HTTP-network-or-cache fetch").
        """
        names, implied = self.header_names, []
        if self.referer and "referer" not in names:
            implied.append(("Referer", self.referer))
        if "range" in names and "accept-encoding" not in names:
            implied.append(("Accept-Encoding", "identity"))
        return (*self.headers, *implied)

    @property
    def in_walk(self) -> bool:
        """Whether a client of a check sends it; checks do not share its answer."""
        return self.template == walk_group(self.origin)

    @property
    def first_look(self) -> Probe:
        """The probe that was sent first for the same (``ANEW``)."""
        return self if self.sample < ANEW else replace(self, sample=self.sample % ANEW)

    @property
    def connect_to(self) -> str:
        """``address`` as the value of curl's ``--connect-to``, with the URL's port if it has none;
        empty without an address.
        """
        if not self.address:
            return ""
        has_port = self.address.rpartition("]")[2].count(":") == 1
        return f"::{self.address}{'' if has_port else ':'}"

    @property
    def may_be_repeated(self) -> bool:
        """Whether it may be sent again after the server may have carried it out. A write that
        names the state that it changes (``If-Match``) is refused by 412 the second time (RFC 9110,
        13.1).
        """
        reads, plain = self.method in SAFE_METHODS, self.header_names.isdisjoint(_CONDITIONS)
        return self.repeatable or reads or (self.method in IDEMPOTENT_METHODS and plain)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt received.

    Attributes:
        status: the status code.
        url: the URL that answered.
        headers: names and values as sent, in order.
        body: the body as sent.
        address: the IP address that answered.
        certificate: that of the server; None without a TLS handshake.
        decoded: bytes of the decoded body; 0 without Content-Encoding.
    """

    status: int
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    address: str = ""
    certificate: Certificate | None = None
    decoded: int = 0

    def header(self, name: str) -> str | None:
        """Return the header called ``name`` (lower case), or None. Lines of one name are joined,
        as httpx does (RFC 9110, 5.3): two Content-Encodings are two layers.
        """
        key = name.encode()
        values = [value.decode("latin-1") for other, value in self.headers if other.lower() == key]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a probe.

    Attributes:
        began: when it began, in seconds since the epoch.
        seconds: how long it took.
        status: the status code; None without one.
        error: why it brought no usable answer; None if it brought one.
        detail: the same in a sentence.
        phase: for a timeout, how far it got: dns, connect, tls, headers or body. For a reset,
            connect if it came before the request was sent. For TLS, which fault it is: expired,
            not yet valid, wrong host, untrusted or handshake.
        address: the IP address that it connected to; empty if it did not get that far.
        connected: whether it opened a new connection.
        excuses: what may explain that it failed.
    """

    began: float
    seconds: float
    status: int | None = None
    error: AttemptError | None = None
    detail: str = ""
    phase: str = ""
    address: str = ""
    connected: bool = False
    excuses: Excuse = Excuse.NONE

    @property
    def stale(self) -> bool:
        """Whether its kept connection had been closed."""
        return Excuse.STALE in self.excuses

    @property
    def settling(self) -> bool:
        """Whether the deployment may be settling, and that is why it failed."""
        return Excuse.SETTLING in self.excuses

    @property
    def hung(self) -> bool:
        """Whether a new connection was accepted and then stayed silent."""
        waited = self.error is AttemptError.TIMEOUT and self.phase in {"tls", "headers"}
        return self.connected and waited

    @property
    def waited_in_vain(self) -> bool:
        """Whether its new connection was not accepted, or stayed silent."""
        return self.hung or (self.error is AttemptError.TIMEOUT and self.phase == "connect")

    @property
    def was_crowded_out(self) -> bool:
        """Whether it may have failed because many were sent at once."""
        return bool(self.excuses & (Excuse.CROWDED | Excuse.STARVED))

    @property
    def failed(self) -> bool:
        """Whether it failed in a way that a sound origin does not."""
        if self.error is None:
            return self.status in GATEWAY_ERRORS
        return not self.stale and self.error not in RUN_ERRORS

    @property
    def never_sent(self) -> bool:
        """Whether the request cannot have reached the server."""
        if self.error is AttemptError.BUDGET:
            return not self.address
        return self.error in NEVER_SENT or self.phase in BEFORE_SENDING

    def __str__(self) -> str:
        if self.error is None:
            return f"{self.status} in {self.seconds:.2f} s"
        phase = f" ({self.phase})" if self.phase else ""
        return f"{self.error}{phase}: {self.detail} after {self.seconds:.2f} s"


Tried: TypeAlias = tuple[Attempt, Answer | None]
"""An attempt, and the answer that it brought."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Exchange:
    """A probe with its attempts and its answer.

    Attributes:
        probe: what was asked.
        attempts: every attempt made, in order; at least one.
        answer: the answer of the last attempt; None if it brought none.
    """

    probe: Probe
    attempts: tuple[Attempt, ...]
    answer: Answer | None = None

    @property
    def retried(self) -> bool:
        """Whether the first attempt was not enough."""
        return len(self.attempts) > 1

    @property
    def flaky(self) -> bool:
        """Whether it needed a retry that neither a closed connection nor a rate limit explains."""
        earlier = self.attempts[:-1]
        troubled = any(not attempt.stale and attempt.status != 429 for attempt in earlier)
        return troubled and self.answer is not None and not self.transient

    @property
    def heard(self) -> bool:
        """Whether there was any answer, right or wrong."""
        return self.answer is not None or self.error in ANSWERED_WRONG

    @property
    def status(self) -> int:
        """The status of the answer; 0 without one."""
        return self.answer.status if self.answer is not None else 0

    @property
    def transient(self) -> bool:
        """Whether the last answer still said "not now"."""
        return self.status in RETRIED_STATUSES

    @property
    def seconds(self) -> float:
        """From the start of the first attempt to the end of the last."""
        last = self.attempts[-1]
        return last.began + last.seconds - self.attempts[0].began

    @property
    def error(self) -> AttemptError | None:
        """Why there is no answer; None if there is one."""
        return self.attempts[-1].error
