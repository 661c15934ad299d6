"""``knowngood gate``."""

from __future__ import annotations

from pathlib import Path

import click

from ..content import subjects
from ..release import live
from ..release.gate_question import GateQuestion
from ..release.permission import permitted
from .console import print_line, print_warnings
from .options import ENVIRONMENT, MANIFEST, OFFLINE, OVERRIDE, RELEASE, SUBJECT, opened_ledger


@click.command("gate")
@ENVIRONMENT
@RELEASE
@MANIFEST
@SUBJECT
@OFFLINE
@OVERRIDE
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="write the answer, and the verifications that it rests on, as in-toto attestations "
    "without signatures: FILE.intoto.jsonl",
)
@click.option("--push", is_flag=True, help="push the record of --override")
def command(
    environment: str,
    release: str,
    manifest: Path | None,
    subject: tuple[str, ...],
    offline: bool,
    override: str | None,
    export: Path | None,
    push: bool,
) -> int:
    """Say whether a release may go to an environment, or every reason why not.

    The deployment is asked what is live, and a difference from the records is printed first;
    --offline asks neither it nor git's origin.

    Exit codes: 0 it may, 1 it may not, 2 interrupted, 3 internal error, 4 usage error,
    75 the records cannot be relied on.
    """
    ledger = opened_ledger(environment, offline=offline)
    answer = None if offline else live.ask(ledger.environment, ledger.repository)
    question = GateQuestion.about(ledger, release, manifest, answer, subjects.parse(subject))
    commit = permitted(question, override, push=push, say=print_line, export=export)
    print_warnings(ledger.warnings())
    return 0 if commit else 1
