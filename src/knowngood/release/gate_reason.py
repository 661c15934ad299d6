"""One reason of the gate's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..safety import one_line
from .record_name import BadRecord


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why a release may not go.

    Attributes:
        what: what is wrong.
        to_do: what to do about it.
    """

    what: str
    to_do: str


def doubt(bad: BadRecord | None, may_say: str, to_do: str) -> Iterator[GateReason]:
    """Yield that the record ``bad`` cannot be read and may say ``may_say``; nothing without one."""
    if bad is not None:
        yield GateReason(
            f"the record {one_line(bad.name, 200)} cannot be trusted: {bad.why}; it may say that "
            f"{may_say}",
            f"find out who wrote it; {to_do}",
        )
