"""Ready-made claims about what the scripts of a page define, call and use."""

import re
from dataclasses import replace

import pytest
from answered_site import Site

from knowngood import checks
from knowngood.fetch.response import Resource, respond


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("function go() {} function init() {} init();", []),
        ("function init() {} init();", ["go(): the page calls it, no script defines it"]),
        (
            "function go() {} function init() {}",
            ["init(): defined, and nothing on the page calls it"],
        ),
        ("function go() {}", []),
    ],
)
def test_what_a_page_starts(site: Site, source: str, expected: list[str]) -> None:
    """What handlers call is defined, and the function that starts it all is called."""
    body = f'<body onload="go()"><script>{source}</script>'
    page = respond(site.exchange("/fr/", body))
    assert checks.start_problems(page, [], "init") == expected


@pytest.mark.parametrize(
    ("inline", "kind", "expected"),
    [
        ("f();", "script", ["init(): defined, and nothing on the page calls it"]),
        ("init();", "script", []),
        ("f();", "json", []),
    ],
)
def test_a_script_that_nothing_starts(
    site: Site, inline: str, kind: str, expected: list[str]
) -> None:
    """The script itself is at fault, and not the page."""
    script = site.resource("/fr/a.js", "function init() {}", kind=kind)
    page = site.page(f'<script src="a.js"></script><script>{inline}</script>')
    assert checks.uncalled_problems(script, page, [script], "init") == expected
    assert checks.start_problems(page, [script], "init") == []


def test_libraries_of_a_page(site: Site) -> None:
    """What scripts use of jQuery, one of them defines."""
    page = site.page('<script src="$.js"></script><script>$("#x");</script>')
    assert checks.library_problems(page, []) == ["$: a script uses it, none defines it"]
    assert checks.library_problems(page, [site.resource("/fr/$.js", "window.$ = f;")]) == []


def test_jquery_that_a_page_loads_twice(site: Site) -> None:
    """The plug-in between the two is lost, unless nobody knows in which order they run."""
    plug_in = "<script>(function ($) { $.plot = f; })(jQuery);</script>"
    again = f'<script src="$.js"></script>{plug_in}<script src="$.js"></script>'
    page = site.page(f"{again}<script>$.plot();</script>")
    jquery = [site.resource("/fr/$.js", "/*! jQuery v2.1.0 */ window.jQuery = window.$ = f;")]
    assert checks.library_problems(page, jquery) == [
        "$.plot: $.js loads jQuery again behind the script that gave it plot"
    ]
    page = site.page(f"{again}<script>$.plot();</script><script async src=a.js></script>")
    files = [*jquery, site.resource("/fr/a.js", "f();")]
    assert checks.library_problems(page, files) == []


def test_scripts_elsewhere_may_define_anything(site: Site) -> None:
    """Where one lies on another host, nothing is said to be missing."""
    script = '<script src="https://cdn.example.net/x.js"></script><script>$("#x");</script>'
    page = respond(site.exchange("/fr/", f'<body onload="go()">{script}'))
    assert checks.library_problems(page, [site.elsewhere()]) == []
    assert checks.start_problems(page, [site.elsewhere()], "init") == []


def test_a_script_before_the_one_that_it_uses(site: Site) -> None:
    """By the order of their elements, where that is certain."""
    first, second = '<script src="a.js"></script>', "<script>var Lib = {};</script>"
    resources = [site.resource("/fr/a.js", "Lib.run();")]
    assert checks.order_problems(site.page(second + first), resources) == []
    assert checks.order_problems(site.page(first + second), resources) == [
        "a.js uses Lib, which only an inline script, behind it, defines"
    ]
    assert checks.order_problems(site.page(first + second), [*resources, site.elsewhere()]) != []
    library = "<script>(function (w) { window.jQuery = window.$ = w; })(window);</script>"
    user = [site.resource("/fr/a.js", "$(function () {});")]
    assert checks.order_problems(site.page(library + first), user) == []
    assert checks.order_problems(site.page(first + library), user) != []
    loader = '<script data-main="js/main" src="js/require.js"></script>'
    assert checks.order_problems(site.page(first + library + loader), user) == []
    plug_in = [site.resource("/fr/a.js", "(function ($) { $.plot = 1; })(Lib);")]
    assert checks.order_problems(site.page(second + first), plug_in) == []
    assert checks.order_problems(site.page(first + second), plug_in) != []
    foreign = '<script src="https://cdn.example.net/x.js"></script>'
    page = site.page(first + second + foreign)
    assert checks.order_problems(page, [*resources, site.elsewhere()]) == []
    deferred = first.replace("src", "defer src")
    assert checks.order_problems(site.page(deferred + second), resources) == []


@pytest.mark.parametrize(("name", "count"), [("scrollTo", 0), ("history", 0), ("Request", 1)])
def test_a_script_that_uses_what_browsers_have(site: Site, name: str, count: int) -> None:
    """It has that without the later script, but for a class: a library's own is another."""
    resources = [site.resource("/fr/a.js", f"{name}(1);")]
    later = f"<script>function {name}() {{}}</script>"
    page = site.page(f'<script src="a.js"></script>{later}')
    assert len(checks.order_problems(page, resources)) == count


def test_a_script_before_a_deferred_one_that_it_uses(site: Site) -> None:
    """What is deferred runs behind all the others; an inline script never is."""
    library, user = '<script defer src="lib.js"></script>', '<script src="a.js"></script>'
    resources = [
        site.resource("/fr/lib.js", "var Lib = {};"),
        site.resource("/fr/a.js", "Lib.f();"),
    ]
    page = site.page(library + user)
    assert checks.order_problems(page, resources) == [
        "a.js uses Lib, which only lib.js, behind it, defines"
    ]
    later = user.replace("src", "defer src")
    assert checks.order_problems(site.page(library + later), resources) == []
    inline = "<script defer>var Lib = {};</script>"
    assert checks.order_problems(site.page(later + inline), resources) == []
    any_time = library.replace("defer", "async")
    assert checks.order_problems(site.page(any_time + user), resources) == [
        "a.js uses Lib, which only lib.js, for which it does not wait, defines"
    ]
    both = any_time + user.replace("src", "async src")
    assert checks.order_problems(site.page(both), resources) == []
    at_hand = "<script>window.Lib = window.Lib || {};</script>"
    assert checks.order_problems(site.page(at_hand + any_time + user), resources) == []


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("let a;", "var a;", "a"),
        ("function a() {}", "const a = 1;", "a"),
        ("class A {}", "class A {}", "A"),
        ("const {b: {a = 1}} = {b: {}};", "let [a] = [2];", "a"),
        ("var a; function b() {}", "var a; function b() {}", ""),
        ("a = 1; window.b = 2;", "let a, b;", ""),
        ("(function () { let a; }());", "let a;", ""),
    ],
)
def test_a_name_that_two_scripts_declare(site: Site, first: str, second: str, name: str) -> None:
    """By let, const or class only one may; modules and Mozilla's old JavaScript are not judged."""
    script = site.resource("/fr/a.js", second)
    page = site.page(f'<script>{first}</script><script src="a.js"></script>')
    reason = "as a script before it does, and one of them by let, const or class"
    expected = [f"a.js declares {name}, {reason}"] if name else []
    assert checks.redeclaration_problems(script, page, [script]) == expected
    assert checks.inline_redeclaration_problems(page, [script]) == []
    twice = site.page(f"<script>{first}</script><script>{second}</script>")
    expected = [f"an inline script declares {name}, {reason}"] if name else []
    assert checks.inline_redeclaration_problems(twice, []) == expected
    for kind in ("module", "text/javascript;version=1.8"):
        page = site.page(f'<script>{first}</script><script type="{kind}" src="a.js"></script>')
        assert checks.redeclaration_problems(script, page, [script]) == []


def test_an_inline_script_that_one_language_has_lost(site: Site) -> None:
    """Only where another script needs it."""
    script = '<script src="a.js"></script>'
    resources = [site.resource("/fr/a.js", "show(texts.on);")]
    model = respond(site.exchange("/en-US/", "<script>var texts = {}, survey = 1;</script>"))
    assert checks.inline_definition_problems(site.page(script), model, resources) == [
        "no script defines texts; one that stands in /en-US/ does"
    ]
    model = respond(site.exchange("/en-US/", "<script>var texts = {on: 1, off: 1};</script>"))
    whole = site.page(f"<script>var texts = {{on: 1}};</script>{script}")
    assert checks.inline_definition_problems(whole, model, resources) == []
    half = site.page(f"<script>var texts = {{off: 1}};</script>{script}")
    assert checks.inline_definition_problems(half, model, resources) == [
        "the inline script has no on; that of /en-US/ has one, and scripts read it"
    ]
    assert checks.inline_definition_problems(whole, model, resources) == []


def test_what_only_a_script_of_another_page_defines(site: Site) -> None:
    """Not loaded, or a module, whose names are its own; on another host nobody knows."""
    resources = [
        site.resource("/fr/a.js", "Data.show(1);"),
        site.resource("/fr/data.js", "var Data = {};"),
        site.resource("/fr/shared.js", "window.Data = {};"),
    ]
    user = '<script src="a.js"></script>'
    missing = ["a.js uses Data, which no script of the page defines"]
    for others, expected in {
        "": missing,
        '<script src="data.js"></script>': [],
        '<script type="module" src="data.js"></script>': missing,
        '<script type="module" src="shared.js"></script>': [],
    }.items():
        page = site.page(others + user)
        assert checks.missing_definition_problems(page, resources) == expected
    page = site.page(f'<script src="https://cdn.example.net/x.js"></script>{user}')
    assert checks.missing_definition_problems(page, [*resources, site.elsewhere()]) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("draw();", ["draw"]),
        ("documnt.title = 1;", ["documnt"]),
        ("(function ($) { $.fn.draw = 1; }(jQuery));", ["jQuery"]),
        ("(function () { draw(); }).call(this);", ["draw"]),
        ("$(document).ready(function () { draw(); }); var $;", ["draw"]),
        ("$(function () { draw(); }); var $;", ["draw"]),
        ("$(document).ready(start); function start() { draw(); } var $;", ["draw"]),
        ("addEventListener('load', () => { draw(); });", ["draw"]),
        (
            "document.addEventListener('DOMContentLoaded', go, false); var go = () => draw();",
            ["draw"],
        ),
        ("setTimeout(function () { draw(); }, 10);", ["draw"]),
        ("$.getJSON('a.json', (data) => { draw(data); }); var $;", ["draw"]),
        ("fetch('a.json').then(show); function show() { draw(); }", ["draw"]),
        ("document.addEventListener('click', function () { draw(); });", []),
        ("window.onload = function () { draw(); };", ["draw"]),
        ("function first() { second(); } function second() { draw(); } first();", ["draw"]),
        ("function init() { draw(); }", ["draw"]),  # the page calls it
        ("new Chart(document.body);", ["Chart"]),
        ("window.open(address);", ["address"]),
        ("if (a) { draw(); } var a;", []),
        ("for (var i = 0; i < 1; i++) { draw(); }", []),
        ("window.draw && draw();", []),
        ("typeof draw === 'function' ? draw() : 0;", []),
        ("try { draw(); } catch (error) { error.message; }", []),
        ("(function () { if (!window.draw) { return; } draw(); }());", []),
        ("(function () { return; draw(); }());", []),
        ("function never() { draw(); }", []),
        ("var object = {method: function () { draw(); }};", []),
        ("class Shape { method() { draw(); } }", []),
        ("function* pairs() { yield draw(); } pairs();", []),
        ("first(); function first() { draw(); } function first() {}", []),
        ("drawing.append(document.body);", []),  # an element has this id
        ("Drawings.one.show(); namespace('Drawings.one'); function namespace() {}", []),
        ("for (const {draw: [paint, ...rest]} of []) {} paint(); rest();", []),
        ("var paint = function paint({a, b: c = 1}, ...d) {}; a; c; d;", []),
        ("import paint, {a as b} from './x.js'; paint(b);", []),
        ("const a = 1; export {a as painted}; export {b as c} from './x.js';", []),
        ("export * as paints from './x.js'; export default function paint() {}", []),
        ("onfocus(); webkitRequestAnimationFrame(hasOwnProperty); new ActiveXObject();", []),
        ("draw(); document.write('<script src=x.js></' + 'script>');", []),
        ("draw(", []),  # does not parse
    ],
)
def test_names_that_nobody_defines(site: Site, source: str, names: list[str]) -> None:
    """Told where a script surely uses them: not behind a condition, or in what nobody calls."""
    page = site.page('<body id="drawing" onload="init()"><script src="a.js"></script>')
    assert checks.missing_definition_problems(page, [site.resource("/fr/a.js", source)]) == [
        f"a.js uses {name}, which no script of the page defines" for name in names
    ]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("if (a) { drawGraph(); } var a; function drawTheGraph() {}", ["drawGraph"]),
        ("function later() { drawGraph(); } var drawGraphs = (a, b) => a;", ["drawGraph"]),
        ("function later() { new PingList(); } function PingsList() {}", ["PingList"]),
        ("function later() { drawGraph(); } function showTable() {}", []),
        ("function later() { drawGraph(); drawGraphs(); } function drawGraphs() {}", []),
        (
            "function later() { drawGraph(); } function drawGraphs() {} // a drawGraphs",
            ["drawGraph"],
        ),
        ("function later() { try { drawGraph(); } catch (e) {} } function drawGraphs() {}", []),
        ("function later() { window.drawGraph && drawGraph(); } function drawGraphs() {}", []),
        ("function later(show) { show(); } function shown() {}", []),
        ("function later() { drawGraph(); } function initGraph() {}", []),  # the page calls it
    ],
)
def test_a_function_that_was_renamed(site: Site, source: str, names: list[str]) -> None:
    """Its old name is told, also if nobody may call it: the new one is there, and not used."""
    page = site.page('<body onload="initGraph()"><script src="a.js"></script>')
    assert checks.missing_definition_problems(page, [site.resource("/fr/a.js", source)]) == [
        f"a.js uses {name}, which no script of the page defines" for name in names
    ]


def test_names_beside_what_jquery_can_do(site: Site) -> None:
    """Scripts come by jQuery only if another script asks for them."""
    jquery = "window.jQuery = {fn: {jquery: '2.1.0'}, get: () => document.createElement('script')};"
    resources = [site.resource("/fr/jquery.js", jquery)]
    missing = ["an inline script uses draw, which no script of the page defines"]
    for source, expected in {
        "draw();": missing,
        "draw(); jQuery.getScript('x.js');": [],
        "draw(); document.head.append(document.createElement('script'));": [],
    }.items():
        page = site.page(f'<script src="jquery.js"></script><script>{source}</script>')
        assert checks.missing_definition_problems(page, resources) == expected


@pytest.mark.parametrize(
    ("kind", "source", "names"),
    [
        ("text/javascript;version=1.8", "let (a = 1) draw(a);", ["paint"]),
        ("", "let (a = 1) draw(a);", []),
    ],
)
def test_names_beside_an_old_dialect(site: Site, kind: str, source: str, names: list[str]) -> None:
    """What stands in a dialect is not looked into; what does not parse otherwise is told by others,
    and nothing is certain beside it.
    """
    page = site.page(f'<script type="{kind}">{source}</script><script>paint();</script>')
    assert checks.missing_definition_problems(page, []) == [
        f"an inline script uses {name}, which no script of the page defines" for name in names
    ]


def test_names_beside_a_script_that_did_not_come(site: Site) -> None:
    """It may define anything, and its own claim tells that it is missing."""
    gone = site.resource("/fr/lib.js", "{}", status=404)
    page = site.page('<script src="lib.js"></script><script>draw();</script>')
    assert checks.missing_definition_problems(page, [gone]) == []


def test_a_function_of_another_script_that_uses_what_nobody_defines(site: Site) -> None:
    """It is told once a script calls it, and of two of its name nothing is certain."""
    resources = [
        site.resource("/fr/a.js", "function start() { draw(); }"),
        site.resource("/fr/b.js", "start();"),
        site.resource("/fr/c.js", "function start() {}"),
    ]
    a, b, c = (f'<script src="{name}.js"></script>' for name in "abc")
    missing = ["a.js uses draw, which no script of the page defines"]
    for scripts, expected in {a: [], a + b: missing, a + c + b: []}.items():
        assert checks.missing_definition_problems(site.page(scripts), resources) == expected


@pytest.mark.parametrize(
    "source",
    [
        "(function (w) { w.Data = {}; })(window);",
        "window['Data'] = {};",
        "(function () { this.Data = {}; }());",
        "Object.assign(window, {Data: {}});",
        "Object.assign(window, {A, Data, B});",
        "Object.defineProperty(window, 'Data', {value: {}});",
        "(function () { Data = {}; }());",
        "!function(e,t){'object'==typeof exports?exports.Data=t():e.Data=t()}(this,()=>1);",
        "!function(e,t){(e=e||self).Data=t()}(this,()=>1);",
        "window.Data ||= {};",
        "if (typeof Data == 'undefined') { var Data = {}; }",
        "try { Object.x(); } catch (e) { var Data = {}; }",
        "if (!window.x) { function Data() {} }",
        "for (var Data of [1]) {}",
        "const [Data = 1] = [];",
        "var a = [for (x of [1, 2]) x];\nvar Data = {};",
        "var Data = {};" + "/* */" * 220_000,
    ],
)
@pytest.mark.parametrize("attributes", ["", "type=module "])
def test_globals_that_are_set_otherwise(site: Site, source: str, attributes: str) -> None:
    """What bundlers write, or write for other loaders, and what is not parsed defines a name."""
    if attributes and re.search("(?:var|const|function) .?Data", source):
        return  # a module's own
    resources = [
        site.resource("/fr/a.js", "Data.load();"),
        site.resource("/fr/x/data.js", "var Data = {};"),
        site.resource("/fr/data.js", source),
    ]
    page = site.page(f'<script {attributes}src="data.js"></script><script src="a.js"></script>')
    assert checks.missing_definition_problems(page, resources) == []
    page = respond(site.exchange("/fr/", f'<body onload="Data()"><script>{source}</script>'))
    assert checks.start_problems(page, [], "init") == []


def test_a_script_of_another_page(site: Site) -> None:
    """The script is told, and not the page; a copy that finds what it uses is none of this."""
    data = site.resource("/fr/mobile/data.js", "var Data = {};")
    theirs = site.resource("/fr/mobile/fhr.js", "Data.load();")
    mine = site.resource("/fr/v4.js", "Data.load();")
    page = site.page('<script src="v4.js"></script>')
    missing = "v4.js uses Data, which no script of the page defines"
    problems = checks.stray_script_problems(mine, page, [data, theirs, mine])
    assert problems == [f"the same bytes as /fr/mobile/fhr.js, and {missing}"]
    assert checks.stray_script_problems(mine, page, [data, mine]) == []
    page = site.page('<script src="mobile/data.js"></script><script src="v4.js"></script>')
    assert checks.stray_script_problems(mine, page, [data, theirs, mine]) == []


def test_a_module_that_another_one_imports(site: Site) -> None:
    """It is no copy of itself, and what it looks up on window needs no declaration."""
    main = replace(site.resource("/fr/main.mjs", "window.Data = {};"), type="module")
    user = replace(site.resource("/fr/fhr.mjs", "window.Data.load(); Data.f();"), type="module")
    page = site.page('<script type="module" src="main.mjs"></script>')
    assert checks.missing_definition_problems(page, [main, user]) == []
    elsewhere = site.resource("/de/list.js", "var List = {};")
    user = replace(site.resource("/fr/fhr.mjs", "List.sort();"), type="module")
    assert checks.stray_script_problems(user, page, [main, user, elsewhere]) == []


def test_a_module_that_defines_what_it_uses(site: Site) -> None:
    """Quotes in its patterns hide no definition, and what others declare at their top is theirs."""
    minified = 'var q=/"/;function Mt(n){return n.a}var s="";Mt(q);'
    page = site.page('<script type="module" src="a.js"></script>')
    files = [("/fr/a.js", minified), ("/fr/b.js", "function Mt(){}")]
    resources = [replace(site.resource(*file), type="module") for file in files]
    assert checks.missing_definition_problems(page, resources) == []
    user = replace(site.resource("/fr/a.js", "(n => Mt(n))(1);"), type="module")
    missing = ["a.js uses Mt, which no script of the page defines"]
    assert checks.missing_definition_problems(page, [user, resources[1]]) == missing


def test_a_script_of_another_page_beside_one_of_the_same_name(site: Site) -> None:
    """Each is told by what it uses itself, and not by what another of its name does."""
    resources = [
        site.resource("/fr/data.js", "var Data = {}, List = {};"),
        site.resource("/fr/x/other.js", "List.sort();"),
        site.resource("/fr/a/fhr.js", "Data.load();"),
        site.resource("/fr/b/fhr.js", "List.sort();"),
        site.resource("/fr/c/fhr.js", "Data.load(); List.sort();"),
    ]
    page = site.page("".join(f'<script src="{name}/fhr.js"></script>' for name in "abc"))
    problems = [
        problem
        for script in resources[2:]
        for problem in checks.stray_script_problems(script, page, resources)
    ]
    missing = "fhr.js uses List, which no script of the page defines"
    assert problems == [f"the same bytes as /fr/x/other.js, and {missing}"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('var a = require("./a");', "require"),
        ("if (window.a) {} b = process.env.MODE;", "process"),
        ("if (process.env.MODE !== 'test') { f(); }", "process"),
        ("process.env.TRACE && f();", "process"),
        ("var a = process.env.MODE ? 1 : 2, f;", "process"),
        ("while (process.env.MODE) { f(); }", "process"),
        ("for (var i = process.env.MODE; i; i--) {}", "process"),
        ("switch (process.env.MODE) { default: }", "process"),
        ("if (window.a) { process.env.MODE = 1; }", ""),
        ("if (window.a && process.env.MODE) { f(); }", ""),
        ("for (;;) { process.env.MODE = 1; }", ""),
        ("typeof process === 'object' && process.env.MODE && f();", ""),
        ("module.exports = 1;", "module"),
        ('if (typeof require === "function") { require("./a"); }', ""),
        ("typeof exports === 'object' ? module.exports = a() : a();", ""),
        ("function later() { return process.env.MODE; }", ""),
        ("var require = function () {}; require('a');", ""),
        ("this.process.start();", ""),
    ],
)
def test_names_that_only_node_has(site: Site, source: str, name: str) -> None:
    """Used while the script is loaded, without asking: no build bundled it."""
    resources = [site.resource("/fr/a.js", source)]
    problems = checks.missing_definition_problems(site.page('<script src="a.js">'), resources)
    assert problems == ([f"a.js uses {name}, which no script of the page defines"] if name else [])


def test_a_loader_that_the_page_has(site: Site) -> None:
    """Its names are those of Node.js."""
    resources = [
        site.resource("/fr/r.js", "var requirejs, require, define;"),
        site.resource("/fr/a.js", 'require(["b"], start);'),
    ]
    page = site.page('<script src="r.js"></script><script src="a.js"></script>')
    assert checks.missing_definition_problems(page, resources) == []


def test_a_function_of_another_page_that_nobody_calls(site: Site) -> None:
    """FHR's v4 page took one over from the desktop page, with jQuery before it."""
    jquery = "jQuery = {jquery: '2.1'}; window.$ = jQuery; document.createElement('script');"
    user = "$(function () { function tips() { return countSessions(); } });"
    page = site.page('<script src="jquery.js"></script><script src="a.js"></script>')
    resources = [
        site.resource("/fr/jquery.js", jquery),
        site.resource("/fr/a.js", user),
        site.resource("/fr/other.js", "function countSessions() {}"),
    ]
    assert checks.missing_definition_problems(page, resources) == []


MAP = '<script type="importmap">{"imports": {"shop": "/shop.js", "lib/": "/lib/"}}</script>'
MODULE = '<script type="module" src="a.js"></script>'
UNMAPPED = {
    "no-map": ("", 'import {a} from "shop";', "shop"),
    "another-name": (MAP, 'import"cake";', "cake"),
    "of-its-exports": (MAP, 'export * from "cake";', "cake"),
    "no-json": ('<script type="importmap">{"imports"</script>', 'import "shop";', "shop"),
}
MAPPED = {
    "by-importer": (
        '<script type="importmap">{"scopes": {"/fr/": {"shop": "/shop.js"}}}</script>',
        'import {a} from "shop";',
    ),
    "by-name": (MAP, 'import {a} from "shop"; import b from "lib/b.js";'),
    "by-url": ("", 'import "./b.js"; import "/c.js"; import "https://fhr.example/d.js";'),
    "without-which-it-goes-on": ("", 'import("shop").catch(() => {});'),
    "in-a-comment": ("", '// import "shop"\nlet a = "shop";'),
    "in-a-text": ("", "let a = 'import b from \"shop\"', c = `import \"shop\"`, d = 'shop';"),
    "by-a-script": (
        "<script>document.write('<script type=importmap src=x></' + 'script>')</script>",
        'import "shop";',
    ),
}


@pytest.mark.parametrize("name", UNMAPPED)
def test_an_import_by_a_name_that_leads_nowhere(site: Site, name: str) -> None:
    """Browsers run nothing of the module."""
    head, source, unmapped = UNMAPPED[name]
    problems = checks.missing_definition_problems(
        site.page(head + MODULE), [site.resource("/fr/a.js", source)]
    )
    assert problems == [f'a.js imports "{unmapped}", which the page has no import map for']


def test_a_module_that_another_imports_may_lead_nowhere(site: Site) -> None:
    """Browsers run nothing of the first one, either."""
    sources = {"a": 'import "./b.js";', "b": 'import {c} from "lib/c.js";', "c": 'import "shop";'}
    files = [site.resource(f"/fr/{name}.js", source) for name, source in sources.items()]
    problems = checks.missing_definition_problems(site.page(MODULE), files)
    assert problems == ['b.js imports "lib/c.js", which the page has no import map for']


@pytest.mark.parametrize("name", MAPPED)
def test_an_import_that_may_lead_somewhere(site: Site, name: str) -> None:
    """By the page's import map, a URL, or a map that a script makes."""
    head, source = MAPPED[name]
    script = site.resource("/fr/a.js", source)
    assert checks.missing_definition_problems(site.page(head + MODULE), [script]) == []


EXPORTING = """import d from "./d.js"; export const a = 1, {b, x: [c]} = d; export function f() {}
export class K {}; export {d as e, d as "g h"}; export * from "./more.js";
export * as n from "./d.js";
"""
MORE = "export let more; export default 1; export * from './b.js';"
MODULES = {"/fr/b.js": EXPORTING, "/fr/more.js": MORE, "/fr/d.js": "export default class D {}"}
EXPORTED = {
    "each-kind": 'import {a, b, c, f as g, K, e, "g h" as h, n, more} from "./b.js";',
    "default": 'import D, * as all from "./d.js"; import {default as E} from "/fr/d.js";',
    "no-name": 'import "./b.js"; import {} from "./b.js"; import * as b from "./b.js"; b.none();',
    "exported-on": 'export {a, more as default} from "./b.js"; export * from "./b.js";',
    "later": 'import("./b.js").then(({none}) => none());',
    "not-read": 'import {none} from "./gone.js"; import {no} from "https://cdn.example.net/x.js";',
    "of-another-kind": 'import none from "./d.js" with {type: "json"}; import D from "./d.js";',
    "in-a-text": "// import {none} from './b.js'\nlet a = \"import {none} from './b.js'\";",
    "with-an-escape": r'import {\u0061} from "./b.js";',
    "does-not-parse": 'import {none} from "./b.js"; let = = 1;',
}
LOST = {
    "a-name": ('import {a, none} from "./b.js";', "a.js imports none of b.js"),
    "default": ('import b from "./b.js";', "a.js imports default of b.js"),
    "exported-on": ('export {none as a} from "./b.js";', "a.js imports none of b.js"),
    "by-its-inner-name": ('import {d} from "./b.js";', "a.js imports d of b.js"),
    "of-a-default": ('import {D} from "./d.js";', "a.js imports D of d.js"),
    "no-module": ('import {old} from "./old.js";', "a.js imports old of old.js"),
    "in-a-large-file": (
        'import {none} from "./b.js"; //' + "." * 20_000,
        "a.js imports none of b.js",
    ),
    "further-down": ('import "./c.js";', "c.js imports none of b.js"),
}


def modules(site: Site, source: str, **more: str) -> list[Resource]:
    """Make the modules of a page, ``a.js`` of this source."""
    files = {"/fr/a.js": source, **MODULES, **more}
    return [replace(site.resource(path, text), type="module") for path, text in files.items()]


@pytest.mark.parametrize("name", EXPORTED)
def test_an_import_of_what_is_exported(site: Site, name: str) -> None:
    """Or may be, since not all was read."""
    page = site.page(MODULE)
    assert checks.missing_definition_problems(page, modules(site, EXPORTED[name])) == []


@pytest.mark.parametrize("name", LOST)
def test_an_import_of_what_nobody_exports(site: Site, name: str) -> None:
    """Browsers run nothing of the module, nor of those that import it."""
    source, problem = LOST[name]
    more = {"/fr/c.js": "import {none} from './b.js';", "/fr/old.js": "var old = 1;"}
    problems = checks.missing_definition_problems(site.page(MODULE), modules(site, source, **more))
    assert problems == [f"{problem}, which does not export it"]


def test_an_import_of_a_script_in_the_page(site: Site) -> None:
    """It is relative to the page."""
    inline = '<script type="module">import {none} from "./b.js";</script>'
    resources = modules(site, "")
    assert checks.missing_definition_problems(site.page(inline), resources) == [
        "an inline script imports none of b.js, which does not export it"
    ]


# what the map says, the import, and what is missing of which module
BY_MAP = {
    "name": ('{"imports": {"cakes": "./b.js"}}', "cakes", "b.js"),
    "folder": ('{"imports": {"lib/": "/fr/"}}', "lib/b.js", "b.js"),
    "url": ('{"imports": {"/fr/b.js": "./d.js"}}', "./b.js", "d.js"),
    "another-name": ('{"imports": {"shop": "/shop.js"}}', "./b.js", "b.js"),
    "by-importer": ('{"scopes": {"/fr/": {"./b.js": "./d.js"}}}', "./b.js", "d.js"),
    "by-another-importer": ('{"scopes": {"/js/": {"./b.js": "/gone.js"}}}', "./b.js", "b.js"),
}
NOT_BY_MAP = {
    "elsewhere": '<script type="importmap">{"imports": {"/fr/b.js": "/gone.js"}}</script>',
    "several": '<script type="importmap">{}</script>' * 2,
    "by-a-script": "<script>let type = 'importmap'</script>",
}


@pytest.mark.parametrize("name", BY_MAP)
def test_an_import_by_the_map_of_a_page(site: Site, name: str) -> None:
    """It leads to another module, which has to export the name."""
    names, written, module = BY_MAP[name]
    page = site.page(f'<script type="importmap">{names}</script>{MODULE}')
    problems = checks.missing_definition_problems(
        page, modules(site, f'import {{none}} from "{written}";')
    )
    assert problems == [f"a.js imports none of {module}, which does not export it"]


@pytest.mark.parametrize("name", NOT_BY_MAP)
def test_an_import_by_a_map_that_is_not_certain(site: Site, name: str) -> None:
    """It may lead to a module that exports the name."""
    page = site.page(NOT_BY_MAP[name] + MODULE)
    resources = modules(site, 'import {none} from "./b.js";')
    assert checks.missing_definition_problems(page, resources) == []


def test_exports_that_are_not_known(site: Site) -> None:
    """A module may export all names of one that was not read or does not parse."""
    for text in (
        "export * from './gone.js';",
        "export * from './bad.js';",
        "export * from 'shop';",
    ):
        more = {"/fr/c.js": text, "/fr/bad.js": "let = = 1;"}
        resources = modules(site, 'import {none} from "./c.js";', **more)
        problems = checks.missing_definition_problems(site.page(MODULE), resources)
        assert [problem for problem in problems if "export it" in problem] == []


def test_modules_that_export_each_other(site: Site) -> None:
    """Their names are those of both."""
    more = {"/fr/c.js": "export * from './e.js'; export let c;"}
    more["/fr/e.js"] = "export * from './c.js'; export let e;"
    for name, problems in {"c": [], "e": [], "x": [LOST_OF_C]}.items():
        resources = modules(site, f'import {{{name}}} from "./c.js";', **more)
        assert checks.missing_definition_problems(site.page(MODULE), resources) == problems


LOST_OF_C = "a.js imports x of c.js, which does not export it"
