"""The elements of a page that scripts and policies are about."""

import pytest

from knowngood.content import html
from knowngood.content.page_elements import (
    dead_fragments,
    handlers,
    has_order,
    inline_scripts,
    integrity,
    led_on,
    policies,
    refreshes,
    scripts,
    selectors,
)

URL = "https://fhr.example.org/fr/"


def test_ids_and_classes_are_selectors() -> None:
    """Each class of a list counts by itself."""
    tree = html.parse('<p id="a" class="b  c"><p class>')
    assert selectors(tree) == {"#a", ".b", ".c"}


def test_handlers_are_the_scripts_of_attributes() -> None:
    """Of any element; empty ones are left out."""
    tree = html.parse('<body onload="init()"><a onclick="go()" onchange="">x</a>')
    assert handlers(tree) == ["init()", "go()"]


def test_scripts_in_their_order() -> None:
    """By URL or by source; what is no script, such as data, is left out."""
    tree = html.parse(
        '<script async src="js/a.js#x"></script><script>b()</script>'
        '<script type="application/json">{}</script>'
        '<script type="text/javascript;version=1.8" src="/c.js" defer></script>'
        "<script defer>d()</script>"
    )
    assert list(scripts(tree, URL)) == [
        (f"{URL}js/a.js", b"", "", False, True),
        ("", b"b()", "", False, False),
        ("https://fhr.example.org/c.js", b"", "text/javascript;version=1.8", True, False),
        ("", b"d()", "", False, False),
    ]


def test_scripts_for_browsers_without_scripts() -> None:
    """No browser runs what stands in ``<noscript>``: the tags around them were put wrongly."""
    page = "<body><noscript><script src=a.js></script><script>a()</script></noscript><script>b()"
    assert [script.source for script in scripts(html.parse(page), "https://a.example/")] == [b"b()"]


def test_a_base_counts_for_scripts() -> None:
    """As it does for everything that a page refers to."""
    tree = html.parse('<base href="/shared/"><script src="a.js"></script>')
    assert next(scripts(tree, URL))[0] == "https://fhr.example.org/shared/a.js"


def test_integrity_by_file() -> None:
    """Of scripts and styles, also if two elements refer to one file."""
    tree = html.parse(
        '<script src="a.js" integrity="sha256-a"></script>'
        '<link href="/fr/a.js" integrity="sha256-b">'
        '<script src="c.js" integrity="sha256-c"></script>'
    )
    assert integrity(tree, URL) == {
        f"{URL}a.js": ["sha256-a", "sha256-b"],
        f"{URL}c.js": ["sha256-c"],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<meta http-equiv="Refresh" content="0; url=/x">', ["0; url=/x"]),
        ('<meta http-equiv="refresh">', [""]),
        ('<meta http-equiv="content-type" content="text/html">', []),
        ('<noscript><meta http-equiv="refresh" content="0; url=/x"></noscript>', []),
        ('<body><noscript><p><meta http-equiv="refresh" content="0"></p></noscript>', []),
    ],
)
def test_where_a_page_sends_its_reader(text: str, expected: list[str]) -> None:
    """By a meta element of this name, in any case of letters; not who has no JavaScript."""
    assert refreshes(html.parse(text)) == expected


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=en/", f"{URL}en/"),
        ("0;URL='/x'", "https://fhr.example.org/x"),
        ("3, https://example.com/", "https://example.com/"),
        ("0.5; url=en/#a", f"{URL}en/"),
        ("30; url=/x", ""),
        ("0; url=#here", ""),
        (f"5; url={URL}", ""),
        ("0", ""),
        ("url=/x", ""),
        ("0; url=", ""),
    ],
)
def test_where_a_page_leads_by_itself(content: str, target: str) -> None:
    """Within seconds, and to another page: one that is loaded again stays where it is."""
    tree = html.parse(f'<meta http-equiv="refresh" content="{content}">')
    assert led_on(tree, URL) == target


def test_policies_of_the_page_itself() -> None:
    """Each of them counts, but in ``<noscript>``."""
    meta = '<meta http-equiv="Content-Security-Policy" content="{}">'
    unread = f"<noscript>{meta.format('img-src x')}</noscript>"
    tree = html.parse(meta.format("img-src *") + unread + meta.format("script-src *"))
    assert policies(tree) == ["img-src *", "script-src *"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>f()</script>", [("", "f()")]),
        ("<script nonce=' abc '>f()</script>", [("abc", "f()")]),
        ('<script src="a.js"></script>', []),
        ('<script type="application/ld+json">{}</script>', []),
        ('<script type="text/template"><p></script>', []),
    ],
)
def test_scripts_that_stand_in_the_page(text: str, expected: list[tuple[str, str]]) -> None:
    """Data, templates and references are none."""
    assert list(inline_scripts(html.parse(text))) == expected


@pytest.mark.parametrize(
    ("element", "runs"),
    [
        ("<script nomodule>f()</script>", False),
        ('<script NOMODULE="" src="a.js"></script>', False),
        ("<script type=module nomodule>f()</script>", True),
        ("<script>f()</script>", True),
    ],
)
def test_a_script_for_browsers_without_modules(element: str, runs: bool) -> None:
    """Today's browsers have modules, and do not run it."""
    assert bool(list(scripts(html.parse(element), URL))) is runs


@pytest.mark.parametrize(
    ("element", "ordered"),
    [
        ("<script>f()</script><script src=a.js></script>", True),
        ("<script defer src=a.js></script>", True),
        ("<script type=MODULE>f()</script>", False),
    ],
)
def test_whether_scripts_run_in_their_order(element: str, ordered: bool) -> None:
    """What waits for the network runs out of its turn; what is deferred runs behind the others."""
    assert has_order(html.parse(element)) is ordered


@pytest.mark.parametrize(
    "page",
    [
        "<a href=#a>x</a><p id=a>",
        "<a href=#a>x</a><a name=a></a>",
        "<a href='#caf%C3%A9'>x</a><p id=caf\u00e9>",
        "<a href=#>x</a><a href=#top>x</a><a href=#TOP>x</a>",
        "<a href='#!/route'>x</a><a href='#/route'>x</a><a href='#tab=2'>x</a>",
        "<a href='#:~:text=found'>x</a>",
        "<a href=#menu onclick='open()'>x</a><a href=#menu data-toggle=menu>x</a>",
        "<a href=#menu role=button>x</a>",
        "<base href=/other/><a href=#a>x</a>",
        "<a href=/page#a>x</a>",
    ],
)
def test_links_within_a_page_that_are_sound(page: str) -> None:
    """To an element, to the top, to a route, or for a script."""
    assert list(dead_fragments(html.parse(page))) == []


def test_a_link_within_a_page_that_leads_nowhere() -> None:
    """The fragment is named; ids are told apart by case."""
    page = "<a href=#help>x</a><a href=#a>x</a><p id=A>"
    assert list(dead_fragments(html.parse(page))) == ["help", "a"]
