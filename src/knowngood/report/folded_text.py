"""Write the verdict of several places as a person reads it in a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..safety import one_line, plural
from ..verdict import VerdictKind
from .terminal import blocks_of, verdict_line


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what each place says, the causes, warnings and doubts, and last the verdict."""
    places, causes = document["places"], document["causes"]
    yield f"{one_line(document['environment'], 100)} from {plural(len(places), 'place')}"
    width = max(map(len, places))
    for name, place in places.items():
        yield one_line(f"{name:<{width}}  {place['verdict']:<12}  {place['reason']}", 300)
    yield ""
    for block in blocks_of(causes, len(causes)):
        yield from (*block, "")
    yield from (f"warning: {one_line(text, 300)}" for text in document["warnings"])
    doubts = (text for text in document["doubts"] if text not in document["reason"])
    yield from (f"doubt: {one_line(text, 300)}" for text in doubts)  # the last line has the reason
    kind, failed = VerdictKind(document["verdict"]), [c for c in causes if c["state"] == "failed"]
    yield verdict_line(kind, document["reason"], document["advice"], len(failed))
