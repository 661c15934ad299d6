"""What keeps search engines from listing a site."""

from __future__ import annotations

import pytest
from answered_site import HTML, SITE, Site

from knowngood import checks
from knowngood.fetch.response import Response, respond

PUBLIC = ["fhr.example.org", "www.example.com"]
NOINDEX = '<meta name="{}" content="{}">'
CANONICAL = '<link rel="canonical" href="{}">'
ELSEWHERE = "https://localhost:3000/a"


def pages(site: Site, *heads: str, headers: dict[str, str] | None = None) -> list[Response]:
    """Pages ``/0``, ``/1``, … with these elements."""
    return [
        respond(site.exchange(f"/{number}", HTML.format(head), headers))
        for number, head in enumerate(heads)
    ]


def file(site: Site, path: str, text: str) -> Response:
    """A file beside the pages."""
    kind = "text/xml" if path.endswith(".xml") else "text/plain"
    return respond(site.exchange(path, text, {"content-type": kind}))


def problems(answers: list[Response], hosts: list[str] | None = None) -> list[str]:
    """What keeps search engines from listing these."""
    return checks.search_engine_problems(answers, PUBLIC if hosts is None else hosts)


@pytest.mark.parametrize(
    "value", ["noindex", "none", "nofollow, NOINDEX", "googlebot: noindex", "max-snippet:-1, none"]
)
def test_header_that_forbids_all_pages(site: Site, value: str) -> None:
    """It is left over from staging; one page that may be listed shows that it is meant."""
    answers = pages(site, "", "", headers={"x-robots-tag": value})
    line = f"no page may be listed by search engines: /0 says X-Robots-Tag: {value}"
    assert problems(answers) == [line]
    assert problems([*answers, site.page()]) == []


@pytest.mark.parametrize(
    "value", ["all", "nofollow", "other: noindex, none", "max-image-preview:none", "noindexing"]
)
def test_header_that_forbids_less(site: Site, value: str) -> None:
    """Search engines may list the page."""
    assert problems(pages(site, "", headers={"x-robots-tag": value})) == []


@pytest.mark.parametrize(("name", "forbids"), [("robots", 1), ("Googlebot", 1), ("gptbot", 0)])
def test_element_that_forbids_all_pages(site: Site, name: str, forbids: int) -> None:
    """It stands in the layout; another robot's does not count."""
    assert len(problems(pages(site, NOINDEX.format(name, "noindex,nofollow")))) == forbids


@pytest.mark.parametrize(
    ("robots", "forbids"),
    [
        ("User-agent: *\nDisallow: /\n", True),
        ("User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /0\n", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nDisallow:\n", False),
        ("", False),
    ],
)
def test_robots(site: Site, robots: str, forbids: bool) -> None:
    """It forbids all pages, not some, and not to other robots alone."""
    lines = problems([*pages(site, "", ""), file(site, "/robots.txt", robots)])
    assert lines == (["/robots.txt forbids every page to search engines"] if forbids else [])


def test_stage_may_forbid_it(site: Site) -> None:
    """A host that is not among those to be listed; and without such hosts nothing is claimed."""
    answers = pages(site, NOINDEX.format("robots", "noindex") + CANONICAL.format(f"{SITE}/"))
    answers.append(file(site, "/robots.txt", "User-agent: *\nDisallow: /\n"))
    assert problems(answers, ["example.com"]) == []
    assert problems(pages(site, CANONICAL.format(ELSEWHERE)), []) == []
    assert len(problems(answers)) == 2


@pytest.mark.parametrize("url", ["", "/0", f"{SITE}:443/", "http://example.com/", "tel:1", "//["])
def test_address_of_the_site(site: Site, url: str) -> None:
    """Of the host that was asked, or of one of the site's, with ``www.`` or without."""
    assert problems(pages(site, CANONICAL.format(url))) == []


@pytest.mark.parametrize(
    ("what", "element"),
    [
        ('<link rel="canonical">', CANONICAL),
        ('<meta property="og:url">', '<meta property="og:url" content="{}">'),
        (
            '<link rel="alternate" hreflang>',
            '<link rel="alternate" hreflang="de" href="{}">',
        ),
    ],
)
def test_addresses_of_another_host(site: Site, what: str, element: str) -> None:
    """All name it; one article may be of another site, and one language have another host."""
    other, ours = element.format(ELSEWHERE), element.format("/0")
    line = f"{what} names no host of the site, but {ELSEWHERE} in /0"
    assert problems(pages(site, other)) == [line]
    assert problems(pages(site, other, other)) == [f"{line}, and 1 more"]
    assert problems(pages(site, other, "")) == []
    assert problems(pages(site, other, other, ours)) == []


def test_sitemap_of_another_host(site: Site) -> None:
    """None of its pages is of the site. Those of an index may lie elsewhere."""
    place = f"<loc>{ELSEWHERE}</loc>" * 2 + " " * 3_000_000  # too large for a text
    (line,) = problems([file(site, "/s.xml", place)])
    assert line == f"<loc> names no host of the site, but {ELSEWHERE} in /s.xml, and 1 more"
    assert problems([file(site, "/s.xml", f"{place}<loc>{SITE}/</loc>")]) == []
    assert problems([file(site, "/s.xml", f"<sitemapindex>{place}</sitemapindex>")]) == []


def test_page_of_an_error_is_not_to_be_listed(site: Site) -> None:
    """It says nothing of the site."""
    gone = site.exchange("/0", HTML.format(NOINDEX.format("robots", "noindex")), status=404)
    assert problems([respond(gone)]) == []


KEPT_OUT = "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    "text",
    [
        KEPT_OUT,
        f"\ufeff# all\r\n{KEPT_OUT}Sitemap: https://example.org/sitemap.xml\n",
        f"{KEPT_OUT}Disallow: /en-US/\nAllow:\n",
        "user-agent : *\nUser-agent: GPTBot\nCrawl-delay: 9\ndisallow : /\n",
        f"{KEPT_OUT}\nUser-agent: GPTBot\nDisallow: /\n",
    ],
    ids=["plain", "mark-and-sitemap", "more-paths", "several", "by-name"],
)
def test_all_crawlers_are_kept_out(site: Site, text: str) -> None:
    """However that is written."""
    assert checks.crawler_problems(file(site, "/robots.txt", text)) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "any crawler may ask for /"),
        ("<html>", "any crawler may ask for /"),
        ("Disallow: /\nUser-agent: *\n", "any crawler may ask for /"),
        ("User-agent: GPTBot\nDisallow: /\n", "any crawler may ask for /"),
        (f"{KEPT_OUT}Allow: /*.png$ # for now\n", "any crawler may ask for /*.png"),
        (f"{KEPT_OUT}\nUser-agent: Googlebot\nDisallow:\n", "Googlebot may ask for /"),
    ],
)
def test_a_crawler_is_let_in(site: Site, text: str, problem: str) -> None:
    """All of them, one by its name, or for some paths: of two rules the longer one counts."""
    assert checks.crawler_problems(file(site, "/robots.txt", text)) == [problem]
