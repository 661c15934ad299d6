"""Put the verdict into pytest's JUnit file, which CI systems show case by case.

pytest writes the file: the verdict document has no times of cases, and only counts those that
passed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from ..safety import one_line
from ..verdict import VerdictKind
from ..verdict.symptom import lasting
from . import cause_block

_WIDEST: Final = 1000  # characters of a value
_COUNTS: Final = {"failure": "failures", "error": "errors"}


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
    """Replace the message of each failed case by the sentence of its cause; add a case for a cause
    without cases, such as edges that differ, and one for a verdict that no case shows.

    CI systems group failures by message, so the cases of one cause stand together. A case that an
    advisory accepts becomes a skipped one: it must not fail a CI system.
    """
    sentences = set()
    names = ("failures", "known", "unsettled", "advisory")
    outcomes = {outcome["nodeid"]: outcome for name in names for outcome in document[name]}
    for case in suites.iter("testcase"):
        outcome = outcomes.get(_node_id(case))
        cause = _cause_of(outcome, document["causes"]) if outcome is not None else None
        if cause is not None:
            sentences.add(cause["sentence"])
            accepted = "".join(f"accepted {why}: " for why in cause["accepted"])
            for failure in (*case.iter("failure"), *case.iter("error")):
                failure.set("message", one_line(f"{accepted}{cause['sentence']}", _WIDEST))
    _skip_accepted(suites, {outcome["nodeid"] for outcome in document["advisory"]})
    for cause in document["causes"]:
        if cause["state"] == "failed" and cause["sentence"] not in sentences:
            text = "\n".join(cause_block.lines(cause))
            _add_case(suites, _claim_of(cause), "failure", cause["sentence"], text)
    is_green = not any(next(suites.iter(tag), None) is not None for tag in _COUNTS)
    if is_green and document["verdict"] != VerdictKind.PASSED:
        message = f"{document['verdict']}: {document['reason']}"
        _add_case(suites, "The run has a verdict.", "error", message, document["action"])


def _node_id(case: ET.Element) -> str:
    node = case.find("properties/property[@name='nodeid']")
    return node.get("value", "") if node is not None else ""


def _skip_accepted(suites: ET.Element, accepted: Container[str]) -> None:
    """Turn the failures of accepted cases into skips, and correct the counts of their suite."""
    for suite in suites.iter("testsuite"):
        cases = [case for case in suite.iter("testcase") if _node_id(case) in accepted]
        for failure in (f for case in cases for tag in _COUNTS for f in case.findall(tag)):
            for name, change in ((_COUNTS[failure.tag], -1), ("skipped", 1)):
                suite.set(name, str(int(suite.get(name, "0")) + change))
            failure.tag = "skipped"
            failure.set("type", "advisory")
            failure.text = f"ADVISORY{(failure.text or '').removeprefix('FAILED')}"


def _add_case(suites: ET.Element, name: str, tag: str, message: str, text: str) -> None:
    """Add a case with a failure or an error, whose first line is ``message``."""
    suite = suites.find("testsuite") if suites.tag == "testsuites" else suites
    if suite is None:
        return
    names = {"classname": "knowngood", "name": one_line(name, _WIDEST), "time": "0"}
    case = ET.SubElement(suite, "testcase", names)
    ET.SubElement(case, tag, message=one_line(message, _WIDEST)).text = text
    for count in ("tests", _COUNTS[tag]):
        suite.set(count, str(int(suite.get(count, "0")) + 1))


def _claim_of(cause: Mapping[str, Any]) -> str:
    """Return the first claim that a cause breaks; a cause of too many retries has none."""
    claims = cause["claims"]
    return str(claims[0]["claim"]) if claims else "Requests are answered at once."


def _cause_of(
    outcome: Mapping[str, Any], causes: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the cause of an outcome: of those with its check, the one with most of its URLs."""
    urls = {exchange["url"] for exchange in outcome["exchanges"]} | set(outcome["reads"])
    lasting_urls = set(map(lasting, urls))
    return max(
        (c for c in causes if outcome["check"] in {claim["check"] for claim in c["claims"]}),
        key=lambda cause: len(lasting_urls.intersection(cause["urls"])),
        default=None,
    )
