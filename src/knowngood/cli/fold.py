"""``knowngood fold``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from ..report import Report, terminal, verdict_reader
from ..report.github import Annotations
from ..report.github import is_here as is_on_github
from ..safety import UsageError, one_line
from ..session import locked, report_targets, write_files
from ..verdict.place_files import place_verdicts
from ..verdict.places import ExpectedPlaces, fold_places
from .console import print_line
from .options import verdict_reports

_WINDOW: Final = 30.0
"""Minutes: runs of one push begin within that, also if an agent was waited for."""


@click.command("fold")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--expect",
    metavar="N|NAMES",
    help="how many places there are, or their names with commas between: one without a file has "
    "not PASSED (default: the places of the files)",
)
@click.option(
    "--quorum",
    type=click.IntRange(min=1),
    metavar="N",
    help="how many places must have PASSED, at least more than half (default: more than half)",
)
@click.option(
    "--window",
    type=click.FloatRange(min=0, min_open=True),
    default=_WINDOW,
    metavar="MINUTES",
    help=f"refuse a run that began longer ago (default: {_WINDOW:.0f})",
)
@verdict_reports
def command(
    files: tuple[Path, ...],
    expect: str | None,
    quorum: int | None,
    window: float,
    **reports: Path | None,
) -> int:
    """Make one verdict of those of several places: FILE... are their verdict files.

    A wrong answer at any place is FAILED. Silence at one place, while others are answered, is told
    and decides nothing as long as more than half of the places PASSED.

    \b
        knowngood verify --env=prod --place=fra --verdict-file=fra.json     (at each place)
        knowngood fold fra.json iad.json syd.json --expect=fra,iad,syd

    \b
    Exit codes: those of verify. 4, a usage error, also for a file that cannot be read, or that
    does not belong to the others: another environment, release, suite or time
    """
    targets = report_targets(reports, Path.cwd())
    _refuse_overwriting(files, targets)
    with locked(targets, ["knowngood", *sys.argv[1:]]):
        document = _folded(files, ExpectedPlaces.parse(expect, quorum), window * 60)
        annotations = Annotations(print_line, Path.cwd()) if is_on_github() else None
        for line in terminal.lines_of_fold(document):
            print_line(line)
        for line in write_files(targets, Report(document)):
            print_line(one_line(line, 300))
    if annotations is not None:
        annotations.finish(document)
    exit_code: int = document["exit_code"]
    return exit_code


def _refuse_overwriting(files: Iterable[Path], targets: Mapping[str, Path]) -> None:
    """Raise UsageError if a report would be written over the verdict of a place."""
    read = {path.resolve() for path in files}
    for option, path in targets.items():
        if path.resolve() in read:
            raise UsageError(
                f"{option} {one_line(str(path), 300)}: it is one of the files to fold, which would "
                "be lost; name another one"
            )


def _folded(files: Iterable[Path], expected: ExpectedPlaces, window: float) -> dict[str, Any]:
    documents = {str(path): _read(path) for path in files}
    places = place_verdicts(documents, now=time.time(), window=window, names=expected.names)
    if 0 < expected.count < len(places):
        raise UsageError(
            f"--expect={expected.count}, and {len(places)} files: one is of another run, or "
            "--expect is too low"
        )
    return fold_places(places, expected)


def _read(path: Path) -> dict[str, Any]:
    try:
        return verdict_reader.read(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{one_line(str(path), 300)}: {one_line(str(reason), 500)}; expected a verdict file. "
            "A place without one is left out, and counted by --expect"
        ) from None
