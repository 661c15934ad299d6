"""``knowngood status``."""

from __future__ import annotations

import json

import click

from ..release import status
from .console import print_line
from .options import OFFLINE


@click.command("status")
@click.option(
    "--env",
    "names",
    multiple=True,
    metavar="NAME",
    help="this environment alone; repeatable (default: all that have release.repository)",
)
@OFFLINE
@click.option("--json", "as_json", is_flag=True, help="print JSON, for a script")
def command(names: tuple[str, ...], offline: bool, as_json: bool) -> int:
    """Print what is live, pushed, verified and known good on every environment.

    Only the column 'live now' asks the deployments; --offline leaves it out.
    """
    rows = status.rows(status.environments(names), offline=offline)
    print_line(json.dumps(rows, indent=2) if as_json else status.table(rows))
    return 0
