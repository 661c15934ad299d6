"""Scripts in Mozilla's JavaScript 1.7 and 1.8 are read as Firefox read them."""

import importlib.util
import time
from pathlib import Path

import pytest

from knowngood.content import sandbox

FILE = Path(__file__).parents[2] / "smoketests" / "mozilla_javascript.py"
SPEC = importlib.util.spec_from_file_location("mozilla_javascript", FILE)
mozilla_javascript = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(mozilla_javascript)
trouble = mozilla_javascript.trouble

KIND = "application/javascript;version=1.8"
MOZILLA = b"""\
var squares = [for (x of xs) x * x];
for each (var item in {a: 1, b: [2]}) { print(item); }
function twice(x) x * 2;
let (x = 1, y = 2) { print(x + y); }
var text = `${squares}`;
"""


def test_mozilla_dialect_needs_to_be_asked_for():
    """What only old Firefox reads is whole where the page asks for that dialect."""
    assert trouble(MOZILLA, KIND) is None
    assert trouble(MOZILLA, "") is not None
    assert trouble(b"var a = [1];", KIND) is None


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"f(\n[for (x of xs) x;", "the [ of line 2 is never closed"),
        (b"for each (x in y) {\n", "the { of line 1 is never closed"),
        (b"for each (x in y) {}\n}", "a } closes nothing at line 2"),
        (b"x = (\n1]", "a ] closes nothing at line 2"),
        (b"x = `${a;\n", "the ${ of line 1 is never closed"),
        (b"a = 1;\nb = 'open;\nc = [for (x of xs) x];\n", "a string of line 2 is never closed"),
    ],
)
def test_unbalanced_mozilla_script(source, why):
    """An odd bracket is named with its line."""
    assert trouble(source, KIND) == why


@pytest.mark.parametrize(
    "source",
    [
        b"let a = [for (x of xs) x[0]];\nlet b = Math.min.apply(null, [for ([d, t] of xs) d]);",
        b"a = [for (x of xs) if (x > 1)\n for (y of x) [y, 1]];\nfor each (let z in a) f(z);",
        b"let f = function (x) x * x;",
        b"var g = (x for (x in xs));",
        b"try { f(); } catch (e if e == 1) { g(); }",
        b"let (x = 1, y = 2) { f(x, y); }",
        b"function g() { let x = yield 1; for each (let y in x) {} }",
        b"[for (x of f(1)) x]",
        b"a = [for (x of xs) y => x];\nfor (let [k, v] in Iterator(o)) f(k, v);",
    ],
)
def test_whole_mozilla_script(source):
    """All that JavaScript 1.7 and 1.8 had, beside what is there today."""
    assert trouble(source, KIND) is None


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"var a = 1;\n<<<<<<< HEAD\nvar b = 2;\n", 2),
        (b"a = [for (x\n of xs) x];\n>>>>>>> feature\nb = 2;\n", 3),
        (b"for each (let x in y) f(x);\nvar a b;\n", 2),
    ],
)
def test_broken_mozilla_script(source, line):
    """What no dialect allows is named with its line."""
    assert trouble(source, KIND) == f"does not parse from line {line} on"


@pytest.mark.parametrize("word", [b"function ", b"[for (", b"for each ", b"x for(", b"[for (x)"])
def test_mozilla_words_in_linear_time(word, monkeypatch):
    """Nothing that is sent costs more than its size, beside what a parser takes at most."""
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    before = time.process_time()
    trouble(word * ((128 << 10) // len(word)), KIND)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b" \n", "the script is empty"),
        (b"\n  <script>for (x in y) {}</script>", "markup in place of script at line 1"),
        (b"var a = <b>c</b>; x for (y in z)", "markup in place of script at line 1"),
    ],
)
def test_what_is_no_script_in_any_dialect(source, why):
    """An empty script, and a page answered for a script, are named as what they are."""
    assert trouble(source, KIND) == why


def test_a_script_too_large_to_be_parsed():
    """It is read by its brackets, whatever its dialect."""
    source = b"// padding\n" * 20_000 + MOZILLA
    assert trouble(source, KIND) is None
    assert trouble(source + b"(", KIND) is not None
