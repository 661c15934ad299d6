"""Put the verdict into pytest's JUnit file, which CI systems show case by case.

pytest writes the file, since only pytest knows every case with its time: the verdict document names
the cases that failed, and counts those that passed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..safety import one_line
from ..verdict.symptom import lasting
from . import cause_block

_WIDEST: Final = 1000  # characters of a value


def properties(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the properties of the whole suite: what was verified, and with what verdict."""
    release = document["release"]
    values = {
        "environment": document["environment"],
        "verdict": document["verdict"],
        "action": document["action"],
        "reason": document["reason"],
        "release": release["expected"] or release["seen"] or "",
        "run": document["run"],
    }
    return {name: one_line(value, _WIDEST) for name, value in values.items()}


def name_causes(suites: ET.Element, document: Mapping[str, Any]) -> None:
    """Give each case that failed the sentence of its cause for a message; add a case for a cause
    that no case shows, such as edges that differ.

    CI systems list failures by their messages: cases of one cause then stand together.
    """
    shown = set()
    failed = [*document["failures"], *document["known"], *document["unsettled"]]
    outcomes = {outcome["nodeid"]: outcome for outcome in failed}
    for case in suites.iter("testcase"):
        node = case.find("properties/property[@name='nodeid']")
        outcome = outcomes.get(node.get("value", "")) if node is not None else None
        cause = _cause_of(outcome, document["causes"]) if outcome is not None else None
        if cause is not None:
            shown.add(cause["sentence"])
            for failure in (*case.iter("failure"), *case.iter("error")):
                failure.set("message", one_line(cause["sentence"], _WIDEST))

    for cause in document["causes"]:
        if cause["state"] == "failed" and cause["sentence"] not in shown:
            _add_case(suites, cause)


def _add_case(suites: ET.Element, cause: Mapping[str, Any]) -> None:
    suite = suites.find("testsuite") if suites.tag == "testsuites" else suites
    if suite is None:
        return
    message = one_line(cause["sentence"], _WIDEST)
    names = {"classname": "knowngood", "name": _claim_of(cause), "time": "0"}
    failure = ET.SubElement(ET.SubElement(suite, "testcase", names), "failure", message=message)
    failure.text = "\n".join(cause_block.lines(cause))
    for count in ("tests", "failures"):
        suite.set(count, str(int(suite.get(count, "0")) + 1))


def _claim_of(cause: Mapping[str, Any]) -> str:
    """Return the first claim that a cause breaks; of requests that needed retries there is none."""
    claims = cause["claims"]
    return one_line(claims[0]["claim"] if claims else "Requests are answered at once.", _WIDEST)


def _cause_of(
    outcome: Mapping[str, Any], causes: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the cause that an outcome belongs to: of those with its claim, the one that names
    most of the URLs that it is about.
    """
    urls = {exchange["url"] for exchange in outcome["exchanges"]} | set(outcome["reads"])
    lasting_urls = set(map(lasting, urls))
    return max(
        (cause for cause in causes if _has_claim(cause, outcome["check"])),
        key=lambda cause: len(lasting_urls.intersection(cause["urls"])),
        default=None,
    )


def _has_claim(cause: Mapping[str, Any], check: str) -> bool:
    return any(claim["check"] == check for claim in cause["claims"])
