"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ..environment import load_here, root_above
from ..run_options import RUN_OPTIONS, RunOption, tag_name
from .console import print_error

if TYPE_CHECKING:
    from ..release.ledger import Ledger
    from ..session import Options

Command = Callable[..., int]


def worded(_: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """Return a reason without blanks around it; one of blanks alone is none, which is said. Raises
    BadParameter where there must be one.
    """
    words = (text or "").strip()
    if text is not None and not words:
        if parameter.required:
            raise click.BadParameter("it is empty; say why, for whoever reads the record")
        print_error(f"! {parameter.opts[0]}: its reason is blank; it counts as not given")
    return words or None


def tag(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    """Return the release that an option names."""
    return None if given is None else tag_name(given)


def one(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> str | None:
    """Return the one value of an option that says what is changed: of two the last would count,
    without a word. Raises BadParameter for several.
    """
    if len(values) > 1:
        raise click.BadParameter(f"{', '.join(values)}: name one environment")
    return next(iter(values), None)


ENVIRONMENT: Final = click.option(
    "--env",
    "environment",
    required=True,
    multiple=True,
    callback=one,
    metavar="NAME",
    help="a file in environments/, or the path of a .toml file",
)
ENVIRONMENTS: Final = click.option(
    "--env",
    "names",
    multiple=True,
    metavar="NAME",
    help="this environment alone; repeatable (default: all that have release.repository)",
)
OFFLINE: Final = click.option(
    "--offline", is_flag=True, help="do not fetch: answer from the records that are here"
)
RELEASE: Final = click.option(
    "--release",
    required=True,
    metavar="TAG",
    callback=tag,
    help="the release: an annotated tag",
)
MANIFEST: Final = click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="the manifest of the build that goes out: it must be the one that PASSED before",
)
SUBJECT: Final = click.option(
    "--subject",
    multiple=True,
    metavar="NAME=sha256:DIGEST",
    help="an artefact that goes out, such as a container image: it must have PASSED before; "
    "repeatable",
)
STATE: Final = click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="the file with state and history (default: one for each environment file below "
    "$XDG_STATE_HOME/knowngood or ~/.local/state/knowngood)",
)
NOTIFY: Final = click.option(
    "--notify",
    is_flag=True,
    help="tell those whom [[notify]] of the environment names, if there is bad news",
)
OVERRIDE: Final = click.option(
    "--override",
    metavar="WHY",
    callback=worded,
    help="let it through in spite of the gate, on record",
)


def _made(context: click.Context, _: click.Parameter, folder: Path | None) -> Path | None:
    """Make the folder of an option, and those that it lies in."""
    if folder is not None and not context.resilient_parsing:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(f"{folder}: cannot be made: {error.strerror}") from None
    return folder


REPORTS: Final = click.option(
    "--reports",
    type=click.Path(file_okay=False, writable=True, path_type=Path),
    callback=_made,
    metavar="FOLDER",
    help="keep the verdict, the HTML page, the JUnit file and the GitHub deployment of each "
    "verification in this folder, which is made if needed: FOLDER/prod-v8.json for example",
)


def _help_wanted(context: click.Context, _: click.Parameter, words: tuple[str, ...]) -> Any:
    """Show the help for a -h among pytest's options: as an option it would be taken out of -rsh."""
    if "-h" in words and not context.resilient_parsing:
        click.echo(context.get_help())
        context.exit()
    return words


OF_PYTEST: Final = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""The settings of a command that hands options on to pytest."""
PYTEST_OPTIONS: Final = click.argument(
    "arguments",
    metavar="[PYTEST_OPTIONS]...",
    nargs=-1,
    type=click.UNPROCESSED,
    callback=_help_wanted,
)
HELP: Final = click.help_option("--help", help="Show this message and exit; so does -h.")


def run_options(command: Command) -> Command:
    """Give ``command`` the options of a run, in the order of their table."""
    return _with_options(command, RUN_OPTIONS)


def verdict_reports(command: Command) -> Command:
    """Give ``command`` the options of a run that write its verdict to a file."""
    flags = {"--verdict-file", "--html-file", "--summary-file"}
    return _with_options(command, [option for option in RUN_OPTIONS if option.flag in flags])


def options_of_run(**values: Any) -> Options:
    """Return what these options of a run mean in the current folder. Raises UsageError."""
    from ..session import Options

    cwd = Path.cwd()
    return Options.from_values(root=root_above(cwd), cwd=cwd, **values)


def opened_ledger(environment: str, *, offline: bool) -> Ledger:
    """Return the ledger of an environment for a question about it. Raises BadEnvironment; GitError,
    which says what answers although git's server is down.
    """
    from ..release import GitError
    from ..release.ledger import Ledger

    try:
        return Ledger.open(load_here(environment, secrets=False), offline=offline)
    except GitError as error:
        if offline or not error.of_origin:
            raise
        raise GitError(
            f"{error}\nif git's server cannot be reached, or refuses you: the same with --offline, "
            "which answers from the records that are here"
        ) from None


def _with_options(command: Command, options: Iterable[RunOption]) -> Command:
    for option in reversed(tuple(options)):
        is_environment = option.flag == "--env"
        command = click.option(
            option.flag,
            help=option.help,
            metavar=option.metavar or None,
            is_flag=not option.metavar,
            multiple=option.repeatable or is_environment,
            callback=one if is_environment else None,
            type=click.Path(path_type=Path) if option.is_path else None,
        )(command)
    return command
