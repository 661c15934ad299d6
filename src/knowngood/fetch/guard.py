"""Decide which requests a run may send. Every request passes here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..environment import normal_origin
from .probe import SAFE_METHODS, Probe


@dataclass(frozen=True, slots=True)
class Guard:
    """Allows requests to the environment's origins only, and only reads unless ``writes`` is set.

    Attributes:
        origins: the URL of each origin by its name.
        writes: whether methods that may change something are allowed.
    """

    origins: Mapping[str, str]
    writes: bool = False

    def refusal(self, probe: Probe) -> str | None:
        """Return why ``probe`` may not be sent; None if it may."""
        if self.origin_of(probe.url) is None:
            return f"{probe.url} lies outside the environment's origins"
        if probe.method not in SAFE_METHODS and not self.writes:
            return f"{probe.method} needs `writes = true` in the environment file"
        return None

    def origin_of(self, url: str) -> str | None:
        """Return the name of the origin that ``url`` lies on; None if the environment has none."""
        origin = normal_origin(url)
        if origin is None:
            return None
        names = (name for name, own in self.origins.items() if normal_origin(own) == origin)
        return next(names, None)
