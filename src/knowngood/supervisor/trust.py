"""Decide whether the verdict of a child process counts. Pure.

PASSED and FAILED count only if the verdict is complete and agrees with the exit code. Everything
else is INCONCLUSIVE, whatever the exit code.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..report import verdict_reader
from ..verdict import EXIT_CODES, USAGE_ERROR, VerdictKind

_NEED_NO_VERDICT: Final = {
    EXIT_CODES[VerdictKind.INTERRUPTED],
    EXIT_CODES[VerdictKind.INTERNAL_ERROR],
    USAGE_ERROR,
    EXIT_CODES[VerdictKind.NOTHING_CHECKED],
}
"""Exit codes that count without a verdict: a pipeline holds at each of them."""


@dataclass(frozen=True, slots=True)
class ChildExit:
    """How a child ended.

    Attributes:
        code: the exit code of subprocess, negative for a signal.
        verdict: all that came through the pipe, normally a verdict document.
        killed: why the child was ended; empty if it ended by itself.
        interrupted: whether somebody asked this process to end, and so the child.
    """

    code: int
    verdict: bytes
    killed: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a run proves.

    Attributes:
        code: the exit code to end with.
        document: the child's verdict document; None without one that counts.
        reason: why its verdict does not count; empty if ``code`` is the child's own.
    """

    code: int
    document: Mapping[str, Any] | None
    reason: str = ""


def conclude(
    child: ChildExit, run_id: str, release: str | None = None, manifest: str | None = None
) -> Conclusion:
    """Return what ``child`` proves.

    Its verdict must name ``run_id``, ``release`` and ``manifest`` (a digest).
    """
    if child.killed:
        return inconclusive(child.killed)
    if not child.verdict:
        return _without_verdict(child)
    try:
        document = verdict_reader.parse(child.verdict)
    except ValueError as error:
        return inconclusive(f"the run's verdict cannot be read: {error}")
    problem = (
        _other_end(document, child.code)
        or _other_run(document, run_id, release, manifest)
        or _incomplete(document)
    )
    return inconclusive(problem) if problem else Conclusion(child.code, document)


def inconclusive(reason: str) -> Conclusion:
    """Return the conclusion that a run proves nothing, for ``reason``."""
    return Conclusion(EXIT_CODES[VerdictKind.INCONCLUSIVE], None, reason)


def _without_verdict(child: ChildExit) -> Conclusion:
    if child.code in _NEED_NO_VERDICT:
        return Conclusion(child.code, None)
    if child.interrupted:  # before pytest could catch the signal, or while it ended
        stopped = "somebody stopped the run before it gave a verdict"
        return Conclusion(EXIT_CODES[VerdictKind.INTERRUPTED], None, stopped)
    return inconclusive(f"the run ended with {_ending(child.code)} and gave no verdict")


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _other_end(document: Mapping[str, Any], code: int) -> str:
    """Return how the exit code contradicts the verdict; empty if it does not."""
    kind = VerdictKind(document["verdict"])
    if EXIT_CODES[kind] == code == document["exit_code"]:
        return ""
    return f"the verdict is {kind}, but the run ended with {_ending(code)}"


def _other_run(
    document: Mapping[str, Any], run_id: str, release: str | None, manifest: str | None
) -> str:
    """Return how the verdict is of another run, release or manifest; empty if it is not."""
    if document["run"] != run_id:
        return f"the verdict is of the run {document['run']!r}, not {run_id!r}"
    if document["release"]["expected"] != release:
        return f"the run was for release {document['release']['expected']!r}, not {release!r}"
    digest = document.get("manifest", {}).get("digest")
    if manifest is not None and digest != manifest:
        return f"the run compared what is served with the manifest {digest}, not {manifest}"
    return ""


def _incomplete(document: Mapping[str, Any]) -> str:
    """Return what the verdict lacks; empty if it is complete."""
    counts = document["counts"]
    settled = counts["passed"] + counts["advisory"]
    due = counts["expected"] - counts["skipped"]
    complete = settled == counts["ran"] == due and due > 0
    if document["verdict"] == VerdictKind.PASSED and not complete:
        return (
            f"the verdict is PASSED, but of {counts['expected']} cases {counts['ran']} ran, "
            f"{counts['passed']} passed, {counts['advisory']} are advisory and "
            f"{counts['skipped']} were skipped"
        )
    failed = any(cause["state"] == "failed" for cause in document["causes"])
    if document["verdict"] == VerdictKind.FAILED and not failed:
        return "the verdict is FAILED, but it names no cause"
    return ""
