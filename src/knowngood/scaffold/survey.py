"""What a deployment has that is worth a check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..fetch import GONE
from .pages import Page
from .search_files import Search
from .self_reports import Wellness


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """What the person named, if it is no page.

    Attributes:
        path: its path; empty if a page was named.
        media_type: its media type.
        kind: of JSON, ``list``, or ``dict`` of one that is not empty; else empty.
        schema: what tomorrow's keeps to of it, beside its kind; empty for nothing.
    """

    path: str = ""
    media_type: str = ""
    kind: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema_name(self) -> str:
        """How a check names its schema."""
        return "-".join(re.findall(r"[a-z0-9]+", self.path.lower())) or "root"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a deployment has.

    Attributes:
        origin: its URL, without a path.
        pages: its pages.
        elsewhere: other hosts that its pages load from.
        headers: the security headers that all pages send, with a pattern for the value of each.
        shared: the paths of the documents of a service without pages.
        sharing: the headers by which pages of other origins may read these, with a pattern for the
            value of each.
        cookies: the attributes that protect each cookie which pages set, by its name.
        feeds: the paths of its feeds.
        search: how search engines may list its pages.
        base: the path below which the service lies, without its last slash; empty for all of it.
        start: the path that the person named, if it redirects to another; else empty.
        start_type: the media type of what it leads to.
        illness: by which title or heading that page says that the service is ill; empty without.
        varies_by_language: whether a page says that it has other languages for who asks for them.
        has_login: whether people can log in on the page that the person named.
        document: what the person named, if it is no page.
        missing: the status of the answer for a path that does not exist.
        missing_page: whether it is a page, in which nothing looks left over from a build.
        health: the paths where it says how it is.
        health_pages: those of them that answer with HTML, as frameworks call a mere "ok".
        well: what it says there, and in the document, where it says that it is well.
        version: the path of its version document; empty without one.
        version_type: its media type.
        version_field: the key of that document, or empty for a text.
        version_header: the header that names the release, in place of a document.
        api: its OpenAPI document; empty without one.
        statuses: the status of each answer, by path.
        requests: how many requests were sent.
    """

    origin: str
    pages: tuple[Page, ...] = ()
    elsewhere: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    sharing: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    feeds: tuple[str, ...] = ()
    search: Search = field(default_factory=Search)
    base: str = ""
    start: str = ""
    start_type: str = ""
    illness: str = ""
    varies_by_language: bool = False
    has_login: bool = False
    document: NamedDocument = field(default_factory=NamedDocument)
    missing: int = 404
    missing_page: bool = False
    health: tuple[str, ...] = ()
    health_pages: tuple[str, ...] = ()
    well: tuple[Wellness, ...] = ()
    version: str = ""
    version_type: str = ""
    version_field: str = ""
    version_header: str = ""
    api: Mapping[str, Any] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0

    @property
    def says_what_is_gone(self) -> bool:
        """Whether it says of a path that does not exist that nothing is there, or, as a bucket of
        files does, that nobody may have it.
        """
        return self.missing in {*GONE, 403}
