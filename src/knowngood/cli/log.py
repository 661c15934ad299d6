"""``knowngood log``."""

from __future__ import annotations

import click

from .console import print_answer, print_warnings
from .options import ENVIRONMENT, OFFLINE, opened_ledger


@click.command("log")
@ENVIRONMENT
@OFFLINE
@click.option(
    "--count", type=click.IntRange(min=1), default=50, metavar="N", show_default=True, help="rows"
)
def command(environment: str, offline: bool, count: int) -> int:
    """Print what happened on an environment, newest first.

    Exit codes: 0 printed, 2 interrupted, 3 internal error, 4 usage error, 75 the records
    cannot be relied on.
    """
    ledger = opened_ledger(environment, offline=offline)
    rows = list(ledger.log(count)) or [f"nothing is on record for {ledger.environment.name}"]
    print_answer("\n".join(rows))
    print_warnings(ledger.warnings())
    return 0
