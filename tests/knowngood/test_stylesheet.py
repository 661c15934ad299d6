"""Whether a stylesheet is whole."""

import pytest

from knowngood.stylesheet import says_something, trouble

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
