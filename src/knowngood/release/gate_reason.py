"""One reason of the gate's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why a release may not go.

    Attributes:
        what: what is wrong.
        to_do: what to do about it.
    """

    what: str
    to_do: str
