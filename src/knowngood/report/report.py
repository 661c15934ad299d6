"""What every report writer is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """A run as its reports show it, without secrets.

    Attributes:
        document: the verdict document, by ``verdict.schema.json``.
        exchanges: what went over the wire, oldest first; empty unless a report needs it.
    """

    document: Mapping[str, Any]
    exchanges: Iterable[Mapping[str, Any]] = ()
