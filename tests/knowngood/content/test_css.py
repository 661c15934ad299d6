"""Whether a stylesheet is whole."""

import contextlib
import time

import pytest

from knowngood.content.css import LARGEST, MOST, says_something, spare_fonts, trouble, urls
from knowngood.safety import ContentTooLarge

WHOLE = [
    "a{b:c}",
    "",
    "/* nothing yet */",
    '@import "x.css";',
    "a{b:c}}",
    ".esc\\{x{color:red}",
    "a{content:\"}\"} b{content:'{'}",
    "a{background:url(data:image/svg+xml;utf8,<svg><style>a{b:c</style></svg>)}",
    "a{background:url(//c/*.png)}",
    "@media print{a{b:c}}",
    "a{b:c} /* the end */",
    "a{b:c}}\n/* the end */",
]
WHOLE += [
    '@charset "utf-8"; /* x */ @layer a, b; @import "x.css"; @layer c; @import "y.css"; a{b:c}',
    "a:nobody-knows(b) {c:d} @import 'x.css';",
    "@nobody-knows {a:b} @import 'x.css';",
    "a{b:c} d{e:'@import'} /* @import 'x.css'; */",
]
BROKEN = [
    "a{b:c",
    "@media print{a{b:c}",
    "a{b:c} /* the rem",
    'a{b:"c',
    "a{b:url(c",
    "Not Found",
    "}a{b:c}",
]
BROKEN += ["a{b:c}@import 'x.css';", "@import 'y'; .a #b, c {d:e}\n@import url(x.css);"]
WHOLE += [":root{--x:{a:b}}", "@media print{/* a */ a{b:c}}", 'a{content:"{{"}']
BROKEN += ["a{{b:c}}", "a{b:c} d{ /* e */ {f:g}}"]
BROKEN += ["a{b:c}}d{e:f}", "@media print{a{b:c}}}d{e:f}"]


FONT = """src: url(a.eot); src: local("A"), url("a.eot?#iefix") format("embedded-opentype"),
    url(a.woff2) format("woff2"), url(a.woff) format("woff"), url("a.svg#a") format("svg")"""
FONTS = {
    f"@font-face{{{FONT}; font-family: A}}": ["a.woff2"],
    f"@media print{{b{{c:url(d)}} @Font-Face /* x */ {{{FONT}}}}} e{{f:url(g)}}": [
        "d",
        "a.woff2",
        "g",
    ],
    "@font-face{src:url(a.woff),url(b.ttf)}": ["a.woff"],
    "@font-face{src:url(data:font/woff2;base64,AA) format(woff2),url(b.ttf)}": [],
    "@font-face{src:url(a.woff2) format(woff2) tech(color-COLRv1),url(b.woff2),url(c.ttf)}": [
        "a.woff2",
        "b.woff2",
    ],
    "@font-face{src:url(a.eot),url(b.svg) format('svg')}": ["a.eot", "b.svg"],
    "@font-face{font-family:A} b{src:url(c),url(d)}": ["c", "d"],
}


@pytest.mark.parametrize(("source", "files"), FONTS.items())
def test_files_of_a_font_that_browsers_load(source: str, files: list[str]) -> None:
    """The first that all can read: a deployment may lack the others, as Debian's packages do."""
    spare = spare_fonts(source.encode())
    assert [url for url, _ in urls(source.encode()) if url not in spare] == files


@pytest.mark.parametrize("source", WHOLE)
def test_a_whole_stylesheet(source: str) -> None:
    """What browsers take to its end is whole, braces in strings and addresses aside."""
    assert trouble(source.encode()) is None


@pytest.mark.parametrize(
    ("source", "something"),
    [
        ("", False),
        ("* {\n}\n", False),
        ("/* x */ a {} b { /* y */ }", False),
        ("a{b:c}", True),
        ('@import "x.css";', True),
        ("@media print{a{}}", True),
    ],
)
def test_whether_a_stylesheet_says_anything(source: str, something: bool) -> None:
    """Empty rules and comments do not; an import, or a rule of another kind, may."""
    assert says_something(source.encode()) is something


@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_stylesheet(source: str) -> None:
    """What ends within a block, a comment or a string was cut; what has no rule is none; and a
    brace too many takes the rule behind it away.
    """
    assert trouble(source.encode()) is not None


@pytest.mark.parametrize("pseudo", [":before", "::before"])
def test_what_sass_writes_where_it_fails(pseudo: str) -> None:
    """Its message stands above the page."""
    rule = "{ white-space: pre;\n content: 'Error: File to import not found: _x.'; }"
    source = f"/* Error */\nbody{pseudo} {rule}"
    assert trouble(source.encode()) == "the error of a build: Error: File to import not found: _x."
    assert trouble(source.replace("body", ".error").encode()) is None


def test_what_is_there_in_place_of_rules() -> None:
    """Its first line, as far as it tells."""
    why = 'the stylesheet holds no rule: it begins with "$(function() {"'
    assert trouble(b"\n$(function() {\n  f();\n});\n") == why


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (b"\xef\xbb\xbfa{b:url(\xc3\xa9)}", "\u00e9"),
        (b'@charset "iso-8859-1";a{b:url(\xe9)}', "\u00e9"),
        (b'@charset "hex";a{b:url(\xc3\xa9)}', "\u00e9"),
        ("\ufeffa{b:url(\u00e9)}".encode("utf-16-le"), "\u00e9"),
        (b"a{b:url(\\e9 )}", "\u00e9"),
        (b"a{b:url('x\\\ny')}", "xy"),
        (b"a{b:url(\\110000 x)}", "\ufffdx"),
        (b"a{b:1url(c) #url(d) myurl(e) url(f)}", "f"),
        (b"a{b:'c\nd:url(e)}", "e"),
    ],
)
def test_urls_are_read_as_browsers_read_them(source: bytes, url: str) -> None:
    """Charsets, escapes, and what only looks like a URL."""
    assert [address for address, _ in urls(source)] == [url]


@pytest.mark.parametrize("source", [b"a{b:c}\0\0", b"a{b:c}\nd{\0\0\0\0}", b"\0a{b:c}"])
def test_a_stylesheet_with_blocks_of_a_file_that_were_not_written(source: bytes) -> None:
    """A disk that was full leaves zeros; in UTF-16 every second byte is one."""
    assert trouble(source) == "a NUL, which no stylesheet holds"
    assert trouble("\ufeffa{b:c}".encode("utf-16-le")) is None
    assert trouble(b"a{b:c\\0; width:1px\\0/}") is None


@pytest.mark.parametrize("name", ["behavior", "*behavior", "-ms-behavior", "BEHAVIOR"])
def test_what_only_old_explorers_load(name: str) -> None:
    """Its URL is relative to the page: below the stylesheet there is nothing."""
    rule = f"a{{{name}:url(PIE.htc);b:url(c)}} d{{{name}: url('x.htc')}}"
    source = (
        f"{rule} @media screen{{d{{{name}:url(x.htc)}} e{{f:url(g)}}}} behavior:hover{{b:url(h)}}"
    )
    assert [address for address, _ in urls(source.encode())] == ["c", "g", "h"]


def test_a_stylesheet_as_large_as_they_come() -> None:
    """Of a megabyte of rules a quarter is read in a second."""
    rule = b".a-b > c:hover, #d::after{content:'x';color:#fff;margin:-1px;background:url(e.png)}\n"
    source = rule * (250_000 // len(rule))
    before = time.process_time()
    assert trouble(source) is None
    assert urls(source) == (("e.png", False),)
    assert time.process_time() - before < 4


@pytest.mark.parametrize("unit", [b"; ", b"{", b"-1", b"[]"])
def test_a_stylesheet_of_too_many_tokens(unit: bytes) -> None:
    """The tokens are counted before it is parsed: each takes a hundred bytes and more."""
    before = time.process_time()
    with pytest.raises(ContentTooLarge, match=r"some \d+ tokens: too large to be judged"):
        trouble(unit * (MOST // len(unit) + 1))
    assert time.process_time() - before < 2


def test_a_number_without_end() -> None:
    """Python reads no number of more than 4300 digits, and so tinycss2 does not."""
    with pytest.raises(ContentTooLarge, match="endless number"):
        trouble(b"a{b:" + b"9" * 5000 + b"}")


@pytest.mark.parametrize(
    "source", [b"a{b:c}\\", b"a{b:c};", b"a{b:c};;", b"a{b:c}\n;\n", b"@import 'x'", b"a{b:c}\\;"]
)
def test_what_a_whole_stylesheet_may_end_with(source: bytes) -> None:
    """Semicolons and a backslash at the end open nothing."""
    assert trouble(source) is None


@pytest.mark.parametrize("source", [b"a{b:c};/* x", b"a{b:c;", b"a{b:c};;'", b"a{};url(", b";("])
def test_what_is_open_at_the_end(source: bytes) -> None:
    """It is noticed, also behind semicolons."""
    assert trouble(source) == "something that the stylesheet opens is never closed"


@pytest.mark.parametrize(
    "source", [b"a{b:url(c", b"a{b:url('c", b"a{b:c url(c) url(", b"@import 'c"]
)
def test_urls_of_what_is_cut_short(source: bytes) -> None:
    """Browsers load what stands there."""
    assert [url for url, _ in urls(source) if url] == ["c"]


def test_a_stylesheet_too_large() -> None:
    """The message says so."""
    with pytest.raises(ContentTooLarge, match="too large to be judged"):
        trouble(b" " * (LARGEST + 1))


@pytest.mark.parametrize(
    "unit",
    [
        b"a ",
        b"{",
        b"{}",
        b"(",
        b"/*",
        b'"',
        b'"\n',
        b"url(",
        b"url( ",
        b"url(a ",
        b"\\",
        b"@",
        b"1.",
        b";",
    ],
)
def test_hostile_stylesheet_is_judged_in_bounded_time(unit: bytes) -> None:
    """What is linear takes a fraction of a second, anything else many."""
    source = unit * ((64 << 10) // len(unit))
    before = time.process_time()
    with contextlib.suppress(ContentTooLarge):
        trouble(source)
    with contextlib.suppress(ContentTooLarge):
        urls(source)
    assert time.process_time() - before < 2.5


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a{b:url({{ STATIC }}x.png)}", "a placeholder in a URL: url({{ STATIC }}x.png)}"),
        ("a{b:url('img/<%= x %>')}", "a placeholder in a URL: url('img/<%= x %>')}"),
        ("a{b:url(${path}/x.png)}", "a placeholder in a URL: url(${path}/x.png)}"),
        ("a{b:url(file:///C:/x.png)}", "a file of somebody's own machine: file:///C:/x.png"),
        ("a{b:url('data:image/svg+xml,<svg>{{x}}</svg>')}", None),
        ("a{b:url(../img/bg 2.png)}", "a blank in a URL without quotes: url(../img/bg 2.png)"),
        ("a{b:url('../img/bg 2.png'), url( x.png )}", None),
        ("a{b:c} /* url(bg 2.png) */ d{b:url(bg%202.png)}", None),
        ("a{b:url(data:image/svg+xml,<svg a='b.png')}", None),
        ("a{b:url(x.png?file:)}", None),
        ("a{b:'{{ x }}'}", None),
    ],
)
def test_urls_that_nobody_can_load(source: str, why: str | None) -> None:
    """A placeholder that no build filled in, or a path of a developer's own."""
    assert trouble(source.encode()) == why


@pytest.mark.parametrize("start", [b"<style>", b"\n<style type='text/css'>", b"</style>\n"])
def test_a_stylesheet_within_an_element(start: bytes) -> None:
    """As it was cut out of a page: browsers take the tag for a part of the first selector."""
    assert trouble(start + b"a { color: red }") == (
        "a tag of <style> at its start spoils the first rule"
    )
    assert trouble(b"<!-- a { color: red } -->") is None
