"""The facts of a run that the controller hands to every process of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..environment import Environment, ServerAnnouncement
from ..fetch import Recording


@dataclass(frozen=True, slots=True)
class RunTicket:
    """The facts of a run, for every worker and the controller itself.

    Attributes:
        run_id: the run's id, also in nonces.
        deadline: when the run must be over, in seconds since the epoch.
        origins: the URL of each origin.
        workers: how many processes share the budget.
        ca: the path of the certificate authority to trust.
        edges: the addresses of each origin that has edges.
        built: the origin whose files are compared with a manifest; empty without one.
        recorded_in: the folder in which requests are recorded; empty if they are not.
    """

    run_id: str
    deadline: float
    origins: Mapping[str, str]
    workers: int = 1
    ca: str | None = None
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    built: str = ""
    recorded_in: str = ""

    @classmethod
    def new(cls, environment: Environment, run_id: str, seconds: float, **facts: Any) -> RunTicket:
        """Return a ticket for a run that begins now and may take so many seconds."""
        return cls(
            run_id=run_id,
            deadline=time.time() + seconds,
            origins=dict(environment.origins),
            ca=str(environment.ca) if environment.ca else None,
            edges=dict(environment.edges),
            **facts,
        )

    @property
    def recording(self) -> Recording | None:
        """Where to record requests; None if they are not recorded."""
        return Recording(Path(self.recorded_in), self.workers) if self.recorded_in else None

    def applied(self, environment: Environment) -> Environment:
        """Return ``environment`` with the origins, certificate and edges of the run."""
        return environment.served(
            ServerAnnouncement(
                origins=self.origins,
                ca=Path(self.ca) if self.ca else None,
                edges={name: tuple(addresses) for name, addresses in self.edges.items()},
            )
        )
