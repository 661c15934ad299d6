"""What a fault is, and what it means to arm one for a run."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from fhr_standin.bagheera import Reply, Submission
from fhr_standin.resource import Resource
from fhr_standin.site import Site

Verdict = Literal["FAILED", "PASSED", "INCONCLUSIVE"]
Surface = Literal["content", "submission"]
Listens = Literal["http", "plain http", "refuses", "resets", "keeps silent"]
Certificate = Literal[
    "sound",
    "expired",
    "expires soon",
    "not yet valid",
    "wrong host",
    "untrusted",
    "incomplete",
    "self-signed",
    "without names",
    "of an authority",
]
Reach = Literal["every locale", "one locale", "one entry", "whole site"]


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and for what beyond the path; `client` is the address and port that ask.

    `held` names the file that the client has, by its tag, and `held_since` by its date. `site` and
    `destination` are what newer browsers say in Sec-Fetch-Site and Sec-Fetch-Dest, `upgrade` in
    Upgrade-Insecure-Requests. jQuery says in X-Requested-With by what a script asks: `asked_by`.
    `encodings` are those of Accept-Encoding.
    """

    client: str = ""
    query: str = ""
    host: str = ""
    agent: str = ""
    accept: str = ""
    language: str = ""
    held: str = ""
    held_since: str = ""
    referer: str = ""
    site: str = ""
    destination: str = ""
    upgrade: str = ""
    asked_by: str = ""
    encodings: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for content, as faults see it.

    `locale` is the code in the path, or None; `inner` is the path below the locale, or the whole
    path. `target` is the locale the fault was armed for, or None for all of them.
    """

    path: str
    locale: str | None
    inner: str
    site: Site
    target: str | None = None
    request: Request = Request()
    counts: Counter[str] = field(default_factory=Counter)

    def nth(self, key: str) -> int:
        """Count one more of `key` for this fault and return how many there were, from 1."""
        self.counts[key] += 1
        return self.counts[key]


ContentAct = Callable[[Ask, Resource], Resource]
SubmissionAct = Callable[[Submission, Reply], Reply]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a deployment; `verdict` is what a verifier should say of it.

    PASSED marks trouble that ends by itself, which a verifier rides out and reports as flaky, and
    what only looks like trouble.
    `caught_by` says who has to see it: one of the checks; one that opens the page in a browser,
    since no parser sees it; or the engine that runs them, which
    alone knows that no answer comes at all while the control answers. `certificate` is the one
    that its surface is served with over TLS; None if the fault is none of TLS. `edge` keeps the
    fault to one of three edges of content.

    `touches` lists the paths whose answers it changes: a name in braces stands for one segment,
    `*` for anything, and what is behind a `?` for the query. `status` is what they answer then,
    None if it differs; `error` says why they give no answer, in the words that the command
    `knowngood` has for that.
    """

    name: str
    verdict: Verdict
    surface: Surface
    doc: str
    caught_by: Literal["check", "browser", "engine"] = field(default="check", kw_only=True)
    certificate: Certificate | None = field(default=None, kw_only=True)
    edge: bool = field(default=False, kw_only=True)
    touches: tuple[str, ...] = field(default=(), kw_only=True)
    status: int | None = field(default=200, kw_only=True)
    error: str = field(default="", kw_only=True)

    @property
    def lasts(self) -> bool:
        """Whether a stand-in has it from its start to its end: it is one of ports, of edges or of
        certificates.
        """
        return self.edge or self.certificate is not None or isinstance(self, OriginFault)

    @property
    def only_answers(self) -> bool:
        """Whether nothing but whole answers tells it from a sound deployment.

        A connection, a certificate, an edge or a release takes a server that runs. That a fault
        counts requests is not known here: see `answers`.
        """
        engine = self.caught_by == "engine"
        return not (self.error or self.edge or self.certificate or engine)


@dataclass(frozen=True, slots=True)
class ContentFault(Fault):
    """A fault of the content side: `act` changes the sound answer of the paths in `at`.

    `at` holds paths below the locale (or whole ones, for what is not below a locale); None means
    all. `needs` is a kind of locale without which the fault would change nothing.
    """

    act: ContentAct
    at: frozenset[str] | None
    reach: Reach
    needs: Literal["", "alias", "rtl"] = ""


@dataclass(frozen=True, slots=True)
class SubmissionFault(Fault):
    """A fault of the submission side: rules left out in `skips`, and `act` on the reply."""

    act: SubmissionAct | None = None
    skips: str = ""


@dataclass(frozen=True, slots=True)
class OriginFault(Fault):
    """A fault of a whole surface: how its port behaves, and the host it is announced under.

    On a port that says https, `plain http` is spoken without TLS.
    """

    listens: Listens = "http"
    host: str = ""


@dataclass(slots=True)
class Armed:
    """A fault as it acts in one run: for which locale, and what it has seen so far."""

    fault: Fault
    locale: str | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def content(self, ask: Ask, resource: Resource) -> Resource:
        """Return what the content side answers under this fault."""
        fault = self.fault
        if not isinstance(fault, ContentFault) or not self.concerns(ask):
            return resource
        return fault.act(dataclasses.replace(ask, target=self.locale, counts=self.counts), resource)

    def submission(self, ask: Submission, reply: Reply) -> Reply:
        """Return what the submission side answers under this fault."""
        fault = self.fault
        if not isinstance(fault, SubmissionFault) or fault.act is None:
            return reply
        return fault.act(dataclasses.replace(ask, counts=self.counts), reply)

    def concerns(self, ask: Ask) -> bool:
        """Return whether it may act on what the content side answers to a request."""
        fault = self.fault
        if not isinstance(fault, ContentFault):
            return False
        if fault.at is not None and ask.inner not in fault.at:
            return False
        if fault.reach == "whole site":
            return True
        if ask.locale is None:
            return False
        return fault.reach == "one entry" or self.locale in (None, ask.locale)
