"""``knowngood push``."""

from __future__ import annotations

from pathlib import Path

import click

from ..environment import load_here
from ..release import rollout
from .console import print_error, print_line
from .options import ENVIRONMENT, MANIFEST, OVERRIDE, RELEASE, REPORTS


@click.command("push")
@ENVIRONMENT
@RELEASE
@MANIFEST
@OVERRIDE
@REPORTS
def command(
    environment: str,
    release: str,
    manifest: Path | None,
    override: str | None,
    reports: Path | None,
) -> int:
    """Gate, deploy and verify a release; if it fails, go back to the last known good one.

    Exit code: 0 done and verified, 1 refused, or bad, 4 usage error, 75 hold.
    """
    try:
        return rollout.push(
            load_here(environment), release, manifest, override, reports, say=print_line
        )
    except KeyboardInterrupt:
        print_error(f"how far it got: knowngood log --env={environment}")
        raise
