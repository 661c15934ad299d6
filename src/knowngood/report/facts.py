"""List the facts of a run as names and values, for the table at the end of several reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..safety import plural


def facts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each fact of a verdict document."""
    counts, requests = document["counts"], document["requests"]
    words = ("passed", "failed", "advisory", "inconclusive", "skipped", "deselected")
    numbers = ", ".join(f"{counts[word]} {word}" for word in words)
    yield "cases", f"{counts['ran']} of {counts['expected']} ran: {numbers}"
    yield (
        "requests",
        f"{requests['sent']}, {requests['attempts'] - requests['sent']} retries, "
        f"{counts['flaky']} flaky, {requests['received_bytes'] / 1e6:.1f} MB",
    )
    yield "began", f"{clock(document['began'])}, {document['seconds']:.1f} s"
    for name, url in document["origins"].items():
        yield f"origin {name}", url
    yield from _of_release(document["release"])
    manifest = document["manifest"]
    if manifest["digest"] is not None:
        yield "manifest", f"{manifest['digest']}, {plural(manifest['compared'], 'URL')} compared"
    if document.get("place"):
        yield "place", document["place"]
    for name, place in document.get("places", {}).items():
        yield f"place {name}", f"{place['verdict']}: {place['reason']}"
    yield "run", f"{document['run']}, knowngood {document['knowngood']}"


def _of_release(release: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("expected", "seen"):
        if release[name] is not None:
            yield f"release {name}", release[name]
    for edge, seen in release["edges"].items():
        if edge:
            yield f"edge {edge}", seen


def clock(seconds: float) -> str:
    """Return a time since the epoch as people write it: ``2026-11-27 03:23:42 UTC``."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
