"""Which names scripts of a page use and do not have, or define in vain."""

import time

import pytest

from knowngood.content import sandbox
from knowngood.content.name_problems import (
    handler_problems,
    lost_definitions,
    lost_keys,
    missing_names,
    onload_problems,
    order_problems,
    uncalled_problems,
)
from knowngood.content.page_elements import Script
from knowngood.content.script_text import needed_selectors


def script(name: str, source: bytes) -> Script:
    """A script file of the page."""
    return Script(f"https://example.org/js/{name}", source, "")


def scripts_of(*sources: bytes, kind: str = "") -> list[Script]:
    """Scripts that stand in a page."""
    return [Script("", source, kind) for source in sources]


@pytest.mark.parametrize(
    ("handler", "source"),
    [
        ("init()", b"function init() {}"),
        ("return go(1)", b"var go = function () {};"),
        ("go()", b"eval(mod_pagespeed_aaa);"),
        ("alert('x')", b""),
        ("getSelection()", b""),
        ("app.start()", b""),
        ("x = 1", b""),
        ("void(0)", b""),
        ("if (event.keyCode == 13) init()", b""),
        ("return (confirm('Sure?'))", b""),
        ("for (;;) { break }", b""),
        ("submit()", b""),
        ("getElementById('a').click()", b""),
        ("go()", b"const {run: go} = lib;"),
        ("ga('send', 'event')", b"(function(i,r){i[r]=i[r]||f})(window,'ga');"),
    ],
)
def test_a_handler_that_calls_what_is_there(handler: str, source: bytes) -> None:
    """A function of a script or the browser, by a key that is handed in, too; a method of the
    element, its form or the document; or something that is not followed.
    """
    assert handler_problems([handler], scripts_of(b"", source)) == []


def test_a_handler_that_calls_nothing() -> None:
    """Functions within functions are not the page's, nor are a module's."""
    missing = ["init(): the page calls it, no script defines it"]
    inner = scripts_of(b"function other() { function init() {} }")
    assert handler_problems(["init()"], inner) == missing
    members = [b"jquery:'1.9.1',init:f}; t[i]=s[i];", b"plot.plugins.push({init: f}); t[s] = g;"]
    for member in members:
        assert handler_problems(["init()"], scripts_of(b"a = {" + member)) == missing
    assert handler_problems(["init()"], scripts_of(b"$.extend(window, {init: f});")) == []
    assert (
        handler_problems(["init()"], scripts_of(b"b({init: f}); for (i in b) w[i] = b[i];")) == []
    )
    module = scripts_of(b"function init() {}", kind="module")
    assert handler_problems(["init()"], module) == missing
    assert handler_problems(["init()"], scripts_of(b"window.init = 1", kind="module")) == []


@pytest.mark.parametrize(
    ("handlers", "sources"),
    [
        ([], [b"function other() {}"]),
        (["init()"], [b"function init() {}"]),
        (["setTimeout(init, 5);"], [b"function init() {}"]),
        ([], [b"function init() {}", b"init();"]),
        ([], [b"function init() {}", b"$(init);"]),
        ([], [b"function init() {} document.addEventListener('x', init);"]),
    ],
)
def test_a_function_that_is_called_or_not_there(handlers: list[str], sources: list[bytes]) -> None:
    """By a handler, by a script, or handed on to be called later."""
    scripts = scripts_of(*sources)
    assert uncalled_problems("init", scripts, handlers, scripts) == []


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
    definition, user = scripts_of(b"function init() {}", source)
    handlers = ["go()", "init", "reinit();"]
    problems = uncalled_problems("init", [definition], handlers, [definition, user])
    assert problems == ["init(): defined, and nothing on the page calls it"]


START = b"window.onload = function () { start(); };"


@pytest.mark.parametrize(
    ("handler", "sources", "owners"),
    [
        ("init()", [START], "its body and of an inline script"),
        ("", [START, b"f();", b"function onload() { more(); }"], "an inline script and of "),
        ("", [START], ""),
        ("init()", [b"window.onload = function () { init(); start(); };"], ""),
        ("init()", [b"var old = window.onload; window.onload = () => { old(); f(); };"], ""),
        ("init()", [b"if (old) { window.onload = start; }"], ""),
        ("init()", [b"image.onload = start; // window.onload"], ""),
        ("return false", [START], ""),
        ("", [START, b"window.addEventListener('load', start);"], ""),
    ],
)
def test_what_starts_a_page(handler: str, sources: list[bytes], owners: str) -> None:
    """One onload replaces the other, unless it calls that, or what that calls."""
    problems = onload_problems(handler, scripts_of(*sources))
    assert len(problems) == bool(owners)
    assert owners in "".join(problems)


@pytest.mark.parametrize("unit", [b"/*", b"function init", b"import '", b"a = $('b') if ("])
def test_hostile_scripts_are_judged_in_bounded_time(
    unit: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is linear takes a second for a tenth of a megabyte, beside what a parser may take."""
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    source = unit * (100_000 // len(unit))
    before = time.process_time()
    uncalled_problems("init", scripts_of(b"function init() {}"), [], scripts_of(source))
    needed_selectors(source)
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    "user",
    [
        b"function start() { Lib.run(); }",
        b"window.onload = function () { Lib.run(); };",
        b"$(function () { Lib.run(); });",
        b"document.addEventListener('load', () => Lib.run());",
        b"if (window.Lib) { Lib.run(); }",
        b"window.Lib && Lib.run();",
        b"typeof Lib === 'undefined' || Lib.run();",
        b"try { Lib.run(); } catch (error) {}",
        b"var Lib = Lib || {}; Lib.run = 1;",
        b"(function (Lib) { Lib.run(); }(window.parts));",
        b"var page = { run: function () { Lib.run(); } };",
        b"class Page { run() { Lib.run(); } }",
    ],
)
def test_a_script_before_one_that_it_uses_later_or_can_do_without(user: bytes) -> None:
    """Functions run when all scripts are there; who asks first gets no error."""
    assert order_problems([script("page.js", user), script("lib.js", b"var Lib = {};")]) == []


def test_a_library_with_the_name_of_something_of_browsers() -> None:
    """A script that uses it at once means the library: browsers have no ``Request.fresh``."""
    scripts = [script("page.js", b"Request.fresh();"), script("lib.js", b"var Request = {};")]
    assert order_problems(scripts) == [
        "page.js uses Request, which only lib.js, behind it, defines"
    ]


@pytest.mark.parametrize(
    "scripts",
    [
        [b"var Lib = {};", b"Lib.run();"],
        [b"window.Lib = {};", b"Lib.run();"],
        [b"Lib.run();"],
        [b"fetch('x');", b"window.fetch = window.fetch || function () {};"],
        [b"Lib.run(); function Lib() {}"],
        [b"var Lib = {};", b"Lib.run();", b"var Lib = {};"],
        [b"Lib.run(); let let let", b"var Lib = {};"],
    ],
)
def test_scripts_in_a_sound_order(scripts: list[bytes]) -> None:
    """What is defined before, or by the browser, or nowhere, is no question of order."""
    assert order_problems([script("x.js", source) for source in scripts]) == []


@pytest.mark.parametrize(
    "user",
    [
        b"Lib.run();",
        b"new Lib();",
        b"Lib();",
        b"var version = Lib.version;",
        b"(function () { Lib.run(); }());",
        b"(() => { Lib.run(); })();",
        b"!function () { Lib.run(); }();",
    ],
)
@pytest.mark.parametrize("library", [b"var Lib = {};", b"function Lib() {}", b"class Lib {}"])
def test_a_script_before_the_one_that_it_uses_at_once(user: bytes, library: bytes) -> None:
    """Both are named."""
    assert order_problems([script("page.js", user), script("lib.js", library)]) == [
        "page.js uses Lib, which only lib.js, behind it, defines"
    ]


@pytest.mark.parametrize(
    "use",
    [
        "Bridge.on('x');",
        "new Bridge();",
        "var send = Bridge.send;",
        "Bridge.on('x'), f();",
        "(function () { 'use strict'; Bridge.on('x'); })();",
        "!function () { Bridge['on']('x'); }();",
        "(() => { Bridge.name = 'x'; })();",
    ],
)
def test_a_script_that_uses_a_part_of_its_own_too_early(use: str) -> None:
    """Files were joined in a wrong order: ``var`` alone leaves it undefined."""
    source = f"{use} function f() {{}}\nvar Bridge = {{}};".encode()
    assert order_problems([script("all.js", source)]) == [
        "all.js uses Bridge above the line that gives it a value"
    ]
    assert order_problems([script("a.js", b"window.Bridge = {};"), script("b.js", source)]) == []


@pytest.mark.parametrize(
    "use",
    [
        "Bridge && Bridge.on();",
        "if (typeof Bridge !== 'undefined') { Bridge.on(); }",
        "Bridge?.on();",
        "(function () { if (!ready) { return; } Bridge.on(); })();",
        "(async function () { await x; Bridge.on(); })();",
        "(function (Bridge) { Bridge.on(); })({});",
        "(function () { Bridge(); function Bridge() {} })();",
        "try { Bridge.on(); } catch (error) {}",
        "window.Bridge = {}; Bridge.on();",
        "f(function () { Bridge.on(); });",
        "f(() => Bridge.on());",
        "function g() { Bridge.on(); }",
        "f(Bridge);",
        "history.back(); var history = {};",
    ],
)
def test_a_part_of_its_own_that_a_script_uses_later_or_in_case(use: str) -> None:
    """Nothing is certain to go wrong."""
    source = f"{use} function f() {{}}\nvar Bridge = Bridge || {{}};".encode()
    assert order_problems([script("all.js", source)]) == []


@pytest.mark.parametrize(
    ("lost", "there", "expected"),
    [
        ([b"var texts = {};"], [b"show(texts.on);"], ["texts"]),
        ([b"var texts = {};"], [b"show(texts.on);", b"var texts;"], []),
        ([b"var texts = {};"], [b"// texts\nshow('on');"], []),
        ([b"var survey = 1; ask(survey);"], [b"show();"], []),
        ([b"init();"], [b"function init() {}"], []),
        ([b"var a = {}, b = {};"], [b"a.b(b);"], ["a", "b"]),
    ],
)
def test_definitions_that_are_lost(
    lost: list[bytes], there: list[bytes], expected: list[str]
) -> None:
    """Only those count that a script of the page uses."""
    assert lost_definitions(scripts_of(*lost), scripts_of(*there)) == expected


@pytest.mark.parametrize(
    "source",
    [b"f(function () { Data.sum(1); });", b"go(Data(1), x)", b"a.Data; Data.x = 'Data';"],
)
def test_what_only_another_page_defines(source: bytes) -> None:
    """A call of it, or a look into it, fails in the end, wherever it stands."""
    users = [script("a.js", source), script("b.js", b"x = 1;"), script("c.js", b"Data.sum();")]
    assert users_of_data(users) == [users[0], users[2]]


@pytest.mark.parametrize(
    "source",
    [
        b"x.Data.sum(1); 'Data.sum(1)'; // Data.sum(1)",
        b"function f(Data) { Data.sum(1); }",
        b"function f() { var Data = {}; Data.sum(1); }",
        b"function f() { function Data() {} Data(); }",
        b"var { Data } = x; Data.sum(1);",
        b"x = { Data() { return 1; } };",
        b"if (typeof Data != 'undefined') Data.sum(1);",
        b"if (window.Data) { Data.sum(1); }",
        b"typeof Data != 'undefined' && Data.sum(1);",
        b"load(document.createElement('script')); Data.sum(1);",
        b"require(['data'], function () { Data.sum(1); });",
    ],
)
def test_what_may_be_defined_after_all(source: bytes) -> None:
    """By the script itself, or by one that it loads; or it need not be there."""
    assert users_of_data([script("a.js", source)]) == []


def users_of_data(scripts: list[Script]) -> list[Script]:
    """The scripts of a page that use ``Data``, where only one of another page defines it."""
    missing = missing_names(scripts, [], [], [b"var Data = {};"])
    return [user for user, name in missing if name == "Data"]


@pytest.mark.parametrize(
    "source",
    [
        b"'use strict'; total = 1;",
        b"'use strict'; total += 1;",
        b"(function () { 'use strict'; total = 1; }());",
        b"(function () { 'use strict'; if (document.all) { return; } total = 1; }());",
        b"import {a} from './a.js'; total = a;",
        b"'use strict'; (function () { total = 1; }()); (function () { total = 2; }());",
    ],
)
def test_a_value_for_what_nobody_declares(source: bytes) -> None:
    """In strict mode it makes no variable, and ends the script."""
    users = scripts_of(source, kind="module" if b"import" in source else "")
    assert missing_names(users, [], [], []) == [(users[0], "total")]
    assert missing_names([*scripts_of(b"var total;"), *users], [], [], []) == []
    assert missing_names([*scripts_of(b"f = () => { total = 0; };"), *users], [], [], []) == []


@pytest.mark.parametrize(
    "source",
    [
        b"total = 1;",
        b"'use strict'; var total; total = 1;",
        b"'use strict'; try { total = 1; } catch (error) {}",
        b"'use strict'; if (document.all) { total = 1; }",
        b"'use strict'; window.total = 0; total = 1;",
        b"'use strict'; window['total'] = 0; total = 1;",
        b"'use strict'; location = '/'; onload = f; name = 'x'; function f() {}",
        b"f(); 'use strict'; total = 1; function f() {}",
        b"(function () { 'use strict'; }()); total = 1;",
        b"'use strict'; function set(total) { total = 1; } set(2);",
    ],
)
def test_a_value_that_does_no_harm(source: bytes) -> None:
    """Others are not in strict mode, do not surely run, or somebody may declare the name."""
    assert missing_names(scripts_of(source), [], [], []) == []


def test_keys_of_a_script_that_is_all_quotes() -> None:
    """It takes no longer than another one of its length."""
    began = time.process_time()
    assert lost_keys(scripts_of(b'"' + b'\\"' * 200_000), [], scripts_of(b"a.b")) == []
    assert time.process_time() - began < 2


TEXTS = b"var strings = { on: 'On, off: x', 'off' : \"Off\", /* old: 1, */ more: a ? b : c };"


@pytest.mark.parametrize(
    ("inline", "script", "lost"),
    [
        (b"var strings = { off: '', more: '' };", b"show(strings.on);", ["on"]),
        (b"var strings = { 'on': '', off: '', more: '' };", b"show(strings.on);", []),
        (b"", b"show(strings.on, strings.off, strings.old);", ["off", "on"]),
        (b"", b"show(strings); // strings.on", []),
        (b"", b"show(strings['on'], b, x);", []),
    ],
)
def test_keys_that_only_one_language_has(inline: bytes, script: bytes, lost: list[str]) -> None:
    """Those count that scripts read by name; what stands in texts and comments is no key."""
    assert lost_keys(*map(scripts_of, (TEXTS, inline, script))) == lost
