"""``knowngood watch``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..environment import root_above
from ..safety import KnowngoodError, shell_word
from ..session import Options
from ..watch import News, Watch, lines, no_result, usual_path
from .console import print_error, print_line
from .options import STATE, run_options


@click.command(
    "watch",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@run_options
@STATE
@click.option(
    "--monitoring",
    is_flag=True,
    help="print one line with perfdata, and end with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 "
    "(UNKNOWN), as a check of Nagios, Icinga or Checkmk",
)
@click.argument("arguments", metavar="[PYTEST_OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
def command(
    arguments: tuple[str, ...],
    origin: tuple[str, ...],
    state: Path | None,
    monitoring: bool,
    **values: Any,
) -> int:
    """Verify once, and say something only where the state has changed: for cron or a timer.

    The run is that of `knowngood verify`, and writes the same reports. A FAILED run is made again
    at once, as often as `[watch] confirm` says, before it counts.

    \b
    exit codes: 0 nothing new, or PASSED again; 1 FAILED, 75 no run can judge (each of them once,
    when it is told), 2 interrupted, 3 internal error, 4 usage error
    """
    try:
        cwd = Path.cwd()
        options = Options.from_values(root=root_above(cwd), cwd=cwd, origins=origin, **values)
        tell = partial(_tell, options, quiet=monitoring)
        watch = Watch(options, arguments, state or usual_path(options), tell, _complain)
        code = watch.look()
    except KnowngoodError as error:
        if not monitoring:
            raise
        return _plugin(*no_result(str(error)))
    return _plugin(*watch.plugin_result(code)) if monitoring else code


def _tell(options: Options, news: Sequence[News], quiet: bool) -> None:
    """Print news, unless a monitoring system is to tell them in its own way."""
    for each in () if quiet else news:
        for line in lines(each, options.environment.name, _roll_back(options)):
            print_line(line)


def _roll_back(options: Options) -> str:
    """Return the command that puts the last known good release back; empty where it cannot."""
    environment = options.environment
    recorded = environment.release is not None and environment.release.repository
    return (
        f"knowngood rollback {shell_word(f'--env={options.env}'.encode())}"
        if recorded and environment.deploy
        else ""
    )


def _complain(line: str) -> None:
    print_error(f"knowngood watch: {line}")


def _plugin(code: int, line: str) -> int:
    print_line(line)
    return code
