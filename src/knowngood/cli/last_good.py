"""``knowngood last-good``."""

from __future__ import annotations

import click

from .console import print_answer, print_error, print_warnings
from .options import ENVIRONMENT, OFFLINE, opened_ledger


@click.command("last-good")
@ENVIRONMENT
@OFFLINE
def command(environment: str, offline: bool) -> int:
    """Print the last known good release of an environment, and nothing else.

    Exit codes: 0 printed, 1 there is none, 2 interrupted, 3 internal error, 4 usage error,
    75 the records cannot be relied on.
    """
    ledger = opened_ledger(environment, offline=offline)
    good = ledger.last_good()
    if good is None:
        ledger.refuse_doubt()
    print_warnings(ledger.warnings())
    if good is None:
        print_error(f"no known good release on {environment}: {ledger.why_none_is_good()}")
        return 1
    print_answer(good.release)
    return 0
