"""What a run may ask for, decided in the one place every request goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..environment.origins import normal_origin
from .probe import SAFE_METHODS, Probe


@dataclass(frozen=True, slots=True)
class Guard:
    """Only the environment's ``origins`` (name → URL), and only reading unless ``writes``."""

    origins: Mapping[str, str]
    writes: bool = False

    def refusal(self, probe: Probe) -> str | None:
        """Why ``probe`` may not be sent; None when it may."""
        if self.origin_of(probe.url) is None:
            return f"{probe.url} lies outside the environment's origins"
        if probe.method not in SAFE_METHODS and not self.writes:
            return f"{probe.method} needs `writes = true` in the environment file"
        return None

    def origin_of(self, url: str) -> str | None:
        """The name of the origin that ``url`` lies on; None when it is none of ours."""
        origin = normal_origin(url)
        if origin is None:
            return None
        names = (name for name, own in self.origins.items() if normal_origin(own) == origin)
        return next(names, None)
