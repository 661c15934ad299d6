"""The verdict is in pytest's JUnit file: for the suite, and at each case that failed."""

import xml.etree.ElementTree as ET
from typing import Any

from verdict_documents import cause, claim, document, exchange, inconclusive, passed

from knowngood.report import junit_causes


def outcome(case: str, **more: Any) -> dict[str, Any]:
    """A failed case of the claim that causes have by default."""
    check = claim()["check"]
    fields = {"nodeid": f"{check}[{case}]", "check": check, "exchanges": [exchange()], "reads": []}
    return {**fields, **more}


def messages(content: dict[str, Any], *cases: str, tag: str = "failure") -> list[str | None]:
    """The messages of these cases in the file, which said something else before."""
    suites = ET.Element("testsuites")
    for case in cases:
        element = ET.SubElement(suites, "testcase")
        properties = ET.SubElement(element, "properties")
        nodeid = f"{claim()['check']}[{case}]"
        ET.SubElement(properties, "property", {"name": "nodeid", "value": nodeid})
        ET.SubElement(element, tag, {"message": "before"}).text = "text"
    junit_causes.name_causes(suites, content)
    assert {element.text for element in suites.iter(tag)} == {"text"}
    return [element.get("message") for element in suites.iter(tag)]


def test_properties_of_the_suite() -> None:
    """What was verified and with what verdict; of the release, the expected one comes first."""
    content = {**inconclusive(), "run": "0123456789ab"}
    release = {"expected": None, "seen": "v1", "edges": {}}
    assert junit_causes.properties({**content, "release": release}) == {
        "environment": "stage",
        "verdict": "INCONCLUSIVE",
        "action": "hold",
        "reason": "the origin content gave no answer",
        "release": "v1",
        "run": "0123456789ab",
    }
    release["expected"] = "v2"
    assert junit_causes.properties({**content, "release": release})["release"] == "v2"


def test_the_cause_is_the_message() -> None:
    """Of what failed, is known or is unsettled, and of what broke outside its call."""
    content = document(cause(sentence="it is 404\n"))
    content |= {"failures": [outcome("ar")], "known": [outcome("de")], "unsettled": [outcome("x")]}
    assert messages(content, "ar", "de", "x") == ["it is 404\\x0a"] * 3
    assert messages(content, "ar", tag="error") == ["it is 404\\x0a"]


def test_of_several_causes() -> None:
    """The one whose URLs the case is about, whatever this run added to them."""
    first = cause(sentence="one", urls=["http://h/one"])
    second = cause(sentence="two", urls=["http://h/two"])
    other = cause(sentence="other", claims=[claim(2)], urls=["http://h/one", "http://h/two"])
    content = document(other, first, second)
    read = outcome("b", exchanges=[], reads=["http://h/two?0123456789ab-1"])
    content |= {"failures": [outcome("a", exchanges=[exchange(url="http://h/one")]), read]}
    assert messages(content, "a", "b") == ["one", "two"]


def test_what_an_advisory_accepts() -> None:
    """It is a skip that says until when and why, also in the counts of its suite."""
    content = {**passed(), "causes": [cause(sentence="it is 404", state="advisory")]}
    content |= {"advisory": [outcome("ar")]}
    suite = ET.fromstring(  # noqa: S314 - our own
        '<testsuite failures="1" errors="0" skipped="1"><testcase><properties><property '
        f'name="nodeid" value="{claim()["check"]}[ar]" /></properties>'
        '<failure message="before">FAILED text</failure></testcase></testsuite>'
    )
    junit_causes.name_causes(suite, content)
    [skipped] = suite.iter("skipped")
    assert skipped.get("message") == "accepted until 2026-12-31: bug 1: it is 404"
    assert skipped.text == "ADVISORY text"
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "2")


def test_cases_without_a_cause() -> None:
    """A case that is not in the document, or whose claim no cause has, keeps what it said."""
    content = document(cause(claims=[claim(2)]))
    content |= {"failures": [outcome("ar")]}
    assert messages(content, "ar", "unheard-of") == ["before", "before"]


def test_a_cause_that_no_case_shows() -> None:
    """Edges that differ, requests that needed retries: the file is red where the verdict is."""
    suites = ET.Element("testsuites")
    ET.SubElement(suites, "testsuite", tests="1", failures="0")
    unsteady = cause(sentence="unsteady: 10 of 19 requests needed a retry", claims=[])
    junit_causes.name_causes(suites, document(unsteady, cause(sentence="known", state="known")))
    suite = suites.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    [failure] = suite.iter("failure")
    assert failure.get("message") == unsteady["sentence"]
    assert (failure.text or "").startswith("FAILED unsteady: ")


def green(content: dict[str, Any]) -> ET.Element:
    """The suite of a run in which no case failed, as the file has it in the end."""
    suites = ET.fromstring("<testsuites><testsuite tests='1'><testcase/></testsuite></testsuites>")  # noqa: S314
    junit_causes.name_causes(suites, content)
    [suite] = suites
    return suite


def test_a_verdict_that_no_case_shows() -> None:
    """CI systems show cases alone: a run that could not judge would be green there."""
    suite = green(inconclusive())
    error = suite.find("testcase/error")
    assert error is not None
    assert error.get("message") == "INCONCLUSIVE: the origin content gave no answer"
    assert (suite.get("tests"), suite.get("errors")) == ("2", "1")
    assert green(passed()).get("tests") == "1"
    assert green(document(cause())).find("testcase/error") is None
