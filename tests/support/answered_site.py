"""A site whose answers exist only in a test: pages and what they need."""

from collections.abc import Mapping

from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import Resource, Response, respond

SITE = "https://fhr.example.org"
HTML = "<!doctype html><html><head><title>x</title>{}</head><body>text</body></html>"
JAVASCRIPT = {"content-type": "text/javascript"}
CSS = {"content-type": "text/css"}


class Site:
    """Answers of a site that exists only here; they live as long as the test."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def exchange(
        self,
        path: str,
        body: str | bytes,
        headers: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Exchange:
        """Make the exchange of an answer."""
        fields = {"content-type": "text/html; charset=utf-8", **(headers or {})}
        pairs = tuple((name.encode(), value.encode()) for name, value in fields.items())
        content = body.encode() if isinstance(body, str) else body
        answer = Answer(status, SITE + path, pairs, content)
        attempts = (Attempt(0.0, 0.1, status),)
        self.exchanges.append(Exchange(Probe("content", SITE + path), attempts, answer))
        return self.exchanges[-1]

    def page(self, head: str = "", headers: Mapping[str, str] | None = None) -> Response:
        """Answer for ``/fr/`` with a page."""
        return respond(self.exchange("/fr/", HTML.format(head), headers))

    def resource(
        self,
        path: str,
        body: str | bytes,
        headers: Mapping[str, str] | None = None,
        kind: str = "script",
        status: int = 200,
    ) -> Resource:
        """Make a file that ``/fr/`` needs."""
        exchange = self.exchange(path, body, headers or JAVASCRIPT, status)
        page = f"{SITE}/fr/"
        return Resource(SITE + path, kind, page, page, "", exchange)

    def elsewhere(self) -> Resource:
        """Make a script that ``/fr/`` needs from another host, which is not asked."""
        page = f"{SITE}/fr/"
        return Resource("https://cdn.example.net/x.js", "script", page, page)
