"""``knowngood hooks``: what git calls before a commit is made, pushed, or let in by a server."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .console import print_error, print_line


@click.group("hooks", no_args_is_help=False)
def command() -> None:
    """Install git hooks, or run one.

    \b
    commit-msg  a message has a review mark: r=NAME
    pre-push    the release branch moves forward, over commits that have the mark
    update      the same on a server, to a commit that is tagged and verified;
                records are written once, and signed where knowngood.signers is set

    Settings, with git config: knowngood.mark (a regular expression in place of r=NAME),
    knowngood.review (first-parent, the default, or every-commit),
    knowngood.branch (default: release), knowngood.signers (a file of allowed signers; server).

    Exit codes: 0 go on, 1 refused, 2 interrupted, 3 internal error, 4 usage error.
    """


@command.command("install")
@click.option("--server", is_flag=True, help="the hook update, in a bare repository too")
@click.option("--force", is_flag=True, help="keep a hook that is there as NAME.old")
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
def install(server: bool, force: bool, directory: Path) -> int:
    """Write the hooks commit-msg and pre-push into the repository at DIRECTORY (default: here)."""
    from ..release import hook_scripts

    for line in hook_scripts.install(directory, server=server, force=force):
        print_line(line)
    return 0


@command.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(name: str, arguments: tuple[str, ...]) -> int:
    """Be the hook NAME, with the ARGUMENTS and the input that git gives it."""
    from ..release import hooks

    reasons = hooks.refusals(name, arguments, sys.stdin.buffer)
    if reasons:
        print_error(f"knowngood: {name} refuses this")
    for reason in reasons:
        print_error(f"knowngood:   {reason}")
    return 1 if reasons else 0
