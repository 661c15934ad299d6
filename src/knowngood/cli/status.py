"""``knowngood status``."""

from __future__ import annotations

import json
import time

import click

from ..release import status
from ..release.ledger import recorded_environments
from ..watch import trouble
from .console import print_answer
from .options import ENVIRONMENTS, OFFLINE


@click.command("status")
@ENVIRONMENTS
@OFFLINE
@click.option("--json", "as_json", is_flag=True, help="print JSON, for a script")
@click.option(
    "--check",
    is_flag=True,
    help="for cron: end with 1 where there is trouble; without, print nothing",
)
def command(names: tuple[str, ...], offline: bool, as_json: bool, check: bool) -> int:
    """Print what is live, pushed, verified and known good on every environment.

    Below the table, a line with a ! is trouble; it ends with the command to run next. Trouble is:
    what is live is not what is on record, or not known to be good; an edge names no release; a push
    did not end; an environment file, a lock or a record cannot be read; a record is not at git's
    server; another suite shares the records; a clock is wrong; `knowngood watch` on this machine
    says FAILED, or cannot judge. The deployments are asked what is live, unless --offline.

    Exit codes: 0 printed, 1 with --check: there is trouble, 2 interrupted, 3 internal error,
    4 usage error.
    """
    environments, unread = recorded_environments(names)
    rows = status.rows(environments, offline=offline)
    for environment, row in zip(environments, rows, strict=True):
        row["trouble"] += trouble.lines(environment, time.time())
    rows += [status.unread_row(name, why) for name, why in unread.items()]
    is_trouble = any(row["trouble"] for row in rows)
    if as_json or is_trouble or not check:
        print_answer(json.dumps(rows, indent=2) if as_json else status.table(rows))
    return int(check and is_trouble)
