"""``knowngood live``."""

from __future__ import annotations

import json

import click

from ..environment import load_here
from ..readiness import look_at_release
from ..safety import one_line
from ..verdict import EXIT_CODES, VerdictKind
from .console import print_error, print_line
from .options import ENVIRONMENT


@click.command("live")
@ENVIRONMENT
@click.option("--json", "as_json", is_flag=True, help="print all names of each release, as JSON")
def command(environment: str, as_json: bool) -> int:
    """Ask the deployment which release is live, and print it: several where edges differ.

    Exit codes: 0 printed, 4 usage error, 75 no edge names a release.
    """
    releases, other_answers = look_at_release(load_here(environment))
    if not releases:
        print_error(f"knowngood live: no edge names a release: {one_line(other_answers)}")
        return EXIT_CODES[VerdictKind.INCONCLUSIVE]
    usual = ", ".join(dict.fromkeys(one_line(names[0], 200) for names in releases))
    print_line(json.dumps(releases) if as_json else usual)
    return 0
