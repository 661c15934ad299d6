"""Answer the requests of a page through the fetcher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..fetch import Blocked, Exchange, Fetcher, NoAnswer, Probe, Response, redirects, respond

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route

_KEPT_BACK: Final = ("content-encoding", "content-length", "transfer-encoding")
"""Headers of an answer that do not hold for its decoded body."""

_OWN: Final = ("accept-encoding", "connection", "content-length", "host", "user-agent")
"""Headers of a request that the fetcher sets itself; beside those that begin with ``sec-``."""


class Traffic:
    """Answers the requests of one page.

    Attributes:
        exchanges: what was asked of the environment's origins, in order.
        elsewhere: the URLs of other hosts; they were not asked.
        turned_away: the first request that a firewall, a login wall or a rate limit answered;
            None if none did.
    """

    def __init__(
        self, probe: Probe, known: Mapping[str, Exchange | None], fetcher: Fetcher
    ) -> None:
        """``probe`` asks for the page. ``known`` are exchanges by URL that need not be made again;
        ``fetcher`` makes all others.
        """
        self.exchanges: list[Exchange] = []
        self.elsewhere: list[str] = []
        self.turned_away: Blocked | None = None
        self._probe = probe
        self._known = known
        self._fetcher = fetcher

    def answer(self, route: Route, request: Request) -> None:
        """Answer one request, or abort it."""
        if request.resource_type == "eventsource":  # its answer never ends
            route.abort("blockedbyclient")
            return
        origin = self._fetcher.guard.origin_of(request.url)
        if origin is None:
            self.elsewhere.append(request.url)
            route.abort("blockedbyclient")
            return
        exchange = self._known_answer(request)
        if exchange is None:
            exchange = self._fetcher.load(self._to_probe(origin, request)).result().exchange
        self.exchanges.append(exchange)
        try:
            response = respond(exchange)
        except Blocked as error:
            self.turned_away = self.turned_away or error
            route.abort("failed")
        except NoAnswer:
            route.abort("failed")
        else:
            headers = _browser_headers(response)
            route.fulfill(status=response.status_code, headers=headers, body=response.content)

    def _known_answer(self, request: Request) -> Exchange | None:
        """Return the exchange of a GET that was made already; None for a redirect, which the
        fetcher must follow: a browser does not hand on the request that it leads to.
        """
        exchange = self._known.get(request.url) if request.method == "GET" else None
        answer = exchange.answer if exchange is not None else None
        return None if answer is not None and redirects(answer) else exchange

    def _to_probe(self, origin: str, request: Request) -> Probe:
        headers = (
            (name, value)
            for name, value in request.headers.items()
            if name not in _OWN and not name.startswith(("sec-", ":"))
        )
        return Probe(
            origin,
            request.url,
            request.method,
            follow=request.method == "GET",
            address=self._probe.address if origin == self._probe.origin else "",
            template=self._probe.template,
            headers=tuple(headers),
            body=request.post_data_buffer,
            repeatable=request.method == "GET",
        )


def _browser_headers(response: Response) -> dict[str, str]:
    """Return the headers of an answer as Playwright takes them: one text for each name, and cookies
    on a line each, since a comma may be part of one.
    """
    headers = {n: value for n, value in response.headers.items() if n not in _KEPT_BACK}
    cookies = response.headers.get_list("set-cookie")
    return {**headers, "set-cookie": "\n".join(cookies)} if cookies else headers
