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
        self._names: dict[object, list[str]] = {}
        for name, url in origins.items():
            self._names.setdefault(normal_origin(url), []).append(name)
        self._writes = writes

    def refusal(self, probe: Probe) -> str | None:
        """Return why ``probe`` may not be sent; None if it may."""
        if self.origin_of(probe.url) is None:
            return f"{probe.url} lies outside the environment's origins"
        if probe.method not in SAFE_METHODS and not self._writes:
            return f"{probe.method} needs `writes = true` in the environment file"
        return None

    def origin_of(self, url: str, asked: str = "") -> str | None:
        """Return the name of the origin that ``url`` lies on; None if the environment has none. Of
        names that share one URL it is ``asked``, the origin that led here, or else the first.
        """
        origin = normal_origin(url)
        names = self._names.get(origin, []) if origin is not None else []
        return asked if asked in names else next(iter(names), None)
