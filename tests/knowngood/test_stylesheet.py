"""Whether a stylesheet is whole."""

import pytest

from knowngood.stylesheet import trouble

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


@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_stylesheet(source: str) -> None:
    """What ends within a block, a comment or a string was cut; what has no rule is none."""
    assert trouble(source.encode()) is not None
