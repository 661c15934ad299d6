"""``knowngood reject``."""

from __future__ import annotations

import click

from ..environment import BadEnvironment
from ..release import rejection
from ..release.ledger import recorded_environments
from .console import print_line
from .options import ENVIRONMENTS, RELEASE, worded


@click.command("reject")
@RELEASE
@click.option(
    "--why", required=True, metavar="WHY", callback=worded, help="what is wrong, for the record"
)
@ENVIRONMENTS
@click.option("--undo", is_flag=True, help="the release is good after all")
def command(release: str, why: str, names: tuple[str, ...], undo: bool) -> int:
    """Mark a release as bad: no gate lets it through, and no rollback goes back to it.

    A rollback does this by itself with the release that it takes away.

    Exit codes: 0 recorded, 2 interrupted, 3 internal error, 4 usage error, 75 hold.
    """
    environments, unread = recorded_environments(names)
    if unread:  # one of them may be where the release is live
        raise BadEnvironment(next(iter(unread.values())))
    rejection.reject(environments, release, why, undo=undo, say=print_line)
    return 0
