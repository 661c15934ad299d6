"""A ready-made claim about where the links of a page lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..content import written_urls
from ..content.problem import Aspect, Problem
from ..fetch import GONE, Blocked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..fetch import Client, Response

_MOST: Final = 60
"""Links of a page that are followed: each is a request of its own."""

_NOT_BY_HEAD: Final = (405, 501)


def dead_link_problems(page: Response, client: Client) -> list[str]:
    """Return which links of the page to its own origin lead to nothing: to 404, 410, or an error
    of the server. ``client`` asks for the first 60 of them, but for those with a query or with
    ``rel="nofollow"``, which may do something.
    """
    lines: list[str] = []
    for url in list(dict.fromkeys(_own_links(page)))[:_MOST]:
        status = _status(client, url)
        if status in GONE or status >= 500:
            line = f"a link to {urlsplit(url).path}, which is {status}"
            lines.append(Problem(line, Aspect.LINK))
    return lines


def _own_links(page: Response) -> Iterator[str]:
    """Yield where the page links to within its origin, without fragments."""
    own = urlsplit(str(page.url))
    address = written_urls.base(page.html, str(page.url))
    for node in page.html.css("a[href]:not([rel~=nofollow])"):
        url = written_urls.resolved(address, node.attributes["href"] or "")
        parts = written_urls.parts(url)
        if parts is None or parts[:2] != own[:2]:
            continue
        if not parts.query and parts.path not in {"", own.path}:
            yield url


def _status(client: Client, url: str) -> int:
    """Return the status of ``url``; 403 where somebody on the way turns this machine away. Not
    every server answers HEAD as it does GET.
    """
    try:
        status = client.head(url).status_code
        if status in {*GONE, *_NOT_BY_HEAD} or status >= 500:
            status = client.get(url).status_code
    except Blocked:
        return 403
    return status
