"""Whether the causes of a verdict name the fault that the deployment was started with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ..verdict import VerdictKind
from .faults import Fault

MOST_CAUSES: Final = 2
"""Causes into which the verdict on a single fault may fall: people look for each of them."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What the first cause of a verdict names.

    Attributes:
        named: the path that it names; empty if that is not judged.
        misnamed: what is wrong with the causes, as the end of a sentence; empty for nothing.
    """

    named: str = ""
    misnamed: str = ""


def judge_naming(faults: Sequence[Fault], document: Mapping[str, Any]) -> Naming:
    """Return whether the first cause of a verdict document names a URL that a fault touches.

    It is not judged if a fault does not say what it touches, if no fault is to be seen at all, or
    if the run only doubts itself.
    """
    declared = bool(faults) and all(fault.touches for fault in faults)
    if not declared or all(fault.verdict == VerdictKind.PASSED for fault in faults):
        return Naming()
    causes = [cause for cause in document["causes"] if cause["state"] != "known"]
    if not causes:
        failed = document["verdict"] == VerdictKind.FAILED
        return Naming(misnamed="has no cause") if failed else Naming()
    naming = _by_first_cause(faults, causes[0], document["origins"])
    if naming.misnamed or len(faults) > 1 or len(causes) <= MOST_CAUSES:
        return naming
    return Naming(naming.named, f"gives one fault {len(causes)} causes")


def _by_first_cause(
    faults: Sequence[Fault], cause: Mapping[str, Any], origins: Mapping[str, str]
) -> Naming:
    # The URL of an exchange has the query that was sent, of which the cause leaves out a nonce.
    urls = [*(exchange["url"] for exchange in cause["exchanges"][:1]), *cause["urls"]]
    touched = [(fault, url) for url in urls for fault in faults if fault.touches_url(url, origins)]
    if not touched:
        named = _path(next(iter(urls), ""))
        expected = " or ".join(pattern for fault in faults for pattern in fault.touches)
        return Naming(named, f"names {named or 'no URL'}, not {expected}")
    answers = _answers(cause)
    right = [(fault, url) for fault, url in touched if fault.answer in ("", *answers)]
    fault, url = (right or touched)[0]
    if right:
        return Naming(_path(url))
    got = ", ".join(answers)
    return Naming(_path(url), f"names {_path(url)} with {got}, not with {fault.answer}")


def _answers(cause: Mapping[str, Any]) -> list[str]:
    """Return what the attempts got in the exchange that shows the cause, or in the two that were
    compared, each thing once.

    A cause that shows none compares bodies, as of edges, which all came with 200.
    """
    attempts = [attempt for exchange in cause["exchanges"] for attempt in exchange["attempts"]]
    answers = [attempt["error"] or str(attempt["status"]) for attempt in attempts]
    return list(dict.fromkeys(answers)) or ["200"]


def _path(url: str) -> str:
    return urlsplit(url).path
