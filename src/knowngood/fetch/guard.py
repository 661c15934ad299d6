"""What a run may ask for, decided in the one place every request goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

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
        try:
            wanted = _authority(url)
            return next((n for n, each in self.origins.items() if _authority(each) == wanted), None)
        except ValueError:
            return None


def _authority(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        default if parts.port is None else parts.port,
    )
