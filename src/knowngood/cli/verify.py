"""``knowngood verify``."""

from __future__ import annotations

from typing import Any

import click

from ..supervisor import verify
from .console import print_line
from .options import HELP, NOTIFY, OF_PYTEST, PYTEST_OPTIONS, options_of_run, run_options


@click.command(
    "verify",
    context_settings=OF_PYTEST,
)
@run_options
@NOTIFY
@click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=0.0,
    metavar="SECONDS",
    help="wait so long for another run of this environment on this machine (default: 0)",
)
@HELP
@PYTEST_OPTIONS
def command(
    arguments: tuple[str, ...],
    wait: float,
    **values: Any,
) -> int:
    """Run the checks against an environment, in a child process that is watched.

    The checks are those of `pytest --env=NAME`. A child that takes too long, crashes, or reports
    a verdict that its exit code contradicts ends with 75. Other options go to pytest; see
    `pytest --help`. One run for each environment and machine; a second one ends with 75, at once
    or after --wait.

    \b
    Exit codes: 0 proceed, 1 roll back, 2 interrupted, 3 internal error, 4 usage error,
    5 nothing checked, 75 inconclusive: hold, do not promote, do not roll back, run again
    """
    return verify(options_of_run(**values), arguments, print_line, wait)
