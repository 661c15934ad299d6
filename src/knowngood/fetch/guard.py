"""Decide which requests a run may send; every request is checked here."""

from __future__ import annotations

from collections.abc import Mapping

from ..environment import normal_origin
from .probe import SAFE_METHODS, Probe


class Guard:
    """Allows requests to the environment's origins only, and only reads unless ``writes`` is set.

    ``origins`` is the URL of each origin by its name.
    """

    def __init__(self, origins: Mapping[str, str], writes: bool = False) -> None:
        self._names = {normal_origin(url): name for name, url in origins.items()}
        self._writes = writes

    def refusal(self, probe: Probe) -> str | None:
        """Return why ``probe`` may not be sent; None if it may."""
        if self.origin_of(probe.url) is None:
            return f"{probe.url} lies outside the environment's origins"
        if probe.method not in SAFE_METHODS and not self._writes:
            return f"{probe.method} needs `writes = true` in the environment file"
        return None

    def origin_of(self, url: str) -> str | None:
        """Return the name of the origin that ``url`` lies on; None if the environment has none."""
        origin = normal_origin(url)
        return self._names.get(origin) if origin is not None else None
