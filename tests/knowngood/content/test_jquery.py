"""What scripts use of jQuery and its plug-ins."""

import time

import pytest

from knowngood.content import jquery
from knowngood.content.page_elements import Script

JQUERY = b"window.$ = window.jQuery = function () {};"
ITSELF = b"/*! jQuery v3.7.1 | (c) */ window.$ = window.jQuery = {ajax: f};"
PLOT = b"(function ($) { $.plot = function () {}; })(jQuery);"
USER = b"$(function () { $.plot('#x'); });"
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


@pytest.mark.parametrize("unit", [b"$(", b"/*", b"$.a(", b"($,", b"import '", b"a = "])
def test_hostile_scripts_are_judged_in_bounded_time(unit: bytes) -> None:
    """What is linear takes a second for a tenth of a megabyte."""
    before = time.process_time()
    source = unit * (100_000 // len(unit))
    jquery.problems([source])
    jquery.lost_plugins(scripts_of(ITSELF, source, ITSELF, source))
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


def scripts_of(*sources: bytes) -> list[Script]:
    """Return the scripts of a page, from files of these numbers."""
    return [Script(f"/{n}.js", source, "") for n, source in enumerate(sources)]


@pytest.mark.parametrize("again", [ITSELF, ITSELF.replace(b"3.7.1", b"1.9")])
def test_jquery_again_behind_a_plug_in(again: bytes) -> None:
    """The second jQuery, the same or another, has no plug-in of the first."""
    assert jquery.lost_plugins(scripts_of(ITSELF, PLOT, again, USER)) == [
        "$.plot: 2.js loads jQuery again behind the script that gave it plot"
    ]


@pytest.mark.parametrize(
    "sources",
    [
        [ITSELF, PLOT, USER],
        [ITSELF, ITSELF, PLOT, USER],
        [ITSELF, PLOT, ITSELF, PLOT, USER],
        [ITSELF, PLOT, USER, ITSELF],
        [ITSELF, PLOT, ITSELF, b"var old = $.noConflict(true);", USER],
        [ITSELF, PLOT, b"window.$1 = jQuery;", ITSELF, b"window.$ = $1;", USER],
        [ITSELF, PLOT, b"(()=>{" + ITSELF + b"})()", USER],
        [ITSELF, PLOT, ITSELF, b"if ($.plot) { $.plot(x); } $.ajax(y);"],
        [ITSELF, b"$(function () { $.plot = f; });", ITSELF, USER],
    ],
)
def test_two_jqueries_that_do_no_harm(sources: list[bytes]) -> None:
    """Before the plug-in; behind all that uses it; kept apart, by a name or by a bundle; or a
    plug-in that is looked for, or comes once the page is there.
    """
    assert jquery.lost_plugins(scripts_of(*sources)) == []
