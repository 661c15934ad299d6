"""``knowngood handbook``: print how to roll back, verify and push by hand."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..environment import loader
from ..environment.model import BadEnvironment
from ..handbook import render
from ..verdict.exit_codes import USAGE_ERROR
from .console import CommandLine, print_line


def main(arguments: Sequence[str]) -> int:
    """Print the handbook of an environment; return the exit code."""
    parser = CommandLine(
        "handbook",
        "Print how to roll back, verify and push by hand, with sh, curl and git alone, as "
        "Markdown. Exit code: 0, or 4 for a usage error.",
    )
    parser.add_argument("--env", required=True, metavar="NAME")
    options = parser.parse_args(list(arguments))
    try:
        print_line(render(loader.here(options.env, secrets=False)).rstrip("\n"))
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood handbook: error: {error}\n")
        return USAGE_ERROR
    return 0
