"""``knowngood watch``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..safety import KnowngoodError, UsageError, one_line
from ..watch import Watch, no_result, usual_path
from .console import print_error, print_line
from .options import HELP, OF_PYTEST, PYTEST_OPTIONS, STATE, options_of_run, run_options


@click.command(
    "watch",
    context_settings=OF_PYTEST,
)
@run_options
@STATE
@click.option(
    "--monitoring",
    is_flag=True,
    help="print one line with perfdata, and end with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 "
    "(UNKNOWN), as a check of Nagios, Icinga or Checkmk",
)
@HELP
@PYTEST_OPTIONS
def command(
    arguments: tuple[str, ...],
    state: Path | None,
    monitoring: bool,
    **values: Any,
) -> int:
    """Verify once, and say something only if the state has changed: for cron or a timer.

    The run is that of `knowngood verify`, and writes the same reports. A FAILED run is made again
    at once, as often as `[watch] confirm` says, before it counts.

    \b
    Exit codes: 0 nothing new, or PASSED again; 1 FAILED, 75 no run can judge (each of them once,
    when it is told), 2 interrupted, 3 internal error, 4 usage error
    """
    try:
        if "--notify" in arguments:
            raise UsageError(
                "--notify: watch always tells those whom [[notify]] names; leave it out"
            )
        options = options_of_run(**values)
        say = _say_nothing if monitoring else print_line
        watch = Watch(options, arguments, state or usual_path(options), say, _complain)
        code = watch.verify()
    except KnowngoodError as error:
        if not monitoring:
            raise
        return _plugin(*no_result(str(error)))
    return _plugin(*watch.plugin_result(code)) if monitoring else code


def _say_nothing(line: str) -> None:
    """Print no news: a monitoring system tells a state in its own way."""


def _complain(line: str) -> None:
    print_error(f"knowngood watch: {one_line(line, 1000)}")


def _plugin(code: int, line: str) -> int:
    print_line(line)
    return code
