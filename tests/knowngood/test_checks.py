"""What checks import: claims about answers; and that checks import nothing else."""

import ast
import base64
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from knowngood import checks
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.fetch.response import Resource, Response, respond

SMOKETESTS = Path(__file__).parents[2] / "smoketests"
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


@pytest.fixture
def site() -> Site:
    """A site without answers yet."""
    return Site()


def test_checks_import_nothing_else() -> None:
    """FHR's checks need this module, pytest and the standard library: so do those of others."""
    allowed = {*sys.stdlib_module_names, "pytest"}
    for path in SMOKETESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            assert [
                name
                for name in names
                if name.partition(".")[0] not in allowed and name != "knowngood.checks"
            ] == [], path.name


def test_checks_are_short() -> None:
    """A file of checks is read at one sitting."""
    lengths = {path.name: path.read_text("utf-8").count("\n") for path in SMOKETESTS.glob("*.py")}
    assert {name: length for name, length in lengths.items() if length >= 100} == {}


def test_everything_in_all_is_there_and_documented() -> None:
    """Each name is one that checks may use, and each function says what it does."""
    for name in checks.__all__:
        value = getattr(checks, name)
        assert not callable(value) or value.__doc__, name


def test_own_resources(site: Site) -> None:
    """Those of other hosts are left out, and those of other pages where one is given."""
    ours, page = site.resource("/fr/a.js", "f()"), site.page()
    assert checks.own([ours, site.elsewhere()]) == [ours]
    assert checks.own([ours], page) == [ours]
    assert checks.own([ours], respond(site.exchange("/de/", HTML))) == []


def test_a_sound_page(site: Site) -> None:
    """No claim about a page has anything to say."""
    page = site.page('<meta charset="utf-8"><script>f();</script>')
    assert checks.charset_problems(page) == []
    assert checks.page_problems(page) == []
    assert checks.framing_problems(page) == []
    assert checks.leftover_problems(page) == []
    assert checks.inline_script_problems(page) == []
    assert checks.policy_problems(page, [site.resource("/fr/a.js", "f()")]) == []
    assert checks.empty_text_problems(page, page) == []
    assert checks.refresh_problems(page) == []


def test_faults_of_a_page(site: Site) -> None:
    """Each claim about a page sees its own."""
    assert checks.charset_problems(site.page('<meta charset="latin1">')) != []
    assert checks.language_problems(site.page(), "fr", "ltr") != []
    assert checks.page_problems(respond(site.exchange("/fr/", HTML[:-3]))) != []
    assert checks.framing_problems(site.page(headers={"x-frame-options": "DENY"})) != []
    assert checks.leftover_problems(site.page("{{ title }}")) != []
    assert checks.inline_script_problems(site.page("<script>f('it's');</script>")) != []
    assert checks.refresh_problems(site.page(headers={"refresh": "0; url=/x"})) == [
        "Refresh header: 0; url=/x leads away from the page"
    ]
    assert checks.refresh_problems(site.page('<meta http-equiv="refresh" content="0">')) != []


def test_texts_that_only_one_language_lacks(site: Site) -> None:
    """What is empty in the model, too, is meant so; its elements may have other names there."""
    model = respond(site.exchange("/en-US/", "<h1>Health</h1><h2></h2><h3></h3>"))
    page = respond(site.exchange("/fr/", '<h1></h1><h2></h2><h3 class="x"></h3>'))
    same = respond(site.exchange("/de/", '<h1>x</h1><h2></h2><h3 class="x"></h3>'))
    assert checks.empty_text_problems(same, model) == []
    assert checks.empty_text_problems(page, model) == [
        "<h1>: it is empty, and has a text in /en-US/",
        '<h3 class="x">: it is empty, and has a text in /en-US/',
    ]


def test_script_files_of_a_type_that_no_browser_runs(site: Site) -> None:
    """A spelling error there leaves the page without the script, and nobody is told."""
    page = site.page('<script src="a.js" type="text/javascirpt"></script>')
    assert checks.script_type_problems(page) == [
        '<script src="a.js" type="text/javascirpt">: no browser runs this type'
    ]
    for kind in ("", "module", "text/javascript", "text/javascript;version=1.8"):
        page = site.page(f'<script src="a.js" type="{kind}"></script>')
        assert checks.script_type_problems(page) == []


def test_data_in_a_page_is_no_script(site: Site) -> None:
    """What stands in a script element of another type need not parse as one."""
    data = '<script type="text/template"><p>it\'s</p></script>'
    assert checks.inline_script_problems(site.page(data)) == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("script-src 'self' 'unsafe-inline'", []),
        (
            "script-src 'self'",
            ["the policy script-src 'self' forbids the script that stands in the page"],
        ),
        (
            "script-src 'unsafe-inline'",
            ["the policy script-src 'unsafe-inline' forbids the script js/a.js"],
        ),
    ],
)
def test_what_a_policy_forbids(site: Site, policy: str, expected: list[str]) -> None:
    """By header or by the page itself: what it loads, and the scripts that stand in it."""
    resources = [site.resource("/fr/js/a.js", "f()")]
    script = "<script>f();</script>"
    meta = f'<meta http-equiv="content-security-policy" content="{policy}">{script}'
    headers = {"content-security-policy": policy}
    assert checks.policy_problems(site.page(script, headers), resources) == expected
    assert checks.policy_problems(site.page(meta), resources) == expected


def test_files_that_are_what_their_name_says(site: Site) -> None:
    """By kind of reference: a frame may be a page, and a script may not."""
    frame = site.resource("/frame/", HTML, {"content-type": "text/html"}, kind="frame")
    assert checks.file_problems(site.resource("/a.js", "f()")) == []
    assert checks.file_problems(frame) == []
    assert checks.file_problems(site.resource("/a.js", HTML)) == [
        "an HTML page in place of the file"
    ]


@pytest.mark.parametrize(
    ("kind", "headers", "sound", "broken"),
    [
        ("script", JAVASCRIPT, "f();", "f("),
        ("script", JAVASCRIPT, "f();", "x = `\n=======\n`;"),
        ("stylesheet", CSS, "a{b:c}", "a{b:c"),
        ("stylesheet", CSS, "a{b:c}", "<<<<<<< HEAD\na{b:c}"),
        ("stylesheet", CSS, "\ufeffa{b:c}", "a{b:c}\ufeffd{e:f}"),
        ("json", {"content-type": "application/json"}, "{}", '{"a": 1, "a": 2}'),
        ("json", {"content-type": "application/json"}, "{}", "\ufeff{}"),
    ],
)
def test_files_that_are_whole(
    site: Site, kind: str, headers: dict[str, str], sound: str, broken: str
) -> None:
    """A script parses, a stylesheet closes what it opens, JSON is strict."""
    assert checks.syntax_problems(site.resource("/a", sound, headers, kind)) == []
    assert len(checks.syntax_problems(site.resource("/a", broken, headers, kind))) == 1


def test_scripts_of_another_dialect(site: Site) -> None:
    """A suite may bring a judge of its own, who is told the type of the element."""

    def refuse(source: bytes, kind: str) -> str | None:
        return f"{kind}: {source.decode()}"

    page = site.page('<script type="module">f()</script>')
    assert checks.inline_script_problems(page, refuse) == ["inline script 1: module: f()"]
    assert checks.syntax_problems(site.resource("/a.js", "g()"), refuse) == [": g()"]


def test_images_have_no_syntax(site: Site) -> None:
    """Only what is text is read."""
    image = site.resource("/a.png", b"{", {"content-type": "image/png"}, kind="image")
    assert checks.syntax_problems(image) == []


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("script", "f();", []),
        ("script", "// f();", ["nothing but comments"]),
        ("stylesheet", "a{b:c}", []),
        ("stylesheet", "a{}", ["nothing but comments and empty rules"]),
    ],
)
def test_files_that_have_content(site: Site, kind: str, body: str, expected: list[str]) -> None:
    """Comments and empty rules are none."""
    assert checks.content_problems(site.resource("/a", body, CSS, kind)) == expected


def test_integrity_of_a_file(site: Site) -> None:
    """A file without the hash that its element names is a problem; one without a name is none."""
    digest = base64.b64encode(hashlib.sha256(b"f()").digest()).decode()
    page = site.page(f'<script src="a.js" integrity="sha256-{digest}"></script>')
    sound, stale = site.resource("/fr/a.js", "f()"), site.resource("/fr/a.js", "old()")
    assert checks.integrity_problems(page, sound) == []
    assert checks.integrity_problems(page, stale) == [
        f"/fr/ asks for integrity sha256-{digest}; the file has another hash"
    ]
    assert checks.integrity_problems(page, site.resource("/fr/b.js", "x()")) == []


@pytest.mark.parametrize(
    ("hosts", "scheme", "expected"),
    [
        (None, "https", []),
        ({"cdn.example.net"}, "https", []),
        (set(), "https", ["a script of an unknown host: https://cdn.example.net/x.js"]),
        (None, "http", ["a script is loaded in clear: http://cdn.example.net/x.js"]),
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


def test_scripts_of_a_page(site: Site) -> None:
    """In their order, its own and those that it refers to, but for those elsewhere."""
    page = site.page(
        '<script src="a.js"></script><script>b();</script>'
        '<script src="https://cdn.example.net/x.js"></script>'
    )
    resources = [site.resource("/fr/a.js", "a();"), site.elsewhere()]
    assert checks.script_sources(page, resources) == [b"a();", b"b();"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("function go() {} function init() {} init();", []),
        ("function init() {} init();", ["go(): the page calls it, no script defines it"]),
        (
            "function go() {} function init() {}",
            ["init(): defined, and nothing on the page calls it"],
        ),
        ("function go() {}", []),
    ],
)
def test_what_a_page_starts(site: Site, source: str, expected: list[str]) -> None:
    """What handlers call is defined, and the function that starts it all is called."""
    body = f'<body onload="go()"><script>{source}</script>'
    page = respond(site.exchange("/fr/", body))
    assert checks.start_problems(page, [], "init") == expected


@pytest.mark.parametrize(
    ("inline", "kind", "expected"),
    [
        ("f();", "script", ["init(): defined, and nothing on the page calls it"]),
        ("init();", "script", []),
        ("f();", "json", []),
    ],
)
def test_a_script_that_nothing_starts(
    site: Site, inline: str, kind: str, expected: list[str]
) -> None:
    """The script itself is at fault, and not the page."""
    script = site.resource("/fr/a.js", "function init() {}", kind=kind)
    page = site.page(f'<script src="a.js"></script><script>{inline}</script>')
    assert checks.uncalled_problems(script, page, [script], "init") == expected
    assert checks.start_problems(page, [script], "init") == []


def test_libraries_of_a_page(site: Site) -> None:
    """What scripts use of jQuery, one of them defines."""
    page = site.page('<script src="$.js"></script><script>$("#x");</script>')
    assert checks.library_problems(page, []) == ["$: a script uses it, none defines it"]
    assert checks.library_problems(page, [site.resource("/fr/$.js", "window.$ = f;")]) == []


def test_scripts_elsewhere_may_define_anything(site: Site) -> None:
    """Where one lies on another host, nothing is said to be missing."""
    script = '<script src="https://cdn.example.net/x.js"></script><script>$("#x");</script>'
    page = respond(site.exchange("/fr/", f'<body onload="go()">{script}'))
    assert checks.library_problems(page, [site.elsewhere()]) == []
    assert checks.start_problems(page, [site.elsewhere()], "init") == []


def test_elements_that_scripts_name(site: Site) -> None:
    """What the model has and its scripts name is missing where the page has it not."""
    script = "<script>f('#menu', '.item', '#nowhere');</script>"
    model = respond(site.exchange("/en-US/", f'<p id="menu"><p class="item other">{script}'))
    page = respond(site.exchange("/fr/", f'<p id="menu">{script}'))
    assert checks.element_problems(page, model, []) == [
        "no element .item, which scripts look for and /en-US/ has"
    ]
    assert checks.element_problems(model, model, []) == []


@pytest.mark.parametrize(
    ("page", "source", "status", "expected"),
    [
        ("", "load('js/config.json');", 200, True),
        ("", "load('js/config' + '.json');", 200, True),
        ("<script>load('config.json');</script>", "f();", 200, True),
        ("", "f();", 200, False),
        ("", "f();", 404, True),
    ],
)
def test_whether_scripts_name_a_file(
    site: Site, page: str, source: str, status: int, expected: bool
) -> None:
    """In the page or a script; where a script is missing, that one may."""
    script = site.resource("/fr/a.js", source, status=status)
    assert checks.scripts_name_file("/js/config.json", [site.page(page)], [script]) is expected


def test_a_page_without_scripts_may_name_any_file(site: Site) -> None:
    """It is broken, and tells nothing."""
    assert checks.scripts_name_file("/js/config.json", [site.page()], [])
