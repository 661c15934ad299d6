"""The content side as an ASGI application."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus

from fhr_standin.asgi import Receive, Response, Scope, Send, answer, asked, header
from fhr_standin.faults import Armed, Ask, ContentFault, Request
from fhr_standin.folder import Folder
from fhr_standin.protocol import drop, seize
from fhr_standin.resource import Resource, message
from fhr_standin.site import Site
from fhr_standin.wire import Wire, render

_NOT_ALLOWED = replace(
    message(405, "Method not allowed"), headers=(("allow", "GET, HEAD"),), zips=0
)
_NOBODY = Request()
_MANY = 100_000  # paths, more than a site of 1,000 locales has


class Content:
    """Serves a site, under faults; `requests` counts what was asked for."""

    def __init__(self, site: Site | Folder, faults: list[Armed], secure: bool = False) -> None:
        """Take the site, the faults to act on it (none on a folder), and whether over TLS."""
        self.site = site
        self.requests: Counter[str] = Counter()
        self._secure = secure
        self.arm(faults)
        lasting = isinstance(site, Site)
        self._at = lru_cache(maxsize=_MANY)(self._rendered) if lasting else self._rendered

    def arm(self, faults: list[Armed]) -> None:
        """Take other faults in place of those there are."""
        self._faults = [armed for armed in faults if isinstance(armed.fault, ContentFault)]
        # A sound path always answers the same; a faulty one is asked anew each time.
        self._wire = self._faulty if self._faults else self._sound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.requests[asked(scope)] += 1
        resource, wire = self._look_up(scope)
        if resource.drop:
            drop(scope)
            return
        if resource.raw is not None:
            await resource.raw(seize(scope), _head(wire), wire.plain.body)
            return
        response = _respond(scope, wire)
        if resource.withheld and scope["method"] == "GET" and response.status != 304:
            await _cut_off(scope, send, response)
        else:
            await answer(send, *response)

    def response(self, scope: Scope) -> Response:
        """Return the answer to a request, under faults that leave the connection alone."""
        return _respond(scope, self._look_up(scope)[1])

    def resource(self, path: str, request: Request = _NOBODY) -> Resource:
        """Return what `path` answers a request under the faults, for which it counts."""
        resource = self.site.find(path)
        if isinstance(self.site, Folder):
            return resource
        ask = content_ask(self.site, path, request)
        for armed in self._faults:
            resource = armed.content(ask, resource)
        return resource

    def reset(self) -> None:
        """Forget the requests, also those that faults have seen."""
        self.requests.clear()
        for armed in self._faults:
            armed.counts.clear()

    def _look_up(self, scope: Scope) -> tuple[Resource, Wire]:
        if scope["method"] not in ("GET", "HEAD"):
            return _NOT_ALLOWED, render(_NOT_ALLOWED, self._secure)
        return self._wire(scope)

    def _sound(self, scope: Scope) -> tuple[Resource, Wire]:
        return self._at(scope["path"])

    def _rendered(self, path: str) -> tuple[Resource, Wire]:
        resource = self.site.find(path)
        return resource, render(resource, self._secure)

    def _faulty(self, scope: Scope) -> tuple[Resource, Wire]:
        resource = self.resource(scope["path"], _request(scope))
        return resource, render(resource, self._secure)


def content_ask(site: Site, path: str, request: Request = _NOBODY) -> Ask:
    """Return a request for `path` as faults see it."""
    code, slash, inner = path[1:].partition("/")
    locale = code if code in site.locales else None
    # Without its slash a locale is a redirect, not its page.
    return Ask(path, locale, inner if locale and slash else path, site, request=request)


def _respond(scope: Scope, wire: Wire) -> Response:
    """Return the answer to a request for what goes out as `wire`."""
    form = wire.gzipped if wire.gzipped and _takes_gzip(scope) else wire.plain
    if _is_fresh(scope, wire):
        return Response(304, form.unchanged, b"")
    return Response(wire.status, form.headers, b"" if scope["method"] == "HEAD" else form.body)


def _head(wire: Wire) -> bytes:
    """Return the status line and the headers of the plain answer, as they go over the line."""
    line = f"HTTP/1.1 {wire.status} {HTTPStatus(wire.status).phrase}\r\n".encode()
    lines = [b"%b: %b\r\n" % pair for pair in wire.plain.headers]
    return b"".join([line, *lines, b"connection: close\r\n\r\n"])


def _request(scope: Scope) -> Request:
    who = (b"host", b"user-agent", b"accept", b"accept-language")
    since = (b"if-none-match", b"if-modified-since")
    newer = (b"sec-fetch-site", b"sec-fetch-dest", b"upgrade-insecure-requests")
    names = (*who, *since, b"referer", *newer, b"x-requested-with", b"accept-encoding")
    query = scope["query_string"].decode("latin-1")
    values = (header(scope, name).decode("latin-1") for name in names)
    return Request(str(scope.get("client")), query, *values)


def _takes_gzip(scope: Scope) -> bool:
    encodings = header(scope, b"accept-encoding").replace(b" ", b"").lower()
    return b"gzip" in encodings and b"gzip;q=0" not in encodings.split(b",")


def _is_fresh(scope: Scope, wire: Wire) -> bool:
    """Return whether the client holds what is there; a date counts only without an entity tag."""
    tags = header(scope, b"if-none-match")
    if not tags:
        return bool(wire.plain.modified) and wire.plain.modified == header(
            scope, b"if-modified-since"
        )
    own = {form.etag for form in (wire.plain, wire.gzipped) if form is not None and form.etag}
    held = {tag.strip().removeprefix(b"W/") for tag in tags.split(b",")}
    return bool(own & held) or (bool(own) and b"*" in held)


async def _cut_off(scope: Scope, send: Send, response: Response) -> None:
    status, headers, body = response
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    drop(scope)
