"""The tree of commands, and the exit codes of errors.

Each command is the ``command`` of the module of its name, which is imported when it is called.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from .. import __version__
from ..safety import RunnerError, UsageError, nearest, one_line, open_streams
from ..verdict import EXIT_CODES, USAGE_ERROR, VerdictKind
from .console import flush_streams, interruptible, print_error

COMMANDS: Final = {
    "init": "write a suite for a service: look at it, write checks, run them",
    "verify": "run the checks against an environment; the exit code says what to do",
    "fold": "make one verdict of those of several places",
    "watch": "verify once, silent until something changes: for cron or a timer",
    "history": "the runs that `watch` made, and what they saw",
    "drill": "start a deployment with one fault after the other; see each caught",
    "push": "gate, deploy, verify; if it fails, go back to the last known good release",
    "rollback": "go back to the last known good release, and verify that it works",
    "adopt": "record the release that is live, where the records do not say so",
    "reject": "mark a release as bad: no gate lets it through",
    "approve": "say yes to a release that somebody else pushes",
    "live": "print the release that is live",
    "gate": "may a release go to an environment? if not: every reason, and what to do",
    "status": "what is live, pushed, verified and known good, for every environment",
    "last-good": "print the last known good release",
    "log": "what is on record of an environment: pushes, verifications, rollbacks",
    "hooks": "install git hooks: review marks, the release branch, the records",
    "handbook": "how to push, verify and roll back by hand, with curl and git alone",
    "schema": "print the JSON Schema of environment files, for editors, or of verdict files",
    "manifest": "print the digest of every file of a build, for `verify --manifest`",
}
"""Each command with its line in the help. The text stands here so that the help imports none."""

_QUESTIONS: Final = frozenset({"gate", "status", "last-good", "log"})
"""The commands that only ask the records."""

COMPLETE: Final = "_KNOWNGOOD_COMPLETE"
"""The variable by which a shell asks for completion, as click's scripts for it set it."""


class LazyCommands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{cmd_name.replace('-', '_')}", __package__)
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; name the nearest where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = nearest(args[0], COMMANDS)
            meant = f"did you mean {near!r}?" if near else "`knowngood --help` lists them"
            raise click.UsageError(f"{error.message} {meant}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the help without an import."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


TREE: Final = LazyCommands(
    "knowngood",
    help="""Smoke tests whose verdict may promote a release or roll it back.

    last-good and log need only git; gate, status and live also ask the deployment.
    `knowngood COMMAND --help` says more. Shell completion:

    \b
        eval "$(_KNOWNGOOD_COMPLETE=bash_source knowngood)"    (or zsh_source, fish_source)
    """,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(__version__, message="%(prog)s %(version)s")(TREE)


def main() -> int:
    """Run the command that the command line names; return the exit code."""
    open_streams()
    interruptible()
    try:
        asked = os.environ.get(COMPLETE)
        return complete(asked) if asked else run(sys.argv[1:])
    finally:
        flush_streams()


def complete(instruction: str) -> int:
    """Answer a shell that asks for completion, as click's scripts do; return the exit code."""
    from click.shell_completion import shell_complete

    return shell_complete(TREE, {}, "knowngood", COMPLETE, instruction)


def run(words: Sequence[str]) -> int:
    """Run the command ``words`` and return its exit code, or that of the error it ends with.

    UsageError 4, RunnerError 75, an interruption 2. Anything else is 3: Python itself would end
    with 1, which tells a pipeline to roll back.
    """
    name = f"knowngood {words[0]}" if words and words[0] in COMMANDS else "knowngood"
    try:
        with TREE.make_context("knowngood", list(words)) as root:
            return int(TREE.invoke(root) or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print_error(error.format_message())
        return USAGE_ERROR
    except click.ClickException as error:  # click's own code is 2: interrupted
        context = error.ctx if isinstance(error, click.UsageError) else None
        usage = f"{context.get_usage()}\n" if context is not None else ""
        print_error(f"{usage}{name}: error: {one_line(error.format_message(), 1000)}")
        return USAGE_ERROR
    except UsageError as error:
        print_error(f"{name}: error: {_suite_elsewhere(error)}{error}")
        return USAGE_ERROR
    except RunnerError as error:
        print_error(f"{name}: {_consequence(words[0])}: {error}")
        return EXIT_CODES[VerdictKind.INCONCLUSIVE]
    except (KeyboardInterrupt, click.Abort):
        print_error(f"{name}: interrupted")
        return EXIT_CODES[VerdictKind.INTERRUPTED]
    except Exception:  # noqa: BLE001 - see the docstring
        with suppress(OSError):
            traceback.print_exc()
        return EXIT_CODES[VerdictKind.INTERNAL_ERROR]


def _suite_elsewhere(error: UsageError) -> str:
    """Say where the suite is, if an environment was not found in a clone of the releases: that goes
    before the error, which names a folder that a clone need not have.
    """
    from ..environment import BadEnvironment
    from ..release.suite_place import hint

    place = hint(Path.cwd()) if isinstance(error, BadEnvironment) else ""
    return f"{place}\n" if place else ""


def _consequence(command: str) -> str:
    """Say what follows from a RunnerError that ended this command."""
    if command in _QUESTIONS:
        return "the records cannot be relied on, and nothing follows from them"
    return "stopped, nothing more was done"
