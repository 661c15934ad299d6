"""Load a page: the exchange of its probe, and of every resource that the page needs."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..content import links
from ..safety import ContentTooLarge
from .decompression import decoded
from .guard import Guard
from .memory_budget import Reservation
from .probe import Answer, Exchange, Probe
from .response import Resource

_DEPTH: Final = 4  # page → stylesheet → import → image


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class PageLoad:
    """What was loaded for one probe.

    Attributes:
        exchange: the exchange of the probe.
        resources: all that the page needs, if it was asked for.
        trouble: why not all resources could be found; empty if they could.
    """

    exchange: Exchange
    resources: tuple[Resource, ...] = ()
    trouble: str = ""


@dataclass(slots=True, eq=False)
class PageLoader:
    """Loads one page.

    Attributes:
        guard: says which URLs may be asked.
        edges: the edges of each origin.
        shared: asks for one probe, once for all its readers.
        probe: asks for the page.
        urgent: whether a check waits for it.
        reservations: what its requests asked of the memory budget.
        resources: what was found so far, by URL.
        trouble: see ``PageLoad``.
    """

    guard: Guard
    edges: Mapping[str, tuple[str, ...]]
    shared: Callable[[Probe, PageLoader], Awaitable[Exchange]]
    probe: Probe
    urgent: bool = False
    reservations: list[Reservation] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    trouble: str = ""

    async def load(self, *, resources: bool) -> PageLoad:
        """Return the exchange of the probe and, with ``resources``, of all that its page needs."""
        exchange = await self.shared(self.probe, self)
        if resources:
            await self._collect(exchange, _DEPTH)
        return PageLoad(exchange, tuple(self.resources.values()), self.trouble)

    async def _collect(self, exchange: Exchange, depth: int) -> None:
        """Ask for what this exchange's answer refers to, and for what that refers to."""
        answer = exchange.answer
        if answer is None or answer.status != 200 or not depth:
            return
        urls = await self._new_urls(answer)
        exchanges = await asyncio.gather(*(self._ask(exchange.probe, url) for url in urls))
        for url, linked in zip(urls, exchanges, strict=True):
            self.resources[url] = replace(self.resources[url], exchange=linked)
        await asyncio.gather(*(self._collect(linked, depth - 1) for linked in exchanges if linked))

    async def _new_urls(self, answer: Answer) -> list[str]:
        """Note and return what ``answer`` refers to and no earlier answer did. Nothing is awaited
        between the look and the note, so that no link is followed twice.
        """
        try:
            new = await self._unknown_links(answer)
        except ContentTooLarge as error:
            self.trouble = self.trouble or f"{answer.url}: {error}"
            return []
        for link in new:
            self.resources[link.url] = Resource(
                link.url, link.kind, self.probe.url, answer.url, link.type
            )
        return [link.url for link in new]

    async def _unknown_links(self, answer: Answer) -> list[links.Link]:
        body, content_type = decoded(answer), answer.header("content-type")
        if links.needs_sandbox(content_type, body):
            await asyncio.to_thread(links.try_in_sandbox, content_type, body)
        page = self.probe.url
        new = [
            link
            for link in links.extract(content_type, answer.url, page, body)
            if link.url not in self.resources and link.url != page
        ]
        if len(self.resources) + len(new) > links.MOST:
            raise ContentTooLarge(f"with it the page needs more than {links.MOST} URLs")
        return new

    async def _ask(self, parent: Probe, url: str) -> Exchange | None:
        """Ask for a URL that the answer to ``parent`` refers to, at the same edge if it can be."""
        origin = self.guard.origin_of(url)
        if origin is None:
            return None
        same = origin == parent.origin
        address = parent.address if same else _one_edge(self.edges.get(origin, ()), url)
        template = resource_group(parent.template)
        return await self.shared(Probe(origin, url, template=template, address=address), self)


def _one_edge(edges: Sequence[str], url: str) -> str:
    """Return the edge that is asked for ``url``, always the same one; empty without edges."""
    path = url.partition("?")[0]
    return edges[zlib.crc32(path.encode()) % len(edges)] if edges else ""


def resource_group(template: str) -> str:
    """Return the name of the group in which the resources of a declaration's pages are counted."""
    return f"{template} →"
