"""``knowngood drill``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from ..drill import PAIRS, SECONDS, MutationOptions, drill_faults, drill_mutations, drill_rollback
from ..environment import FOLDER, load_here, root_above
from ..safety import UsageError
from ..session import environments_to_choose_from
from .console import print_line

_PATH: Final = click.Path(path_type=Path)

_ONLY_FAULTS: Final = {"names": "--fault", "pairs": "--pairs"}
_ONLY_MUTATIONS: Final = {
    "seconds": "--seconds",
    "level": "--level",
    "fail_under": "--fail-under",
    "html": "--html-file",
    "from_har": "--from-har",
    "previous_har": "--previous-har",
}
"""Options that mean something in one kind of drill alone."""


@click.command("drill")
@click.option(
    "--env", "environment", metavar="NAME", help="the environment (default: local, if there is one)"
)
@click.option(
    "--mutations",
    is_flag=True,
    help="change what the deployment answered, also if it can be started with faults",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    metavar="N",
    help=f"seconds for mutations, after the run that records the answers (default: {SECONDS:g})",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="end with 1 if fewer mutations are caught (default: any score will do)",
)
@click.option("--level", metavar="LEVEL", help="how much of the suite runs: smoke or full")
@click.option("--html-file", "html", type=_PATH, metavar="PATH", help="write a page to PATH")
@click.option(
    "--from-har",
    type=_PATH,
    metavar="PATH",
    help="use what pytest --har-file=PATH recorded, and send nothing",
)
@click.option(
    "--previous-har",
    type=_PATH,
    metavar="PATH",
    help="try the answers of an earlier release, too: scripts that a cache still has",
)
@click.option(
    "--fault", "names", multiple=True, metavar="NAME", help="this fault alone; repeatable"
)
@click.option("--pairs", type=int, metavar="N", help=f"pairs of faults (default: {PAIRS})")
@click.option(
    "--seed", type=int, metavar="N", help="draw the same mutations, or pairs of faults, again"
)
@click.option(
    "--json", "path", type=_PATH, metavar="PATH", help="write the results to PATH as well"
)
@click.option(
    "--rollback",
    is_flag=True,
    help="push a bad release in a sandbox instead, and see it rolled back",
)
def command(
    environment: str | None, mutations: bool, rollback: bool, path: Path | None, **options: Any
) -> int:
    """See what the suite would not notice.

    The suite runs once. Then one answer after the other is changed, and the checks that read it
    run again. Where [serve.drill] lists faults, the deployment is started with each of them
    instead.

    Exit codes: 0 as expected, 1 a fault was missed or the score is too low, 2 interrupted,
    3 internal error, 4 usage error, 75 it cannot be told.
    """
    name = environment or _usual_environment(root_above(Path.cwd()))
    used = {option for option, value in options.items() if value not in (None, ())}
    if rollback:
        _refuse(used, {**_ONLY_FAULTS, **_ONLY_MUTATIONS, "seed": "--seed"}, "--rollback")
        return drill_rollback(name, path, say=print_line)
    if mutations or load_here(name).drill is None:
        _refuse(used, _ONLY_FAULTS, "a drill of mutations")
        chosen = {key: options[key] for key in ("seed", *_ONLY_MUTATIONS) if key in used}
        return drill_mutations(name, MutationOptions(json=path, **chosen), say=print_line)
    _refuse(used, _ONLY_MUTATIONS, "a drill of faults, which [serve.drill] lists,")
    return drill_faults(
        name,
        faults=options["names"],
        pairs=options["pairs"],
        seed=options["seed"],
        path=path,
        say=print_line,
    )


def _refuse(used: set[str], options: dict[str, str], drill: str) -> None:
    """Raise UsageError for an option that means nothing in this kind of drill."""
    for key in sorted(used & options.keys()):
        raise click.UsageError(f"{drill} takes no {options[key]}: leave it out")


def _usual_environment(root: Path) -> str:
    """Return ``local``; raise UsageError if the suite has no such environment."""
    if (root / FOLDER / "local.toml").is_file():
        return "local"
    raise UsageError(environments_to_choose_from(root))
