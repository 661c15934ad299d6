"""Tell the writes that a deployment refuses from those that a firewall before it refuses.

401, or a page with 403, may be a firewall's answer to this machine (:mod:`.turned_away`). A
firewall refuses all writes of the machine, at least for a while. If an origin refuses every write
of one kind and takes others in between, the deployment refuses that kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .credentials import carries_credentials
from .probe import SAFE_METHODS, Exchange
from .turned_away import is_refused_write, why_turned_away


class WriteKind(NamedTuple):
    """What an origin may refuse as a whole: a method, with a media type of what is sent."""

    origin: str
    method: str
    media_type: str

    @classmethod
    def of(cls, origin: str, method: str, headers: Iterable[Iterable[str]]) -> WriteKind:
        """Return the kind of a request by its headers, which are names and values."""
        values = (value for name, value in headers if name.lower() == "content-type")
        return cls(origin, method, next(values, "").partition(";")[0].strip().lower())


@dataclass(slots=True)
class RefusedWrites:
    """What one process wrote without credentials, by kind.

    Attributes:
        taken: the kinds of which a write was taken.
        refused: the kinds that were refused, and again after others were taken.
    """

    taken: set[WriteKind] = field(default_factory=set)
    refused: set[WriteKind] = field(default_factory=set)
    _others_taken: dict[WriteKind, bool] = field(default_factory=dict)

    def note(self, exchange: Exchange) -> None:
        """Count one finished exchange, if it is such a write and has an answer."""
        probe, answer = exchange.probe, exchange.answer
        if probe.method in SAFE_METHODS or answer is None:
            return
        kind = WriteKind.of(probe.origin, probe.method, probe.headers)
        if is_refused_write(exchange):
            if self._others_taken.setdefault(kind, False):
                self.refused.add(kind)
        elif 200 <= answer.status < 300 and not (
            why_turned_away(exchange) or carries_credentials(probe)
        ):
            self.taken.add(kind)
            for other in self._others_taken:
                self._others_taken[other] |= other.origin == kind.origin
