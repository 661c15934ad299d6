"""The ``knowngood`` command: which part of it is meant."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Final

USAGE: Final = """\
usage: knowngood COMMAND [OPTION …]

  verify --env=NAME   run the checks against an environment; the exit code says what to do
  drill  [--env=NAME] start a deployment with one fault after the other, and see each caught

`knowngood COMMAND --help` says more.
"""
USAGE_ERROR: Final = 4
INTERNAL_ERROR: Final = 3
"""As pytest has them, so that every command of a job means the same."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _main(words[0] if words else "", words[1:])
    except Exception:  # noqa: BLE001 - whatever it is, see below
        # Python itself would end with 1, which to a pipeline says: roll back.
        traceback.print_exc()
        return INTERNAL_ERROR


def _main(command: str, rest: Sequence[str]) -> int:
    if command == "verify":
        from . import verify

        return verify.main(rest)
    if command == "drill":
        from . import drill

        return drill.main(rest)
    if command in {"-h", "--help", "help"}:
        sys.stdout.write(USAGE)
        return 0
    what = f"unknown command {command!r}" if command else "no command"
    sys.stderr.write(f"knowngood: error: {what}\n{USAGE}")
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
