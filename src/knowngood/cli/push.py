"""``knowngood push``."""

from __future__ import annotations

from pathlib import Path

import click

from ..content import subjects
from ..environment import env_option, load_here
from ..notify import event_of_rollback, refuse_bad_addresses, tell
from ..release import rollout
from .console import print_error, print_line
from .options import ENVIRONMENT, MANIFEST, NOTIFY, OVERRIDE, RELEASE, REPORTS, SUBJECT


@click.command("push")
@ENVIRONMENT
@RELEASE
@MANIFEST
@SUBJECT
@OVERRIDE
@REPORTS
@NOTIFY
def command(
    environment: str,
    release: str,
    manifest: Path | None,
    subject: tuple[str, ...],
    override: str | None,
    reports: Path | None,
    notify: bool,
) -> int:
    """Gate, deploy and verify a release; if it fails, go back to the last known good one.

    Exit codes: 0 done and verified, 1 refused, or bad, 2 interrupted, 3 internal error,
    4 usage error, 75 hold.
    """
    loaded, artefacts = load_here(environment), subjects.parse(subject)
    if notify:
        refuse_bad_addresses(loaded)
    try:
        result = rollout.push(
            loaded,
            release,
            manifest,
            override,
            reports,
            notify=notify,
            subjects=artefacts,
            say=print_line,
        )
    except KeyboardInterrupt:
        status = f"knowngood status {env_option(loaded.path)}"
        print_error(f"how far it got, and what comes next: {status}")
        raise
    if notify and result.rollback:
        event = event_of_rollback(loaded, release, result.rollback, restored=result.restored)
        for trouble in tell(loaded, event).troubles:
            print_line(f"--notify: {trouble}")
    return result.code
