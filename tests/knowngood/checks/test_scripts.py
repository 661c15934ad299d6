"""Ready-made claims about the scripts of a page."""

from dataclasses import replace

import pytest
from answered_site import Site

from knowngood import checks
from knowngood.fetch.response import respond


def test_scripts_of_a_page(site: Site) -> None:
    """In their order, its own and those that it refers to, but for those elsewhere."""
    page = site.page(
        '<script src="a.js"></script><script>b();</script>'
        '<script src="https://cdn.example.net/x.js"></script>'
    )
    resources = [site.resource("/fr/a.js", "a();"), site.elsewhere()]
    assert checks.script_sources(page, resources) == [b"a();", b"b();"]


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


def test_a_script_before_the_one_that_it_uses(site: Site) -> None:
    """By the order of their elements, where that is certain."""
    first, second = '<script src="a.js"></script>', "<script>var Lib = {};</script>"
    resources = [site.resource("/fr/a.js", "Lib.run();")]
    assert checks.order_problems(site.page(second + first), resources) == []
    assert checks.order_problems(site.page(first + second), resources) == [
        "a.js uses Lib, which only an inline script, behind it, defines"
    ]
    assert checks.order_problems(site.page(first + second), [*resources, site.elsewhere()]) != []
    foreign = '<script src="https://cdn.example.net/x.js"></script>'
    page = site.page(first + second + foreign)
    assert checks.order_problems(page, [*resources, site.elsewhere()]) == []
    deferred = first.replace("src", "defer src")
    assert checks.order_problems(site.page(deferred + second), resources) == []


def test_an_inline_script_that_one_language_has_lost(site: Site) -> None:
    """Only where another script needs it."""
    script = '<script src="a.js"></script>'
    resources = [site.resource("/fr/a.js", "show(texts.on);")]
    model = respond(site.exchange("/en-US/", "<script>var texts = {}, survey = 1;</script>"))
    assert checks.inline_definition_problems(site.page(script), model, resources) == [
        "no script defines texts; one that stands in /en-US/ does"
    ]
    model = respond(site.exchange("/en-US/", "<script>var texts = {on: 1, off: 1};</script>"))
    whole = site.page(f"<script>var texts = {{on: 1}};</script>{script}")
    assert checks.inline_definition_problems(whole, model, resources) == []
    half = site.page(f"<script>var texts = {{off: 1}};</script>{script}")
    assert checks.inline_definition_problems(half, model, resources) == [
        "the inline script has no on; that of /en-US/ has one, and scripts read it"
    ]
    assert checks.inline_definition_problems(whole, model, resources) == []


def test_what_only_a_script_of_another_page_defines(site: Site) -> None:
    """Not loaded, or a module, whose names are its own; on another host nobody knows."""
    resources = [
        site.resource("/fr/a.js", "Data.show(1);"),
        site.resource("/fr/data.js", "var Data = {};"),
        site.resource("/fr/shared.js", "window.Data = {};"),
    ]
    user = '<script src="a.js"></script>'
    missing = ["a.js uses Data, which no script of the page defines"]
    for others, expected in {
        "": missing,
        '<script src="data.js"></script>': [],
        '<script type="module" src="data.js"></script>': missing,
        '<script type="module" src="shared.js"></script>': [],
    }.items():
        page = site.page(others + user)
        assert checks.missing_definition_problems(page, resources) == expected
    page = site.page(f'<script src="https://cdn.example.net/x.js"></script>{user}')
    assert checks.missing_definition_problems(page, [*resources, site.elsewhere()]) == []


def test_a_script_of_another_page(site: Site) -> None:
    """The script is told, and not the page; a copy that finds what it uses is none of this."""
    data = site.resource("/fr/mobile/data.js", "var Data = {};")
    theirs = site.resource("/fr/mobile/fhr.js", "Data.load();")
    mine = site.resource("/fr/v4.js", "Data.load();")
    page = site.page('<script src="v4.js"></script>')
    missing = "v4.js uses Data, which no script of the page defines"
    problems = checks.stray_script_problems(mine, page, [data, theirs, mine])
    assert problems == [f"the same bytes as /fr/mobile/fhr.js, and {missing}"]
    assert checks.stray_script_problems(mine, page, [data, mine]) == []
    page = site.page('<script src="mobile/data.js"></script><script src="v4.js"></script>')
    assert checks.stray_script_problems(mine, page, [data, theirs, mine]) == []


def test_a_script_of_another_page_beside_one_of_the_same_name(site: Site) -> None:
    """Each is told by what it uses itself, and not by what another of its name does."""
    resources = [
        site.resource("/fr/data.js", "var Data = {}, List = {};"),
        site.resource("/fr/x/other.js", "List.sort();"),
        site.resource("/fr/a/fhr.js", "Data.load();"),
        site.resource("/fr/b/fhr.js", "List.sort();"),
        site.resource("/fr/c/fhr.js", "Data.load(); List.sort();"),
    ]
    page = site.page("".join(f'<script src="{name}/fhr.js"></script>' for name in "abc"))
    problems = [
        problem
        for script in resources[2:]
        for problem in checks.stray_script_problems(script, page, resources)
    ]
    missing = "fhr.js uses List, which no script of the page defines"
    assert problems == [f"the same bytes as /fr/x/other.js, and {missing}"]


def test_a_script_that_an_old_firefox_does_not_read(site: Site) -> None:
    """A module is not for it, nor is a file that is no script."""
    script = site.resource("/fr/a.js", "x = a?.b;")
    assert checks.new_syntax_problems(script, 73) == ["line 1: ?. needs Firefox 74, users have 73"]
    assert checks.new_syntax_problems(script, 74) == []
    assert checks.new_syntax_problems(replace(script, type="module"), 73) == []
    assert checks.new_syntax_problems(replace(script, kind="link"), 73) == []


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
