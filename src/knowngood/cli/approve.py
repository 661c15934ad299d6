"""``knowngood approve``."""

from __future__ import annotations

import click

from ..environment import load_here
from ..release import release_approval
from .console import print_line
from .options import ENVIRONMENT, RELEASE


@click.command("approve")
@ENVIRONMENT
@RELEASE
@click.option("--why", default="", metavar="WHY", help="what was looked at, for the record")
@click.option("--undo", is_flag=True, help="it is no longer approved, by whomever it was")
def command(environment: str, release: str, why: str, undo: bool) -> int:
    """Say yes to a release that somebody else pushes, where gate.approve asks for that.

    git signs the record, with a key that gate.signers lists.

    Exit codes: 0 recorded, 2 interrupted, 3 internal error, 4 usage error, 75 hold.
    """
    loaded = load_here(environment, secrets=False)
    release_approval.approve(loaded, release, why, undo=undo, say=print_line)
    return 0
