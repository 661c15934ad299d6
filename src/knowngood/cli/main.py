"""The ``knowngood`` command: which part of it is meant."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Final

from ..verdict.exit_codes import EXIT_CODES, USAGE_ERROR, VerdictKind

USAGE: Final = """\
usage: knowngood COMMAND [OPTION …]

  verify --env=NAME   run the checks against an environment; the exit code says what to do
  drill  [--env=NAME] start a deployment with one fault after the other, and see each caught
  drill  --rollback   rehearse a bad push: caught, taken back, on record
  push   --env=NAME --release=TAG
                      gate, deploy, verify; where it fails, go back to the last good one
  rollback --env=NAME go back to the last known good release, and verify that it works
  live   --env=NAME   the release that is on the air
  gate   --env=NAME --release=TAG
                      may this release go there? if not: every reason, and what to do
  status              what is live, pushed, verified and known good, for every environment
  last-good --env=NAME
                      the last known good release, and nothing else
  log    --env=NAME   what happened there, newest first
  hooks  install      let git ask for review marks, and guard the release branch and the records
  handbook --env=NAME print how to push, verify and roll back by hand, with curl and git alone
  manifest DIR        print the digest of every file of a build, for `verify --manifest`

`knowngood COMMAND --help` says more.
"""
_ALONE: Final = {
    "verify": "..supervisor.verify",
    "drill": "..drill.faults",
    "live": ".live",
    "handbook": ".handbook",
    "hooks": ".hooks",
    "manifest": ".manifest",
}
_TOGETHER: Final = {
    **dict.fromkeys(("push", "rollback"), ".push_rollback"),
    **dict.fromkeys(("last-good", "log", "gate", "status"), ".gate_log"),
}
"""The module of each command, by itself or with others; loaded for those who ask for it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _open_streams()
    try:
        return _main(words[0] if words else "", words[1:])
    except Exception:  # noqa: BLE001 - whatever it is, see below
        # Python itself would end with 1, which to a pipeline says: roll back.
        with suppress(OSError):
            traceback.print_exc()
        return EXIT_CODES[VerdictKind.INTERNAL_ERROR]
    finally:
        _let_go_of_streams()


def _open_streams() -> None:
    """Where a shell has closed output (``>&-``) Python has no ``sys.stdout``, and the next file
    or pipe that is opened would be taken for it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number, which is this one
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an arrow is no reason to break off
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_streams() -> None:
    """Python writes out what is left as it ends, and ends with 120 where it cannot: nobody reads
    any more (``| head``), or the disk is full. That is no verdict.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _main(command: str, rest: Sequence[str]) -> int:
    if command in _ALONE:
        return int(import_module(_ALONE[command], __package__).main(rest))
    if command in _TOGETHER:
        return int(import_module(_TOGETHER[command], __package__).main(command, rest))
    if command in {"-h", "--help", "help"}:
        sys.stdout.write(USAGE)
        return 0
    what = f"unknown command {command!r}" if command else "no command"
    sys.stderr.write(f"knowngood: error: {what}\n{USAGE}")
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
