"""What tests may change while a stand-in runs: its faults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fhr_standin
from fhr_standin.content import Content
from fhr_standin.folder import Folder
from fhr_standin.inspection import Inspection
from fhr_standin.submission import Submissions

SUBMIT = "/1.0/submit/metrics/0b3dd3ae-6c9e-4d2f-8a51-8f6f0f4a2d11"
CONFIG = "/fr/js/config.json"


def test_faults_begin_and_end_while_it_runs(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """Of content and of submission; the next ones take the place of those before."""
    content, submission = standin.origins["content"], standin.origins["submission"]
    standin.arm("config-missing@fr", "submit-202")
    assert fetch(content + CONFIG).status == 404
    assert fetch(f"{content}/pl/js/config.json").status == 200
    assert fetch(submission + SUBMIT, "PUT", body=b"{}").status == 202
    standin.arm("empty-accepted")
    assert fetch(content + CONFIG).status == 200
    assert fetch(submission + SUBMIT, "PUT", body=b"").status == 201
    standin.arm()
    assert fetch(submission + SUBMIT, "PUT", body=b"").status == 400


def test_new_faults_begin_with_an_empty_store(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """Documents and requests are forgotten, also those that a fault counts."""
    url = standin.origins["submission"] + SUBMIT
    statuses = []
    for _ in range(2):
        standin.arm("submit-503-once")
        assert (standin.documents(), standin.requests()["submission"]) == ({}, {})
        statuses += [fetch(url, "PUT", body=b"{}").status for _ in range(2)]
    assert statuses == [503, 201, 503, 201]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("config-mising", "there is no 'config-mising'; near are: config-missing, "),
        ("zzz", "there is no 'zzz'; to list all: python -m fhr_standin --list-faults"),
        ("config-missing@xx", "allowed locales are: "),
        ("content-refused", "--fault: content-refused lasts from start to end; start one with it"),
        ("edge-differs", "--fault: edge-differs lasts from start to end; start one with it"),
        ("page-http-redirect", "--fault: page-http-redirect lasts from start to end"),
    ],
)
def test_a_fault_that_cannot_begin_changes_nothing(
    fault: str, message: str, standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """It is said why; the faults that there are stay."""
    standin.arm("config-missing")
    with pytest.raises(fhr_standin.UsageError) as error:
        standin.arm("robots-missing", fault)
    assert message in str(error.value)
    assert fetch(standin.origins["content"] + CONFIG).status == 404
    assert fetch(f"{standin.origins['content']}/robots.txt").status == 200


def test_a_folder_takes_no_faults(ask: Callable[..., Any], tmp_path: Path) -> None:
    """What lies there is served as it is."""
    app = Inspection([Content(Folder(tmp_path), [])], Submissions([]))
    answer = ask(app, "/faults/config-missing", "POST")
    assert (answer.status, answer.body) == (400, b"--root: serves what is there, without faults")
