"""Ready-made claims about what a site says to search engines and other crawlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..content import robots as robots_txt
from ..content import search_engines
from ..fetch import search_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ..fetch import Response


def search_engine_problems(answers: Iterable[Response], hosts: Collection[str]) -> list[str]:
    """Return what keeps search engines from listing a site's pages under ``hosts``, as what is left
    over from staging does. ``answers`` are its pages, and its robots.txt and sitemaps if it has
    them: no page may be listed, or robots.txt forbids all; or all canonical links, ``og:url``,
    links to other languages or URLs of sitemaps name other hosts.

    Addresses of the host that was asked are always sound; if it is not among ``hosts``, as a
    stage's, its pages may forbid to be listed.
    """
    sound = [answer for answer in answers if answer.status_code == 200 and hosts]
    return search_engines.problems(list(map(search_entry, sound)), hosts)


def crawler_problems(robots: Response) -> list[str]:
    """Return what a robots.txt that is to keep all crawlers out lets them ask for."""
    return list(robots_txt.let_in(robots.content))
