"""``knowngood drill``."""

from __future__ import annotations

from pathlib import Path

import click

from ..drill import PAIRS, drill_faults, drill_rollback
from ..environment import FOLDER, root_above
from ..safety import UsageError
from ..session import environments_to_choose_from
from .console import print_line


@click.command("drill")
@click.option(
    "--env", "environment", metavar="NAME", help="the environment (default: local, if there is one)"
)
@click.option(
    "--fault", "names", multiple=True, metavar="NAME", help="this fault alone; repeatable"
)
@click.option("--pairs", type=int, metavar="N", help=f"pairs of faults (default: {PAIRS})")
@click.option("--seed", type=int, metavar="N", help="draw the same pairs again (default: new ones)")
@click.option(
    "--json",
    "path",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="write the results to PATH as well",
)
@click.option(
    "--rollback",
    is_flag=True,
    help="push a bad release in a sandbox instead, and see it rolled back",
)
def command(
    environment: str | None,
    names: tuple[str, ...],
    pairs: int | None,
    seed: int | None,
    path: Path | None,
    rollback: bool,
) -> int:
    """Start a deployment sound, then with each fault, then with pairs of faults.

    Every run must end as it should. Exit codes: 0 all did, 1 one did not, 4 usage error.
    """
    name = environment or _usual_environment(root_above(Path.cwd()))
    if rollback:
        options = {"--fault": names or None, "--pairs": pairs, "--seed": seed}
        for option in (option for option, value in options.items() if value is not None):
            raise click.UsageError(f"--rollback is one push, without faults: leave out {option}")
        return drill_rollback(name, path, say=print_line)
    return drill_faults(name, faults=names, pairs=pairs, seed=seed, path=path, say=print_line)


def _usual_environment(root: Path) -> str:
    """Return ``local``; raise UsageError where the suite has no such environment."""
    if (root / FOLDER / "local.toml").is_file():
        return "local"
    raise UsageError(environments_to_choose_from(root))
