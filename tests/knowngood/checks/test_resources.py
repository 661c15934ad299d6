"""Ready-made claims about what a page needs."""

import base64
import hashlib
from dataclasses import replace

import pytest
from answered_site import CSS, HTML, JAVASCRIPT, Site

from knowngood import checks
from knowngood.content import links
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.response import respond


def test_own_resources(site: Site) -> None:
    """Those of other hosts are left out, and those of other pages where one is given."""
    ours, page = site.resource("/fr/a.js", "f()"), site.page()
    assert checks.own([ours, site.elsewhere()]) == [ours]
    assert checks.own([ours], page) == [ours]
    assert checks.own([ours], respond(site.exchange("/de/", HTML))) == []


def test_files_that_lead_to_another_host(site: Site) -> None:
    """Browsers follow them: what counts is whether the page may load from there."""
    to = "https://images.example.net/a.png"
    image = site.resource("/fr/a", "", {"location": to}, "image", 302)
    near = [
        site.resource("/fr/b", "", {"location": place}, "image", 302) for place in ("/fr/c", "//[")
    ]
    spare = replace(site.resource("/fr/a.eot", ""), kind="spare-font")
    assert checks.served([image, *near, spare, site.elsewhere()]) == near
    page = site.page()
    assert checks.elsewhere_problems(page, [image, *near], ["images.example.net"]) == []
    assert checks.elsewhere_problems(page, [image, *near], []) == [
        "an image of images.example.net, which is not among the hosts that pages may load from: "
        + to
    ]


@pytest.mark.parametrize(
    ("kind", "error", "status", "is_left_out"),
    [
        ("media", AttemptError.TOO_LARGE, 200, True),
        ("image", AttemptError.TOO_LARGE, 200, False),
        ("media", AttemptError.TOO_LARGE, 404, False),
        ("media", AttemptError.TIMEOUT, 200, False),
    ],
)
def test_sound_and_films_that_are_too_large(
    site: Site, kind: str, error: AttemptError, status: int, is_left_out: bool
) -> None:
    """Episodes of an hour are there, though nobody reads all of them."""
    film = site.resource("/fr/a.mp3", "", kind=kind)
    assert film.exchange is not None
    attempts = (replace(film.exchange.attempts[0], status=status, error=error),)
    film = replace(film, exchange=replace(film.exchange, attempts=attempts, answer=None))
    assert checks.served([film]) == ([] if is_left_out else [film])


def test_stylesheets_in_force(site: Site) -> None:
    """Those of a screen, and what they import; what only a stylesheet for print imports is not."""
    page = site.page(
        '<link rel=stylesheet href="a.css"><link media=print rel=stylesheet href=b.css>'
    )
    ours = [site.resource(f"/fr/{name}.css", "a{b:c}", CSS, "stylesheet") for name in "abcd"]
    ours[2:] = [replace(file, found_in=ours[n].url) for n, file in enumerate(ours[2:])]
    script = site.resource("/fr/a.js", "f()")
    assert checks.stylesheets_in_force(page, [*ours, script]) == [ours[0], ours[2]]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("<style>a{b:c}</style>", True),
        ("<style media=print>a{b:c}</style>", False),
        ("<style>/* a */ d{}</style>", False),
        ("<link rel=stylesheet href=a.css>", False),
    ],
)
def test_styles_in_the_page(site: Site, element: str, expected: bool) -> None:
    """Those that declare something for a screen."""
    assert checks.styles_itself(site.page(element)) == expected


def test_files_that_are_what_their_name_says(site: Site) -> None:
    """By kind of reference: a frame may be a page, and a script may not."""
    frame = site.resource("/frame/", HTML, {"content-type": "text/html"}, kind="frame")
    assert checks.file_problems(site.resource("/a.js", "f()")) == []
    assert checks.file_problems(frame) == []
    assert checks.file_problems(site.resource("/a.js", HTML)) == [
        "an HTML page in place of the file"
    ]


@pytest.mark.parametrize(
    ("charset", "sent", "source", "is_told"),
    [
        ("utf-16", "", "f()", True),
        ("ISO-8859-1", "", "f('\xe9')", True),
        ("iso-8859-1", "", "f()", False),
        ("utf-8", "", "f('\xe9')", False),
        ("utf-16", "; charset=utf-8", "f()", False),
    ],
)
def test_charset_of_an_element(
    site: Site, charset: str, sent: str, source: str, *, is_told: bool
) -> None:
    """It counts where the header has none."""
    file = site.resource("/a.js", source, {"content-type": f"text/javascript{sent}"})
    problems = checks.file_problems(replace(file, charset=charset))
    line = f"charset: expected utf-8, found {charset}, in which it is another text"
    assert problems == [line] * is_told


@pytest.mark.parametrize(
    ("kind", "headers", "sound", "broken"),
    [
        ("script", JAVASCRIPT, "f();", "f("),
        ("worker", JAVASCRIPT, "f();", "f("),
        ("script-url", JAVASCRIPT, "f();", "f("),
        ("script", JAVASCRIPT, "f();", "x = `\n=======\n`;"),
        ("script", JAVASCRIPT, "env = {apiUrl: '/'}", "env = {apiUrl: '${API_URL}'}"),
        ("stylesheet", CSS, "a{b:c}", "a{b:c"),
        ("stylesheet", CSS, "a{b:c}", "<<<<<<< HEAD\na{b:c}"),
        ("stylesheet", CSS, "\ufeffa{b:c}", "a{b:c}\ufeffd{e:f}"),
        ("json", {"content-type": "application/json"}, "{}", '{"a": 1, "a": 2}'),
        ("json", {"content-type": "application/json"}, "{}", "\ufeff{}"),
        ("manifest", {"content-type": "application/manifest+json"}, "\ufeff{}", '{"name": "a",}'),
        ("manifest", {"content-type": "text/html"}, "{}", "<!doctype html>"),
    ],
)
def test_files_that_are_whole(
    site: Site, kind: str, headers: dict[str, str], sound: str, broken: str
) -> None:
    """A script parses, a stylesheet closes what it opens, JSON is strict."""
    assert checks.syntax_problems(site.resource("/a", sound, headers, kind)) == []
    assert len(checks.syntax_problems(site.resource("/a", broken, headers, kind))) == 1


def test_images_have_no_syntax(site: Site) -> None:
    """Only what is text is read."""
    image = site.resource("/a.png", b"{", {"content-type": "image/png"}, kind="image")
    assert checks.syntax_problems(image) == []


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("script", "f();", []),
        ("script", "// f();", ["nothing but comments"]),
        ("script", "\n", ["the file is empty"]),
        ("worker", "// f();", ["nothing but comments"]),
        ("stylesheet", "a{b:c}", []),
        ("stylesheet", "a{}", ["nothing but comments and empty rules"]),
    ],
)
def test_files_that_have_content(site: Site, kind: str, body: str, expected: list[str]) -> None:
    """Comments and empty rules are none."""
    assert checks.content_problems(site.resource("/a", body, CSS, kind)) == expected


@pytest.mark.parametrize(
    ("element", "is_styled", "is_scripted"),
    [
        ("<link rel=stylesheet href=/a.css>", True, False),
        ("<link rel=stylesheet href=https://cdn.example/a.css>", True, False),
        ("<style>a { color: red }</style>", True, False),
        ("<script type=module src=/a.js></script>", False, True),
        ("<script>f();</script>", False, True),
        (
            "<link rel=stylesheet href=/a.css media=print><script type=text/x>f()</script>",
            False,
            False,
        ),
        ("<style></style><h1>Something went wrong</h1>", False, False),
    ],
)
def test_page_that_another_page_replaced(
    site: Site, element: str, is_styled: bool, is_scripted: bool
) -> None:
    """It has nothing of the site's own: no styles, no scripts."""
    page = site.page(element)
    why = "its template lost it, or another page came in its place"
    assert checks.unstyled_problems(page) == (
        [] if is_styled else [f"the page has no stylesheet for screens: {why}"]
    )
    assert checks.unscripted_problems(page) == (
        [] if is_scripted else [f"the page runs no script: {why}"]
    )


@pytest.mark.parametrize(
    ("head", "is_told"),
    [
        ('<script src="a.js"></script>', False),
        ('<script type="module">import "/a.mjs"; import("./b.mjs")</script>', False),
        ("<script>start()</script>", True),
        ('<script src="https://cdn.example.net/a.js"></script>', True),
        ('<script src="/cdn-cgi/scripts/email-decode.min.js"></script>', True),
        ('<link rel="modulepreload" href="a.js">', True),
        ('<script src="//["></script>', True),
    ],
)
def test_page_that_lost_its_script_files(site: Site, head: str, is_told: bool) -> None:
    """What others send counts for nothing: a site may leave them for another."""
    problems = checks.unscripted_problems(site.page(head), files=True)
    why = "its template lost it, or another page came in its place"
    assert problems == ([f"the page runs no script file of its own: {why}"] if is_told else [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '{"apiUrl": "http://localhost:8080/api"}',
            "/fr/a.json asks for http://localhost:8080/api",
        ),
        ('{"apiUrl": "/api", "docs": "http://localhost:8080/"}', ""),
        ('{"apiUrl": "https://example.org/"}', ""),
    ],
)
def test_settings_that_name_the_own_machine(site: Site, text: str, problem: str) -> None:
    """As those of the machine on which a build was tried."""
    page, kind = site.page(), {"content-type": "application/json"}
    file = site.resource("/fr/a.json", text, kind, kind="json")
    expected = [f"{problem}, the reader's own machine"] if problem else []
    assert checks.elsewhere_problems(page, [file], []) == expected
    assert (
        checks.elsewhere_problems(page, [replace(file, exchange=None)], ["fhr.example.org"]) == []
    )


def test_settings_that_nobody_filled_in(site: Site) -> None:
    """A JSON document of settings may lack the address of an API, as a script may."""
    file = site.resource("/fr/a.json", '{"apiUrl": "${API_URL}"}', kind="json")
    assert checks.syntax_problems(file) == ['a value was not filled in: apiUrl is "${API_URL}"']
    file = site.resource("/fr/a.json", '{"hello": "Hello ${NAME}", "api": "API"}', kind="json")
    assert checks.syntax_problems(file) == []


def test_integrity_of_a_file(site: Site) -> None:
    """A file without the hash that its element names is a problem; one without a name is none."""
    digest = base64.b64encode(hashlib.sha256(b"f()").digest()).decode()
    page = site.page(f'<script src="a.js" integrity="sha256-{digest}"></script>')
    sound, stale = site.resource("/fr/a.js", "f()"), site.resource("/fr/a.js", "old()")
    assert checks.integrity_problems(page, sound) == []
    assert checks.integrity_problems(page, stale) == [
        f"integrity of a.js: the file's hash is not sha256-{digest}"
    ]
    assert checks.integrity_problems(page, site.resource("/fr/b.js", "x()")) == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("script-src 'self' 'unsafe-inline'", []),
        (
            "script-src 'self'",
            ["Content-Security-Policy: script-src 'self' forbids script: inline"],
        ),
        (
            "script-src 'unsafe-inline'",
            ["Content-Security-Policy: script-src 'unsafe-inline' forbids script: a.js, b.js"],
        ),
    ],
)
def test_what_a_policy_forbids(site: Site, policy: str, expected: list[str]) -> None:
    """By header or by the page itself: what it loads, and the scripts that stand in it."""
    resources = [site.resource(f"/fr/{name}.js", "f()") for name in "ab"]
    script = "<script>f();</script>"
    meta = f'<meta http-equiv="content-security-policy" content="{policy}">{script}'
    headers = {"content-security-policy": policy}
    assert checks.policy_problems(site.page(script, headers), resources) == expected
    assert checks.policy_problems(site.page(meta), resources) == expected


@pytest.mark.parametrize(
    ("element", "policy", "is_forbidden"),
    [
        ('<link rel="stylesheet" href="{}">', "style-src 'self'", True),
        ('<link rel="stylesheet" href="{}">', "style-src 'self' https:", False),
        ('<link rel="stylesheet" href="{}">', "style-src *.example.net", False),
        ('<link rel="stylesheet" disabled href="{}">', "style-src 'self'", False),
        ('<script src="{}"></script>', "default-src 'self'", True),
        ('<script src="{}" type="text/x-template"></script>', "default-src 'self'", False),
        ('<script src="{}" nomodule></script>', "default-src 'self'", False),
        ('<img src="{}">', "img-src 'none'", True),
        ('<img src="{}">', "img-src cdn.example.net", False),
        ('<noscript><img src="{}"></noscript>', "img-src 'none'", False),
        ('<p><noscript><img src="{}"></noscript>', "img-src 'none'", False),
        ('<link rel="preconnect" href="{}">', "default-src 'none'", False),
    ],
)
def test_what_a_policy_forbids_of_other_hosts(
    site: Site, element: str, policy: str, is_forbidden: bool
) -> None:
    """What the page itself loads there, though nobody asks for it."""
    url = "http://cdn.example.net/x"
    page = site.page(element.format(url), {"content-security-policy": policy})
    kinds = [link.kind for link in links.of_page(str(page.url), page.content)[0]]
    resources = [replace(site.elsewhere(), url=url, kind=kind) for kind in kinds]
    problems = checks.policy_problems(page, resources)
    assert [problem.rpartition(" ")[2] for problem in problems] == [url] * is_forbidden


def test_page_that_a_login_replaced(site: Site) -> None:
    """It is named."""
    page = site.page("<form><input type=PASSWORD></form>")
    problems = [*checks.unstyled_problems(page), *checks.unscripted_problems(page)]
    assert [line.partition(": ")[2] for line in problems] == ["a login page came in its place"] * 2


@pytest.mark.parametrize(
    ("hosts", "scheme", "expected"),
    [
        (None, "https", []),
        ({"cdn.example.net"}, "https", []),
        (
            set(),
            "https",
            [
                "a script of cdn.example.net, which is not among the hosts that pages may load "
                "from: https://cdn.example.net/x.js"
            ],
        ),
        (None, "http", ["a script is loaded in clear: http://cdn.example.net/x.js"]),
        (
            set(),
            "http",
            [
                "a script is loaded in clear: http://cdn.example.net/x.js",
                "a script of cdn.example.net, which is not among the hosts that pages may load "
                "from: http://cdn.example.net/x.js",
            ],
        ),
    ],
)
def test_what_a_page_loads_elsewhere(
    site: Site, hosts: set[str] | None, scheme: str, expected: list[str]
) -> None:
    """Only from hosts that are allowed, and never in clear."""
    script = replace(site.elsewhere(), url=f"{scheme}://cdn.example.net/x.js")
    resources = [script, site.resource("/fr/a.js", "f()")]
    assert checks.elsewhere_problems(site.page(), resources, hosts) == expected
    other = respond(site.exchange("/de/", HTML))
    assert checks.elsewhere_problems(other, resources, hosts) == []


def test_icon_of_another_host_is_no_link(site: Site) -> None:
    """Who reads of a link looks for one that people follow."""
    icon = replace(site.elsewhere(), url="https://cdn.example.net/x.png", kind="link")
    (problem,) = checks.elsewhere_problems(site.page(), [icon], set())
    assert problem.startswith("a file of a <link> of cdn.example.net, which is not among the hosts")
    video = replace(site.elsewhere(), url="https://cdn.example.net/x.mp4", kind="media")
    (problem,) = checks.elsewhere_problems(site.page(), [video], set())
    assert problem.startswith("a sound or video of cdn.example.net, ")


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        ("<a href='http://localhost:3000/a'>", "a link to http://localhost:3000/a"),
        ("<base href='http://127.0.0.1:5000'><a href=a>", "a link to http://127.0.0.1:5000/a"),
        ("<form action='http://[::1]/a' method=post>", "a form to http://[::1]/a"),
        ("<button formaction='http://0.0.0.0/'>", "a button to http://0.0.0.0/"),
        (
            "<link rel=canonical href='http://localhost:3000/'>",
            "its canonical URL is http://localhost:3000/",
        ),
        (
            "<meta property='og:url' content='http://localhost:3000/'>",
            "its og:url is http://localhost:3000/",
        ),
        ("<a href='http://localhost.example.org/'>", ""),
        ("<a href='http://127.0.0.1.example.org/'>", ""),
        ("<a href='/http://localhost/'>", ""),
        ("<p>http://localhost:3000/</p>", ""),
        (
            "<script>fetch(`http://localhost:8000/api/${name}`);</script>",
            "an inline script asks for http://localhost:8000/api/${name}",
        ),
        (
            "<script>new WebSocket('ws://localhost:8000');</script>",
            "an inline script asks for ws://localhost:8000",
        ),
        (
            "<script>navigator.serviceWorker.register('http://localhost:8080/sw.js')</script>",
            "an inline script asks for http://localhost:8080/sw.js",
        ),
        (
            "<script>axios.create({baseURL: 'http://127.0.0.1:8000'})</script>",
            "an inline script asks for http://127.0.0.1:8000",
        ),
        (
            "<script>window.__NUXT__={};window.__NUXT__.config={public:{"
            'apiBase:"http://localhost:8080"},app:{baseURL:"/",cdnURL:""}}</script>',
            "an inline script asks for http://localhost:8080",
        ),
        ("<script>new URL('/a', 'http://localhost')</script>", ""),
        ("<script>dev = () => ({apiUrl: 'http://localhost:8080'})</script>", ""),
        ("<script>// fetch('http://localhost:8000/a')</script>", ""),
        (
            "<script>if (location.hostname === 'localhost') { fetch('http://localhost:1/a'); }"
            "</script>",
            "",
        ),
    ],
)
def test_what_leads_people_to_their_own_machine(site: Site, element: str, problem: str) -> None:
    """As what a developer has built for it; but a script may ask where it is."""
    page = site.page(element)
    problems = checks.elsewhere_problems(page, [], [])
    assert problems == ([f"{problem}, the reader's own machine"] if problem else [])
    assert checks.elsewhere_problems(page, [], None) == []
    ours = ["localhost", "127.0.0.1", "::1", "0.0.0.0"]  # noqa: S104 - a name in a list
    assert checks.elsewhere_problems(page, [], ours) == []


def test_what_scripts_of_a_page_with_tls_ask_for_in_clear(site: Site) -> None:
    """Browsers refuse it."""
    page = site.page("<script>fetch('http://api.example.org/a');</script>")
    assert checks.elsewhere_problems(page, [], None) == [
        "an inline script asks for http://api.example.org/a in clear, which browsers refuse"
    ]


@pytest.mark.parametrize(
    ("listed", "host", "is_sound"),
    [
        ("1.gravatar.com", "2.gravatar.com", True),
        ("a.tile.example.org", "c.tile.example.org", True),
        ("cdn3.example.org", "cdn12.example.org", True),
        ("cdn3.example.org", "img3.example.org", False),
        ("a.example", "b.example", False),
        ("10.0.0.1", "11.0.0.1", False),
        ("cdn.example.org", "a.example.org", False),
    ],
)
def test_hosts_of_one_service(site: Site, listed: str, host: str, is_sound: bool) -> None:
    """Which of them sends an image depends on who wrote a comment."""
    image = replace(site.elsewhere(), url=f"https://{host}/x.png", kind="image")
    assert (not checks.elsewhere_problems(site.page(), [image], [listed])) is is_sound


@pytest.mark.parametrize(
    ("policy", "forbidden"),
    [
        ("default-src 'none'; worker-src 'self'", False),
        ("script-src 'self'", False),
        ("script-src 'nonce-x' 'strict-dynamic'", False),
        ("script-src 'self'; worker-src blob:", True),
    ],
)
def test_worker_that_a_policy_forbids(site: Site, policy: str, forbidden: bool) -> None:
    """It has a directive of its own, or those of scripts."""
    page = site.page("", {"content-security-policy": policy})
    problems = checks.policy_problems(page, [site.resource("/fr/w.js", "f()", kind="worker")])
    assert [line.endswith("forbids worker: w.js") for line in problems] == [True] * forbidden


@pytest.mark.parametrize(
    ("statuses", "base", "is_told"),
    [
        ([404, 404], "/fr", True),
        ([404, 410], "/fr", True),
        ([404, 404], "", False),
        ([404, 200], "/fr", False),
        ([404, 503], "/fr", False),
        ([], "/fr", False),
    ],
)
def test_base_that_leads_nowhere(
    site: Site, statuses: list[int], base: str, *, is_told: bool
) -> None:
    """No file is there that the page names; one that another file names does not count."""
    page = site.page(f'<base href="{base}">' if base else "<base target=_top>")
    files = [site.resource(f"/{n}.js", "f()", status=s) for n, s in enumerate(statuses)]
    inner = replace(site.resource("/a.png", "", kind="image"), found_in=f"{page.url}a.css")
    line = f'<base href="{base}">: no file is there that the page names'
    assert checks.base_problems(page, [*files, inner]) == [line] * is_told


def test_reference_that_is_no_url(site: Site) -> None:
    """It is told once, by the claim on what pages load; no other claim breaks on it."""
    written = "http://[cdn/x"
    elements = f"<link rel=stylesheet href='{written}'><script src='{written}'></script>"
    page = site.page(elements, {"content-security-policy": "script-src 'self'"})
    resources = [replace(site.elsewhere(), url=written)]
    assert checks.elsewhere_problems(page, resources, None) == [
        "a script of what is no URL: http://[cdn/x"
    ]
    assert checks.policy_problems(page, resources) == []
    assert checks.order_problems(page, resources) == []
    assert checks.missing_definition_problems(page, resources) == []
    assert checks.unstyled_problems(page) == []
    assert checks.unscripted_problems(page) == []
    file = site.resource("/fr/a.js", "f()")
    assert checks.integrity_problems(page, file) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("var a = 'https://stage.example.org:8443/x';", "https://stage.example.org:8443/x"),
        ("// see STAGE.Example.org.", "STAGE.Example.org."),
        ("my-stage.example.org", ""),
        ("www.stage.example.org", ""),
        ("stage.example.organic", ""),
        ("stage.example.org.uk", ""),
    ],
)
def test_hosts_that_a_file_names(site: Site, text: str, named: str) -> None:
    """By themselves, in letters of any case; a longer name is another host."""
    file = site.resource("/fr/a.js", text).response
    problems = checks.named_host_problems(file, ["x.example.org", "stage.example.org"])
    assert problems == ([f"it names stage.example.org: {named}"] if named else [])
