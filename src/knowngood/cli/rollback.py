"""``knowngood rollback``."""

from __future__ import annotations

import sys

import click

from ..environment import env_option, load_here
from ..release import GitError, rollout
from .console import print_error, print_line
from .options import ENVIRONMENT, tag, worded


@click.command("rollback")
@ENVIRONMENT
@click.option(
    "--to",
    "release",
    metavar="TAG",
    callback=tag,
    help="go back to this release, which must be known to be good there "
    "(default: the last known good one that is not live)",
)
@click.option(
    "--override",
    metavar="WHY",
    callback=worded,
    help="with --to: go to a release that is not, on record",
)
@click.option(
    "--offline",
    is_flag=True,
    help="git's server cannot be reached: go by the records that are here, without its lock",
)
@click.option("--yes", is_flag=True, help="do not ask")
def command(
    environment: str, release: str | None, override: str | None, offline: bool, yes: bool
) -> int:
    """Go back to the last known good release, and verify that it works.

    The deployment is asked what is live, also with --offline. That release is not gone back to, and
    is recorded as rejected.

    Exit codes: 0 done and verified, 1 there is none, or it is bad, 2 interrupted,
    3 internal error, 4 usage error, 75 hold.
    """
    if override is not None and release is None:
        raise click.UsageError("--override: give --to as well, which release it is for")
    loaded = load_here(environment)
    option = env_option(loaded.path)
    try:
        return rollout.roll_back(
            loaded,
            release,
            override,
            offline=offline,
            agreed=(lambda: True) if yes else _agreed,
            say=print_line,
        )
    except GitError as error:
        hint = f"by hand: knowngood handbook {option}"
        if error.of_origin and not offline:
            again = f"knowngood rollback {option} --offline"
            hint = f"if git's server cannot be reached, or refuses you: {again}"
        raise GitError(f"{error}\n{hint}") from None
    except KeyboardInterrupt:
        print_error(f"how far it got, and what comes next: knowngood status {option}")
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
