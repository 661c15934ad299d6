"""What every report writer is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..fetch import Recording


@dataclass(frozen=True, slots=True)
class Report:
    """A run as its reports show it, without secrets.

    Attributes:
        document: the verdict document, by ``verdict.schema.json``.
        exchanges: what went over the wire; None unless a report needs it.
    """

    document: Mapping[str, Any]
    exchanges: Recording | None = None
