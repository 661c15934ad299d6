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

_DEPTH: Final = 4  # page → stylesheet → import → image


@dataclass(frozen=True, slots=True)
class LoadedLink:
    """A URL that a page needs.

    Attributes:
        url: the absolute URL.
        kind: what needs it: script, stylesheet, image and so on.
        page: the URL of the page.
        found_in: the URL of the answer that refers to it.
        type: the ``type`` attribute of the element, if any.
        exchange: its exchange; None if it lies on no origin of the environment, as such URLs are
            never asked.
    """

    url: str
    kind: str
    page: str
    found_in: str
    type: str = ""
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class PageLoad:
    """What was loaded for one probe.

    Attributes:
        exchange: the exchange of the probe.
        resources: all that the page needs, if it was asked for.
        trouble: why not all resources could be found; empty if they could.
    """

    exchange: Exchange
    resources: tuple[LoadedLink, ...] = ()
    trouble: str = ""


@dataclass(slots=True, eq=False)
class PageLoading:
    """A load under way.

    Attributes:
        page: the URL of the page.
        urgent: whether a check waits for it.
        reservations: what its requests asked of the memory budget.
        links: what was found so far, by URL.
        trouble: see ``PageLoad``.
    """

    page: str
    urgent: bool = False
    reservations: list[Reservation] = field(default_factory=list)
    links: dict[str, LoadedLink] = field(default_factory=dict)
    trouble: str = ""


class PageLoader:
    """Asks for what pages need.

    ``shared`` asks for one probe, once for all its readers; ``edges`` has those of each origin.
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

    async def load(self, probe: Probe, loading: PageLoading, resources: bool) -> PageLoad:
        """Return the exchange of ``probe`` and, with ``resources``, of all that its page needs."""
        exchange = await self._shared(probe, loading)
        if resources:
            await self._collect(exchange, loading, _DEPTH)
        return PageLoad(exchange, tuple(loading.links.values()), loading.trouble)

    async def _collect(self, exchange: Exchange, loading: PageLoading, depth: int) -> None:
        """Ask for what this exchange's answer refers to, and for what that refers to."""
        answer = exchange.answer
        if answer is None or answer.status != 200 or not depth:
            return
        new = await self._new_links(answer, loading)
        exchanges = await asyncio.gather(
            *(self._ask(exchange.probe, link.url, loading) for link in new)
        )
        for link, linked in zip(new, exchanges, strict=True):
            loading.links[link.url] = replace(loading.links[link.url], exchange=linked)
        await asyncio.gather(
            *(self._collect(linked, loading, depth - 1) for linked in exchanges if linked)
        )

    async def _new_links(self, answer: Answer, loading: PageLoading) -> list[links.Link]:
        """Note and return what ``answer`` refers to and no earlier answer did. Nothing is awaited
        between the look and the note, so that no link is followed twice.
        """
        try:
            new = await self._unknown_links(answer, loading)
        except ContentTooLarge as error:
            loading.trouble = loading.trouble or f"{answer.url}: {error}"
            return []
        for link in new:
            loading.links[link.url] = LoadedLink(
                link.url, link.kind, loading.page, answer.url, link.type
            )
        return new

    async def _unknown_links(self, answer: Answer, loading: PageLoading) -> list[links.Link]:
        body, content_type = decoded(answer), answer.header("content-type")
        if links.needs_sandbox(content_type, body):
            await asyncio.to_thread(links.try_in_sandbox, content_type, body)
        new = [
            link
            for link in links.extract(content_type, answer.url, loading.page, body)
            if link.url not in loading.links and link.url != loading.page
        ]
        if len(loading.links) + len(new) > links.MOST:
            raise ContentTooLarge(f"with it the page needs more than {links.MOST} URLs")
        return new

    async def _ask(self, parent: Probe, url: str, loading: PageLoading) -> Exchange | None:
        """Ask for a URL that the answer to ``parent`` refers to, at the same edge if it can be."""
        origin = self._guard.origin_of(url)
        if origin is None:
            return None
        same = origin == parent.origin
        address = parent.address if same else _one_edge(self._edges.get(origin, ()), url)
        template = resource_group(parent.template)
        return await self._shared(Probe(origin, url, template=template, address=address), loading)


def _one_edge(edges: Sequence[str], url: str) -> str:
    """Return the edge that is asked for ``url``, always the same one; empty without edges."""
    path = url.partition("?")[0]
    return edges[zlib.crc32(path.encode()) % len(edges)] if edges else ""


def resource_group(template: str) -> str:
    """Return the name of the group in which the resources of a declaration's pages are counted."""
    return f"{template} →"
