"""What a run is worth that happened in another process. Pure.

The child says what it found, on a channel of its own; how it ended is seen from outside. PASSED
and FAILED count only when both agree and the account is whole; everything else is a run to hold
on, whatever the child's exit code says.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..report import json_file
from ..verdict.exit_codes import EXIT_CODES, USAGE_ERROR, VerdictKind

_WITHOUT_VERDICT: Final = {
    EXIT_CODES[VerdictKind.INTERRUPTED],
    EXIT_CODES[VerdictKind.INTERNAL_ERROR],
    USAGE_ERROR,
    EXIT_CODES[VerdictKind.NOTHING_CHECKED],
}
"""Exit codes that hold without an account: they promote nothing and roll nothing back."""


@dataclass(frozen=True, slots=True)
class ChildExit:
    """How a child ended, as seen from outside.

    ``code`` is as subprocess gives it, negative for a signal; ``account`` is all that came through
    the channel; ``killed`` says why it had to be killed, if it had to be.
    """

    code: int
    account: bytes
    killed: str = ""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The exit code to end with, the verdict document behind it (None where there is none), and
    the ``reason`` where it is not the child's own.
    """

    code: int
    document: Mapping[str, Any] | None
    reason: str = ""


def conclude(
    ended: ChildExit, run_id: str, release: str | None = None, manifest: str | None = None
) -> Conclusion:
    """What to make of a child that was given this run id and was to verify this release, against
    the manifest with this digest.
    """
    if ended.killed:
        return _hold(ended.killed)
    if not ended.account:
        return _without_account(ended.code)
    try:
        document = json_file.parse(ended.account)
    except ValueError as error:
        return _hold(f"the run's verdict cannot be read: {error}")
    trouble = _trouble(document, ended.code, run_id, release) or _another(document, manifest)
    return _hold(trouble) if trouble else Conclusion(ended.code, document)


def _hold(reason: str) -> Conclusion:
    return Conclusion(EXIT_CODES[VerdictKind.INCONCLUSIVE], None, reason)


def _without_account(code: int) -> Conclusion:
    if code in _WITHOUT_VERDICT:
        return Conclusion(code, None)
    if code < 0:
        return _hold(f"the run was ended by {_signal(-code)} and gave no verdict")
    return _hold(f"the run ended with exit code {code} and gave no verdict")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _trouble(document: Mapping[str, Any], code: int, run_id: str, release: str | None) -> str:
    """Why the account cannot be relied on; empty when it can."""
    if document["run"] != run_id:
        return "the verdict that was given is another run's"
    if EXIT_CODES[VerdictKind(document["verdict"])] != code or document["exit_code"] != code:
        how = _signal(-code) if code < 0 else f"exit code {code}"
        return f"the run says {document['verdict']}, and ended with {how}"
    if document["release"]["expected"] != release:
        return f"the run was for release {document['release']['expected']!r}, not {release!r}"
    counts = document["counts"]
    whole = counts["passed"] == counts["ran"] == counts["expected"] - counts["skipped"] > 0
    if document["verdict"] == VerdictKind.PASSED and not whole:
        return f"PASSED, but of {counts['expected']} cases {counts['passed']} passed"
    confirmed = document["failures"] or any(c["unsteady"] for c in document["checks"].values())
    if document["verdict"] == VerdictKind.FAILED and not confirmed:
        return "FAILED, but without any failure"
    return ""


def _another(document: Mapping[str, Any], manifest: str | None) -> str:
    """Why the account is not of the manifest with this digest; empty when it is."""
    found = document.get("manifest", {}).get("digest")
    if manifest is None or found == manifest:
        return ""
    return f"the run held what is served against the manifest {found}, not {manifest}"


def document(conclusion: Conclusion, environment: str, run_id: str, began: float) -> dict[str, Any]:
    """The verdict document to keep: the child's own, or one that says why there is none."""
    if conclusion.document is not None:
        return dict(conclusion.document)
    kind = next(kind for kind, code in EXIT_CODES.items() if code == conclusion.code)
    reason = conclusion.reason or "pytest ended so and gave no verdict; its output says why"
    return json_file.empty(kind, reason, environment, run_id, began)
