"""A script that is not whole is known without being run."""

import contextlib
import time

import pytest

from knowngood.content import defined_names, javascript, sandbox, script_facts
from knowngood.content.sandbox_program import parse_javascript
from knowngood.safety import ContentTooLarge

WHOLE = b"""\
// The report, drawn from what the browser holds.
(function (window, document) {
  "use strict";
  var names = ["a", "b", 'c'], pattern = /[)\\]}]+/g;
  function draw(list, options) {
    for (var i = 0; i < list.length; i++) {
      if (pattern.test(list[i])) { continue; } else { names.push({ key: list[i] }); }
    }
    return names.map(function (each) { return `<p>${each}</p>`; });
  }
  window.draw = draw;
}(window, document));
"""


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(WHOLE, id="whole"),
        pytest.param(b"var a = 1\nvar b = 2\n(a)", id="no-semicolons"),
        pytest.param(b"return_ = 1\n++a\nb", id="line-ends-that-count"),
        pytest.param(b"var mode = 0755, bell = '\\07';", id="legacy-octal"),
        pytest.param(b"<!-- hidden from old browsers\nvar a = 1;\n//-->\n", id="html-comment"),
        pytest.param(b"with (document) { write(title) }", id="with"),
        pytest.param(b"\xef\xbb\xbfvar a = 1;", id="byte-order-mark"),
        pytest.param(b"// only a comment", id="only-a-comment"),
        pytest.param(b"const f = async (a = 1, ...b) => { await a?.b ?? c; };", id="modern"),
        pytest.param(b"import a from './a.js'; export default class A {}", id="module"),
        pytest.param("var été = 'é';".encode(), id="other-letters"),
        pytest.param(b"if (a < b) { c() } if (d > e) { f() }", id="comparisons-are-no-markup"),
        pytest.param(b"x = '<p>not markup</p>';", id="markup-in-a-string"),
        pytest.param(b"x = /<p>/; y = a </b/.c;", id="markup-in-a-pattern"),
        pytest.param(b"x = 'a\\\n  b\\\r\n'; y = '\\\n';", id="string-of-continued-lines"),
        pytest.param("x = 'a\u2028'; y = '\u2029 ';".encode(), id="line-separators"),
        pytest.param(b"x = `a\n`; y = `\n${'b'}\n`;", id="template-of-lines"),
    ],
)
def test_whole_script(source: bytes) -> None:
    """Whatever browsers run is whole."""
    assert javascript.trouble(source) is None


def test_truncated_script() -> None:
    """A script cut off anywhere within its outer brackets is noticed."""
    start = WHOLE.index(b"(function") + 1
    end = WHOLE.rindex(b")")
    passed = [cut for cut in range(start, end) if javascript.trouble(WHOLE[:cut]) is None]
    assert passed == []


@pytest.mark.parametrize("source", [b"", b" \n\t"], ids=["nothing", "white-space"])
def test_empty_script(source: bytes) -> None:
    """An empty script is never what was meant."""
    assert javascript.trouble(source) == "the script is empty"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"<!DOCTYPE html>\n<html><body><p>Not found</p></body></html>", id="page"),
        pytest.param(b"<!doctype html>\nNot found", id="page-without-elements"),
        pytest.param(b"\n  <html></html>", id="page-after-white-space"),
        pytest.param(b"<h1>404</h1>", id="element"),
        pytest.param(b"<?php echo 1;", id="source-of-php"),
        pytest.param(b"<script>var a = 1;</script>", id="script-element"),
        pytest.param(b"var a = <b>c</b>;", id="jsx"),
        pytest.param(b"var a = <b/>;", id="jsx-closed-at-once"),
    ],
)
def test_markup_in_place_of_a_script(source: bytes) -> None:
    """A page answered for a script is named as what it is."""
    assert javascript.trouble(source) == "markup in place of script at line 1"
    assert javascript.markup(source) == "markup in place of script at line 1"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"var a = 1;\nvar b = ;\n", 2),
        (b"a = 1;\nb = 'open\nc = 2;", 2),
        (b"a = 1;\n\nfoo(;\n", 3),
        (b"a = 1;\na.text('x\n');", 2),
        (b'a = 1;\na.text("x\r\n  ");', 2),
        (b"a = 1;\nb = '\n';", 2),
        (b"a = {\n'b\n': 1};", 2),
        (b"a = 1;\nb = 'x\r';", 2),
        (b"a = 1;\nb = 'x\\\n\n';", 2),
        (b"a = 1;\nb = 'x\n/* c */';", 2),
    ],
)
def test_line_of_the_trouble(source: bytes, line: int) -> None:
    """The message leads to the line."""
    assert javascript.trouble(source) == f"does not parse from line {line} on"


@pytest.mark.parametrize(
    "source",
    [b"Not Found", b"{'error': 1, }x y", b"\x1f\x8b\x08\x00zz", b"\x00\x01", b"${VAR} x", b"}"],
    ids=["words", "no-json", "still-gzipped", "binary", "unrendered", "bracket"],
)
def test_no_script_at_all(source: bytes) -> None:
    """Other things are no scripts."""
    assert javascript.trouble(source) is not None


@pytest.mark.parametrize(
    "source",
    [b"x = '(';", b"x = /[(]/;", b"// (\n", b"/* { */ x"],
    ids=["string", "regex", "//", "/*"],
)
def test_brackets_that_do_not_count(source: bytes) -> None:
    """Brackets within strings, patterns and comments need no partner."""
    assert javascript.unbalanced(source) is None


def test_deep_nesting() -> None:
    """A script that nests deeper than Python recurses is judged all the same, in bounded time."""
    before = time.process_time()
    for depth in (8000, 20_000):
        assert javascript.trouble(b"(" * depth + b"1" + b")" * depth) is None
        assert javascript.trouble(b"[" * depth) is not None
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    ("kind", "runs"),
    [
        ("", True),
        (" ", True),
        ("module", True),
        ("Module", True),
        ("text/javascript", True),
        ("application/javascript;version=1.8", True),
        ("application/x-javascript", True),
        ("TEXT/ECMAScript", True),
        ("text/template", False),
        ("application/json", False),
        ("application/ld+json", False),
        ("text/javascripty", False),
        ("text/html", False),
    ],
)
def test_which_scripts_run(kind: str, runs: bool) -> None:
    """Browsers run what has a JavaScript type or none."""
    assert javascript.is_javascript(kind) is runs


@pytest.mark.parametrize(
    ("kind", "old"),
    [
        ("application/javascript;version=1.8", True),
        ('text/javascript; Version = "1.7"', True),
        ("text/javascript;version=2", False),
        ("text/javascript", False),
        ("", False),
    ],
)
def test_which_scripts_only_old_firefox_runs(kind: str, old: bool) -> None:
    """A version of JavaScript asks for Mozilla's own dialect."""
    assert javascript.is_old_dialect(kind) is old


def test_strings() -> None:
    """Literals come in order, and only those that are what they look like."""
    source = b"""a("x", 'y', "x", "", 'tab\\t', `t`, `${u}v`); // "comment"\n({"key": /"re"/})"""
    assert list(javascript.strings(source)) == ["x", "y", "x", "t", "key"]


@pytest.fixture
def little_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts of more than 64 KB are read token by token."""
    monkeypatch.setattr(script_facts, "PARSED", 64 * 1024)


def large(source: bytes) -> bytes:
    """The same behind more than is parsed."""
    return b"// padding\n" * (script_facts.PARSED // 11 + 1) + source


def test_a_script_parsed_in_another_process() -> None:
    """It is read exactly as a small one."""
    padding = b"// padding\n" * (script_facts.SMALL // 11 + 1)
    assert script_facts.facts_of(padding + WHOLE) == parse_javascript(padding + WHOLE)
    assert javascript.trouble(padding + WHOLE) is None
    lines = padding.count(b"\n")
    why = f"does not parse from line {lines + 2} on"
    assert javascript.trouble(padding + b"var a = 1;\nvar b = ;\n") == why
    assert list(javascript.strings(padding + b"a('x', 'y')")) == ["x", "y"]
    assert defined_names.declares(padding + b"function \xc3\xa9() { var b; }") == {"\u00e9"}
    assert not javascript.says_something(padding)


def test_a_large_script_that_does_not_parse() -> None:
    """Also where all its brackets have partners: a bundle of some hundred kilobytes is parsed."""
    lines = b"var padding = [0, 1, 2];\n" * 16_000
    assert len(lines) > 384 * 1024
    why = "does not parse from line 16001 on"
    assert javascript.trouble(lines + b"var broken = ;\n") == why


@pytest.mark.parametrize(
    ("unit", "bracket"), [(b"=/[", "["), (b"{a:", "{")], ids=["time", "memory"]
)
def test_a_script_that_takes_too_much_to_be_parsed(
    unit: bytes, bracket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read by its brackets, which takes next to nothing."""
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    source = b"f();\n" * 100_000 + unit * 40_000
    assert script_facts.facts_of(source) is None
    assert javascript.trouble(source) == f"the {bracket} of line 100001 is never closed"


LARGE_WHOLE = [
    WHOLE,
    b"a = b / c / d; e = 1 / 2 / 3; f = 1. / 2; g = x[0] / y() / z++ / 2",
    b"""if (a) /[/'"(]/.test(b); while (c) /'/.exec(d)""",
    b"return_ = typeof /'/; switch (a) { case /'/: break }",
    b"var a = {b: 1} / 2; function f() {} /'/.test(a); x => {}; /'/.test(a)",
    b"this.return / 2; this.#of / 2 / 3",
    b"a = `x${ {b: `y${c / d}'`} }z'`; b = `$` + `\\`` + `${1}${2}`",
    b"a = 'it\\'s' + \"\\\\\" + 'over\\\nlines'",
    b"/* ' */ // '\na = /[/\\]']/g; b = a /* ' */ / 2",
    "\u00e9t\u00e9 / 2; x = '\u00e9'".encode(),
]


@pytest.mark.usefixtures("little_parsed")
@pytest.mark.parametrize("source", LARGE_WHOLE)
def test_a_large_script_that_is_whole(source: bytes) -> None:
    """Divisions, patterns and templates are told apart without a tree."""
    assert javascript.trouble(large(source)) is None


LARGE_BROKEN = {
    b"f(\n[1, 2": "the [ of line 2 is never closed",
    b"f(]": "a ] closes nothing at line 1",
    b"}": "a } closes nothing at line 1",
    b"a = 'b\n'": "a string of line 1 is never closed",
    b'\na = "b': "a string of line 2 is never closed",
    b"a = `b${c": "the ${ of line 1 is never closed",
    b"a = `b": "the template of line 1 is never closed",
    b"a /* b": "the comment of line 1 is never closed",
}


@pytest.mark.usefixtures("little_parsed")
@pytest.mark.parametrize(("source", "trouble"), LARGE_BROKEN.items())
def test_a_large_script_that_is_not_whole(source: bytes, trouble: str) -> None:
    """It is named with its line, as with a small one."""
    padding = large(b"").count(b"\n")
    line = trouble.rpartition("line ")[2].split()[0]
    expected = trouble.replace(f"line {line}", f"line {int(line) + padding}")
    assert javascript.trouble(large(source)) == expected


@pytest.mark.usefixtures("little_parsed")
def test_a_large_script_cut_anywhere_within_its_brackets() -> None:
    """Where a bundle is cut, something is open."""
    source = large(WHOLE)
    start, end = source.index(b"(function") + 1, source.rindex(b")")
    cuts = range(start, end, 7)
    assert [cut for cut in cuts if javascript.trouble(source[:cut]) is None] == []


@pytest.mark.usefixtures("little_parsed")
def test_strings_of_a_large_script() -> None:
    """They are the same as those of a small one."""
    source = b"""a("x", 'y', "", 'tab\\t', `t`); // "comment"\n({"key": /"re"/, b: c / "d" / e})"""
    assert list(javascript.strings(large(source))) == ["x", "y", "t", "key", "d"]
    assert list(javascript.strings(source)) == ["x", "y", "t", "key", "d"]


@pytest.mark.usefixtures("little_parsed")
@pytest.mark.parametrize(
    "source", [b"a(`x${y}z`, `${y}`, `tab\\t`, ``)", b"a(b`x`, b.c`x`, b()`x`)", b"a(`x\ny`)"]
)
def test_templates_that_are_no_strings(source: bytes) -> None:
    """What is put in, a tag or a line end makes something else of them."""
    assert javascript.strings(large(source)) == javascript.strings(source) == ()


def test_a_large_bundle() -> None:
    """Real ones have two megabytes; a quarter of one takes a fraction of a second."""
    before = time.process_time()
    assert javascript.trouble(WHOLE * (500_000 // len(WHOLE))) is None
    assert time.process_time() - before < 2.5


@pytest.mark.parametrize(
    "unit",
    [b"[", b"[]", b"(", b"{", b"/*", b"//\n", b"=/[", b"=/a", b"`${", b"'", b"'\\", b"\n", b"a;"],
)
def test_hostile_script_is_judged_in_bounded_time(
    unit: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than is parsed: what is linear takes a fraction of a second, anything else many."""
    monkeypatch.setattr(script_facts, "PARSED", 512 * 1024)
    source = unit * ((script_facts.PARSED + 1024) // len(unit))
    before = time.process_time()
    with contextlib.suppress(ContentTooLarge):
        javascript.trouble(source)
    with contextlib.suppress(ContentTooLarge):
        for _ in javascript.strings(source):
            pass
    assert time.process_time() - before < 8


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"// moved\n/* to data.js */\n", False),
        (b" \n", False),
        (b"// moved\n;", True),
        (b"'use strict';", True),
        (b"/" * (script_facts.PARSED + 1), True),
    ],
    ids=["comments", "white-space", "semicolon", "directive", "too-large-to-tell"],
)
def test_comments_say_nothing(source: bytes, says: bool) -> None:
    """A script of comments alone parses, and does nothing."""
    assert javascript.says_something(source) is says


@pytest.mark.parametrize(
    ("source", "firefox", "new"),
    [
        (b"var f = function () { return a ? .5 : b; };", 1, []),
        (b"a = '=> ?? `'; // let x", 1, []),
        (b"\nvar f = () => 1;\nvar g = () => 2;", 21, ["line 2: => needs Firefox 22"]),
        (b"\nvar f = () => 1;\nvar g = () => 2;", 22, []),
        (b"x = a?.b\n?? `c`;", 73, ["line 1: ?. needs Firefox 74"]),
        (
            b"class A {\n #x = 1; }",
            68,
            ["line 2: a field of a class needs Firefox 69", "line 2: a #name needs Firefox 90"],
        ),
        (b"let x = ;", 1, []),
        (b"f(a, b,);", 51, ["line 1: a comma behind the last argument needs Firefox 52"]),
        (b"f(a, b); g([a, b,]); x = {a: 1,};", 1, []),
        (b"x = {...a};", 54, ["line 1: ... in an object needs Firefox 55"]),
        (b"f(...a); x = [...a];", 1, []),
        (b"try {} catch {}", 57, ["line 1: catch without a name needs Firefox 58"]),
        (b"try {} catch (e) {}", 1, []),
        (b"/(?<=a)b/.test(c);", 77, ["line 1: a lookbehind needs Firefox 78"]),
        (b"/(?<a>b)/s.test(c);", 78, []),
        (rb"/[(?<a>]\(?<b(?=c)/gi.test(d);", 1, []),
        (b"y = 1n;", 67, ["line 1: a BigInt needs Firefox 68"]),
        (b"x = 1_000;", 69, ["line 1: _ in a number needs Firefox 70"]),
        (b"function A() { new.target; }", 40, ["line 1: new.target needs Firefox 41"]),
        (rb"x = '\u{1F600}';", 39, [r"line 1: \u{} needs Firefox 40"]),
        (b"for (const x of y) {}", 50, ["line 1: for (const of) needs Firefox 51"]),
        (b"for (const x in y) {} for (var z of y) {}", 1, []),
        (
            "x = 'a\u2028b';".encode(),
            61,
            ["line 1: a line separator in a string needs Firefox 62"],
        ),
        ("// a\u2028\nx = 'a';".encode(), 1, []),
    ],
)
def test_syntax_that_an_old_firefox_does_not_read(
    source: bytes, firefox: int, new: list[str]
) -> None:
    """Each kind is told once, with its first line; of what does not parse nothing is."""
    assert javascript.too_new(source, firefox) == [f"{line}, users have {firefox}" for line in new]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (b"import a from './a.js';", "import at line 1"),
        (b"var a;\nexport { a };", "export at line 2"),
        (b"export default function () {}", "export at line 1"),
        (b"\nconst a = await load();", "await outside functions at line 2"),
        (b"if (a) { await load(); }", "await outside functions at line 1"),
        (b"var url = new URL('a.png', import.meta.url);", "import.meta at line 1"),
        (b"import('./a.js').then(f);", None),
        (b"async function f() { await load(); }", None),
        (b"(async () => { await load(); })();", None),
        (b"await(load);", None),
        (b"function A() { return new.target; }", None),
        (b"var text = 'import a from b';", None),
        (b"import a from './a.js'; var (", None),
    ],
)
def test_what_only_modules_can_say(source: bytes, what: str | None) -> None:
    """The line is told; what does not parse is told as that."""
    why = javascript.module_trouble(source)
    assert why == (what and f"{what}, and its element has no type=module")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("var a;\nb(\u201cc\u201d);", "does not parse from line 2 on"),
        ("var a = \u2019c\u2019;", "does not parse from line 1 on"),
        ("var a = '\u201cc\u201d'; // \u2019", None),
        ("var \u00e9t\u00e9 = `\u201e`;", None),
    ],
)
def test_typographic_quotes(source: str, why: str | None) -> None:
    """They are letters of no name: an editor or a translator put them in place of others."""
    assert javascript.trouble(source.encode()) == why


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"try { a(); }\nb();", 1),
        (b"a();\nfunction f() { var r = await fetch('x'); }", 2),
        (b"async function f() { xs.map(x => await x.y); }", 1),
        (b"async function f() { for (x of await y) { await x; } try { a(); } finally {} }", None),
        (b"f = async () => await x; class A { async b() { await c; } }", None),
        (b"function f() { await(g()); }", None),
        (b"const x = await y;", None),
        (b"a = {b: 1,, c: 2};", 1),
        (b"a();\nb(c, /* d */\n, e);", 2),
        (b"new A(b,, c);", 1),
        (b"a = {,b};", 1),
        (b"var {a,, b} = c;", 1),
        (b"a = [b,, c]; [a,, b] = c; d(e,); f = {g,};", None),
        (b"a();\nfunction () { b(); }", 2),
        (b"async function () {}", 1),
        (b"class { }", 1),
        (b"(function () {})(); a = function () {}; b = class {}; functions.c();", None),
        (b"export default function () {}", None),
        (b"export default class {}", None),
    ],
)
def test_a_part_that_is_not_there(source: bytes, line: int | None) -> None:
    """A `try` needs what catches, an `await` a function that is `async`, or a module; two commas
    something between them, but in an array; a declaration a name.
    """
    why = f"does not parse from line {line} on" if line else None
    assert javascript.trouble(source) == why


@pytest.mark.parametrize(
    "source",
    [
        b"var using;\nif (a) {\n  using = function (b) { c(b); };\n}",
        b"using(a); using.b(); using[0] = 1; using++;",
        b"{ using a = b(); using(c); }",
    ],
)
def test_a_variable_is_called_using(source: bytes) -> None:
    """As in jQuery UI: the word is no keyword where no name follows it."""
    assert javascript.trouble(source) is None


def test_an_error_beside_a_variable_called_using() -> None:
    """It is still seen, on its line."""
    assert javascript.trouble(b"using = 1;\nvar a = ;") == "does not parse from line 2 on"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (b"// c\n'use strict';\nx = 017;", "an octal number at line 3, which strict mode forbids"),
        (
            rb"'use strict'; f('\012');",
            "an octal escape in a string at line 1, which strict mode forbids",
        ),
        (
            b"function a() { 'use strict'; with (b) {} }",
            "with at line 1, which strict mode forbids",
        ),
        (
            b"(function (a, a) { 'use strict'; }());",
            "two parameters of one name at line 1, which strict mode forbids",
        ),
        (
            b"'use strict';\nfunction f(a = 010) {}",
            "an octal number at line 2, which strict mode forbids",
        ),
        (b"import a from 'b';\nwith (a) {}", "with at line 2, which strict mode forbids"),
        (b"class A { b() { delete c; } }", "delete of a name at line 1, which strict mode forbids"),
        (
            b"function f(a, b = function (c, c) {}) { 'use strict'; }",
            "two parameters of one name at line 1, which strict mode forbids",
        ),
        (b"'use strict'; delete a;", "delete of a name at line 1, which strict mode forbids"),
        (b"a();\n(function () { b(); });", "nobody calls the function in brackets at line 2"),
        (b"(() => { b(); /* c */ } /* d */);", "nobody calls the function in brackets at line 1"),
        (b"const a = 1;\nconst a = 2;", "line 2 declares a, which is declared already"),
        (b"function a() {}\nlet a;", "line 2 declares a, which is declared already"),
        (b"{ class A {} var A; }", "line 1 declares A, which is declared already"),
        (b"a();\nvar enum = 1;", "line 2 has enum for a name"),
        (b"a = {class};", "line 1 has class for a name"),
        (
            b"'use strict'; var package = {};",
            "the name package at line 1, which strict mode forbids",
        ),
        (b"a();\nif (!b) { return; }", "return outside functions at line 2"),
        (b"a(function () { if (b) { break; } });", "break outside loops at line 1"),
        (b"for (;;) { a(() => { continue; }); }", "continue outside loops at line 1"),
        (b"a();\nconst b;", "a const without a value at line 2"),
        (b"function a(b, {c}) {\nlet c; }", "line 2 declares c, which is declared already"),
        (b"a(b => { const b = 1; });", "line 1 declares b, which is declared already"),
        (b"try {} catch (a) { let a; }", "line 1 declares a, which is declared already"),
        ("a();\nvar b\u200b = 1;".encode(), "a space without a width (U+200B) at line 2"),
        (b"a();\nthrow new Error('build');", "line 2 throws an error, whatever happens"),
    ],
)
def test_errors_of_a_script_that_parses(source: bytes, error: str) -> None:
    """Browsers find them before they run anything, and then run nothing of the script."""
    assert javascript.trouble(source) is None
    assert javascript.early_error(source) == error


@pytest.mark.parametrize(
    "source",
    [
        b"x = 017; with (a) {} delete b; function f(a, a) {} f('\\012');",
        b"f(); 'use strict'; x = 017;",
        b"{ 'use strict'; delete b; }",
        b"function f() { 'use strict'; } with (a) {}",
        rb"'use strict'; delete a.b; x = 0; y = '\0'; z = 0.7; w = 0x10; r = /\012/;",
        b"var a; var a; function a() {} function a() {}",
        b"a.enum = {class: 1, enum: 2}; enum_ = 1; import {default as c} from 'd'",
        b"'use strict'; import {package as a} from 'b'; a.static = {let: 1};",
        b"(function () { a(); }()); (function () { a(); })(); !function () {}(); $(() => {});",
        b"(function () { a(); }).call(b); (a, function () {}); (async () => { a(); })().catch(b)",
        b"if (a) { throw 1; } function f() { throw 2; } try { throw 3; } catch (e) {}",
        b"let a; { let a; } function b(a) { let c; } for (let a;;) {}",
        b"function a(b) { var b; { let b; } } for (const b of c) {} for (const b in c) { break; }",
        b"a: { break a; } switch (b) { case 1: break; } do { continue; } while (() => { return });",
        "x = '\u200b' + `\u200b`; y = /\u200b/; // \u200b\n/* \u200b */".encode(),
    ],
)
def test_scripts_without_such_errors(source: bytes) -> None:
    """What strict mode alone forbids others may have; each block has names of its own."""
    assert javascript.trouble(source) is None
    assert javascript.early_error(source) is None
