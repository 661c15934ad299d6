"""What scripts use of jQuery and its plug-ins."""

import time

import pytest

from knowngood.content import jquery

JQUERY = b"window.$ = window.jQuery = function () {};"
PLUGIN = b"(function ($) { $.fn.mousewheel = 1; $.cookie = function () {}; })(jQuery);"


@pytest.mark.parametrize(
    "sources",
    [
        [b"f();"],
        [JQUERY, b"$('#x').hide();"],
        [b"var $ = require('x');", b"$(document).ready(f);"],
        [b"import $ from 'jquery'; $('#x');"],
        [b"(function ($) { $('#x'); })(other);"],
        [JQUERY, PLUGIN, b"$.cookie('x');"],
        [b"// $('#x')"],
        [rb"x = /^(a|b)$(c)/;"],
    ],
)
def test_libraries_that_are_there(sources: list[bytes]) -> None:
    """Defined, handed in, or not used at all."""
    assert jquery.problems(sources) == []


@pytest.mark.parametrize(
    ("sources", "missing"),
    [
        ([b"$('#x').hide();"], ["$: a script uses it, none defines it"]),
        ([b"$(function () {});", b"// window.$ = 1"], ["$: a script uses it, none defines it"]),
        ([JQUERY, b"$.cookie('x');"], ["$.cookie: a script uses it, none defines it"]),
        (
            [JQUERY, b"$.cookie('x');", b"$.cookie('y');"],
            ["$.cookie: a script uses it, none defines it"],
        ),
    ],
)
def test_libraries_that_are_missing(sources: list[bytes], missing: list[str]) -> None:
    """What is used and not defined is named; other uses of it do not define it."""
    assert jquery.problems(sources) == missing


@pytest.mark.parametrize("unit", [b"$(", b"/*", b"$.a(", b"($,", b"import '"])
def test_hostile_scripts_are_judged_in_bounded_time(unit: bytes) -> None:
    """What is linear takes a second for a tenth of a megabyte."""
    before = time.process_time()
    jquery.problems([unit * (100_000 // len(unit))])
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    "source",
    [
        b"$.blockUI && $.unblockUI();",
        b"if ($.blockUI) { $.unblockUI(); }",
        b"if ($.blockUI) $.unblockUI();",
        b"$.blockUI ? $.unblockUI() : 0;",
        b"if (window.$ && $.fn.plot) { draw(); $.plot(x); }",
    ],
)
def test_a_plug_in_that_is_looked_for_first(source: bytes) -> None:
    """Whoever looks for one of its functions can do without all of them."""
    assert jquery.problems([JQUERY, source]) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (b"if (x) { $.plot(x); }", "$.plot"),
        (b"a && b; $.plot(x);", "$.plot"),
        (b"if ($.blockUI) { a(); } $.plot(x);", "$.plot"),
        (b"$.blockUI(); $.unblockUI();", "$.blockUI"),
    ],
)
def test_a_plug_in_that_nobody_looks_for(source: bytes, name: str) -> None:
    """Another condition is no guard, and a guard ends with its block."""
    assert f"{name}: a script uses it, none defines it" in jquery.problems([JQUERY, source])
