"""The question to the gate: may this release, of this build, go to an environment now?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ..content import manifest as manifests
from ..environment import BadEnvironment, GateRules, refuse_lost_previous
from .ledger import Ledger
from .live import LiveAnswer


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """May a release go to an environment?

    Attributes:
        ledger: the environment where it would go, its repository and its records.
        release: the release's tag.
        now: the present time.
        content: the digest of the build's manifest, if there is one; what PASSED must be that.
        live: what the environment answered to the question which release is live; None where it
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

    @property
    def rules(self) -> GateRules:
        """The rules of the environment."""
        return self.ledger.environment.gate
