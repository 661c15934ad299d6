"""Which checks run: what an environment has no use for, what a selection leaves out."""

from __future__ import annotations

import dis
import re
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import Final

import pytest

from ..environment import LEVELS, Advisory, Environment, known_origins
from ..safety import one_line
from . import cases, marks
from .marks import BadMark, ProbeTemplate

LONGEST_CLAIM: Final = 300
"""Characters of a claim: three full lines of a docstring."""

_ASKS: Final = pytest.StashKey[dict[Hashable, tuple[ProbeTemplate, ...]]]()

_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_END_OF_SENTENCE: Final = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)(?<!\bcf)[.!?][\"')\]`]*(?= |$)", re.I
)

_ANSWERS: Final = frozenset({"response", "responses", "resources"})
_OWN_FIXTURES: Final = _ANSWERS | {"case", "client", "environment", "request", "schema"}
_OPCODES: Final = dis.opmap
_COMPARES: Final = {_OPCODES[name] for name in ("COMPARE_OP", "CONTAINS_OP", "IS_OP")}
_MAY_RAISE: Final = {
    number
    for name, number in _OPCODES.items()
    if name.startswith(("CALL", "RAISE", "BINARY", "UNPACK"))
}
"""An ``assert`` raises; a function that is called, or an item that is not there, may as well."""


def check_name(item: pytest.Item) -> str:
    """Return the check without folder and case: ``test_config.py::test_debug_is_off``."""
    return item.nodeid.partition("[")[0].rpartition("/")[2]


def claim_of(item: pytest.Item) -> str:
    """Return what the check claims: the first sentence of its docstring; empty without one."""
    return claim_in(getattr(getattr(item, "obj", None), "__doc__", None) or "")


@lru_cache(1024)  # each case of a check asks
def claim_in(docstring: str) -> str:
    """Return the first sentence of a docstring as one line, cut between words if it is too long.

    It may go over several lines, and ends at the first blank one in any case. A period within a
    word, as in ``config.json``, ends nothing, and neither does one of an abbreviation.
    """
    paragraph = " ".join(_BLANK_LINE.split(docstring.strip(), maxsplit=1)[0].split())
    end = _END_OF_SENTENCE.search(paragraph)
    sentence = paragraph[: end.end()] if end else paragraph
    return one_line(shorten(sentence, LONGEST_CLAIM, placeholder=" …"), LONGEST_CLAIM)


def catches_of(item: pytest.Item) -> list[str]:
    """Return the faults that the ``catches`` marks of ``item`` name."""
    return [str(fault) for mark in item.iter_markers("catches") for fault in mark.args]


def _marks_of_params(item: pytest.Item) -> Sequence[pytest.Mark]:
    callspec = getattr(item, "callspec", None)
    return callspec.marks if callspec is not None else ()


def advisory_of(item: pytest.Item) -> Advisory | None:
    """Return what the ``advisory`` mark of ``item`` says; None without one. Raises BadMark."""
    mark = item.get_closest_marker("advisory")
    if mark is None:
        return None
    if any(param.name == mark.name for param in _marks_of_params(item)):
        raise BadMark(
            f"{item.nodeid}: mark advisory: found on a single param, where it would count for the "
            "whole check; put case = … into [[advisory]] of the environment"
        )
    try:
        return Advisory(check_name(item), *marks.reason_and_end(mark))
    except BadMark as error:
        raise BadMark(f"{item.nodeid}: {error}") from None


def kind_of(item: pytest.Item) -> Hashable:
    """Return a key that the cases of a check share, but for those that have marks of their own.

    Rules about checks are looked at once for each kind: there are thousands of cases.
    """
    return (item.nodeid.partition("[")[0], *map(id, item.own_markers))


def share_location(items: Iterable[pytest.Item]) -> None:
    """Give the cases of a check its place in the file; pytest looks on disk for that of each."""
    firsts: dict[Hashable, pytest.Item] = {}
    for item in items:
        file, line, _ = firsts.setdefault(kind_of(item), item).location
        if isinstance(item, pytest.Function):
            item.location = (file, line, item.getmodpath())


def asks_of(item: pytest.Item) -> tuple[ProbeTemplate, ...]:
    """Return the URLs that the marks of ``item`` declare. Raises BadMark."""
    asks, kind = item.session.stash.setdefault(_ASKS, {}), kind_of(item)
    if kind not in asks:
        try:
            asks[kind] = marks.templates_of(item.iter_markers())
        except BadMark as error:
            raise BadMark(f"{item.nodeid}: {error}") from None
    return asks[kind]


def origin_of(item: pytest.Item) -> str:
    """Return the origin that the ``origin`` mark of ``item`` names. Raises BadMark without one."""
    mark = item.get_closest_marker("origin")
    if mark is None or len(mark.args) != 1:
        raise BadMark(
            f"{item.nodeid}: the client fixture needs @pytest.mark.origin(NAME), the origin of "
            "the environment that the check talks to"
        )
    return str(mark.args[0])


def client_origins(item: pytest.Item) -> tuple[str, ...]:
    """Return the origin that ``item`` talks to with the client fixture; none without it."""
    if "client" not in getattr(item, "fixturenames", ()):
        return ()
    mark = item.get_closest_marker("origin")
    return (str(mark.args[0]),) if mark is not None and mark.args else ()


def skipped_by_level(item: pytest.Item, level: str) -> str | None:
    """Return why ``item`` does not run at ``level``; None where it does. Raises BadMark for an
    unknown level.
    """
    mark = item.get_closest_marker("level")
    if mark is None:
        return None
    if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in LEVELS:
        given = ", ".join([*map(repr, mark.args), *mark.kwargs]) or "nothing"
        raise BadMark(f"{item.nodeid}: mark level: found {given}; allowed: {', '.join(LEVELS)}")
    needed: str = mark.args[0]
    if LEVELS.index(needed) <= LEVELS.index(level):
        return None
    return f"it is a check of the level {needed}, and the run has --level={level}"


def inapplicable(item: pytest.Item, environment: Environment) -> str | None:
    """Return why ``item`` does not apply to ``environment``; None where it does.

    Raises BadMark for an origin that no environment file declares: it would run nowhere.
    """
    asks = asks_of(item)
    try:
        why = cases.inapplicable(asks, environment)
    except BadMark as error:
        raise BadMark(f"{item.nodeid}: {error}") from None
    origins = [ask.template.partition(":")[0] for ask in asks if ":" in ask.template]
    mark = item.get_closest_marker("origin")
    origins += [origin_of(item)] if mark is not None else []
    for origin in origins:
        if origin not in environment.origins and "{" not in origin:
            _refuse_unknown_origin(item, origin, environment)
            return f"the environment has no origin called {origin}"
    if mark is not None and mark.kwargs.get("writes") and not environment.writes:
        return f"{environment.path.name} does not allow writes (writes = true)"
    return why


def _refuse_unknown_origin(item: pytest.Item, origin: str, environment: Environment) -> None:
    known = known_origins(environment)
    if origin not in known:
        raise BadMark(
            f"{item.nodeid}: no environment file declares an origin called {origin!r}, so the "
            f"check would run nowhere; declared are: {', '.join(sorted(known))}"
        )


def refuse_misuse(item: pytest.Item) -> None:
    """Raise BadMark where marks and fixtures of a check do not fit each other."""
    names = set(getattr(item, "fixturenames", ()))
    asks = asks_of(item)
    _refuse_misuse_of_browser(item, names)
    if names & _ANSWERS and not asks:
        raise BadMark(
            f'{item.nodeid}: reads answers but asks for none; add @pytest.mark.get("ORIGIN:/path")'
        )
    if asks and not names & (_ANSWERS | {"page"}):
        raise BadMark(
            f"{item.nodeid}: asks for URLs but takes none of response, responses, resources"
        )
    function = getattr(item, "function", None)
    arguments = set(getattr(getattr(function, "__code__", None), "co_varnames", ()))
    if "response" in arguments & names and len(asks) != 1:
        raise BadMark(
            f"{item.nodeid}: `response` is the answer to one URL; {len(asks)} are asked for, "
            "so take `responses`"
        )
    if "resources" in names and not any(ask.resources for ask in asks):
        raise BadMark(f"{item.nodeid}: `resources` needs resources=True in the mark")
    if "client" in names:
        origin_of(item)


def asserts_nothing(item: pytest.Item) -> str:
    """Return why a check holds whatever is answered, since an ``assert`` was forgotten; empty where
    that is not certain, such as of a check whose own fixtures may assert.
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


def _refuse_misuse_of_browser(item: pytest.Item, names: set[str]) -> None:
    """Raise BadMark where a check has the mark of a browser and takes no page."""
    opens = item.get_closest_marker(marks.BROWSER) is not None
    if opens and "page" not in names:
        raise BadMark(f"{item.nodeid}: has the mark browser; take the fixture `page`")


def refuse_misspelt_marks(items: Iterable[pytest.Item], registered: Iterable[str]) -> None:
    """Raise BadMark for a mark that is nearly one of the ``registered``, lines of the setting
    ``markers``: pytest ignores a mark that it does not know, and with it what the mark asks for.
    """
    from difflib import get_close_matches

    known = {line.partition(":")[0].partition("(")[0].strip() for line in registered}
    for item in items:
        for name in {mark.name for mark in item.iter_markers()} - known:
            near = get_close_matches(name.lower(), known, n=1, cutoff=0.75)
            if near:
                raise BadMark(
                    f"{item.nodeid}: there is no mark {name!r}; write {near[0]!r}, or register a "
                    "mark of your own in the setting markers"
                )


def refuse_bad_schemas(items: Iterable[pytest.Item]) -> None:
    """Read every schema beside these checks. Raises BadSchema, before the first request."""
    folders = {item.path.parent / "schemas" for item in items}
    for folder in sorted(filter(Path.is_dir, folders)):
        from ..content import json_schema

        for path in sorted(folder.glob(f"*{json_schema.SUFFIX}")):
            json_schema.load(path)
