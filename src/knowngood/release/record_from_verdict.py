"""From the verdict of a run to its record."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..environment import Environment
from ..safety import UsageError, one_line
from ..verdict.own_claims import CONVERGED
from ..verdict.verdict_document import failed_checks, verified_release
from . import clocks, clone, record_store, records, unpushed
from .git import GitError, Repository, is_ref_part
from .record import Record, RecordKind
from .record_store import RecordNotWritten
from .release_name import resolve, why_unknown
from .suite_place import suite_place


def report(environment: Environment, document: Mapping[str, Any], push: bool) -> str:
    """Record the verdict ``document`` and return lines that say where, or why not; ``push`` pushes
    the record as well. The verdict counts, whatever becomes of its record.
    """
    try:
        repository = clone.opened(environment)
        if push:
            with suppress(GitError):  # the push tells of it
                clone.fetch(repository)  # so that this record comes after the others
        record = verification(environment, document, repository)
    except (RecordNotWritten, GitError, UsageError, OSError) as error:
        return f"no record was written: {error}"
    lines = clocks.warnings([record], datetime.now(UTC))
    try:
        name = record_store.enter(repository, record, push_it=push)
    except (RecordNotWritten, GitError) as error:
        return "\n".join([*lines, str(error)])
    origin = " and at its origin" if repository.origin else ", which has no origin"
    where = f"{repository.path}{origin if push else ''}"
    warning = unpushed.warning(repository, unpushed.names(repository))
    return "\n".join([*lines, f"recorded: {name} in {where}", *warning])


def verification(
    environment: Environment, document: Mapping[str, Any], repository: Repository
) -> Record:
    """Return the record of a verdict. Raises RecordNotWritten if no release in the repository
    is the one that was verified.
    """
    release = verified_release(document)
    if not release:
        raise RecordNotWritten("which release was verified is not known; give --release")
    tag, commit = _named(repository, release)
    now = datetime.now(UTC)
    before = records.read(repository, now, [environment.name]).moved(tag, commit)
    if before is not None:
        raise RecordNotWritten(
            f"the tag {tag} was moved: it was on {before.commit[:12]} when {before.name} was "
            f"written, and is on {commit[:12]} now; what was verified may be either"
        )
    return record_store.record_now(
        repository,
        RecordKind.VERIFIED,
        environment.name,
        tag,
        commit,
        document["verdict"],
        reason=document["reason"],
        run=document["run"],
        level=document["level"],
        content=document.get("manifest", {}).get("digest"),
        subjects=document.get("subjects", {}),
        attempts=document["requests"]["attempts"],
        tests=_tests(document),
        inputs=_inputs(environment),
        suite=suite_place(environment.root),
        instead=served_instead(document, repository, commit),
    )


def served_instead(document: Mapping[str, Any], repository: Repository, commit: str) -> str:
    """Return the release that every edge served in place of ``commit``, which was to be verified;
    also one at that commit that has another name. Empty if the edges served several releases, the
    expected one, or something that is no release.
    """
    if CONVERGED not in failed_checks(document):
        return ""
    release = document["release"]
    served = resolve(repository, release["seen"] or "")
    if served is None:
        return ""
    meant = resolve(repository, release["expected"] or release["seen"] or "")
    tag, served_commit = served
    is_meant = served == meant or (meant is None and served_commit == commit)
    return "" if is_meant else tag


def _named(repository: Repository, release: str) -> tuple[str, str]:
    """Return a release's tag and commit. Raises RecordNotWritten if there is no such release."""
    resolved = resolve(repository, release)
    if resolved is None:
        fetch = f"; run: {repository.by_hand('fetch', '--tags', 'origin')}"
        raise RecordNotWritten(
            f"{one_line(release, 80)}: {why_unknown(repository, release)}"
            f"{fetch if repository.origin and is_ref_part(release) else ''}"
        )
    return resolved


def _tests(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the checks that passed, that warn (retried, or could not tell), and that failed."""
    checks = document["checks"]
    failed = failed_checks(document)
    warned = {name for name, c in checks.items() if c["bad"] or c["unsteady"]} - failed
    passed = {name for name, c in checks.items() if c["ran"]} - failed - warned
    tests = {"passed": passed, "warned": warned, "failed": failed}
    return {how: tuple(sorted(names)) for how, names in tests.items()}


def _inputs(environment: Environment) -> dict[str, str]:
    """Return digests of what the run was made of: the environment's file, the suite's commit,
    schemas.
    """
    root = environment.root
    digests = {f"environments/{environment.path.name}": _digest(environment.path)}
    suite = Repository(root).commit_of("HEAD")
    if suite is not None:
        digests["suite"] = suite
    for path in sorted(path for path in root.glob("*/schemas/**/*") if path.is_file()):
        digests[str(path.relative_to(root))] = _digest(path)
    return digests


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
