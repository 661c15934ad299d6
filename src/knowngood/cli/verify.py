"""``knowngood verify``."""

from __future__ import annotations

import click

from ..supervisor import verify
from .console import print_line


@click.command(
    "verify",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, options: tuple[str, ...]) -> int:
    """Run the checks against an environment.

    \b
        knowngood verify --env=NAME [--release=NAME] [--manifest=PATH] [OPTION …]

    As `pytest --env=NAME` does, in a process that is watched: its time, its end and its account
    of itself. All options are pytest's; see `pytest --help`, group "knowngood". One run for each
    environment and machine; a second one ends with 75 at once.

    \b
    exit codes: 0 proceed, 1 roll back, 2 interrupted, 3 internal error, 4 usage error,
    5 nothing checked, 75 inconclusive: hold, do not promote, do not roll back, run again
    """
    if "-h" in options:
        click.echo(context.get_help())
        return 0
    return verify.main(options, say=print_line)
