"""What a look at a deployment finds out, and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from wire import Play, Server, Talk, answer, by_path, flood, in_turn, page, redirect, refusing

from knowngood.safety import UsageError
from knowngood.scaffold.pages import Page, spread
from knowngood.scaffold.self_reports import Wellness
from knowngood.scaffold.survey import Survey
from knowngood.scaffold.surveyor import NothingToCheck, survey
from knowngood.scaffold.unchecked import unchecked
from knowngood.scaffold.visitor import MOST

Serve = Callable[[Play], Server]

HOME = page('<!doctype html><html lang="en"><title>a</title><a href="/b">b</a>')
BIG = "100000000"
PLAIN = page('<!doctype html><html lang="en"><title>a</title>')


def seen(server: Server, path: str = "/", **options: bool) -> Survey:
    """What a look at ``path`` of a server finds out."""
    return survey(server.url + path, lambda line: None, **options)


def refusal(server: Server, path: str = "/") -> str:
    """Why there is nothing to check."""
    with pytest.raises(NothingToCheck) as caught:
        seen(server, path)
    return str(caught.value)


def test_pages_are_those_that_the_start_page_links_to(serve: Serve) -> None:
    """The start page first. Links to other hosts, and what is no page, are left out."""
    links = '<a href="/b#x">b</a><a href="b">b</a><a href="https://example.org/">o</a><a href="/f">'
    home = page(f'<!doctype html><html lang="en"><title>a</title>{links}')
    server = serve(by_path({"/": home, "/b": PLAIN, "/f": page("text", "text/plain")}))
    assert [found.path for found in seen(server).pages] == ["/", "/b"]


def test_pages_of_another_language_that_only_its_own_pages_link_to(serve: Serve) -> None:
    """The start page links to the other language's start page alone."""
    german = page('<html lang="de"><title>a</title><a href="/de/x/">x</a><a href="/">e</a>')
    plays = {"/": page('<html lang="en"><title>a</title><a href="/de/">d</a>'), "/de/": german}
    server = serve(by_path({**plays, "/de/x/": german}))
    assert [found.path for found in seen(server).pages] == ["/", "/de/", "/de/x/"]


def test_pages_that_only_scripts_know(serve: Serve) -> None:
    """A router's, where the server has them; none with a parameter, and none of another service."""
    home = page('<!doctype html><html lang="en"><title>a</title><script src="a.js"></script>')
    known = 'r={path:"/b",element:x},{path:"/c/:id"},{path:"*"},{path:"/api"},{path:"/gone"}'
    plays = {"/": home, "/b": home, "/api": page("{}", "application/json")}
    found = seen(serve(by_path({**plays, "/a.js": page(known, "text/javascript")})))
    assert [page.path for page in found.pages] == ["/", "/b"]
    assert unchecked(found) == ["/api: 200"]


def test_sitemap_of_a_site_below_a_path(serve: Serve) -> None:
    """Generators of static sites write it there."""
    plays = {"/docs/": PLAIN, "/docs/x": PLAIN}
    server = serve(by_path(plays))
    urls = f"<urlset><loc>{server.url}/docs/x</loc></urlset>"
    plays["/docs/sitemap.xml"] = page(urls, "application/xml")
    assert [found.path for found in seen(server, "/docs/").pages] == ["/docs/", "/docs/x"]


RSS = page("<rss><channel><item/></channel></rss>", "application/rss+xml")
OF_FEED = '<link rel="alternate" type="application/rss+xml" href="{}">'


def test_feeds(serve: Serve) -> None:
    """The first of each page: another may be of its comments. One that is broken is none."""
    links = "".join(map(OF_FEED.format, ("/feed", "/comments")))
    plays = {"/": page(f'<title>a</title>{links}<a href="/b">b</a>'), "/feed": RSS}
    plays |= {"/b": page(f"<title>b</title>{OF_FEED.format('b.xml')}"), "/comments": RSS}
    found = seen(serve(by_path(plays)))
    assert found.feeds == ("/feed",)
    plays["/b.xml"] = RSS
    found = seen(serve(by_path(plays)))
    assert found.feeds == ("/feed", "/b.xml")
    assert unchecked(found) == []


def test_feed_that_was_named(serve: Serve) -> None:
    """A podcast may have nothing else."""
    found = seen(serve(by_path({"/feed.xml": RSS})), "/feed.xml")
    assert (found.feeds, found.document.path) == (("/feed.xml",), "/feed.xml")


@pytest.mark.parametrize("base", ["/", "/app/"])
def test_pages_that_only_the_scripts_of_angular_know(serve: Serve, base: str) -> None:
    """They lie below the page's base; those of an inner router lie below another page."""
    home = page(
        f'<html lang="en"><base href="{base}"><title>a</title><script src="/a.js"></script>'
    )
    known = """"router-outlet"; r=[{path:"",loadComponent:()=>x},{path:"seeds",loadComponent:()=>y},
    {path: 'about', title: 'About us', component: z, children: [{path:"team",component:t}]},
    {path:"seeds/:id",component:u},{path:"old",redirectTo:"seeds"}]"""
    others = {f"{base}{name}": PLAIN for name in ("seeds", "about", "team", "old")}
    server = serve(by_path({base: home, **others, "/a.js": page(known, "text/javascript")}))
    found = [page.path for page in seen(server, base).pages]
    assert found == [base, f"{base}seeds", f"{base}about"]


def test_link_to_a_large_download_is_no_page(serve: Serve) -> None:
    """Neither sound nor broken: nobody reads it to its end."""
    download = answer("x" * 100, headers={"Content-Type": "application/zip", "Content-Length": BIG})
    assert [found.path for found in seen(serve(by_path({"/": HOME, "/b": download}))).pages] == [
        "/"
    ]


def test_link_to_a_page_that_browsers_save_is_no_page(serve: Serve) -> None:
    """A report may be a file to keep, whatever its media type; a start page is none."""
    saved = {"Content-Type": "text/html", "Content-Disposition": "attachment; filename=r.html"}
    report = answer("<title>a</title>", headers=saved)
    start = answer('<title>a</title><a href="/b">b</a>', headers=saved)
    for home in (HOME, start):
        found = seen(serve(by_path({"/": home, "/b": report})))
        assert [page.path for page in found.pages] == ["/"]
        assert unchecked(found) == ["/b: 200"]


def test_link_that_a_proxy_wrote_is_no_page(serve: Serve) -> None:
    """Cloudflare puts one in place of a mail address; without its fragment it is 404."""
    home = page('<title>a</title><a href="/cdn-cgi/l/email-protection#1">b</a>')
    assert [found.path for found in seen(serve(by_path({"/": home}))).pages] == ["/"]


def test_what_comes_too_fast_is_asked_for_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page behind a limit is a page."""
    monkeypatch.setattr("knowngood.scaffold.visitor._PAUSE", 0)
    limited = in_turn(answer("slow down", 429), PLAIN)
    pages = seen(serve(by_path({"/": HOME, "/b": limited}))).pages
    assert [found.path for found in pages] == ["/", "/b"]


def test_address_that_leads_elsewhere(serve: Serve) -> None:
    """People go on using it: whether it still leads there is worth a check."""
    server = serve(by_path({"/": redirect("/en/"), "/en/": PLAIN}))
    assert (seen(server).start, seen(server).start_type) == ("/", "text/html")
    assert seen(server, "/en/").start == ""


def test_address_that_leads_elsewhere_as_a_page(serve: Serve) -> None:
    """As of a static site with a folder for each language; a link may lead to such a page, too."""
    stub = '<title>x</title><meta http-equiv="refresh" content="0; url={}">'
    plays = {"/docs/": page(stub.format("en/")), "/docs/b": page(stub.format("en/c"))}
    home = page('<html lang="en"><title>a</title><a href="/docs/b">b</a>')
    server = serve(by_path({**plays, "/docs/en/": home, "/docs/en/c": PLAIN}))
    found = seen(server, "/docs/")
    assert (found.start, found.start_type) == ("/docs/", "text/html")
    assert [one.path for one in found.pages] == ["/docs/en/", "/docs/en/c"]
    assert "/docs/health" in found.statuses
    assert "/docs/en/health" not in found.statuses


def test_page_that_is_not_there_is_one_to_check(serve: Serve) -> None:
    """The start page links to it: that is a fault of today, which the suite has to show."""
    pages = seen(serve(by_path({"/": HOME}))).pages
    assert pages == (Page("/", "en"), Page("/b", sound=False))


@pytest.mark.parametrize("status", [400, 401, 403, 405])
def test_link_to_what_needs_more_is_no_page(serve: Serve, status: int) -> None:
    """A login, a query or another method: no fault of today."""
    pages = seen(serve(by_path({"/": HOME, "/b": answer(status=status)}))).pages
    assert [found.path for found in pages] == ["/"]


def test_pages_of_the_sitemap_follow_those_linked_to(serve: Serve) -> None:
    """One that robots.txt names, by way of an index of sitemaps. A sitemap of articles alone does
    not push out the page with the login.
    """
    plays = {"/": HOME, "/b": PLAIN, "/c": PLAIN, "/d": PLAIN}
    server = serve(by_path(plays))
    index = f"<sitemapindex><sitemap><loc>{server.url}/s.xml</loc></sitemap></sitemapindex>"
    urls = "".join(f"<url><loc>{server.url}/{name}</loc></url>" for name in "cd")
    plays["/robots.txt"] = page(f"Sitemap: {server.url}/index.xml", "text/plain")
    plays["/index.xml"] = page(index, "application/xml")
    plays["/s.xml"] = page(f"<urlset>{urls}</urlset>", "application/xml")
    assert [found.path for found in seen(server).pages] == ["/", "/b", "/c", "/d"]


def test_each_sitemap_of_an_index_gives_pages(serve: Serve) -> None:
    """That of the second language, too, and a small one beside a large one."""
    plays = {"/": PLAIN}
    server = serve(by_path(plays))

    def sitemap(paths: list[str]) -> str:
        return "".join(f"<loc>{server.url}{path}</loc>" for path in paths)

    english = [f"/en/{number}/" for number in range(40)]
    maps = {
        "/en/sitemap.xml": english,
        "/de/sitemap.xml": ["/de/1/"],
        "/more.xml": ["/about/"],
        "/sitemap.xml": ["/en/sitemap.xml", "/de/sitemap.xml", "/more.xml"],
    }
    plays |= dict.fromkeys([*english, "/de/1/", "/about/"], PLAIN)
    plays |= {path: page(sitemap(paths), "application/xml") for path, paths in maps.items()}
    paths = [found.path for found in seen(server).pages]
    assert paths[:4] == ["/", "/en/0/", "/de/1/", "/about/"]


def test_index_of_many_sitemaps_says_how_many_are_read(serve: Serve) -> None:
    """Each is a request, of few."""
    plays = {"/": HOME}
    server = serve(by_path(plays))
    index = "".join(f"<loc>{server.url}/{number}.xml</loc>" for number in range(30))
    plays["/sitemap.xml"] = page(index, "application/xml")
    lines: list[str] = []
    survey(server.url, lines.append)
    assert "  reads 8 of 30 sitemaps" in lines
    assert sum(".xml" in line and "GET" in line for line in lines) == 9


def test_pages_of_every_folder_come_before_more_of_one(serve: Serve) -> None:
    """Thirty articles do not push out the one shop."""
    links = "".join(f'<a href="/news/{number}">n</a>' for number in range(30))
    home = page(f'<html lang="en"><title>a</title>{links}<a href="/shop/">s</a>')
    plays = {f"/news/{number}": PLAIN for number in range(30)}
    paths = [
        found.path for found in seen(serve(by_path({"/": home, "/shop/": PLAIN, **plays}))).pages
    ]
    assert paths[:3] == ["/", "/news/0", "/shop/"]
    assert len(paths) == 20


def test_redirect_within_the_origin_is_followed(serve: Serve) -> None:
    """The page is known by the path that answers."""
    server = serve(by_path({"/": redirect("/en/"), "/en/": PLAIN}))
    assert [found.path for found in seen(server).pages] == ["/en/"]


def test_language_and_direction_are_those_of_the_page(serve: Serve) -> None:
    """What the page says of itself."""
    plays = {
        "/": page('<html lang="he" dir="rtl"><title>a</title>'),
        "/x": page("<title>x</title>"),
    }
    server = serve(by_path(plays))
    assert seen(server).pages[0] == Page("/", "he", "rtl")
    assert seen(server, "/x").pages[0] == Page("/x")


@pytest.mark.parametrize(
    ("body", "is_styled", "needs_scripts"),
    [
        ("<title>Shop</title><style>a{b:c}</style><h1>Hello</h1><script>f()</script>", True, False),
        ("<title>Shop</title><style>a{b:c}</style><div></div><script>f()</script>", True, True),
        ("<title>a</title><h1>Hello</h1><p>World</p><script>f()</script>", False, True),
        ("<title>a</title><h1>Hello</h1>", False, False),
    ],
)
def test_what_a_page_cannot_be_without(
    serve: Serve, body: str, is_styled: bool, needs_scripts: bool
) -> None:
    """Its styles; and its scripts where it shows nothing without them, or has no styles."""
    (only,) = seen(serve(by_path({"/": page(body)}))).pages
    assert (only.is_styled, only.needs_scripts) == (is_styled, needs_scripts)


@pytest.mark.parametrize(
    ("body", "has_root", "has_base", "runs_files"),
    [
        ("<div id=__nuxt><p>a</p></div>", True, False, False),
        ('<base href="/"><script src=a.js></script>', False, True, True),
        ("<base target=_top><div id=__nuxt-x></div><script>f()</script>", False, False, False),
    ],
)
def test_what_scripts_of_a_page_go_by(
    serve: Serve, body: str, has_root: bool, has_base: bool, runs_files: bool
) -> None:
    """The element of a framework, where the application lies, and files of the site's own."""
    (only,) = seen(serve(by_path({"/": page(f"<title>a</title>{body}")}))).pages
    assert (only.has_root, only.has_base, only.runs_files) == (has_root, has_base, runs_files)


@pytest.mark.parametrize(
    ("body", "has_mount"),
    [
        ("<div id=root></div>", True),
        ("<app-root></app-root>", True),
        ("<div></div>", False),
        ("<p id=a></p><h1>Hello</h1><p>World</p>", False),
    ],
)
def test_what_an_application_fills(serve: Serve, body: str, has_mount: bool) -> None:
    """An empty element with an id, of a page that shows nothing else."""
    (only,) = seen(serve(by_path({"/": page(f"<title>a</title>{body}<script>f()</script>")}))).pages
    assert only.has_mount is has_mount


def test_robots_are_honoured(serve: Serve) -> None:
    """What they forbid is not asked for, but by the service's own people. The longest rule decides
    (RFC 9309, 2.2.2), not the first.
    """
    robots = page("User-agent: *\nAllow: /\nDisallow: /b", "text/plain")
    server = serve(by_path({"/robots.txt": robots, "/": HOME, "/b": PLAIN}))
    assert [found.path for found in seen(server).pages] == ["/"]
    assert "/b" not in server.targets
    assert "--ignore-robots" in refusal(server, "/b")
    assert len(seen(server, obeys_robots=False).pages) == 2


def test_requests_are_few_and_reads_alone(serve: Serve) -> None:
    """A site of many pages is asked for a few, each said, four at a time at most."""
    links = "".join(f'<a href="/{number}">n</a>' for number in range(300))
    server = serve(lambda talk: page(f"<title>a</title>{links}")(talk))
    lines: list[str] = []
    found = survey(server.url, lines.append)
    assert len(server.requests) == found.requests == len(lines) <= MOST
    assert set(server.methods) == {"GET"}
    assert server.most_under_way <= 4


def test_version_document_and_its_field(serve: Serve) -> None:
    """Dockerflow's, or one of another name."""
    document = page('{"commit": "abc", "version": "7"}', "application/json")
    found = seen(serve(by_path({"/": HOME, "/__version__": document})))
    assert (found.version, found.version_field) == ("/__version__", "version")
    found = seen(serve(by_path({"/": HOME, "/version": page("v7\n", "text/plain")})))
    assert (found.version, found.version_field) == ("/version", "")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ('{"status": "ok", "version": "1.4.2"}', "version"),
        ('{"status": "pass", "version": "1", "releaseId": "1.2.2"}', "releaseId"),
        ('{"status": "ok"}', ""),
    ],
)
def test_health_that_names_the_release(serve: Serve, document: str, field: str) -> None:
    """It is the version document where there is no other."""
    plays = {"/": HOME, "/health": page(document, "application/health+json")}
    found = seen(serve(by_path(plays)))
    expected = ("/health", field, "application/health+json") if field else ("", "", "")
    assert (found.version, found.version_field, found.version_type) == expected
    plays["/version"] = page('{"version": "7"}', "application/json")
    assert seen(serve(by_path(plays))).version == "/version"


def test_version_header(serve: Serve) -> None:
    """Where there is no document, a header that every page sends."""
    home = answer("<title>a</title>", headers={"Content-Type": "text/html", "X-Version": "7"})
    assert seen(serve(by_path({"/": home}))).version_header == "x-version"


def test_health(serve: Serve) -> None:
    """Those that answer 200."""
    well = page('{"status": "ok"}', "application/json")
    assert seen(serve(by_path({"/": HOME, "/healthz": well}))).health == ("/healthz",)


def test_health_and_version_behind_a_slash(serve: Serve) -> None:
    """Django leads there; what leads elsewhere, as to a login, says nothing."""
    well, version = (
        page(text, "application/json") for text in ('{"ok": true}', '{"version": "7"}')
    )
    plays = {"/healthz": redirect("/healthz/", 301), "/healthz/": well, "/health": redirect("/b/")}
    plays |= {"/version": redirect("/version/", 301), "/version/": version, "/b/": well}
    found = seen(serve(by_path({"/": HOME, **plays})))
    assert (found.health, found.version) == (("/healthz/",), "/version/")
    assert found.well == (Wellness("/healthz/", "ok", True),)


def test_server_that_ends_every_path_with_a_slash(serve: Serve) -> None:
    """None is asked for twice: requests are few."""

    def play(talk: Talk) -> None:
        path = talk.request.target
        if path == "/":
            HOME(talk)
        elif path.endswith("/"):
            answer(status=404)(talk)
        else:
            redirect(f"{path}/")(talk)

    server = serve(play)
    seen(server)
    assert "/healthz/" not in [request.target for request in server.requests]


@pytest.mark.parametrize(
    ("body", "media_type", "key", "value"),
    [
        ('{"status": "UP", "db": "down"}', "application/json", "status", "UP"),
        ('{"version": "7", "healthy": true}', "application/json", "healthy", True),
        ("OK\n", "text/plain", "", "OK"),
        ("OK", "text/html", "", "OK"),
        ("ok\n", "application/octet-stream", "", "ok"),
        ('"ok"', "application/json", "", '"ok"'),
    ],
)
def test_how_it_says_that_it_is_well(
    serve: Serve, body: str, media_type: str, key: str, value: str | bool
) -> None:
    """A later answer with 200 may say that it is not."""
    found = seen(serve(by_path({"/": HOME, "/healthz": page(body, media_type)})))
    assert found.well == (Wellness("/healthz", key, value),)


@pytest.mark.parametrize(
    ("body", "stores"),
    [
        ('"database": "ok", "db": true, "mode": "live"', [(("database",), "ok"), (("db",), True)]),
        ('"components": {"db": {"status": "UP"}}', [(("components", "db", "status"), "UP")]),
        ('"db": "down", "redis": {"role": "primary", "ready": false}', []),
        ('"mail": "ok", "leader": true, "color": "green", "checks": [{"db": "ok"}]', []),
    ],
)
def test_stores_that_are_well(
    serve: Serve, body: str, stores: list[tuple[tuple[str, ...], str | bool]]
) -> None:
    """Without its database a service is ill that calls itself well; not so without a mail server
    of others. A flag and a colour are no health.
    """
    for status in ("", '"status": "ok", '):
        play = page(f"{{{status}{body}}}", "application/json")
        found = seen(serve(by_path({"/": HOME, "/healthz": play}))).well
        first = ("status", "ok") if status else ("", "")
        expected = (Wellness("/healthz", *first, tuple(stores)),)
        assert found == (expected if status or stores else ())


@pytest.mark.parametrize(
    "body", ['{"status": "degraded"}', '{"status": 200}', '["ok"]', '"no"', '{"ok": false}', "{}"]
)
def test_what_does_not_say_that_it_is_well(serve: Serve, body: str) -> None:
    """Nobody knows what a sound answer would say."""
    found = seen(serve(by_path({"/": HOME, "/healthz": page(body, "application/json")})))
    assert (found.health, found.well) == (("/healthz",), ())


@pytest.mark.parametrize(
    ("html", "illness"),
    [
        ("<title>Mail :: Internal Error</title>", "Internal Error"),
        ("<title>Mail – Internal Error</title>", "Internal Error"),
        (
            "<title>Mail</title><h1>Oops... something went wrong!</h1>",
            "Oops... something went wrong!",
        ),
        ("<title>503 Service Unavailable</title>", "503 Service Unavailable"),
        (
            "<h1>Error establishing a database connection</h1>",
            "Error establishing a database connection",
        ),
        ("<title>How to mend an Internal Server Error</title>", ""),
        ("<title>Cars</title><h2>Maintenance</h2><h2>Errors</h2>", ""),
        ("<div hidden><h1>Something went wrong</h1></div>", ""),
    ],
)
def test_page_that_says_that_the_service_is_ill(serve: Serve, html: str, illness: str) -> None:
    """It is answered with 200, and a suite would take it for sound."""
    assert seen(serve(by_path({"/": page(html)}))).illness == illness


@pytest.mark.parametrize(
    ("path", "is_health"),
    [("/api/v2/healthcheck", True), ("/ping", True), ("/orders/7/status", False), ("/up/7", False)],
)
def test_document_that_says_how_it_is(serve: Serve, path: str, is_health: bool) -> None:
    """An order that is ready may be sent tomorrow."""
    found = seen(serve(by_path({path: page('{"status": "ready"}', "application/json")})), path)
    assert found.document.path == path
    assert bool(found.well) == is_health


@pytest.mark.parametrize(("body", "kind"), [("[]", "list"), ('{"a": 1}', "dict"), ("{}", "")])
def test_kind_of_the_document_that_the_person_named(serve: Serve, body: str, kind: str) -> None:
    """A list may be empty at times."""
    found = seen(serve(by_path({"/items": page(body, "application/json")})), "/items")
    assert found.document.kind == kind
    assert found.document.schema == {}


def test_document_that_the_person_named_has_a_schema(serve: Serve) -> None:
    """Not so a page."""
    document = page('{"orders": []}', "application/json")
    found = seen(serve(by_path({"/orders": document, "/": HOME})), "/orders")
    assert found.document.schema["required"] == ["orders"]


@pytest.mark.parametrize(
    ("lost", "is_page"),
    [
        (answer("<p>gone</p>", 404, {"Content-Type": "text/html"}), True),
        (answer("<p>{{ msg }}</p>", 404, {"Content-Type": "text/html"}), False),
        (answer("{}", 404, {"Content-Type": "application/json"}), False),
    ],
)
def test_page_for_what_is_not_there(serve: Serve, lost: Play, is_page: bool) -> None:
    """What looks left over in it today is none tomorrow."""
    server = serve(lambda talk: (HOME if talk.request.target == "/" else lost)(talk))
    assert seen(server).missing_page == is_page


def test_api_without_a_start_page(serve: Serve) -> None:
    """Frameworks have none, and the document in its usual place."""
    document = page('{"openapi": "3.1.0", "paths": {}}', "application/json")
    assert seen(serve(by_path({"/openapi.json": document}))).api["openapi"] == "3.1.0"


def test_site_that_answers_everything_with_its_page(serve: Serve) -> None:
    """An application of one page has no health, no version and no 404."""
    found = seen(serve(lambda talk: PLAIN(talk)))
    assert (found.missing, found.health, found.version) == (200, (), "")


def test_service_below_a_path(serve: Serve) -> None:
    """Where the person named a folder, or a document, health and version may lie below it."""
    document = page('{"name": "x"}', "application/json")
    version = page('{"version": "7"}', "application/json")
    plays = {"/v1/": document, "/v1/__heartbeat__": document, "/v1/__version__": version}
    found = seen(serve(by_path(plays)), "/v1/")
    assert (found.base, found.health) == ("/v1", ("/v1/__heartbeat__",))
    assert (found.version, found.version_field) == ("/v1/__version__", "version")
    assert (found.document.path, found.document.media_type) == ("/v1/", "application/json")


@pytest.mark.parametrize(
    ("start", "guessed"), [("/en/", False), ("/pt-BR/", False), ("/v1/", True), ("/api/", True)]
)
def test_folder_of_a_language(serve: Serve, start: str, guessed: bool) -> None:
    """Nothing is guessed below it: requests are few. What is not there is asked for there."""
    server = serve(by_path({start: PLAIN}))
    seen(server, start)
    asked = [request.target for request in server.requests]
    assert (f"{start}healthz" in asked) is guessed
    assert any(target.startswith(f"{start}knowngood-") for target in asked)


@pytest.mark.parametrize("path", ["/v3/api-docs", "/api-json", "/swagger/v1/swagger.json"])
def test_document_where_frameworks_have_it(serve: Serve, path: str) -> None:
    """And health where Spring has it."""
    api = page('{"openapi": "3.0.1", "paths": {}}', "application/json")
    well = page('{"status": "UP"}', "application/json")
    found = seen(serve(by_path({"/": PLAIN, path: api, "/actuator/health": well})))
    assert found.api == {"openapi": "3.0.1", "paths": {}}
    assert found.well == (Wellness("/actuator/health", "status", "UP"),)


def test_document_that_names_its_release(serve: Serve) -> None:
    """What the person named is the version document."""
    found = seen(serve(by_path({"/api": page('{"version": "7"}', "application/json")})), "/api")
    assert (found.document.path, found.version, found.version_field) == ("/api", "/api", "version")


def test_page_is_no_document(serve: Serve) -> None:
    """It has claims of its own, and the service lies at the root of its origin."""
    found = seen(serve(by_path({"/a.html": PLAIN, "/a": PLAIN})), "/a")
    assert (found.base, found.document.path) == ("", "")


@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
def test_answer_on_health_may_be_called_html(serve: Serve, media_type: str) -> None:
    """Frameworks call a mere "ok" so; where they do not, a page would be that of something else."""
    found = seen(serve(by_path({"/": HOME, "/healthz": page("ok", media_type)})))
    assert found.health == ("/healthz",)
    assert found.health_pages == (("/healthz",) if media_type == "text/html" else ())


RAILS = '<!DOCTYPE html><html><body style="background-color: green"></body></html>'


def test_health_on_a_page(serve: Serve) -> None:
    """Rails and Laravel say it so, at /up: nobody can give that page a title."""
    found = seen(serve(by_path({"/": HOME, "/up": page(RAILS)})))
    assert (found.health, found.health_pages) == (("/up",), ("/up",))


def test_health_on_a_page_that_was_named(serve: Serve) -> None:
    """It is no page to check as such, but one with links is."""
    server = serve(by_path({"/a/up": page(RAILS), "/up": HOME}))
    assert [(s.pages, s.document.path) for s in (seen(server, "/a/up"),)] == [((), "/a/up")]
    assert [found.path for found in seen(server, "/up").pages] == ["/up", "/b"]


def test_text_that_is_called_html_is_no_page(serve: Serve) -> None:
    """It has no title and no language: claims about pages would fail today."""
    found = seen(serve(by_path({"/": HOME, "/health": page("OK")})), "/health")
    assert (found.pages, found.document.path, found.document.media_type) == (
        (),
        "/health",
        "text/html",
    )
    assert set(found.well) == {Wellness("/health", "", "OK")}


def test_page_that_no_list_can_hold(serve: Serve) -> None:
    """The environment file refuses its path, so it is left out."""
    home = page("""<title>a</title><a href="/Rye:a%20bread,_dark">r</a><a href="/b'*">b</a>""")
    server = serve(by_path({"/": home, "/Rye:a%20bread,_dark": PLAIN, "/b'*": PLAIN}))
    assert [found.path for found in seen(server).pages] == ["/", "/Rye:a%20bread,_dark"]


def test_security_headers_that_every_page_sends(serve: Serve) -> None:
    """With a pattern for their value; a policy may hold a nonce."""
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "script-src 'nonce-1'"}
    home = answer('<a href="/b">', headers={**headers, "X-Content-Type-Options": "nosniff"})
    other = answer(
        "b", headers={**headers, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "x"}
    )
    found = seen(serve(by_path({"/": home, "/b": other})))
    assert found.headers == {"x-content-type-options": "nosniff", "content-security-policy": ".+"}


@pytest.mark.parametrize("vary", ["Accept-Encoding, Accept-Language", "Cookie", ""])
def test_pages_in_the_language_that_is_asked_for(serve: Serve, vary: str) -> None:
    """A look does not ask for any, and sees one."""
    html = {"Content-Type": "text/html", "Vary": vary}
    home = answer('<html lang="en"><title>a</title>', headers=html)
    assert seen(serve(by_path({"/": home}))).varies_by_language is ("Language" in vary)


def test_headers_by_which_other_origins_read_an_api(serve: Serve) -> None:
    """Those that all its documents send alike; a site of pages may send them for its files."""
    app, other, own = "access-control-allow-origin", "https://b.example", "https://a.example"
    mail = {"Content-Type": "application/json", app: own, "Access-Control-Allow-Credentials": "x y"}
    health = answer('{"status": "ok"}', headers={"Content-Type": "application/json", app: own})
    found = seen(serve(by_path({"/": answer("{}", headers=mail), "/health": health})))
    assert (found.shared, found.sharing) == (("/", "/health"), {app: r"https://a\.example"})
    differs = answer('{"status": "ok"}', headers={app: other})
    found = seen(serve(by_path({"/": answer("{}", headers=mail), "/health": differs})))
    assert found.sharing == {}
    assert seen(serve(by_path({"/": HOME, "/health": health}))).sharing == {}


@pytest.mark.parametrize(
    ("name", "today", "sound", "weak"),
    [
        ("strict-transport-security", "max-age=300", "max-age=63072000; preload", "max-age=0"),
        ("referrer-policy", "strict-origin", "same-origin", "unsafe-url"),
        ("x-frame-options", "SAMEORIGIN", "deny", "ALLOWALL"),
        ("cross-origin-opener-policy", "same-origin", "same-origin-allow-popups", "unsafe-none"),
        ("permissions-policy", "camera=()", "camera=(), usb=()", ""),
        ("x-content-type-options", "nosniff", "nosniff", "sniff"),
        ("x-frame-options", "ALLOW-FROM https://a.example", "DENY", ""),
    ],
)
def test_pattern_of_a_security_header_holds_for_a_stricter_one(
    serve: Serve, name: str, today: str, sound: str, weak: str
) -> None:
    """The next release may say more, but not that nothing is protected any more."""
    home = answer("<title>a</title>", headers={"Content-Type": "text/html", name: today})
    pattern = seen(serve(by_path({"/": home}))).headers[name]
    assert re.fullmatch(pattern, today)
    assert re.fullmatch(pattern, sound)
    assert not re.fullmatch(pattern, weak)


def test_hosts_that_pages_load_from(serve: Serve) -> None:
    """Listed, and never asked."""
    home = page('<script src="https://cdn.example/a.js"></script><img src="/a.png">')
    assert seen(serve(by_path({"/": home}))).elsewhere == ("cdn.example",)


def test_cookies_that_pages_protect(serve: Serve) -> None:
    """By what protects each wherever it is set; a name that is another in each run is left out."""
    html = {"Content-Type": "text/html"}
    home = answer('<a href="/b">b</a>', headers={**html, "Set-Cookie": "s=1; Secure; HttpOnly"})
    other = answer("<p>b</p>", headers={**html, "Set-Cookie": "s=2; HttpOnly; SameSite=Lax"})
    assert seen(serve(by_path({"/": home, "/b": other}))).cookies == {"s": ("HttpOnly",)}
    for line in ("s=1", "s-7d1f0c9a-1111-4222-8333-444455556666=1; Secure"):
        home = answer("<p>b</p>", headers={**html, "Set-Cookie": line})
        assert seen(serve(by_path({"/": home}))).cookies == {}


def test_host_of_the_local_machine_that_a_page_links_to(serve: Serve) -> None:
    """Listed, since no page may lead to others; what is on the same origin is not."""
    home = page('<a href="http://localhost:3000/">Mail</a><a href="https://other.example/">b</a>')
    assert seen(serve(by_path({"/": home}))).elsewhere == ("localhost",)


def test_hosts_that_images_lead_to(serve: Serve) -> None:
    """As that of a wiki does, which takes it from there."""
    home = page('<img src="/image?of=a"><img src="/image?of=b">')
    play = by_path({"/": home, "/image?of=a": redirect("https://images.example/a")})
    survey = seen(serve(play))
    assert (survey.elsewhere, unchecked(survey)) == (("images.example",), [])


def test_api_document_that_lies_where_they_do(serve: Serve) -> None:
    """And one that the person names."""
    document = page('{"openapi": "3.1.0", "paths": {"/u": {"get": {}}}}', "application/json")
    server = serve(by_path({"/": HOME, "/openapi.json": document, "/x": document}))
    assert seen(server).api["paths"] == {"/u": {"get": {}}}
    assert seen(server, "/x").api["paths"] == {"/u": {"get": {}}}


@pytest.mark.parametrize(
    ("play", "why"),
    [
        (redirect("https://login.example/sso?next=1"), "leads to a login"),
        (redirect("https://www.example/"), "run `knowngood init https://www.example`"),
        (answer("no", 401), "a login wall"),
        (answer("no", 403, {"cf-mitigated": "challenge"}), "a bot challenge"),
        (answer("no", 404), "answers 404, allowed is 200; name a page that is there"),
        (redirect("/"), "redirects more than 5 times, at last to http://127.0.0.1:"),
    ],
)
def test_answers_that_are_not_the_deployments(serve: Serve, play: Play, why: str) -> None:
    """A suite written for them would check somebody else."""
    assert why in refusal(serve(by_path({"/": play})))


LOGIN = page('<title>a</title><a href="/help">?</a><form><input type="PASSWORD"></form>')


@pytest.mark.parametrize("home", [LOGIN, redirect("/login")])
def test_login_page_of_the_origin_itself(serve: Serve, home: Play) -> None:
    """It is a page like others: of many services it is the first that anybody may read."""
    plays = {"/": home, "/login": LOGIN, "/help": PLAIN}
    survey = seen(serve(by_path(plays)))
    assert survey.has_login
    assert [page.path for page in survey.pages] in (["/", "/help"], ["/login", "/help"])


def test_pages_behind_a_login(serve: Serve) -> None:
    """What leads to the login is no page to check, and is named in the end; the login itself is."""
    home = page('<a href="/orders">a</a><a href="/login">b</a><a href="/account">c</a>')
    behind = redirect("/login?next=1")
    plays = {"/": home, "/orders": behind, "/account": behind}
    survey = seen(serve(by_path(plays | {"/login": LOGIN, "/login?next=1": LOGIN, "/help": PLAIN})))
    assert not survey.has_login
    assert [page.path for page in survey.pages] == ["/", "/login", "/help"]
    assert "/orders: 302" in unchecked(survey)


def test_redirect_to_what_robots_forbid(serve: Serve) -> None:
    """It is not followed, and the message says how it would be."""
    robots = page("User-agent: *\nDisallow: /b", "text/plain")
    plays = {"/robots.txt": robots, "/": redirect("/b"), "/b": PLAIN}
    assert "/b, which robots.txt forbids; if it is yours, add --ignore" in refusal(
        serve(by_path(plays))
    )


def test_old_document(serve: Serve) -> None:
    """One of Swagger that the person named is refused; one that was found by the way is said."""
    old = page('{"swagger": "2.0", "paths": {}}', "application/json")
    server = serve(by_path({"/": HOME, "/b": PLAIN, "/openapi.json": old}))
    with pytest.raises(UsageError, match=r"/openapi\.json: is a Swagger 2\.0 document"):
        seen(server, "/openapi.json")
    lines: list[str] = []
    assert survey(server.url, lines.append).api == {}
    assert any("is a Swagger 2.0 document" in line for line in lines)


def test_nobody_answers() -> None:
    """The message says so."""
    with refusing() as url, pytest.raises(NothingToCheck, match="no answer: refused"):
        survey(url, lambda line: None)


def test_urls_that_are_none(serve: Serve) -> None:
    """A link, a script, a redirect and an entry of a sitemap that cannot be taken apart."""
    body = '<!doctype html><title>a</title><a href="//[">a</a><a href="/b">b</a><script src="//[">'
    plays = {
        "/": page(body),
        "/b": redirect("http://["),
        "/sitemap.xml": page("<loc>http://[</loc>", "application/xml"),
    }
    assert seen(serve(by_path(plays))).pages == (Page("/", needs_scripts=True),)


def test_paths_of_a_large_sitemap_are_spread() -> None:
    """In the time that sorting takes, however the folders are divided."""
    paths = [f"/a/{number}" for number in range(50_000)] + [f"/{n}/" for n in range(50_000)]
    assert spread(paths)[:2] == ["/a/0", "/0/"]


def test_answers_that_are_too_large_to_be_read(serve: Serve) -> None:
    """A page is left out; a sitemap is read all the same."""
    large = "<p>" * 1_000_000
    names = "".join(f"<loc>{{url}}/{name}</loc>" for name in ("b", "c")) + " " * 3_000_000
    plays = {"/": HOME, "/b": PLAIN, "/c": page(large), "/version": page(large, "text/plain")}
    server = serve(by_path(plays))
    plays["/sitemap.xml"] = page(names.replace("{url}", server.url), "application/xml")
    assert [found.path for found in seen(server).pages] == ["/", "/b"]


def test_deployment_that_leads_nowhere(serve: Serve) -> None:
    """Redirects without end behind every link, links to other hosts, and a sitemap without end: few
    requests, to this origin alone.
    """
    links = "".join(f'<a href="/{number}/">n</a>' for number in range(300))
    other = '<a href="http://127.0.0.1:1/">o</a><a href="file:///etc/passwd">f</a>'
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    sitemap = flood(head, b"1a\r\n<loc>http://a.example</loc>\r\n")
    plays = {"/": page(f"<title>a</title>{links}{other}"), "/sitemap.xml": sitemap}

    def play(talk: Talk) -> None:
        target = talk.request.target
        maze = redirect(f"{target}x/") if target.strip("/x").isdigit() else by_path({})
        plays.get(target, maze)(talk)

    server = serve(play)
    assert [found.path for found in seen(server).pages] == ["/"]
    assert len(server.requests) <= MOST
