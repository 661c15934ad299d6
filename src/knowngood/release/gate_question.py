"""The question to the gate, may this release, of this build, go to an environment now; and a reason
why it may not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ..content import manifest as manifests
from ..environment import BadEnvironment, refuse_lost_previous
from ..safety import one_line
from .ledger import Ledger
from .live import LiveAnswer
from .record_name import BadRecord


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """May a release go to an environment?

    Attributes:
        ledger: the environment where it would go, its repository and its records.
        release: the release's tag.
        now: the present time.
        content: the digest of the build's manifest, if there is one; what PASSED must be that.
        live: what the environment answered to the question which release is live; None if it
            was not asked.
        subjects: the SHA-256 of each artefact that goes out, by its name; these must have PASSED.
    """

    ledger: Ledger
    release: str
    now: datetime
    content: str | None = None
    live: LiveAnswer | None = None
    subjects: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def about(
        cls,
        ledger: Ledger,
        release: str,
        manifest: Path | None,
        live: LiveAnswer | None,
        subjects: Mapping[str, str],
    ) -> GateQuestion:
        """Return the question about the build with this manifest, as of now. Raises BadEnvironment
        where the manifest cannot be read, or the environment before is not there.
        """
        refuse_lost_previous(ledger.environment)
        try:
            content = manifests.read(manifest).digest if manifest is not None else None
        except manifests.BadManifest as error:
            raise BadEnvironment(f"--manifest {error}") from None
        return cls(ledger, release, datetime.now(UTC), content, live, subjects)


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why a release may not go.

    Attributes:
        obstacle: what is wrong.
        to_do: what to do about it.
    """

    obstacle: str
    to_do: str


def doubt(bad: BadRecord | None, may_say: str, to_do: str) -> Iterator[GateReason]:
    """Yield that the record ``bad`` cannot be read and may say ``may_say``; nothing without one."""
    if bad is not None:
        yield GateReason(
            f"the record {one_line(bad.name, 200)} cannot be trusted: {bad.why}; it may say that "
            f"{may_say}",
            f"find out who wrote it; {to_do}",
        )
