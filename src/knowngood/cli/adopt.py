"""``knowngood adopt``."""

from __future__ import annotations

import click

from ..environment import load_here
from ..release import adoption
from .console import print_line
from .options import ENVIRONMENT, RELEASE


@click.command("adopt")
@ENVIRONMENT
@RELEASE
@click.option("--why", default="", metavar="WHY", help="why it is there, for the record")
def command(environment: str, release: str, why: str) -> int:
    """Record the release that is live, where the records do not say so.

    The deployment is asked: only what it names itself is recorded. Whether it is good, `knowngood
    verify` says.

    Exit codes: 0 recorded, 1 another release is live, 2 interrupted, 3 internal error,
    4 usage error, 75 hold.
    """
    return adoption.adopt(load_here(environment), release, why, print_line)
