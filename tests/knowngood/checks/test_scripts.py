"""Ready-made claims about the scripts of a page."""

from dataclasses import replace

import pytest
from answered_site import Site

from knowngood import checks
from knowngood.content.problem import Aspect
from knowngood.fetch.response import respond


def test_scripts_of_a_page(site: Site) -> None:
    """In their order, its own and those that it refers to, but for those elsewhere."""
    page = site.page(
        '<script src="a.js"></script><script>b();</script>'
        '<script src="https://cdn.example.net/x.js"></script>'
    )
    resources = [site.resource("/fr/a.js", "a();"), site.elsewhere()]
    assert checks.script_sources(page, resources) == [b"a();", b"b();"]


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("<div id=root></div>", False),
        ("<div id=root> </div><p id=other>a</p>", False),
        ("<div id=other></div>", True),
        ("<div></div>", True),
        ("<div id=root><p>Loading</p></div>", True),
        ("<input id=root>", True),
    ],
)
def test_the_element_that_scripts_fill(site: Site, body: str, is_told: bool) -> None:
    """Without it an application has nowhere to show itself."""
    source = "createRoot(document.getElementById('root')).render(app)"
    page = site.page(f"{body}<script>start()</script>")
    script = site.resource("/fr/a.js", source)
    assert bool(checks.mount_problems(page, [script])) is is_told
    assert checks.mount_problems(page, [script, site.elsewhere()]) == []


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("<app-root></app-root>", False),
        ("<app-shell></app-shell>", True),
        ("<p></p>", True),
        ("<app-root><p>a</p></app-root>", True),
    ],
)
def test_the_element_of_its_own_that_scripts_fill(site: Site, body: str, is_told: bool) -> None:
    """Angular and others know it by its name."""
    script = site.resource("/fr/a.js", 'define({selectors:[["app-root"]]})')
    assert bool(checks.mount_problems(site.page(body), [script])) is is_told
    page = site.page(f"{body}<script>var m = '/b.js'; import(m)</script>")
    assert checks.mount_problems(page, [script]) == []


@pytest.mark.parametrize(
    ("body", "source", "is_told"),
    [
        ("<div id=__nuxt><p>a</p></div>", "root='#__nuxt'", False),
        ("<div id=__nuxt-app><p>a</p></div>", "root='#__nuxt'", True),
        ("<div><p>a</p></div>", "hydrate(document.getElementById('__next'))", True),
        ("<div><p>a</p></div>", "hydrate(document.getElementById('__next-error'))", False),
    ],
)
def test_the_element_that_a_server_draws(site: Site, body: str, source: str, is_told: bool) -> None:
    """Without it the page shows all, and nothing of it works."""
    script = site.resource("/fr/a.js", source)
    assert bool(checks.root_problems(site.page(body), [script])) is is_told
    assert checks.root_problems(site.page(body), [script, site.elsewhere()]) == []


def test_words_that_no_script_has(site: Site) -> None:
    """Code and texts count, comments do not, nor does a part of a longer word."""
    page = site.page('<script src="a.js"></script><script>/* three */ send("two");</script>')
    resources = [site.resource("/fr/a.js", "one(); // four\nvar fives;")]
    words = ["five", "one", "four", "two", "three"]
    assert checks.unnamed_words(page, resources, words) == ["five", "four", "three"]


def test_modules_that_a_script_imports(site: Site) -> None:
    """They are scripts of the page, and their names are their own."""
    page = site.page('<script type="module" src="main.mjs"></script><script>list();</script>')
    main = replace(site.resource("/fr/main.mjs", "import './data.mjs';"), type="module")
    data = replace(site.resource("/fr/data.mjs", "var Data = {};"), type="module")
    others = [replace(data, page="https://fhr.example.org/de/", url="x"), site.resource("/y", "")]
    assert checks.script_sources(page, [main, data, *others]) == [
        b"import './data.mjs';",
        b"list();",
        b"var Data = {};",
    ]
    data = replace(site.resource("/fr/data.mjs", "function list() {}"), type="module")
    assert checks.order_problems(site.page("<script>list();</script>"), [data]) == []


@pytest.mark.parametrize(
    ("attributes", "source", "problems"),
    [
        ("", "on('click', toggle);", ["the page runs a.js 2 times"]),
        ("defer", "on('click', toggle);", ["the page runs a.js 2 times"]),
        ("type=module", "on('click', toggle);", []),
        ("", "document.write('<div class=news></div>');", []),
        ("", "document.currentScript.after(news);", []),
        ("", "var all = document.getElementsByTagName('script'), own = all.pop();", []),
    ],
)
def test_a_script_that_stands_twice(
    site: Site, attributes: str, source: str, problems: list[str]
) -> None:
    """Under one URL, however that is written; unless it does something where it stands."""
    elements = f'<script src="a.js"></script><script {attributes} src="/fr/a.js"></script>'
    page = site.page(elements + "<script>b();</script>" * 2)
    resources = [site.resource("/fr/a.js", source), site.elsewhere()]
    assert checks.repeated_script_problems(page, resources) == problems


def test_scripts_of_another_dialect(site: Site) -> None:
    """A suite may bring a judge of its own, who is told the type of the element."""

    def refuse(source: bytes, kind: str) -> str | None:
        return f"{kind}: {source.decode()}"

    page = site.page('<script type="module">f()</script>')
    assert checks.inline_script_problems(page, refuse) == ["inline script 1: module: f()"]
    assert checks.syntax_problems(site.resource("/a.js", "g()"), refuse) == [": g()"]


def test_data_in_a_page_is_no_script(site: Site) -> None:
    """What stands in a script element of another type need not parse as one."""
    data = '<script type="text/template"><p>it\'s</p></script>'
    assert checks.inline_script_problems(site.page(data)) == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", ""),
        (" \n", ""),
        ('{"a": "</b>&amp;"}', ""),
        ('{"a": 1,}', "line 1"),
        ("{{ a }}", "line 1"),
    ],
)
def test_json_that_stands_in_a_page(site: Site, data: str, why: str) -> None:
    """Its scripts throw where they read it; what is empty is filled in by a script."""
    page = site.page(f'<script id="texts" type="application/json">{data}</script>')
    problems = checks.inline_script_problems(page)
    assert len(problems) == bool(why)
    assert all('<script id="texts" type="application/json">' in text for text in problems)
    assert why in "".join(problems)


def test_syntax_of_scripts_in_a_page(site: Site) -> None:
    """What the oldest Firefox does not read is told; Mozilla's own JavaScript it does."""
    page = site.page("<script>f();</script><script>var f = () => 1;</script>")
    why = "inline script 2: line 1: => needs Firefox 22, users have 20"
    assert checks.inline_new_syntax_problems(page, 20) == [why]
    old = site.page('<script type="text/javascript;version=1.8">let x = 1;</script>')
    assert checks.inline_new_syntax_problems(old, 20) == []
    new = site.page('<script type="text/javascript;version=1.8">let x = a?.b;</script>')
    assert checks.inline_new_syntax_problems(new, 38) == [
        "inline script 1: line 1: ?. needs Firefox 74, users have 38"
    ]


def test_scripts_that_parse_and_never_run(site: Site) -> None:
    """What keeps browsers from running any of a script; an old dialect has other rules."""
    source = "let x = 1;\nlet x = 2;"
    why = "line 2 declares x, which is declared already"
    assert checks.syntax_problems(site.resource("/a.js", source)) == [why]
    page = site.page(f"<script>{source}</script>")
    assert checks.inline_script_problems(page) == [f"inline script 1: {why}"]
    old = f'<script type="text/javascript;version=1.8">{source}</script>'
    assert checks.inline_script_problems(site.page(old)) == []


def test_script_files_of_a_type_that_no_browser_runs(site: Site) -> None:
    """A spelling error there leaves the page without the script, and nobody is told."""
    page = site.page('<script src="a.js" type="text/javascirpt"></script>')
    assert checks.script_type_problems(page) == [
        '<script src="a.js" type="text/javascirpt">: no browser runs this type'
    ]
    page = site.page('<script nomodule src="a.js"></script>')
    assert checks.script_type_problems(page) == [
        '<script src="a.js" nomodule>: no browser that has modules runs it'
    ]
    for kind in ("", "module", "text/javascript", "text/javascript;version=1.8"):
        page = site.page(f'<script src="a.js" type="{kind}"></script>')
        assert checks.script_type_problems(page) == []


def test_elements_that_scripts_name(site: Site) -> None:
    """What the model has and its scripts name is missing where the page has it not."""
    script = "<script>f('#menu', '.item', '#nowhere');</script>"
    model = respond(site.exchange("/en-US/", f'<p id="menu"><p class="item other">{script}'))
    page = respond(site.exchange("/fr/", f'<p id="menu">{script}'))
    assert checks.element_problems(page, model, []) == [
        "no element .item, which scripts look for and /en-US/ has"
    ]
    assert checks.element_problems(model, model, []) == []


def test_a_page_without_any_element_that_scripts_name(site: Site) -> None:
    """Another page came in its place: that is said before all else."""
    model = site.page("<p id=a><p id=b><p id=c><p id=d><script>f('#a', '#b', '#c')</script>")
    [problem] = checks.element_problems(site.page("<h1 id=d>Bread</h1>"), model, [])
    assert problem.startswith("none of the 3 elements that scripts look for is there, as #a: ")
    assert getattr(problem, "aspect", "") == Aspect.SERVER_PAGE
    assert len(checks.element_problems(site.page("<p id=a>"), model, [])) == 2


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ('<p id="note"></p><button id="go" disabled>', ["#go is disabled, and not in /en-US/"]),
        (
            '<div hidden><p id="note"></p></div><p id="note"></p><button id="go">',
            ["the first #note stands in what is hidden, and not in /en-US/"],
        ),
        (
            '<button id="note"></button><p id="go">',
            ["#go is <p> and #note <button>: exchanged in /en-US/"],
        ),
        ('<p id="note" hidden></p><button id="go">', []),
        ('<div id="note"></div><button id="go">', []),
        ('<p id="note"></p><button id="go"></button><input id="other" disabled>', []),
    ],
)
def test_the_state_of_elements_that_scripts_name(
    site: Site, body: str, problems: list[str]
) -> None:
    """What only one language has disabled, hidden or exchanged; another tag alone does no harm."""
    script = "<script>f('note', 'go');</script>"
    sound = '<p id="note"></p><button id="go"></button><input id="other">'
    model = respond(site.exchange("/en-US/", sound + script))
    assert checks.element_problems(site.page(body + script), model, []) == problems
    assert checks.element_problems(model, model, []) == []


def test_scripts_of_events(site: Site) -> None:
    """They are the body of a function, so that they may return."""
    page = site.page('<button onclick="return go(event); // {">x</button>')
    assert checks.inline_script_problems(page) == []
    assert checks.inline_script_problems(site.page('<button onclick="go(">x</button>')) == [
        "the script of an event does not parse: go("
    ]


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


def test_a_script_that_an_old_firefox_does_not_read(site: Site) -> None:
    """A module is not for it, nor is a file that is no script."""
    script = site.resource("/fr/a.js", "x = a?.b;")
    assert checks.new_syntax_problems(script, 73) == ["line 1: ?. needs Firefox 74, users have 73"]
    assert checks.new_syntax_problems(script, 74) == []
    assert checks.new_syntax_problems(replace(script, type="module"), 73) == []
    assert checks.new_syntax_problems(replace(script, kind="link"), 73) == []


def test_a_script_in_an_old_dialect_that_is_too_new(site: Site) -> None:
    """What is rewritten is parsed; `let` is older in the dialect."""
    source = "let all = [for (x of xs) x];\nlet some = all?.length;"
    script = replace(site.resource("/fr/a.js", source), type="text/javascript;version=1.8")
    why = ["line 2: ?. needs Firefox 74, users have 38"]

    def rewrite(source: bytes) -> bytes:
        return source.replace(b"[for (x of xs)", b"[0,")

    assert checks.new_syntax_problems(script, 38) == []
    assert checks.new_syntax_problems(script, 38, rewrite) == why
    plain = replace(script, type="text/javascript")
    assert checks.new_syntax_problems(plain, 38, rewrite) == []


@pytest.mark.parametrize(
    "source",
    [
        "window.onhashchange = show;",
        "show(location.hash);",
        "document.querySelectorAll('a[href^=\"#\"]');",
        "body.innerHTML = '<p id=' + 'help' + '>';",
    ],
)
def test_a_link_that_a_script_may_serve(site: Site, source: str) -> None:
    """One that reads fragments, or names the element."""
    page = site.page('<a href="#help">x</a><script src="a.js"></script>')
    assert checks.fragment_problems(page, [site.resource("/fr/a.js", source)]) == []


def test_a_link_to_a_place_that_is_not_there(site: Site) -> None:
    """No element has the id, and no script acts on it."""
    page = site.page('<a href="#help">x</a><script src="a.js"></script>')
    assert checks.fragment_problems(page, [site.resource("/fr/a.js", "f();")]) == [
        '<a href="#help">: no element of the page has this id'
    ]
