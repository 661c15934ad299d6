"""``knowngood gate``."""

from __future__ import annotations

from pathlib import Path

import click

from ..environment import load_here
from ..release.ledger import Ledger
from ..release.permission import permitted
from .console import print_line, print_warnings
from .options import ENVIRONMENT, MANIFEST, OFFLINE, OVERRIDE, RELEASE


@click.command("gate")
@ENVIRONMENT
@RELEASE
@MANIFEST
@OFFLINE
@OVERRIDE
@click.option("--push", is_flag=True, help="push the record of --override")
def command(
    environment: str,
    release: str,
    manifest: Path | None,
    offline: bool,
    override: str | None,
    push: bool,
) -> int:
    """Say whether a release may go to an environment, or every reason why not.

    Exit code: 0 it may, 1 it may not, 4 usage error, 75 the records cannot be relied on.
    """
    ledger = Ledger.open(load_here(environment, secrets=False), offline=offline)
    question = ledger.question(release, manifest)
    commit = permitted(question, override, push=push, say=print_line)
    print_warnings(ledger.warnings())
    return 0 if commit else 1
