"""``knowngood handbook``."""

from __future__ import annotations

import click

from ..environment import load_here
from ..handbook import render
from .console import print_answer
from .options import ENVIRONMENT


@click.command("handbook")
@ENVIRONMENT
def command(environment: str) -> int:
    """Print how to roll back, verify and push by hand, with sh, curl and git alone, as Markdown.

    Exit codes: 0 printed, 2 interrupted, 3 internal error, 4 usage error.
    """
    print_answer(render(load_here(environment, secrets=False)).rstrip("\n"))
    return 0
