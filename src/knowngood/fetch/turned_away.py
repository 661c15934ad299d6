"""Tell answers that turn the run away from those of the deployment.

A rate limit, a bot challenge, a login wall or a proxy answers in the deployment's place. Some
answers say so themselves (``why_turned_away``). Others may be the deployment's as well
(``is_turned_away`` knows both): those count only if the origin gives no other answer in the run.
docs/verdicts.md has the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..content.media_types import media_type
from .attempt_error import NOT_NOW, RETRIED_STATUSES
from .credentials import carries_credentials
from .decompression import decoded
from .probe import SAFE_METHODS, Answer, Exchange, Probe

_OTHERS_STATUSES: Final = {
    407: "407: a proxy on the way asks for credentials",
    511: "511: the network asks to log in, as a captive portal does",
}

_CHALLENGES: Final = {
    "cf-mitigated": {"challenge"},
    "x-amzn-waf-action": {"challenge", "captcha"},
}
"""The headers of bot challenges: developers.cloudflare.com/cloudflare-challenges and
docs.aws.amazon.com/waf (Challenge: 202, CAPTCHA: 405)."""

_REMAINING: Final = ("x-ratelimit-remaining", "ratelimit-remaining")
_NOTHING_LEFT: Final = re.compile(r"\br(?:emaining)?=0(?![0-9.])")
"""The header RateLimit in both forms of draft-ietf-httpapi-ratelimit-headers."""

_CHECKS_VISITOR: Final = re.compile(
    rb"captcha|challenge(?!-platform/scripts/)|your browser|\brobot\b|\bare (?:you )?(?:a )?human\b"
    rb"|<title>\s*just a moment|ddos|awswaf|sec-if-cpt|bm-verify|incapsula|sucuri_cloudproxy",
    re.I,
)
"""Words of a 503 page that checks its visitor, as Cloudflare, AWS WAF, Akamai, Imperva, Sucuri and
DDoS-Guard write them. The script ``challenge-platform/scripts/`` Cloudflare adds to any page."""

WALL_STATUSES: Final = frozenset({401, 403, 503})
"""The statuses of answers that say nothing of themselves, and may still turn the run away."""

_SCRIPT: Final = re.compile(rb"<script\b", re.I)
_UNSEEN: Final = re.compile(
    rb"<(script|noscript|style|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)|&nbsp;",
    re.I | re.S,
)


def why_turned_away(exchange: Exchange) -> str | None:
    """Return how the run was turned away, where the answer itself says so; otherwise None."""
    answer = exchange.answer
    if answer is None or answer.status == exchange.probe.expect:
        return None
    if answer.status < 400 and answer.status != 202:
        return None
    return (
        _OTHERS_STATUSES.get(answer.status)
        or _challenge(answer)
        or _rate_limit(answer)
        or _refused_write(exchange, answer)
    )


def is_turned_away(exchange: Exchange) -> bool:
    """Return whether something before the deployment gave this answer, or may have: one that says
    so, any 401, a page with 403, and one with 503 that checks its visitor.
    """
    answer = exchange.answer
    if answer is None or answer.status < 400 or answer.status == exchange.probe.expect:
        return False
    if answer.status == 401 or why_turned_away(exchange):
        return True
    if answer.status not in WALL_STATUSES or not _is_page(answer):
        return False
    return answer.status == 403 or _checks_visitor(answer)


def _checks_visitor(answer: Answer) -> bool:
    """Return whether a page with 503 does: by its words, or if it shows nothing and runs a script.
    One of the deployment's own, for maintenance, says something, or by Retry-After for how long.
    """
    body = decoded(answer)
    if _CHECKS_VISITOR.search(body):
        return True
    scripted = not answer.header("retry-after") and _SCRIPT.search(body)
    return bool(scripted) and not _UNSEEN.sub(b"", body).strip()


def _challenge(answer: Answer) -> str | None:
    for name, values in _CHALLENGES.items():
        if (answer.header(name) or "").strip().lower() in values:
            return f"{answer.status} with a bot challenge ({name}: {answer.header(name)})"
    return None


def _rate_limit(answer: Answer) -> str | None:
    """Return which rate limit was reached. 503 with Retry-After alone is none: servers send that
    for maintenance, too.
    """
    wait = answer.header("retry-after")
    if answer.status == 429:
        return f"429 Too Many Requests, Retry-After {wait or 'not given'}"
    if answer.status not in {403, 503}:
        return None
    for name in _REMAINING:
        if (answer.header(name) or "").strip() == "0":
            return f"{answer.status} with {name}: 0, a rate limit"
    if _NOTHING_LEFT.search(answer.header("ratelimit") or ""):
        return f"{answer.status} with RateLimit: {answer.header('ratelimit')}"
    if answer.status == 403 and wait:
        return f"403 with Retry-After: {wait}, a rate limit"
    return None


def is_refused_write(exchange: Exchange) -> bool:
    """Return whether a write without credentials was answered by 401, or by a page with 403."""
    answer = exchange.answer
    if answer is None or answer.status == exchange.probe.expect:
        return False
    said_otherwise = _challenge(answer) or _rate_limit(answer)
    return not said_otherwise and bool(_who_refused(exchange.probe, answer))


def _refused_write(exchange: Exchange, answer: Answer) -> str | None:
    """Return who refused a write in the deployment's place. Reads and writes with credentials have
    no such rule: users get the same 403.
    """
    probe = exchange.probe
    if probe.method in SAFE_METHODS:
        return None
    if answer.status in RETRIED_STATUSES - NOT_NOW and not probe.may_be_repeated:
        return f"{answer.status} from a gateway: the request may or may not have been carried out"
    return _who_refused(probe, answer)


def _who_refused(probe: Probe, answer: Answer) -> str | None:
    if probe.method in SAFE_METHODS or carries_credentials(probe):
        return None
    if answer.status == 401:
        return "401: a proxy or a login wall on the way asks for credentials"
    if answer.status == 403 and _is_page(answer):
        return "403 with an HTML page: this is a firewall's answer, not the service's"
    return None


def _is_page(answer: Answer) -> bool:
    return media_type(answer.header("content-type")) == "text/html"


class WriteKind(NamedTuple):
    """What an origin may refuse as a whole: a method, with a media type of what is sent."""

    origin: str
    method: str
    media_type: str

    @classmethod
    def of(cls, origin: str, method: str, headers: Iterable[Iterable[str]]) -> WriteKind:
        """Return the kind of a request by its headers, which are names and values."""
        values = (value for name, value in headers if name.lower() == "content-type")
        return cls(origin, method, media_type(next(values, "")))


@dataclass(slots=True)
class RefusedWrites:
    """What one process wrote without credentials, by kind.

    A firewall refuses all writes of this machine, at least for a while. If an origin refuses every
    write of one kind and takes others in between, the deployment itself refuses that kind.

    Attributes:
        taken: the kinds of which a write was taken.
        refused: the kinds that were refused, and again after others were taken.
    """

    taken: set[WriteKind] = field(default_factory=set)
    refused: set[WriteKind] = field(default_factory=set)
    _others_taken: dict[WriteKind, bool] = field(default_factory=dict)

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange, if it is such a write and has an answer."""
        probe, answer = exchange.probe, exchange.answer
        if probe.method in SAFE_METHODS or answer is None:
            return
        kind = WriteKind.of(probe.origin, probe.method, probe.headers)
        if is_refused_write(exchange):
            if self._others_taken.setdefault(kind, False):
                self.refused.add(kind)
        elif 200 <= answer.status < 300 and not (
            why_turned_away(exchange) or carries_credentials(probe)
        ):
            self.taken.add(kind)
            for other in self._others_taken:
                self._others_taken[other] |= other.origin == kind.origin
