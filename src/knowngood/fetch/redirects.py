"""Send a request and follow its redirects, all within the environment's origins."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from ..content import html, page_elements
from .attempt_error import AttemptError
from .credentials import without_credentials
from .decompression import BadEncoding, decoded, decoded_size
from .guard import Guard
from .probe import Answer, Probe, Tried
from .received import Limits
from .request_headers import headers_of
from .transport import Transport

REDIRECTS: Final = 5
"""Redirects followed where a check asks for it. curl's and requests' limits are 30 to 50; a sound
deployment needs one or two."""

_SMALL: Final = 4096
"""Bytes of a page that stands for a redirect, as generators of static sites write it."""


@dataclass(frozen=True, slots=True)
class RedirectFollower:
    """Sends requests and follows their redirects.

    Attributes:
        transport: sends one request.
        guard: says which URLs may be asked.
        headers: the headers of every request.
        edges: the edges of each origin.
    """

    transport: Transport
    guard: Guard
    headers: Mapping[str, str]
    edges: Mapping[str, Sequence[str]]

    async def send(self, probe: Probe, limits: Limits) -> Tried:
        """Send the request of a probe and, where it asks for it, follow its redirects."""
        headers = headers_of(probe, self.headers)
        started = time.monotonic()
        first, answer = await self.transport.send(probe, headers, limits)
        attempt, hops = first, 0
        while answer is not None and probe.follow and (target := leads_to(answer)):
            refusal = self._refusal(probe, target, hops)
            if refusal and not redirects(answer):
                break
            if refusal:
                return replace(attempt, error=AttemptError.REDIRECT, detail=refusal), None
            hops += 1
            if self.guard.origin_of(target, probe.origin) != probe.origin:
                headers = without_credentials(headers)
            seconds = max(0.001, started + limits.seconds - time.monotonic())
            hop_limits = replace(limits, seconds=seconds, fresh=False)
            hop = self._hop(probe, target)
            attempt, answer = await self.transport.send(hop, headers, hop_limits)
            spent = time.monotonic() - started
            attempt = replace(attempt, began=first.began, seconds=spent)
        return attempt, answer

    def _hop(self, probe: Probe, target: str) -> Probe:
        """Return the probe for a redirect's target, at the same edge or one of the other origin."""
        origin = self.guard.origin_of(target, probe.origin) or ""
        if origin == probe.origin:
            return replace(probe, url=target)
        return replace(probe, url=target, address=one_edge(self.edges.get(origin, ()), target))

    def _refusal(self, probe: Probe, target: str, hops: int) -> str:
        """Return why a redirect is not followed; empty if it is."""
        if hops >= REDIRECTS:
            return f"more than {REDIRECTS} redirects, the last to {target}"
        if self.guard.refusal(replace(probe, url=target)):
            return f"redirected to {target}, outside the environment's origins: not followed"
        return ""


def one_edge(edges: Sequence[str], url: str) -> str:
    """Return the edge that is asked for ``url``, always the same one; empty without edges."""
    path = url.partition("?")[0]
    return edges[zlib.crc32(path.encode()) % len(edges)] if edges else ""


def leads_to(answer: Answer) -> str:
    """Return the absolute URL that an answer leads to: by its status, or as a page that does so at
    once, by ``<meta http-equiv="refresh">``. Empty if it does not.
    """
    if redirects(answer):
        return target_of(answer)
    if answer.status != 200 or "html" not in (answer.header("content-type") or ""):
        return ""
    try:
        decoded_size(answer.body, answer.header("content-encoding") or "", _SMALL)
    except BadEncoding:
        return ""
    text = decoded(answer).decode("utf-8", "replace")
    return page_elements.led_on(html.parse(text), answer.url) if "refresh" in text.lower() else ""


def redirects(answer: Answer) -> bool:
    """Return whether an answer leads to another URL."""
    return answer.status in {301, 302, 303, 307, 308} and answer.header("location") is not None


def target_of(answer: Answer) -> str:
    """Return the absolute URL of the answer's Location. One that cannot be parsed is returned as
    it was sent; the guard refuses it.
    """
    location = answer.header("location") or ""
    try:
        return urljoin(answer.url, location)
    except ValueError:
        return location


def left_for(answer: Answer) -> str:
    """Return the URL on another host that an answer redirects to; empty if it does not."""
    target = target_of(answer) if redirects(answer) else ""
    try:
        host = urlsplit(target).hostname
    except ValueError:
        return ""
    return target if host and host != urlsplit(answer.url).hostname else ""
