"""Whether a stylesheet is whole."""

import contextlib
import time

import pytest

from knowngood.content.css import LARGEST, says_something, trouble, urls
from knowngood.safety.limits import ContentTooLarge

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
]
BROKEN = ["a{b:c", "@media print{a{b:c}", "a{b:c} /* the rem", 'a{b:"c', "a{b:url(c", "Not Found"]


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
    """What ends within a block, a comment or a string was cut; what has no rule is none."""
    assert trouble(source.encode()) is not None


@pytest.mark.parametrize(
    ("source", "found"),
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
def test_urls_are_read_as_browsers_read_them(source: bytes, found: str) -> None:
    """Charsets, escapes, and what only looks like a URL."""
    assert [url for url, _ in urls(source)] == [found]


def test_a_stylesheet_as_large_as_they_come() -> None:
    """A megabyte of rules is read in a few seconds."""
    rule = b".a-b > c:hover, #d::after{content:'x';color:#fff;margin:-1px;background:url(e.png)}\n"
    source = rule * (1_000_000 // len(rule))
    before = time.process_time()
    assert trouble(source) is None
    assert sum(1 for _ in urls(source)) == len(source) // len(rule)
    assert time.process_time() - before < 10


def test_a_stylesheet_too_large() -> None:
    """It is said so."""
    with pytest.raises(ContentTooLarge, match="too large to be judged"):
        trouble(b" " * (LARGEST + 1))


@pytest.mark.parametrize(
    "unit",
    [b"a ", b"{", b"{}", b"(", b"/*", b'"', b'"\n', b"url(", b"url( ", b"\\", b"@", b"1.", b";"],
)
def test_hostile_stylesheet_is_judged_in_bounded_time(unit: bytes) -> None:
    """A quarter of a megabyte: what is linear takes a second, anything else minutes."""
    source = unit * ((256 << 10) // len(unit))
    before = time.process_time()
    with contextlib.suppress(ContentTooLarge):
        trouble(source)
    with contextlib.suppress(ContentTooLarge):
        for _ in urls(source):
            pass
    assert time.process_time() - before < 15
