"""What every report writer is given."""

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
        exchanges: what went over the wire; None unless a report needs it.
    """

    document: Mapping[str, Any]
    exchanges: Recording | None = None


def redacted(
    document: Mapping[str, Any], deep: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a document without secrets, which ``deep`` takes out of plain data. The level stays,
    since it is a word of ours: the secret may be the name of an account that is called "smoke".
    """
    return {**deep(document), "level": document["level"]}
