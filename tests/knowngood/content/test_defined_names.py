"""Which names a script defines for its page."""

import pytest

from knowngood.content import defined_names, script_facts


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (b"function a() { function b() {} }", {"a"}),
        (b"var c = function d() {}, e;\nlet f = 1;\nconst g = 2;", {"c", "e", "f", "g"}),
        (
            b"h = function () {};\n(function () { window.i = 1; self.j = k == 2; }());",
            {"h", "i", "j"},
        ),
        (b"async function l() {}\nclass m {}", {"l", "m"}),
        (b"n.o = 1; window.p == 2;", set()),
        (b"const {n: o, ...p} = f(o2); [t, u = v] = f();", {"o", "p", "t", "u"}),
        (b"function q() { function r() { [for (x of y) x]; } }", {"q", "r"}),
        (b"a.t = function t() { for each (u in v) {} };", set()),
        (b"function s() {}" + b"/**/" * (script_facts.PARSED // 4), {"s"}),
    ],
    ids=[
        "top",
        "variables",
        "window",
        "others",
        "members",
        "patterns",
        "not-parsed",
        "expression",
        "too-large",
    ],
)
def test_what_a_script_declares(source: bytes, names: set[str]) -> None:
    """What the whole page can call by its name; rather one too many where that cannot be told."""
    assert defined_names.declares(source) == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (b"window.a = 1;", {"a"}),
        (b"!function(e,t){e.x=1,e.jQuery=e.$=s}(window);", {"$", "jQuery"}),
        (b'"undefined"==typeof e&&(ie.jQuery=ie.$=ce),ce', {"$", "jQuery"}),
        (b"e.$===t&&(e.$=n),r&&e.jQuery===t&&(e.jQuery=i)", set()),
        (b"a.jQuery = b.$ = c", set()),
    ],
)
def test_what_a_script_sets_on_window(source: bytes, names: set[str]) -> None:
    """By its name; and jQuery, whatever its build calls it."""
    assert defined_names.declared_on_window(source) == names
