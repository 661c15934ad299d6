"""``knowngood verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from ..environment import root_above
from ..session import Options
from ..supervisor import verify
from .console import print_line

_PATH: Final = click.Path(path_type=Path)


@click.command(
    "verify",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.option("--env", metavar="NAME", help="a file in environments/, or the path of a .toml file")
@click.option("--origin", "origins", multiple=True, metavar="NAME=URL", help="replace one origin")
@click.option("--drill", metavar="FAULT", help="start the deployment with this fault")
@click.option("--release", metavar="NAME", help="the release that must be live, a tag or a commit")
@click.option("--baseline", type=_PATH, metavar="PATH", help="the verdict file of an earlier run")
@click.option("--manifest", type=_PATH, metavar="PATH", help="the manifest of the release's build")
@click.option("--verdict-file", type=_PATH, metavar="PATH", help="write the verdict as JSON")
@click.option("--html-file", type=_PATH, metavar="PATH", help="write the verdict as one HTML file")
@click.option("--record", is_flag=True, help="record the verdict as a tag")
@click.option("--push", is_flag=True, help="with --record: push that tag")
@click.argument("arguments", metavar="[PYTEST_OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, /, arguments: tuple[str, ...], **values: Any) -> int:
    """Run the checks against an environment.

    As `pytest --env=NAME` does, in a process that is watched: its time, its end and its account
    of itself. Other options go to pytest; see `pytest --help`. One run for each environment and
    machine; a second one ends with 75 at once.

    \b
    exit codes: 0 proceed, 1 roll back, 2 interrupted, 3 internal error, 4 usage error,
    5 nothing checked, 75 inconclusive: hold, do not promote, do not roll back, run again
    """
    if "-h" in arguments:
        click.echo(context.get_help())
        return 0
    cwd = Path.cwd()
    options = Options.from_values(root=root_above(cwd), cwd=cwd, **values)
    return verify(options, arguments, print_line)
