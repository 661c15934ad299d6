"""Refuse checks that are written so that they would run nowhere or prove nothing."""

from __future__ import annotations

import ast
import dis
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from ..safety import listed, nearest
from . import check_source, marks
from .declarations import check_name, origin_of, templates_of
from .marks import BadMark, ProbeTemplate

_ANSWERS: Final = frozenset({"response", "responses", "resources"})
_UNREGISTERED: Final = re.compile(r"'(\w+)' not found in `markers` configuration option")
_OWN_FIXTURES: Final = _ANSWERS | {"case", "client", "environment", "request", "schema"}
_ALIKE: Final = 0.75  # of its letters a mark has that is a slip of the pen
_OPCODES: Final = dis.opmap
_COMPARES: Final = {_OPCODES[name] for name in ("COMPARE_OP", "CONTAINS_OP", "IS_OP")}
_MAY_RAISE: Final = {
    number
    for name, number in _OPCODES.items()
    if name.startswith(("CALL", "RAISE", "BINARY", "UNPACK"))
}
"""An ``assert`` raises; a function that is called, or an item that is not there, may as well."""


def refuse_misuse(item: pytest.Item) -> None:
    """Raise BadMark where marks and fixtures of a check do not fit each other."""
    names = set(getattr(item, "fixturenames", ()))
    templates = templates_of(item)
    _refuse_misuse_of_browser(item, names)
    if names & _ANSWERS and not templates:
        raise BadMark(
            f'{item.nodeid}: reads answers but asks for none; add @pytest.mark.get("ORIGIN:/path")'
        )
    if templates and not names & (_ANSWERS | {"page"}):
        raise BadMark(
            f"{item.nodeid}: asks for URLs but takes none of response, responses, resources"
        )
    function = getattr(item, "function", None)
    arguments = set(getattr(getattr(function, "__code__", None), "co_varnames", ()))
    if "response" in arguments & names and len(templates) != 1:
        raise BadMark(
            f"{item.nodeid}: `response` is the answer to one URL; {len(templates)} are asked for, "
            "so take `responses`"
        )
    if names & {"response", "resources"} and any(template.unpublished for template in templates):
        raise BadMark(
            f"{item.nodeid}: unpublished=True needs `responses`, which is empty where the server "
            "refuses without an answer"
        )
    _refuse_fixtures_of_one_answer(item, templates)
    if "resources" in names and not any(template.resources for template in templates):
        raise BadMark(f"{item.nodeid}: `resources` needs resources=True in the mark")
    if "client" in names:
        origin_of(item)


def _refuse_fixtures_of_one_answer(item: pytest.Item, templates: Sequence[ProbeTemplate]) -> None:
    """Raise BadMark for a fixture of the suite that would keep the first of several answers: pytest
    makes it once, however often the check is called.
    """
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    takes = {name: _ANSWERS.intersection(defs[-1].argnames) for name, defs in fixtures.items()}
    for name in sorted(takes.keys() - _ANSWERS):
        if takes[name] and any(template.within for template in templates):
            why = "`within` asks again, and the fixture would keep the first answers"
        elif "response" in takes[name] and any(template.samples > 1 for template in templates):
            why = "the fixture would see the first of several samples alone"
        else:
            continue
        raise BadMark(
            f"{item.nodeid}: the fixture `{name}` takes {listed(sorted(takes[name]))}: {why}. Take "
            "the answers in the check itself, and make of the fixture a function that it calls"
        )


def _refuse_misuse_of_browser(item: pytest.Item, names: set[str]) -> None:
    """Raise BadMark for a check with the mark of a browser that takes no page."""
    opens = item.get_closest_marker(marks.BROWSER) is not None
    if opens and "page" not in names:
        raise BadMark(f"{item.nodeid}: has the mark browser; take the fixture `page`")


def refuse_misspelt_marks(items: Iterable[pytest.Item], registered: Sequence[str]) -> None:
    """Raise BadMark for a mark that is nearly one of the ``registered``, lines of the setting
    ``markers``: pytest ignores a mark that it does not know, and with it what the mark asks for.
    """
    for item in items:
        for name in {mark.name for mark in item.iter_markers()} - _names_of(registered):
            near = nearest(name.lower(), _names_of(registered), _ALIKE)
            if near:
                raise BadMark(
                    f"{item.nodeid}: there is no mark {name!r}; write {near!r}, or register a "
                    "mark of your own in the setting markers"
                )


def refuse_unknown_mark(report: pytest.CollectReport, registered: Sequence[str]) -> None:
    """Raise BadMark where ``--strict-markers`` keeps a file from being read: a slip of the pen is
    no trouble of the file.
    """
    unknown = _UNREGISTERED.search(report.longreprtext) if report.failed else None
    if unknown is not None:
        near = nearest(unknown[1].lower(), _names_of(registered), _ALIKE)
        own = f"write {near!r}, or register a mark of your own" if near else "register it"
        raise BadMark(
            f"{report.nodeid}: there is no mark {unknown[1]!r}; {own} in the setting markers"
        )


def _names_of(registered: Iterable[str]) -> set[str]:
    return {line.partition(":")[0].partition("(")[0].strip() for line in registered}


def refuse_shared_names(items: Iterable[pytest.Item]) -> None:
    """Raise BadMark for two checks of one name, as of two folders beside each other: [require],
    advisories and baselines know a check by its file and function below the folder of all checks.
    """
    first: dict[str, str] = {}
    for item in items:
        name, place = check_name(item), item.nodeid.partition("[")[0]
        if first.setdefault(name, place) != place:
            raise BadMark(
                f"{first[name]} and {place} are both called {name}, the name by which the "
                "environment file and reports know a check; rename one of the files or functions"
            )


def refuse_lost_checks(items: Iterable[pytest.Item]) -> None:
    """Raise BadMark for a check that cannot fail: one that is defined twice, of which Python keeps
    only the second; an ``assert`` that always holds; a list of problems that is misread.
    """
    names: dict[Path, set[str]] = {}
    for item in items:
        names.setdefault(item.path, set()).add(getattr(item, "originalname", item.name))
    for path, checks in names.items():
        nodes = check_source.nodes(check_source.tree_of(str(path)))
        for name, first, second in _twice_defined(nodes):
            if name in checks:
                raise BadMark(
                    f"{path}:{second}: a second {name}; the first, at line {first}, would be lost "
                    "without a word: rename one"
                )
        for line in _asserted_pairs(nodes):
            raise BadMark(
                f"{path}:{line}: assert (…, …) always holds; write it without parentheses: "
                'assert …, "words"'
            )
        for line, name in _misread_problems(nodes):
            raise BadMark(
                f"{path}:{line}: {name} returns a list, which is empty if all is well; write "
                f"assert {name}(…) == []"
            )


def _twice_defined(nodes: Iterable[ast.AST]) -> list[tuple[str, int, int]]:
    """Return the functions that a module, or a class, defines twice in a row of statements, each
    with both lines: the second takes the place of the first.
    """
    lines: dict[tuple[ast.AST, str], int] = {}
    return [
        (node.name, first, node.lineno)
        for body in nodes
        if isinstance(body, ast.Module | ast.ClassDef)
        for node in body.body
        if isinstance(node, check_source.Function)
        if (first := lines.setdefault((body, node.name), node.lineno)) != node.lineno
    ]


def _asserted_pairs(nodes: Iterable[ast.AST]) -> list[int]:
    """Return the lines with ``assert (condition, "words")``, which always holds: it asserts that a
    pair is not empty.
    """
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple) and node.test.elts
    ]


def _misread_problems(nodes: Sequence[ast.AST]) -> list[tuple[int, str]]:
    """Return the lines, each with the name of the function, that assert that there are problems, or
    do nothing with them: functions of ``knowngood.checks`` return a list that is empty if all is
    well, and so does ``environment.header_problems``.
    """
    imported = {
        name.asname or name.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "knowngood.checks"
        for name in node.names
    }
    lines = []
    for node in nodes:
        call = node.test if isinstance(node, ast.Assert) else getattr(node, "value", None)
        if not isinstance(node, ast.Assert | ast.Expr) or not isinstance(call, ast.Call):
            continue
        match call.func:
            case ast.Name(name) if name in imported and name.endswith("_problems"):
                lines.append((node.lineno, name))
            case ast.Attribute(ast.Name(owner), name) if name.endswith("_problems"):
                if owner == "checks" or name == "header_problems":
                    lines.append((node.lineno, f"{owner}.{name}"))
    return lines


def refuse_bad_schemas(items: Iterable[pytest.Item]) -> None:
    """Read every schema beside these checks. Raises BadSchema, before the first request."""
    folders = {item.path.parent / "schemas" for item in items}
    for folder in sorted(filter(Path.is_dir, folders)):
        from ..content import json_schema

        for path in sorted(folder.glob(f"*{json_schema.SUFFIX}")):
            json_schema.load(path)


def asserts_nothing(item: pytest.Item) -> str:
    """Return why a check that forgot its ``assert`` always holds. Empty if that is not certain, as
    for a check whose own fixtures may assert.
    """
    code = getattr(getattr(item, "function", None), "__code__", None)
    if code is None:
        return ""
    opcodes = [number for number in code.co_code[::2] if number != _OPCODES["CACHE"]]
    if any(a in _COMPARES and b == _OPCODES["POP_TOP"] for a, b in pairwise(opcodes)):
        return "it compares something and does nothing with the result; write assert before it"
    may_fail = (
        _MAY_RAISE.intersection(opcodes) or {*getattr(item, "fixturenames", ())} - _OWN_FIXTURES
    )
    return "" if may_fail else "it asserts nothing, and so holds whatever is answered"
