"""Write the verdict as metrics of Prometheus, for the textfile collector of node_exporter.

The file is about the last run alone, so it has no counters: they would need the runs before it.
Names and units follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias

from ..safety import one_line, write_atomically
from ..verdict import VerdictKind
from ..verdict.place_causes import STATES
from ..verdict.verdict_document import Document
from .report import Report

Labels: TypeAlias = dict[str, str]
Gauge: TypeAlias = tuple[str, str, list[tuple[Labels, float]]]
"""A metric: its name, its help text, and its samples, each with its labels and its value."""

_ANSWERS: Final = "answer_seconds"
_CASES: Final = ("passed", "failed", "inconclusive", "advisory", "skipped", "deselected")
_WIDEST: Final = 100  # characters of a label's value


def write(path: Path, report: Report) -> None:
    """Write the metrics of a run to ``path`` whole or not at all. Raises OSError."""
    write_atomically(path, text(report.document))


def text(document: Document) -> str:
    """Return the metrics of a run in Prometheus' text format."""
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(document: Document) -> Iterator[str]:
    common = {"environment": document["environment"]}
    groups = (_of_run, _of_verdict, _of_requests, _of_origins, _of_notifications)
    for name, help_text, samples in chain.from_iterable(group(document) for group in groups):
        yield from _head(name, "gauge", help_text)
        for labels, value in samples:
            yield _sample(name, {**common, **labels}, value)
    yield from _head(_ANSWERS, "histogram", "how long answers of the last run took")
    for origin, times in sorted(document.get("answers", {}).items()):
        yield from _histogram({**common, "origin": origin}, times)


def _of_run(document: Document) -> Iterator[Gauge]:
    ended = round(document["began"] + document["seconds"], 3)
    info = {"place": document.get("place", ""), "knowngood": document["knowngood"]}
    release = document["release"]["seen"]
    yield "run_timestamp_seconds", "when the last run ended, since 1970", [({}, ended)]
    yield "run_duration_seconds", "how long the last run took", [({}, document["seconds"])]
    yield "run_info", "where the last run was made, and by which version", [(info, 1)]
    if release is not None:
        yield "release_info", "the release that the last run met", [({"release": release}, 1)]


def _of_verdict(document: Document) -> Iterator[Gauge]:
    verdicts = [({"verdict": str(kind)}, int(document["verdict"] == kind)) for kind in VerdictKind]
    states = Counter(cause["state"] for cause in document["causes"])
    causes = [({"state": state}, states[state]) for state in STATES]
    cases = [({"result": result}, document["counts"][result]) for result in _CASES]
    yield "verdict", "1 for what the last run ended in, 0 for everything else", [*verdicts]
    yield "causes", "faults that the last run found", [*causes]
    yield "claims", "claims that the last run checked", [*_claims(document)]
    yield "cases", "cases of claims in the last run", [*cases]


def _claims(document: Document) -> Iterator[tuple[Labels, float]]:
    checks = document["checks"].values()
    accepted = sum(0 < check["bad"] <= check["advisory"] for check in checks)
    broken = sum(check["bad"] > check["advisory"] for check in checks)
    yield {"state": "held"}, len(checks) - accepted - broken
    yield {"state": "broken"}, broken
    yield {"state": "advisory"}, accepted


def _of_requests(document: Document) -> Iterator[Gauge]:
    requests = document["requests"]
    retries = requests["attempts"] - requests["sent"]
    flaky = document["counts"]["flaky"]
    yield "requests", "requests of the last run, without retries", [({}, requests["sent"])]
    yield "retries", "attempts beyond the first of each request", [({}, retries)]
    yield "flaky_requests", "requests that needed a retry", [({}, flaky)]
    yield "received_bytes", "bytes of bodies as received", [({}, requests["received_bytes"])]


def _of_origins(document: Document) -> Iterator[Gauge]:
    ends = sorted(document.get("certificates", {}).items())
    if ends:
        name = "certificate_expiry_timestamp_seconds"
        help_text = "when the first certificate of an origin ends, since 1970"
        yield name, help_text, [({"origin": origin}, when) for origin, when in ends]


def _of_notifications(document: Document) -> Iterator[Gauge]:
    delivery = document.get("notifications")
    if delivery is not None:
        counts = {"delivered": delivery["delivered"], "failed": len(delivery["troubles"])}
        samples = [({"result": result}, count) for result, count in counts.items()]
        yield "notifications", "messages about the last run, by what became of them", [*samples]


def _histogram(labels: Labels, times: Mapping[str, Any]) -> Iterator[str]:
    for bucket in times["buckets"]:
        bound = {"le": str(float(bucket["seconds"]))}
        yield _sample(f"{_ANSWERS}_bucket", {**labels, **bound}, bucket["count"])
    yield _sample(f"{_ANSWERS}_bucket", {**labels, "le": "+Inf"}, times["count"])
    yield _sample(f"{_ANSWERS}_sum", labels, times["seconds"])
    yield _sample(f"{_ANSWERS}_count", labels, times["count"])


def _head(name: str, kind: str, help_text: str) -> Iterator[str]:
    yield f"# HELP knowngood_{name} {help_text}"
    yield f"# TYPE knowngood_{name} {kind}"


def _sample(name: str, labels: Labels, value: float) -> str:
    """Return the line of a sample. Labels may come from a server, so they are escaped."""
    pairs = ",".join(f'{label}="{_escaped(content)}"' for label, content in labels.items())
    return f"knowngood_{name}{{{pairs}}} {value}"


def _escaped(content: str) -> str:
    return one_line(content, _WIDEST).replace("\\", r"\\").replace('"', r"\"")
