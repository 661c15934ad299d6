"""``knowngood history``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ..environment import env_option, load_here
from ..run_options import LEVELS
from ..safety import UsageError
from ..session import Options
from ..watch import history, history_page, store, usual_path
from .console import print_answer
from .options import ENVIRONMENT, STATE


@click.command("history")
@ENVIRONMENT
@click.option(
    "--level", type=click.Choice(LEVELS), default=LEVELS[0], help="the runs of this level"
)
@STATE
@click.option(
    "--days",
    type=click.FloatRange(min=0, min_open=True),
    default=7.0,
    metavar="N",
    show_default=True,
    help="how far back",
)
@click.option("--all", "every", is_flag=True, help="a row for each run, also if many are alike")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="write a page for people in place of the table",
)
def command(
    environment: str,
    level: str,
    state: Path | None,
    days: float,
    every: bool,
    html: Path | None,
) -> int:
    """Print the runs of the last days that `knowngood watch` made, oldest first.

    Exit codes: 0 printed, 2 interrupted, 3 internal error, 4 usage error, 75 the history
    cannot be read.
    """
    chosen = load_here(environment, secrets=False)
    path = state or usual_path(Options(env=environment, environment=chosen, level=level))
    try:
        exists = path.exists()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; --state FILE names another") from None
    if not exists:
        flag = f" --level={level}" if level != LEVELS[0] else ""
        raise UsageError(
            f"{path}: there is no history; `knowngood watch {env_option(chosen.path)}{flag}` "
            "makes one, or --state FILE names another"
        )
    now = time.time()
    with store.reading(path, chosen.name) as file:
        runs = file.runs(since=now - days * 86400)
    if html is not None:
        history_page.write(html, chosen, runs, now)
        return 0
    rows = history.single(runs) if every else history.spans(runs)
    print_answer("\n".join(history.table(rows)))
    return 0
