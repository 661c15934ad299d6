"""Load a page: the exchange of its probe, and of every resource that the page needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ..content.written_urls import SCRIPT_KINDS
from ..safety import ContentTooLarge
from .credentials import without_credentials
from .decompression import decoded
from .guard import Guard
from .memory_budget import Reservation
from .probe import Answer, Exchange, Probe
from .redirects import one_edge
from .response import Resource
from .transport import sent_url
from .turned_away import why_turned_away

if TYPE_CHECKING:
    from ..content.links import Document
    from ..content.webpack_chunks import Chunks
    from ..content.written_urls import Link

_RESOURCES: Final = " →"  # after a declaration: what its pages need
_DEPTH: Final = 4  # page → stylesheet → import → image
_LOADED_BY_SCRIPTS: Final = SCRIPT_KINDS - {"script"}
_LATER: Final = {"script": "script-url"}
_REFERRING: Final = {"stylesheet", "frame", "object", *SCRIPT_KINDS}
"""Kinds that may need more."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class PageLoad:
    """What was loaded for one probe.

    Attributes:
        exchange: the exchange of the probe.
        resources: all that the page needs, if it was asked for.
        trouble: why the answer ``unread`` could not be searched; empty if none came.
        unread: what could not be searched for what it needs; None if all could.
    """

    exchange: Exchange
    resources: tuple[Resource, ...] = ()
    trouble: str = ""
    unread: Exchange | None = None


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
        documents: by URL of a resource, the page, the frame or the worker that needs it.
        chunks: what the page's scripts say about the chunks of their build.
        trouble: why the answer ``unread`` could not be searched; empty if none came.
        unread: the first stylesheet or script that could not be searched for what it needs.
    """

    guard: Guard
    edges: Mapping[str, tuple[str, ...]]
    shared: Callable[[Probe, PageLoader], Awaitable[Exchange]]
    probe: Probe
    urgent: bool = False
    reservations: list[Reservation] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    chunks: list[Chunks] = field(default_factory=list)
    trouble: str = ""
    unread: Exchange | None = None

    async def load(self, *, resources: bool) -> PageLoad:
        """Return the exchange of the probe and, with ``resources``, of all that its page needs."""
        exchange = await self.shared(self.probe, self)
        if resources:
            await self._collect([exchange], _DEPTH)
        return PageLoad(exchange, tuple(self.resources.values()), self.trouble, self.unread)

    async def _collect(self, exchanges: Iterable[Exchange], depth: int) -> None:
        """Ask for what these answers refer to, and for what that refers to."""
        referring = [exchange for exchange in exchanges if depth and self._may_refer(exchange)]
        await asyncio.gather(*(self._follow(exchange, depth) for exchange in referring))

    def _may_refer(self, exchange: Exchange) -> bool:
        answer = exchange.answer
        if answer is None or answer.status != 200:
            return False
        from ..content import links

        kind = self._loaded_as(exchange.probe.url)
        return links.may_refer(answer.header("content-type"), kind)

    def _loaded_as(self, url: str) -> str:
        resource = self.resources.get(url)
        return resource.kind if resource is not None else "frame"

    async def _follow(self, exchange: Exchange, depth: int) -> None:
        probes = self._probes(exchange.probe, await self._new_urls(exchange))
        linked = await asyncio.gather(*(self.shared(probe, self) for probe in probes))
        for other in linked:
            url = other.probe.url
            self.resources[url] = replace(self.resources[url], exchange=other)
            if self.unread is None and self._is_unknown(other):
                self.unread = other
        await self._collect(linked, depth - 1)

    def _is_unknown(self, exchange: Exchange) -> bool:
        """Return whether nobody can tell what this file needs, since it gave no answer to read.
        Pages that have such a file are not compared.
        """
        lost = exchange.answer is None or bool(why_turned_away(exchange))
        return lost and self.resources[exchange.probe.url].kind in _REFERRING

    async def _new_urls(self, exchange: Exchange) -> list[str]:
        """Note and return what an answer refers to and no earlier answer did. Nothing is awaited
        between the look and the note, so that no link is followed twice.
        """
        answer = exchange.answer
        assert answer is not None
        try:
            new = await self._unknown_links(answer, exchange.probe.url)
        except ContentTooLarge as error:
            if self.unread is None:
                self.trouble, self.unread = str(error), exchange
            return []
        for link in new:
            resource = Resource(link.url, link.kind, self.probe.url, answer.url, link.type)
            self.resources[link.url] = replace(resource, charset=link.charset)
        return [link.url for link in new]

    async def _unknown_links(self, answer: Answer, asked: str) -> list[Link]:
        from ..content import links, webpack_chunks

        body, content_type = decoded(answer), answer.header("content-type")
        if links.needs_sandbox(content_type, body):
            await asyncio.to_thread(links.try_in_sandbox, content_type, body)
        page, finder = self.probe.url, self.resources.get(asked)
        document = self.documents.get(asked) or links.Document(page)
        named, document = links.extract(
            content_type, answer.url, body, document, self._loaded_as(asked)
        )
        named += webpack_chunks.links(content_type, answer.url, document.base, body, self.chunks)
        new = [link for link in named if link.url not in self.resources and link.url != page]
        if len(self.resources) + len(new) > links.MOST:
            raise ContentTooLarge(f"with it the page needs more than {links.MOST} URLs")
        for link in new:
            is_worker = link.kind == "worker"
            self.documents[link.url] = links.Document(link.url) if is_worker else document
        if finder is not None and finder.kind in _LOADED_BY_SCRIPTS:
            # no script of the page itself, whose names these would share
            new = [replace(link, kind=_LATER.get(link.kind, link.kind)) for link in new]
        return new

    def _probes(self, parent: Probe, urls: Iterable[str]) -> Iterator[Probe]:
        """Yield a probe for each of the ``urls`` that the answer to ``parent`` refers to, but for
        those on other origins. It asks the same edge, if that serves the origin, and sends the same
        headers, and the parent's URL as Referer, as browsers do.
        """
        template, referer = resource_group(parent.template), sent_url(parent.url)
        for url in urls:
            origin = self.guard.origin_of(url, parent.origin)
            if origin is not None:
                same = origin == parent.origin
                edge = parent.address if same else one_edge(self.edges.get(origin, ()), url)
                yield Probe(
                    origin,
                    url,
                    template=template,
                    address=edge,
                    headers=parent.headers if same else without_credentials(parent.headers),
                    referer=referer if same else "",
                )


def resource_group(template: str) -> str:
    """Return the name of the group in which is counted what a declaration's pages need, and what
    that needs in turn.
    """
    return f"{template_of(template)}{_RESOURCES}"


def is_resource_group(group: str) -> bool:
    """Return whether a group is one of :func:`resource_group`."""
    return group.endswith(_RESOURCES)


def template_of(group: str) -> str:
    """Return the declaration that a group of requests belongs to."""
    return group.removesuffix(_RESOURCES)
