"""Put together what the verdict documents of several places hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from .. import __version__
from ..safety import listed
from .place_causes import SharedCause, is_silent, silent_origins
from .place_files import PlaceVerdict
from .verdict_document import Document

_SLOWEST: Final = 5  # requests, as in the document of one run


def merged(
    places: Sequence[PlaceVerdict], causes: Sequence[SharedCause], state_on_the_way: str
) -> dict[str, Any]:
    """Return the verdict document of all ``places``, without the verdict and what follows from it.

    Answer times are left out: those of several places are no distribution of anything. Failures
    that are trouble on the way go to the outcomes of ``state_on_the_way``.
    """
    documents = [place.document for place in places]
    began = min(document["began"] for document in documents)
    ended = max(document["began"] + document["seconds"] for document in documents)
    runs = "".join(sorted(document["run"] for document in documents))
    return {
        "schema": documents[0]["schema"],
        "knowngood": __version__,
        "environment": documents[0]["environment"],
        "places": {place.name: _place(place.document) for place in places},
        "run": sha256(runs.encode()).hexdigest()[:12],
        "began": began,
        "seconds": round(ended - began, 3),
        "origins": _united(document["origins"] for document in documents),
        "causes": [cause.to_json(len(places), state_on_the_way) for cause in causes],
        **_outcomes(documents, silent_origins(causes), state_on_the_way),
        "unsteady": sorted({group for document in documents for group in document["unsteady"]}),
        "release": _release(places),
        "manifest": _manifest(documents),
        "control": sorted(_all(documents, "control"), key=lambda look: look["began"]),
        "warnings": _warnings(places),
        "not_applicable": _united(document["not_applicable"] for document in documents),
        "requests": _requests([document["requests"] for document in documents]),
        "certificates": _certificates(documents),
        "left_behind": _all(documents, "left_behind"),
    }


def _place(document: Document) -> dict[str, Any]:
    names = ("verdict", "exit_code", "reason", "run", "began", "seconds")
    return {name: document[name] for name in names}


def _outcomes(
    documents: Sequence[Document], silent: Iterable[str], state_on_the_way: str
) -> dict[str, Any]:
    """Return the outcomes by how far they count, and the counts of cases and checks."""
    origins = set(silent)
    outcomes = {name: _all(documents, name) for name in ("failures", "known", "advisory")}
    outcomes["unsettled"] = _all(documents, "unsettled")
    moved = [outcome for outcome in outcomes["failures"] if _is_at(outcome, origins)]
    outcomes["failures"] = [o for o in outcomes["failures"] if not _is_at(o, origins)]
    outcomes[state_on_the_way] += moved
    counts = Counter[str]()
    for document in documents:
        counts.update(document["counts"])
    word = {"advisory": "advisory", "unsettled": "inconclusive"}[state_on_the_way]
    counts.update({"failed": -len(moved), word: len(moved)})
    checks = _checks(documents)
    if state_on_the_way == "advisory":
        for outcome in moved:
            checks[outcome["check"]]["advisory"] += 1
    return {**outcomes, "counts": dict(counts), "checks": checks}


def _is_at(outcome: Mapping[str, Any], origins: set[str]) -> bool:
    """Return whether an outcome is silence at one of these origins."""
    urls = [exchange["url"] for exchange in outcome["exchanges"][:1]]
    return is_silent(outcome["kind"]) and any(urlsplit(url).netloc in origins for url in urls)


def _checks(documents: Iterable[Document]) -> dict[str, dict[str, Any]]:
    checks: dict[str, dict[str, Any]] = {}
    for name, check in (item for document in documents for item in document["checks"].items()):
        before = checks.get(name, {**check, "ran": 0, "bad": 0, "advisory": 0, "unsteady": False})
        numbers = {key: before[key] + check[key] for key in ("ran", "bad", "advisory")}
        unsteady = before["unsteady"] or check["unsteady"]
        checks[name] = {**before, **numbers, "unsteady": unsteady}
    return checks


def _release(places: Sequence[PlaceVerdict]) -> dict[str, Any]:
    releases = {place.name: place.document["release"] for place in places}
    expected = [r["expected"] for r in releases.values() if r["expected"] is not None]
    seen = sorted({r["seen"] for r in releases.values() if r["seen"] is not None})
    edges = {
        edge if len(places) == 1 else f"{name} {edge}".strip(): release
        for name, r in releases.items()
        for edge, release in r["edges"].items()
    }
    return {
        "expected": next(iter(expected), None),
        "seen": ", ".join(seen) or None,
        "edges": edges,
    }


def _manifest(documents: Iterable[Document]) -> dict[str, Any]:
    manifests = [document["manifest"] for document in documents if "manifest" in document]
    digests = [m["digest"] for m in manifests if m["digest"] is not None]
    return {
        "digest": next(iter(digests), None),
        "compared": max((m["compared"] for m in manifests), default=0),
    }


def _warnings(places: Sequence[PlaceVerdict]) -> list[str]:
    """Return each warning once, with the places that have it where they are not all."""
    places_of: dict[str, list[str]] = {}
    for place in places:
        for warning in place.document["warnings"]:
            places_of.setdefault(warning, []).append(place.name)
    return [
        warning if len(names) == len(places) else f"{listed(names)}: {warning}"
        for warning, names in places_of.items()
    ]


def _requests(requests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    slowest = sorted(_all(requests, "slowest"), key=lambda row: (-row["seconds"], row["request"]))
    counted = ("sent", "attempts", "received_bytes")
    return {
        **{name: sum(row[name] for row in requests) for name in counted},
        "retried": _all(requests, "retried"),
        "slowest": slowest[:_SLOWEST],
    }


def _certificates(documents: Iterable[Document]) -> dict[str, float]:
    """Return when the first certificate of each origin ends. An edge may have one of its own."""
    ends: dict[str, float] = {}
    for document in documents:
        for origin, end in document.get("certificates", {}).items():
            ends[origin] = min(end, ends.get(origin, end))
    return ends


def _all(documents: Iterable[Mapping[str, Any]], name: str) -> list[Any]:
    return [member for document in documents for member in document[name]]


def _united(tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for table in tables for key, value in table.items()}
