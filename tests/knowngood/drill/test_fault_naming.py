"""Whether a verdict's causes lead to the fault, by documents that say what a run would say."""

from typing import Any

import pytest

from knowngood.drill.fault_results import judge_naming
from knowngood.drill.faults import Fault

BASE = "http://127.0.0.1:8000"
CONFIG = "/{locale}/js/config.json"
GONE = Fault("gone", "FAILED", (f"content:{CONFIG}", f"content:/v4{CONFIG}"), status=404)
SILENT = Fault("silent", "FAILED", ("submission:/*",), error="timeout")
TOLERATED = Fault("tolerated", "PASSED", ("content:/*",))


def attempt(status: int | None, error: str | None = None) -> dict[str, Any]:
    """One attempt, as reports have it."""
    return {"status": status, "error": error}


def cause(*paths: str, state: str = "failed", attempts: Any = None) -> dict[str, Any]:
    """One that names these paths of content; all of them were 404, unless attempts say else."""
    urls = [path if path.startswith("http") else f"{BASE}{path}" for path in paths]
    return {
        "state": state,
        "sentence": "it is wrong",
        "urls": urls,
        "exchanges": [{"url": urls[0], "attempts": attempts or [attempt(404)]}],
    }


def document(*causes: dict[str, Any], verdict: str = "FAILED") -> dict[str, Any]:
    """A verdict with these causes."""
    origins = {"content": BASE, "submission": "http://127.0.0.1:9000"}
    return {"verdict": verdict, "causes": list(causes), "origins": origins}


def test_a_cause_that_names_the_fault() -> None:
    """Any of its URLs will do, with whatever query; the path stands in the table."""
    named = judge_naming([GONE], document(cause("/fr/", "/fr/js/config.json?7")))
    assert named == ("/fr/js/config.json", "")


@pytest.mark.parametrize(
    "url",
    [
        "/fr/mobile/js/config.json",
        "/js/config.json",
        "/fr/js/configXjson",
        "/fr/js/config.json/more",
        "http://127.0.0.1:9000/fr/js/config.json",
    ],
)
def test_a_cause_beside_the_fault(url: str) -> None:
    """Another path, or the path at another origin; that is told, with what should be there."""
    named = judge_naming([GONE], document(cause(url)))
    assert named[1].endswith(f", not content:{CONFIG} or content:/v4{CONFIG}")
    assert named[0].endswith(named[1].split(",")[0].removeprefix("names "))


def test_the_query_of_a_pattern() -> None:
    """A fault of whatever has a query is not named by a URL without one."""
    fault = Fault("no queries", "FAILED", ("content:/*?*",))
    assert not judge_naming([fault], document(cause("/fr/?v=1")))[1]
    assert judge_naming([fault], document(cause("/fr/")))[1]
    sent = {"url": f"{BASE}/fr/?0123456789ab-1", "attempts": [attempt(404)]}
    without_nonce = {**cause("/fr/"), "exchanges": [sent]}
    assert not judge_naming([fault], document(without_nonce))[1]


@pytest.mark.parametrize(
    ("attempts", "answers"),
    [
        ([attempt(200)], "200"),
        ([attempt(None, "reset"), attempt(200)], "reset, 200"),
        ([attempt(404, "truncated")], "truncated"),
    ],
)
def test_a_cause_with_another_answer(attempts: list[dict[str, Any]], answers: str) -> None:
    """The URL is right, and what it is said to answer is not."""
    named = judge_naming([GONE], document(cause("/fr/js/config.json", attempts=attempts)))
    problem = f"names /fr/js/config.json with {answers}, not with 404"
    assert named == ("/fr/js/config.json", problem)


@pytest.mark.parametrize(
    "attempts", [[attempt(None, "timeout")], [attempt(None, "timeout"), attempt(200)]]
)
def test_a_cause_with_an_error(attempts: list[dict[str, Any]]) -> None:
    """What one of the attempts got is enough: a fault that comes and goes has others, too."""
    url = "http://127.0.0.1:9000/submit/metrics"
    assert not judge_naming([SILENT], document(cause(url, attempts=attempts)))[1]


def test_a_cause_without_an_exchange() -> None:
    """It compares bodies, and so is none of an answer that is missing."""
    compared = {**cause("/fr/js/config.json"), "exchanges": []}
    other_bytes = Fault("other bytes", "FAILED", ("content:/*",), status=200)
    assert not judge_naming([other_bytes], document(compared))[1]
    assert judge_naming([GONE], document(compared))[1]


def test_a_fault_that_declares_no_answer() -> None:
    """Any will do."""
    fault = Fault("other bytes", "FAILED", ("content:/*",))
    assert not judge_naming([fault], document(cause("/fr/")))[1]


def test_a_fault_that_gives_many_causes() -> None:
    """Two are enough for one fault, and what the baseline has does not count."""
    first, other = cause("/fr/js/config.json"), cause("/fr/")
    known = cause("/robots.txt", state="known")
    assert not judge_naming([GONE], document(known, first, other, known))[1]
    unsettled = cause("/de/", state="unsettled")
    many = judge_naming([GONE], document(first, other, unsettled))
    assert many == ("/fr/js/config.json", "gives one fault 3 causes")


def test_a_pair_of_faults() -> None:
    """The first cause may be either's, and of causes there may be more."""
    causes = [cause("/fr/js/config.json"), cause("/fr/"), cause("/de/")]
    assert judge_naming([SILENT, GONE], document(*causes)) == ("/fr/js/config.json", "")
    assert judge_naming([SILENT, GONE], document(*causes[1:]))[1]


def test_the_answer_must_be_of_the_fault_whose_url_it_is() -> None:
    """One of a pair is named by its URL, the other by its answer: that is neither."""
    first = cause("/fr/js/config.json", attempts=[attempt(None, "timeout")])
    assert judge_naming([SILENT, GONE], document(first))[1]


@pytest.mark.parametrize(
    ("faults", "verdict"),
    [
        ([], "FAILED"),
        ([Fault("undeclared", "FAILED")], "FAILED"),
        ([GONE, Fault("undeclared", "FAILED")], "FAILED"),
        ([TOLERATED], "FAILED"),
        ([GONE], "INCONCLUSIVE"),
    ],
)
def test_what_is_not_judged(faults: list[Fault], verdict: str) -> None:
    """Nothing declared, nothing to see, or doubts about the run and no cause."""
    causes = [cause("/elsewhere")] if verdict == "FAILED" else []
    assert judge_naming(faults, document(*causes, verdict=verdict)) == ("", "")


def test_a_failure_without_a_cause() -> None:
    """Nobody can tell what is wrong."""
    assert judge_naming([GONE], document()) == ("", "has no cause")
