"""Write what came of a drill of mutations as one HTML file for people, which loads nothing.

A grid of kinds of URL and mutations shows at a glance where a suite is blind. Below it stand the
blind spots with what closes them, and all mutants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..report import html_template
from ..safety import one_line
from .blind_spots import path_of, sections
from .mutant_results import MutantResult, MutationDrill, Notice
from .mutation_score import UNCAUGHT, counts, exit_code, grid, left_out_by_reason, percent, score
from .mutation_table import LINE, headline
from .snippets import snippets

_COLOURS: Final = {
    Notice.MISSED: "failed",
    Notice.MISNAMED: "unsettled",
    Notice.ACCEPTED: "accepted",
    Notice.CAUGHT: "passed",
    Notice.LEFT_OUT: "left-out",
}
"""Classes of the style sheet. Of several mutants in one cell, the first of these decides."""

_SIGNS: Final = {
    Notice.MISSED: "✕",
    Notice.MISNAMED: "≠",
    Notice.ACCEPTED: "○",
    Notice.CAUGHT: "✓",
    Notice.LEFT_OUT: "–",
}
"""What a cell says to those who do not see its colour."""


def page(drill: MutationDrill, fail_under: float | None = None) -> str:
    """Return the page; ``fail_under`` is the least score in per cent, if one is asked for."""
    mutations = {result.mutation: result.stands_for for result in drill.results}
    names = sorted(mutations)
    return html_template.render(
        "drill/mutation_page.html.j2",
        ("report/html_page.css", "drill/mutation_page.css"),
        {"path": path_of, "colour": _COLOURS.__getitem__, "whole": _whole},
        drill=drill,
        headline=headline(drill.results),
        score=percent(score(drill.results)),
        colour=_colour(drill, fail_under),
        fail_under=fail_under,
        figures=list(_figures(drill)),
        legend=[(notice, _COLOURS[notice], _SIGNS[notice]) for notice in _COLOURS],
        mutations=[(name, mutations[name]) for name in names],
        kinds=list(_kinds(drill.results, names)),
        sections=sections(drill.results),
        snippets=snippets(drill.results),
        left_out=left_out_by_reason(drill.results),
    )


def _whole(text: str) -> str:
    """Return a text to paste with all its lines, each sanitised."""
    from markupsafe import Markup

    return Markup("\n").join(one_line(line, LINE) for line in text.splitlines())


def _colour(drill: MutationDrill, fail_under: float | None) -> str:
    """Return the colour of the score: of one that is measured against nothing, green if whole."""
    share = score(drill.results)
    if fail_under is not None:
        return "failed" if exit_code(share, fail_under) else "passed"
    return "passed" if share == 100 else "unsettled"


def _figures(drill: MutationDrill) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and colour of the figures that one wants at a glance."""
    for notice, number in counts(drill.results).items():
        yield notice, str(number), _COLOURS[notice] if number else ""
    yield "mutants", f"{len(drill.results)} of {drill.possible}", ""
    if drill.release is not None:
        yield "release", drill.release, ""
    yield "requests", str(drill.requests), ""
    yield "seconds", f"{drill.seconds:.1f}", ""
    yield "seed", str(drill.seed), ""


def _kinds(results: Sequence[MutantResult], names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield a row of the grid for each kind of URL, with a cell for each mutation of ``names``."""
    for kind, mutants in grid(results).items():
        everything = [mutant for name in names for mutant in mutants.get(name, ())]
        yield {
            "name": kind,
            "score": percent(score(everything)),
            "cells": [_cell(kind, name, mutants.get(name, ())) for name in names],
            "mutants": everything,
        }


def _cell(kind: str, mutation: str, mutants: Sequence[MutantResult]) -> Mapping[str, Any] | None:
    """Return what a cell of the grid shows; None if the mutation does not apply there."""
    if not mutants:
        return None
    numbers = {notice: number for notice, number in counts(mutants).items() if number}
    worst = next(notice for notice in _COLOURS if notice in numbers)
    more = str(numbers[worst]) if worst in UNCAUGHT else ""
    words = ", ".join(f"{number} {notice}" for notice, number in numbers.items())
    return {
        "colour": _COLOURS[worst],
        "sign": f"{_SIGNS[worst]}{more}",
        "words": f"{mutation} at {kind}: {words}",
        "mutants": mutants,
    }
