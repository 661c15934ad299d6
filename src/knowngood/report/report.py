"""Define what every report writer takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..fetch import Recording


@dataclass(frozen=True, slots=True)
class Report:
    """A run as its reports show it, without secrets.

    Attributes:
        document: the verdict document, by ``verdict.schema.json``.
        exchanges: the recorded exchanges; None unless a report needs them.
    """

    document: Mapping[str, Any]
    exchanges: Recording | None = None


def redacted(
    document: Mapping[str, Any], deep: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a document without secrets; ``deep`` removes them from plain data. Keep the level,
    which is our own word, even if a secret is the same: an account may be called "smoke".
    """
    return {**deep(document), "level": document["level"]}
