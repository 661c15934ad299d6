"""``knowngood rollback``."""

from __future__ import annotations

import sys

import click

from ..environment import load_here
from ..release import rollout
from .console import print_error, print_line
from .options import ENVIRONMENT


@click.command("rollback")
@ENVIRONMENT
@click.option("--yes", is_flag=True, help="do not ask")
def command(environment: str, yes: bool) -> int:
    """Go back to the last known good release, and verify that it works.

    Exit code: 0 done and verified, 1 there is none, or it is bad, 4 usage error, 75 hold.
    """
    try:
        return rollout.roll_back(
            load_here(environment), agreed=(lambda: True) if yes else _agreed, say=print_line
        )
    except KeyboardInterrupt:
        print_error(f"how far it got: knowngood log --env={environment}")
        raise


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "the input is not a terminal; give --yes to go on without a question"
        )
    try:
        return input("type yes to go on: ").strip() == "yes"
    except EOFError:
        return False
