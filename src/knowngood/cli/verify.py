"""``knowngood verify``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..environment import root_above
from ..run_options import RUN_OPTIONS
from ..session import Options
from ..supervisor import verify
from .console import print_line
from .options import NOTIFY


def run_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give ``command`` the options of a run, in the order of their table."""
    for option in reversed(RUN_OPTIONS):
        command = click.option(
            option.flag,
            help=option.help,
            metavar=option.metavar or None,
            is_flag=not option.metavar,
            multiple=option.repeatable,
            type=click.Path(path_type=Path) if option.is_path else None,
        )(command)
    return command


@click.command(
    "verify",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@run_options
@NOTIFY
@click.argument("arguments", metavar="[PYTEST_OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(
    context: click.Context, /, arguments: tuple[str, ...], origin: tuple[str, ...], **values: Any
) -> int:
    """Run the checks against an environment, in a child process that is watched.

    The checks are those of `pytest --env=NAME`. A child that takes too long, crashes, or reports
    a verdict that its exit code contradicts ends with 75. Other options go to pytest; see
    `pytest --help`. One run for each environment and machine; a second one ends with 75 at once.

    \b
    exit codes: 0 proceed, 1 roll back, 2 interrupted, 3 internal error, 4 usage error,
    5 nothing checked, 75 inconclusive: hold, do not promote, do not roll back, run again
    """
    if "-h" in arguments:
        click.echo(context.get_help())
        return 0
    cwd = Path.cwd()
    options = Options.from_values(root=root_above(cwd), cwd=cwd, origins=origin, **values)
    return verify(options, arguments, print_line)
