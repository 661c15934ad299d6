"""Visits a page: the exchange of its probe, and of everything that the page needs."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..content.links import MOST, Link, links, needs_sandbox, try_in_sandbox
from ..safety.limits import ContentTooLarge
from .decompression import decoded
from .guard import Guard
from .memory_budget import Reservation
from .probe import Answer, Exchange, Probe

_DEPTH: Final = 4  # page → stylesheet → import → image


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class PageLoad:
    """The exchange of a probe and, where they were asked for, all its resources. ``trouble``
    says why not all of them could be found.
    """

    exchange: Exchange
    resources: tuple[LoadedLink, ...] = ()
    trouble: str = ""


@dataclass(slots=True, eq=False)
class PageLoading:
    """A visit under way: of which page, what was asked for and found for it so far, and whether
    a reader waits for it.
    """

    page: str
    urgent: bool = False
    claims: list[Reservation] = field(default_factory=list)
    found: dict[str, LoadedLink] = field(default_factory=dict)
    trouble: str = ""


class PageLoader:
    """Asks for what pages need; ``shared`` is how one URL is asked for, once for all readers, and
    ``edges`` has those of each origin.
    """

    def __init__(
        self,
        guard: Guard,
        shared: Callable[[Probe, PageLoading], Awaitable[Exchange]],
        edges: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._guard = guard
        self._shared = shared
        self._edges = edges

    async def visit(self, probe: Probe, visiting: PageLoading, with_references: bool) -> PageLoad:
        """The exchange of ``probe`` and, where asked for, of everything that its answer needs."""
        exchange = await self._shared(probe, visiting)
        if with_references:
            await self._collect(exchange, visiting, _DEPTH)
        return PageLoad(exchange, tuple(visiting.found.values()), visiting.trouble)

    async def _collect(self, exchange: Exchange, visiting: PageLoading, depth: int) -> None:
        """Find what this exchange's answer refers to, and what that refers to."""
        answer = exchange.answer
        if answer is None or answer.status != 200 or not depth:
            return
        new = await self._new_links(answer, visiting)
        exchanges = await asyncio.gather(
            *(self._referenced(exchange, link.url, visiting) for link in new)
        )
        for link, other in zip(new, exchanges, strict=True):
            visiting.found[link.url] = replace(visiting.found[link.url], exchange=other)
        await asyncio.gather(
            *(self._collect(other, visiting, depth - 1) for other in exchanges if other)
        )

    async def _new_links(self, answer: Answer, visiting: PageLoading) -> list[Link]:
        """What ``answer`` refers to and nothing before it did. All are claimed before the first
        wait, so that none is followed twice.
        """
        body, kind = decoded(answer), answer.header("content-type")
        found, page = visiting.found, visiting.page
        try:
            if needs_sandbox(kind, body):
                await asyncio.to_thread(try_in_sandbox, kind, body)
            new = [
                link
                for link in links(kind, answer.url, page, body)
                if link.url not in found and link.url != page
            ]
            if len(found) + len(new) > MOST:
                raise ContentTooLarge(f"with it the page needs more than {MOST} URLs")
        except ContentTooLarge as error:
            visiting.trouble = visiting.trouble or f"{answer.url}: {error}"
            return []
        for link in new:
            found[link.url] = LoadedLink(link.url, link.kind, page, answer.url, link.type)
        return new

    async def _referenced(
        self, exchange: Exchange, url: str, visiting: PageLoading
    ) -> Exchange | None:
        origin = self._guard.origin_of(url)
        if origin is None:
            return None
        asking = exchange.probe
        same = origin == asking.origin
        address = asking.address if same else _one_edge(self._edges.get(origin, ()), url)
        probe = Probe(origin, url, template=resource_group(asking.template), address=address)
        return await self._shared(probe, visiting)


def _one_edge(edges: Sequence[str], url: str) -> str:
    """Return the edge that is asked for ``url``, always the same one; empty without edges."""
    path = url.partition("?")[0]
    return edges[zlib.crc32(path.encode()) % len(edges)] if edges else ""


def resource_group(template: str) -> str:
    """The group in which what a declaration's answers refer to is counted."""
    return f"{template} →"


@dataclass(frozen=True, slots=True)
class LoadedLink:
    """A URL that ``page`` needs, found in ``found_in``; ``exchange`` is None when it lies on an
    origin that is not the environment's, which is never asked.
    """

    url: str
    kind: str
    page: str
    found_in: str
    type: str = ""
    exchange: Exchange | None = None
