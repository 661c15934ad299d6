"""What scripts call, use and define together."""

import time

import pytest

from knowngood.content.javascript_names import (
    handler_problems,
    library_problems,
    names_file,
    selectors,
    uncalled_problems,
)

JQUERY = b"window.$ = window.jQuery = function () {};"
PLUGIN = b"(function ($) { $.fn.mousewheel = 1; $.cookie = function () {}; })(jQuery);"


@pytest.mark.parametrize(
    ("handler", "source"),
    [
        ("init()", b"function init() {}"),
        ("return go(1)", b"var go = function () {};"),
        ("alert('x')", b""),
        ("app.start()", b""),
        ("x = 1", b""),
    ],
)
def test_a_handler_that_calls_what_is_there(handler: str, source: bytes) -> None:
    """A function of a script, one of the browser's, or something that is not followed."""
    assert handler_problems([handler], [b"", source]) == []


def test_a_handler_that_calls_nothing() -> None:
    """Functions within functions are not the page's."""
    sources = [b"function other() { function init() {} }"]
    assert handler_problems(["init()"], sources) == [
        "init(): the page calls it, no script defines it"
    ]


@pytest.mark.parametrize(
    ("handlers", "sources"),
    [
        ([], [b"function other() {}"]),
        (["init()"], [b"function init() {}"]),
        ([], [b"function init() {}", b"init();"]),
        ([], [b"function init() {}", b"$(init);"]),
        ([], [b"function init() {} document.addEventListener('x', init);"]),
    ],
)
def test_a_function_that_is_called_or_not_there(handlers: list[str], sources: list[bytes]) -> None:
    """By a handler, by a script, or handed on to be called later."""
    assert uncalled_problems("init", sources, handlers, sources) == []


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"// init();",
        b"app.init();",
        b"x = { init: 1 };",
        b"(function () { function init() {} init(); })();",
    ],
)
def test_a_function_that_is_never_called(source: bytes) -> None:
    """Comments, keys, methods and functions of the same name are no calls."""
    definition = b"function init() {}"
    problems = uncalled_problems("init", [definition], ["go()"], [definition, source])
    assert problems == ["init(): defined, and nothing on the page calls it"]


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
    assert library_problems(sources) == []


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
    assert library_problems(sources) == missing


def test_selectors_that_a_script_may_name() -> None:
    """Any string may be an id; ids and classes within a longer selector count, too."""
    source = b"f('menu'); $('#top .item > a'); // 'comment'"
    assert {"#menu", "#top", ".item"} <= selectors(source)
    assert "#comment" not in selectors(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b'"js/config.json"', True),
        (b'"js/config" + ".json"', True),
        (b'"js/settings.json"', False),
        (b"config(); load(x, 'other.json')", False),
    ],
)
def test_whether_a_script_names_a_file(source: bytes, expected: bool) -> None:
    """In one piece or in two."""
    assert names_file("/fr/js/config.json", [b"", source]) is expected


@pytest.mark.parametrize("unit", [b"$(", b"/*", b"function init", b"$.a(", b"($,", b"import '"])
def test_hostile_scripts_are_judged_in_bounded_time(unit: bytes) -> None:
    """What is linear takes a second for a tenth of a megabyte."""
    source = unit * (100_000 // len(unit))
    before = time.process_time()
    library_problems([source])
    uncalled_problems("init", [b"function init() {}"], [], [source])
    assert time.process_time() - before < 10
