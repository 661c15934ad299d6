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
        [b"window.Zepto = window.$ = f;", b"if (window.jQuery) { %s }" % PLOT],
        [b"window.Zepto = window.$ = f;", PLOT, b"load('js/jquery.js');"],
        [b"window.$ = f;", b"typeof jQuery === 'function' && " + PLOT],
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
        (
            [
                b"window.Zepto = window.$ = f;",
                b"/* jQuery */ ;" + PLOT + PLUGIN,
                b"!function(t){t.x=1}(jQuery);",
            ],
            ["jQuery: a script uses it, none defines it"],
        ),
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
    jquery.replaced_problems(scripts_of(ITSELF, source, ITSELF, source))
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
    assert jquery.replaced_problems(scripts_of(ITSELF, PLOT, again, USER)) == [
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
    assert jquery.replaced_problems(scripts_of(*sources)) == []


TAKER = b"function $(id) { return document.getElementById(id); }"
GIVER = ITSELF + b"\njQuery.noConflict();\n"


def test_another_function_behind_jquery() -> None:
    """It has nothing of jQuery."""
    assert jquery.replaced_problems(scripts_of(ITSELF, TAKER, b"$.ajax('x');")) == [
        "$.ajax: 1.js defines $ anew behind the script that gave it ajax"
    ]


@pytest.mark.parametrize(
    "sources",
    [
        [ITSELF, TAKER, b"(function ($) { $.ajax('x'); })(jQuery);"],
        [ITSELF, TAKER, b"jQuery(function (x, $) { $.ajax('x'); });"],
        [ITSELF, TAKER + b"$.ajax = f;", b"$.ajax('x');"],
        [TAKER, ITSELF, b"$.ajax('x');"],
        [ITSELF, b"(function () { %s })();" % TAKER, b"$.ajax('x');"],
        [ITSELF, b"$.ajax('x');", TAKER, b"$('x');"],
    ],
)
def test_another_function_that_does_no_harm(sources: list[bytes]) -> None:
    """Where scripts take jQuery by its name, or the function is not the page's."""
    assert jquery.replaced_problems(scripts_of(*sources)) == []


@pytest.mark.parametrize("giver", [[GIVER], [ITSELF, b"jQuery.noConflict()"]])
def test_a_dollar_that_jquery_gave_away(giver: list[bytes]) -> None:
    """As the jQuery of WordPress does: nobody else has one."""
    user = b"$(document).ready(function () { a(); });"
    assert jquery.replaced_problems(scripts_of(*giver, user)) == [
        f"$: {len(giver)}.js uses it, and jQuery.noConflict() took it away"
    ]


@pytest.mark.parametrize(
    "sources",
    [
        [GIVER, b"jQuery(function ($) { $('x').hide(); });"],
        [GIVER + b"window.$ = jQuery;", b"$('x');"],
        [GIVER, b"var $ = jQuery;", b"$('x');"],
        [b"function $() {}", GIVER, b"$('x');"],
        [ITSELF, b"var $j = jQuery.noConflict();", b"$j('x');"],
        [ITSELF, b"var $ = jQuery.noConflict();", b"$('x');"],
        [ITSELF, b"if (old) jQuery.noConflict();", b"$('x');"],
        [ITSELF, b"function f() { jQuery.noConflict(); }", b"$('x');"],
        [ITSELF, b"$('x');", b"jQuery.noConflict();"],
    ],
)
def test_a_dollar_that_is_there_after_all(sources: list[bytes]) -> None:
    """By another script, or since it is not sure to be given away, or only behind its users."""
    assert jquery.replaced_problems(scripts_of(*sources)) == []
