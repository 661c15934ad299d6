"""``knowngood live``."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from ..environment import load_here
from ..readiness import look_at_release
from ..safety import one_line
from ..verdict import EXIT_CODES, VerdictKind
from .console import print_answer, print_error
from .options import ENVIRONMENT


@click.command("live")
@ENVIRONMENT
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="print all names of each release, or why there are none, as JSON",
)
def command(environment: str, as_json: bool) -> int:
    """Ask the deployment which release is live, and print it: several where edges differ.

    Exit codes: 0 printed, 2 interrupted, 3 internal error, 4 usage error, 75 no edge names
    a release.
    """
    look = look_at_release(load_here(environment))
    if as_json:
        print_answer(json.dumps(asdict(look)))
    elif look.names:
        print_answer(", ".join(dict.fromkeys(one_line(names[0], 200) for names in look.names)))
    if look.trouble:
        print_error(f"knowngood live: {one_line(look.trouble)}")
    if look.names:
        return 0
    return EXIT_CODES[VerdictKind.INCONCLUSIVE]
