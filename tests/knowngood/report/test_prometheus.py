"""The metrics are what Prometheus reads, whatever a server said; the rules of the docs use them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from verdict_documents import HOSTILE, cause, document, failed, inconclusive, passed

from knowngood.report import Report, json_file, prometheus
from knowngood.verdict import VerdictKind

DOCS = Path(__file__).parents[3] / "docs" / "reports.md"
RULES = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.S)[-1])


def families(content: dict[str, Any]) -> dict[str, Metric]:
    """The metrics of a run as Prometheus' own parser reads them, by name without the prefix."""
    parsed = list(text_string_to_metric_families(prometheus.text(content)))
    names = [family.name.removeprefix("knowngood_") for family in parsed]
    assert len(set(names)) == len(names), "a family stands in one piece"
    return dict(zip(names, parsed, strict=True))


def values(content: dict[str, Any], name: str, label: str) -> dict[str, float]:
    """The samples of one metric by one of their labels."""
    return {sample.labels[label]: sample.value for sample in families(content)[name].samples}


@pytest.mark.parametrize("content", [passed(), failed(), inconclusive()])
def test_the_verdict_is_one_hot(content: dict[str, Any]) -> None:
    """Each verdict has a sample; that of the run is 1."""
    verdicts = values(content, "verdict", "verdict")
    assert set(verdicts) == set(VerdictKind)
    assert {verdict for verdict, value in verdicts.items() if value} == {content["verdict"]}


def test_what_a_run_found_and_asked_for() -> None:
    """Causes by state, claims, cases and requests of the last run."""
    content = failed()
    assert values(content, "causes", "state") == {
        "failed": 1,
        "known": 1,
        "unsettled": 1,
        "advisory": 1,
    }
    assert values(content, "claims", "state") == {"held": 0, "broken": 1, "advisory": 0}
    assert values(content, "cases", "result")["passed"] == 1
    for name, value in {"requests": 10, "retries": 2, "received_bytes": 1_500_000}.items():
        assert values(content, name, "environment") == {"stage": value}


def test_claims_that_an_advisory_accepts_are_not_broken() -> None:
    """A claim whose bad cases are all accepted counts for itself."""
    content = failed()
    check = {"claim": "c", "ran": 3, "bad": 2, "advisory": 2, "unsteady": False, "catches": []}
    broken = {**check, "advisory": 1}
    content["checks"] = {"a": check, "b": broken, "c": {**check, "bad": 0, "advisory": 0}}
    assert values(content, "claims", "state") == {"held": 1, "broken": 1, "advisory": 1}


def test_when_the_run_ended() -> None:
    """An alert compares it with the present: it is the end and not the beginning."""
    content = {**passed(), "began": 100.0, "seconds": 12.5}
    assert values(content, "run_timestamp_seconds", "environment") == {"stage": 112.5}
    assert values(content, "run_duration_seconds", "environment") == {"stage": 12.5}


def test_the_answer_times_are_a_histogram_of_each_origin() -> None:
    """Its buckets are cumulative and end with all; sum and count are there."""
    samples = families(passed())["answer_seconds"].samples
    buckets = {s.labels["le"]: s.value for s in samples if s.name.endswith("_bucket")}
    counts = list(buckets.values())
    assert counts == sorted(counts)
    assert (buckets["0.01"], buckets["0.025"], buckets["0.5"], buckets["+Inf"]) == (0, 1, 3, 3)
    rest = {s.name.rpartition("_")[2]: s.value for s in samples if not s.name.endswith("_bucket")}
    assert rest == {"sum": 0.36, "count": 3}
    assert {s.labels["origin"] for s in samples} == {"content"}


def test_certificates_and_release() -> None:
    """The end of a certificate in seconds since 1970; the release as a label."""
    content = passed()
    content["release"]["seen"] = "v8"
    name = "certificate_expiry_timestamp_seconds"
    assert values(content, name, "origin") == {"content": 1_702_592_000}
    assert values(content, "release_info", "release") == {"v8": 1}
    assert values(content, "run_info", "place") == {"fra": 1}


def test_messages_that_did_not_arrive_are_counted() -> None:
    """Who cannot be told any more is told by Prometheus."""
    content = {**failed(), "notifications": {"delivered": 2, "troubles": ["notify.0: no"]}}
    assert values(content, "notifications", "result") == {"delivered": 2, "failed": 1}
    assert "notifications" not in families(failed())


def test_a_run_without_a_verdict_has_metrics() -> None:
    """One that broke leaves no answers, and still a verdict and a time."""
    content = json_file.empty(
        VerdictKind.INTERNAL_ERROR, "broke", "prod", run_id="0" * 12, place="fra", began=1.0
    )
    assert values(content, "verdict", "verdict")["INTERNAL ERROR"] == 1
    assert families(content)["answer_seconds"].samples == []


def test_nothing_that_a_server_said_forges_a_line() -> None:
    """Release and names are labels of one line, however they are written."""
    content = document(cause(HOSTILE), text=f'x"}} 1\n\\{HOSTILE}')
    content["release"]["seen"] = 'v8"} 0\nknowngood_verdict{verdict="PASSED"} 1\n'
    plain = {name: len(family.samples) for name, family in families(document()).items()}
    hostile = {name: len(family.samples) for name, family in families(content).items()}
    assert hostile == {**plain, "release_info": 1}
    (release,) = values(content, "release_info", "release")
    assert release == 'v8"} 0\\x0aknowngood_verdict{verdict="PASSED"} 1\\x0a'


def test_a_label_reads_back_as_it_was() -> None:
    """Backslash and quote have a meaning in a label: a backslash and an n are no new line."""
    content = passed()
    content["release"]["seen"] = r'C:\new "8"'
    assert list(values(content, "release_info", "release")) == [r'C:\new "8"']


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    """node_exporter reads files that end in .prom at any time: only the finished one does."""
    path = tmp_path / "prod.prom"
    content = passed()
    path.write_text("old")
    with path.open() as before:
        prometheus.write(path, Report(content))
        assert before.read() == "old", "the old file is not written into"
    assert path.read_text("utf-8") == prometheus.text(content)
    assert [entry.name for entry in tmp_path.iterdir()] == ["prod.prom"]


def test_the_rules_of_the_docs_use_these_metrics() -> None:
    """Three rules; each metric and label value in them is one that is written."""
    rules = RULES["groups"][0]["rules"]
    assert len(rules) == 3
    content = {**failed(), "release": {"seen": "v8", "expected": None, "edges": {}}}
    names = {f"knowngood_{name}" for name in families(content)}
    for rule in rules:
        expression = rule["expr"]
        assert set(re.findall(r"knowngood_\w+", expression)) <= names
        assert expression.count("(") == expression.count(")")
        for verdict in re.findall(r'verdict=~?"([^"]+)"', expression):
            assert set(verdict.split("|")) <= set(VerdictKind)
        assert rule["annotations"]["summary"]


def test_a_rule_fires_when_no_run_came_for_15_minutes() -> None:
    """By the age of the last run."""
    expression = RULES["groups"][0]["rules"][1]["expr"]
    assert "time() - knowngood_run_timestamp_seconds > 15 * 60" in expression
