"""What a collected check declares: its name, its claim, and what its marks say."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from textwrap import shorten
from typing import Final

import pytest

from ..environment import Advisory
from ..safety import one_line
from ..verdict.outcome import EDGE_OF
from . import marks
from .cases import Case
from .marks import BadMark, ProbeTemplate

LONGEST_CLAIM: Final = 300
"""Characters of a claim: three full lines of a docstring."""

_TEMPLATES: Final = pytest.StashKey[dict[Hashable, tuple[ProbeTemplate, ...]]]()

_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_END_OF_SENTENCE: Final = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)(?<!\bcf)[.!?][\"')\]`]*(?= |$)", re.I
)


def check_name(item: pytest.Item) -> str:
    """Return the check without its case and the folder of all checks:
    ``test_config.py::test_debug_is_off``, or ``shop/test_config.py::test_debug_is_off``.
    """
    return check_in(item.nodeid)


def check_in(nodeid: str) -> str:
    """Return the check of the item with this node id, as :func:`check_name` does."""
    path = nodeid.partition("[")[0]
    return path.partition("/")[2] or path


def claim_of(item: pytest.Item) -> str:
    """Return what the check claims: the first sentence of its docstring; empty without one."""
    return claim_in(getattr(getattr(item, "obj", None), "__doc__", None) or "")


@lru_cache(1024)  # each case of a check asks
def claim_in(docstring: str) -> str:
    """Return the first sentence of a docstring as one line, cut between words if it is too long.

    It ends at a blank line, too, but not at a period within a word or of an abbreviation.
    """
    paragraph = " ".join(_BLANK_LINE.split(docstring.strip(), maxsplit=1)[0].split())
    end = _END_OF_SENTENCE.search(paragraph)
    sentence = paragraph[: end.end()] if end else paragraph
    return one_line(shorten(sentence, LONGEST_CLAIM, placeholder=" …"), LONGEST_CLAIM)


def kind_of(item: pytest.Item) -> Hashable:
    """Return a key that all cases of a check share, except those with marks of their own.

    There are thousands of cases, so rules about checks are applied once for each kind.
    """
    return (item.nodeid.partition("[")[0], *map(id, item.own_markers))


def share_location(items: Iterable[pytest.Item]) -> None:
    """Give all cases of a check the place of the first: pytest would look on disk for each."""
    firsts: dict[Hashable, pytest.Item] = {}
    for item in items:
        file, line, _ = firsts.setdefault(kind_of(item), item).location
        if isinstance(item, pytest.Function):
            item.location = (file, line, item.getmodpath())


def case_of(item: pytest.Item) -> Case:
    """Return the values that this item fills in."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec is not None else None
    return case if isinstance(case, Case) else Case()


def values_of(item: pytest.Item) -> dict[str, str]:
    """Return the values of this item's case and the edges it connects to, by name."""
    case = case_of(item)
    return {**case.values, **{f"{EDGE_OF}{name}": edge for name, edge in case.edges.items()}}


def catches_of(item: pytest.Item) -> list[str]:
    """Return the faults that the ``catches`` marks of ``item`` name."""
    return [str(fault) for mark in item.iter_markers("catches") for fault in mark.args]


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


def _marks_of_params(item: pytest.Item) -> Sequence[pytest.Mark]:
    callspec = getattr(item, "callspec", None)
    return callspec.marks if callspec is not None else ()


def templates_of(item: pytest.Item) -> tuple[ProbeTemplate, ...]:
    """Return the URLs that the marks of ``item`` declare. Raises BadMark."""
    templates, kind = item.session.stash.setdefault(_TEMPLATES, {}), kind_of(item)
    if kind not in templates:
        try:
            templates[kind] = marks.templates_in(item.iter_markers())
        except BadMark as error:
            raise BadMark(f"{item.nodeid}: {error}") from None
    return templates[kind]


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
