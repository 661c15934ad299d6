"""What one URL of the content side answers, before it is put on the wire."""

from dataclasses import dataclass

from fhr_standin.raw import Raw

HTML = "text/html; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"

_MEDIA = {
    "css": "text/css; charset=utf-8",
    "eot": "application/vnd.ms-fontobject",
    "gif": "image/gif",
    "html": HTML,
    "js": "application/javascript; charset=utf-8",
    "json": JSON,
    "png": "image/png",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "txt": TEXT,
    "woff": "font/woff",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One answer: what it says, and how the wire may depart from a sound server.

    `headers` (lower-case names) replace the server's own, those in `added` are sent beside them,
    and those in `without` are not sent. A 304 has those in `unchanged` as well. `zipped` is gzipped
    in the body's place.
    `conditional` False ignores If-None-Match; `zips` is how often a gzipped body is gzipped, 0
    where gzip is not on offer; `withheld` bytes of the promised body are never sent; `drop` closes
    without an answer; `raw` writes the answer in the server's place.
    """

    body: bytes
    media: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    added: tuple[tuple[str, str], ...] = ()
    without: frozenset[str] = frozenset()
    unchanged: tuple[tuple[str, str], ...] = ()
    zipped: bytes | None = None
    conditional: bool = True
    zips: int = 1
    withheld: int = 0
    drop: bool = False
    raw: Raw | None = None


def media_of(path: str) -> str:
    """Return the Content-Type of a file by its suffix; KeyError for one the site does not have."""
    return _MEDIA[path.rpartition(".")[2]]


def message(status: int, text: str) -> Resource:
    """Return a small HTML page that says `text`, as web servers answer what is no page."""
    page = f"<!DOCTYPE html>\n<html><head><title>{text}</title></head><body>{text}</body></html>\n"
    return Resource(page.encode(), HTML, status)


def redirect(location: str, status: int = 301) -> Resource:
    """Return a redirect to `location`."""
    moved = message(status, "Moved")
    return Resource(moved.body, moved.media, status, headers=(("location", location),))


NOT_FOUND = message(404, "Not found")
