"""Put an exception that ended a check into words, without Python's internals."""

from __future__ import annotations

import ast
import re
import traceback
from dataclasses import replace
from json import JSONDecodeError
from pathlib import Path
from typing import Final

import pytest

from ..content.problem import Aspect
from ..safety import KnowngoodError
from ..verdict.outcome import is_pytest_fail
from .comparison import Comparison, Explanation, aspect_of
from .failed_statement import Statement

_SUBJECT: Final = 60  # characters of source that name what was compared
_SAID: Final = 4000  # characters of what pytest says that are read
_SHOWN: Final = 120  # characters of a value
_EDGES: Final = {"startswith": "to begin with", "endswith": "to end with"}
_EMPTY: Final = (str, list, dict)
"""What is quoted where ``assert document["key"]`` does not hold: it is empty."""


def explained(
    error: BaseException, statement: Statement | None, comparison: Comparison | None
) -> Explanation:
    """Return ``error`` in words, by the statement that raised it and what that compared."""
    text = str(error)
    node = statement.node if statement is not None else None
    if isinstance(error, KnowngoodError):
        return Explanation(lines=("",))
    if type(error) is not AssertionError:
        return _raised(error, node)
    if statement is None or not isinstance(node, ast.Assert):
        return Explanation(lines=(text,))
    if node.msg is not None:
        words = text.partition("\nassert ")[0]
        return Explanation(lines=(words,), aspect=_compared_aspect(node.test))
    if comparison is not None and isinstance(node.test, ast.Compare):
        return _compared(node.test, statement, comparison)
    return _asserted(node.test, statement, text[:_SAID])


def _raised(error: BaseException, node: ast.stmt | None) -> Explanation:
    """Explain an exception that is no plain assertion."""
    if isinstance(error, KeyError) and _reads_header(node, error):
        return Explanation(lines=(f"lacks the header {error.args[0]}",))
    if isinstance(error, JSONDecodeError):
        aspect: str = Aspect.JSON
    else:
        aspect = Aspect.SHAPE if isinstance(error, KeyError | TypeError) else aspect_of(error)
    return Explanation(lines=(_located(error, node),), aspect=aspect)


def _located(error: BaseException, node: ast.stmt | None) -> str:
    """Add to an exception of Python's own which statement raised it. What the check, or this
    package, raises as a ValueError stands by itself.
    """
    if isinstance(error, pytest.FixtureLookupError) and error.argname:
        name = error.argname
        return f"there is no fixture {name!r} here; one for several files belongs in conftest.py"
    is_value = isinstance(error, ValueError)
    own = isinstance(node, ast.Raise) or type(error).__module__.startswith("knowngood.")
    if (is_value and (own or node is None)) or is_pytest_fail(error):
        return str(error)
    place = f", at `{_source(node)}`" if node is not None else _raised_in(error)
    return f"{_kind(error)}{error}{place}"


def _kind(error: BaseException) -> str:
    """Return what the words of an exception leave out: its name, ``csv.Error`` and the like with
    the module; nothing for a ValueError, whose words say what is wrong with the value.
    """
    if isinstance(error, ValueError):
        return "not JSON: " if isinstance(error, JSONDecodeError) else ""
    name = type(error).__name__
    module = type(error).__module__.lstrip("_")
    return f"{module}.{name}: " if name.lower() == "error" else f"{name}: "


def _raised_in(error: BaseException) -> str:
    """Return the file and line that raised ``error``: no statement of the check did, so it is a
    fault of the engine or of a package.
    """
    frames = traceback.extract_tb(error.__traceback__, -1) if error.__traceback__ else ()
    return "".join(f", in {'/'.join(Path(f.filename).parts[-2:])}:{f.lineno}" for f in frames)


def _reads_header(node: ast.stmt | None, error: KeyError) -> bool:
    """Return whether a statement reads the header that lacks: ``response.headers["x-y"]``."""
    return node is not None and any(
        isinstance(part, ast.Subscript)
        and isinstance(part.value, ast.Attribute)
        and part.value.attr == "headers"
        and isinstance(part.slice, ast.Constant)
        and part.slice.value == error.args[0]
        for part in ast.walk(node)
    )


def _compared(test: ast.Compare, statement: Statement, comparison: Comparison) -> Explanation:
    """Explain a comparison. The side that reads no answer is the expected one."""
    left, right = test.left, test.comparators[-1]
    from_left = bool(statement.answers(left)) or not statement.answers(right)
    explanation = comparison.explain(right_is_expected=from_left)
    source = _source(left if from_left else right)
    if source.endswith(".media_type"):
        source = "media type"  # what it is called where nobody knows the name of the variable
    subject = source if len(source) <= _SUBJECT else ""
    return replace(
        explanation, subject=subject, aspect=_compared_aspect(test) or explanation.aspect
    )


def _compared_aspect(test: ast.expr) -> str:
    """Return the aspect of an assertion that compares a media type; empty for any other."""
    sides = (test.left, *test.comparators) if isinstance(test, ast.Compare) else ()
    of_type = (isinstance(side, ast.Attribute) and side.attr == "media_type" for side in sides)
    return Aspect.MEDIA_TYPE if any(of_type) else ""


def _asserted(test: ast.expr, statement: Statement, text: str) -> Explanation:
    """Explain ``assert not problems``, ``assert document["key"]``, ``assert x.startswith(y)``, or
    else quote the source. ``text`` is what pytest says of it.
    """
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    claim = test.operand if isinstance(test, ast.UnaryOp) and negated else test
    if negated and (value := statement.value(claim)):
        return Comparison("==", value, []).explain()
    if not negated and isinstance(claim, ast.Subscript):
        item = statement.item(claim)
        if isinstance(item, _EMPTY):
            return replace(Comparison("!=", item, None).explain(), subject=_source(test))
    if isinstance(claim, ast.Call) and isinstance(claim.func, ast.Attribute):
        explanation = _of_method(claim, claim.func, text, negated=negated)
        if explanation is not None:
            return explanation
    return _of_value(claim, text, negated=negated) or _quoted(test)


def _quoted(test: ast.expr, of: str = "") -> Explanation:
    return Explanation(lines=(f"does not hold: `{_source(test)}`{of}",))


def _of_method(
    call: ast.Call, method: ast.Attribute, text: str, *, negated: bool
) -> Explanation | None:
    """Explain what a text's own method says of it; None for anything else."""
    match = re.search(rf"where <built-in method .*> = (['\"].*['\"])\.{method.attr}$", text, re.M)
    if match is None:
        return None
    got = _readable(match[1])
    if method.attr not in _EDGES or not call.args:
        return _quoted(call, f", of {got}") if not negated else None
    part = _readable(ast.unparse(call.args[0]))
    words = f"{'not ' if negated else ''}{_EDGES[method.attr]} {part}"
    return Explanation(words, got, subject=_source(method.value))


def _of_value(claim: ast.expr, text: str, *, negated: bool) -> Explanation | None:
    """Explain what was looked up and is empty, or is there and should not be; None for others."""
    looked_up = isinstance(claim, ast.Subscript | ast.Attribute | ast.Name) or (
        isinstance(claim, ast.Call)
        and isinstance(claim.func, ast.Attribute)
        and claim.func.attr == "get"
    )
    match = re.match(r"assert (?:not )?(.*)", text)
    if not looked_up or match is None or "<" in match[1]:
        return None
    if negated:
        return Explanation("nothing", _readable(match[1]), subject=_source(claim))
    try:
        value = ast.literal_eval(match[1])
    except (SyntaxError, ValueError):
        return None
    compared = Comparison("is", value, True) if value is False else _unlike(value)
    return replace(compared.explain(), subject=_source(claim))


def _unlike(value: object) -> Comparison:
    """Return that a value should be another; of an empty one, that it should be something."""
    return Comparison("!=", value, None if value is None or isinstance(value, _EMPTY) else value)


def _readable(text: str) -> str:
    """Return Python's text of a value as people write it, as far as it is one text or all there."""
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return text if isinstance(value, tuple) else Comparison("is", value, None).explain().got


def _source(node: ast.AST) -> str:
    """Return the first line of a statement's source, written evenly."""
    return ast.unparse(node).partition("\n")[0]
