"""Faults that are replayed: what the process says of them, and when it leaves one out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from announced_server import ANSWERS
from drilled_suite import write_suite

from knowngood.drill.fault_replay import FaultReplay, replaying
from knowngood.environment import BadEnvironment
from knowngood.environment.loader import load

DEPLOYMENT = (
    '''
"""Serves a page, one that it leads to, its release, and documents; notes what it is asked."""
import base64, json, sys

PAGES = {"/page": b"see /next", "/next": b"next", "/version": b"v1"}
# What each fault changes: paths, and the status and body in place of the sound ones.
FAULTS = {
    "gone": {"/page": (404, b"gone")},
    "leads-elsewhere": {"/page": (200, b"see /unheard")},
    "other-release": {"/version": (200, b"v0")},
    "next-gone": {"/next": (410, b"")},
    "unread": {},
    "not-gzip": {"/page": (200, b"see /next!")},
}
ENCODED = {"not-gzip": [["content-encoding", "gzip"]]}
if "--answers" in sys.argv:
    asked = json.load(sys.stdin)
    for name in asked["faults"]:
        if name == "slow":
            continue
        answers = []
        for request in asked["requests"]:
            assert ["X-Sent", "yes"] in request["headers"], request
            path = request["url"].removeprefix(asked["origins"]["site"]).partition("?")[0]
            if path in FAULTS[name]:
                status, body = FAULTS[name][path]
                answers.append({
                    "id": request["id"],
                    "status": status,
                    "headers": [["content-length", str(len(body))], *ENCODED.get(name, ())],
                    "body": base64.b64encode(body).decode(),
                })
        print(json.dumps({"fault": name, "answers": answers}), flush=True)
    raise SystemExit

def answer(path):
    with open("asked.txt", "a") as file:
        file.write(path + "\\n")
    body = PAGES.get(path.partition("?")[0], b"")
    return 200 if body else 404, body
'''
    + ANSWERS
)
SUITE = '''
import pytest

@pytest.mark.get("site:/page?lang={lang}")
def test_page_is_there(response):
    """The page is there."""
    assert response.status_code == 200

@pytest.mark.origin("site")
def test_page_leads_on(client):
    """What the page leads to is there."""
    page = client.get("/page")
    if page.status_code == 200:
        assert client.get(page.text.removeprefix("see ")).status_code == 200

@pytest.mark.get("site:/version")
def test_version_is_there(response):
    """The release has a name."""
    assert response.text
'''
ENVIRONMENT = """
description = "one page"
send = { X-Sent = "yes" }
params = { lang = ["de", "fr"] }
release = { url = "site:/version", shape = "text" }
[serve]
command = ["false"]
origins = ["site"]
[serve.drill]
faults = ["false"]
command = ["{python}", "deployment.py"]
answers = ["{python}", "deployment.py", "--answers"]
"""
FAULTS = ["gone", "leads-elsewhere", "other-release", "next-gone", "unread", "not-gzip", "slow"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the suite."""
    root = tmp_path_factory.mktemp("suite")
    write_suite(root, ENVIRONMENT, SUITE, DEPLOYMENT)
    return root


@pytest.fixture(scope="module")
def replay(root: Path) -> Iterator[FaultReplay]:
    """The process that replays, ready."""
    with replaying(load("ours", root), FAULTS, "v1") as replay:
        yield replay


def test_only_what_changes_answers_is_replayed(replay: FaultReplay) -> None:
    """Not what the command leaves out, what changes nothing or cannot be decoded, and what the
    engine itself reads.
    """
    assert replay.faults == {"gone", "leads-elsewhere", "next-gone"}


def test_a_replayed_fault_has_a_verdict(replay: FaultReplay, root: Path) -> None:
    """As a run gives it: by the checks that read the answer, and with the URL; nothing is sent."""
    sent = (root / "asked.txt").read_text()
    conclusion = replay.conclusion("gone")
    assert conclusion is not None
    assert conclusion.document is not None
    assert (conclusion.code, conclusion.document["verdict"]) == (1, "FAILED")
    failed = [failure["check"] for failure in conclusion.document["failures"]]
    assert failed == ["test_page.py::test_page_is_there"] * 2
    (cause,) = conclusion.document["causes"]
    assert cause["exchanges"][0]["url"].endswith("/page?lang=de")
    assert cause["exchanges"][0]["attempts"][0]["status"] == 404
    assert (root / "asked.txt").read_text() == sent


def test_a_replay_of_some_checks(replay: FaultReplay) -> None:
    """The others are taken to hold as they did in the sound run."""
    conclusion = replay.conclusion("gone", checks=["test_page.py::test_page_leads_on"])
    assert conclusion is not None
    assert conclusion.code == 0


def test_a_replay_of_a_check_that_fails(replay: FaultReplay) -> None:
    """One case of it is enough, where all others would say the same."""
    conclusion = replay.conclusion("gone", checks=["test_page.py::test_page_is_there"])
    assert conclusion is not None
    assert conclusion.document is not None
    assert conclusion.code == 1
    assert len(conclusion.document["failures"]) == 1


def test_what_was_never_asked_takes_a_deployment(replay: FaultReplay) -> None:
    """A check that asks for something else then has no answer, and proves nothing."""
    assert replay.conclusion("leads-elsewhere") is None


def test_faults_are_replayed_together(replay: FaultReplay) -> None:
    """Each changes its own answers; two that change the same one take a deployment."""
    assert _failed(replay, "gone") == {"test_page_is_there"}
    assert _failed(replay, "next-gone") == {"test_page_leads_on"}
    assert _failed(replay, "leads-elsewhere", "gone") is None
    assert _failed(replay, "gone", "next-gone") == {"test_page_is_there"}


def _failed(replay: FaultReplay, *faults: str) -> set[str] | None:
    """Return the checks that fail with these faults; None if a deployment has to tell."""
    ended = replay.conclusion(*faults)
    if ended is None or ended.document is None:
        return None
    return {failure["check"].partition("::")[2] for failure in ended.document["failures"]}


def test_faults_are_replayed_in_any_order(replay: FaultReplay) -> None:
    """One that was replayed leaves nothing behind for the next."""
    first, again = replay.conclusion("gone"), replay.conclusion("gone")
    assert replay.conclusion("leads-elsewhere") is None
    assert first is not None
    assert again is not None
    assert first.document is not None
    assert again.document is not None
    assert first.document["causes"] == again.document["causes"]


def test_a_suite_that_does_not_pass_replays_nothing(tmp_path: Path) -> None:
    """Then its checks prove nothing about changed answers."""
    write_suite(tmp_path, ENVIRONMENT, SUITE.replace("== 200", "== 201"), DEPLOYMENT)
    with replaying(load("ours", tmp_path), FAULTS, "v1") as replay:
        assert replay.faults == frozenset()


def test_a_process_that_is_killed_replays_nothing_more(root: Path) -> None:
    """Deployments have to tell the rest, and nothing breaks at the end."""
    with replaying(load("ours", root), FAULTS, "v1") as replay:
        replay._process.kill()
        replay._process.wait()
        assert replay.conclusion("gone") is None
        assert replay.has_ended


def test_a_command_that_does_not_answer(tmp_path: Path) -> None:
    """The message names the file, the key and the command."""
    answers = 'answers = ["{python}", "-c", "raise SystemExit(3)"]'
    text = ENVIRONMENT.replace('answers = ["{python}", "deployment.py", "--answers"]', answers)
    write_suite(tmp_path, text, SUITE, DEPLOYMENT)
    replay = replaying(load("ours", tmp_path), FAULTS, "v1")
    with pytest.raises(BadEnvironment, match=r"ours\.toml: serve\.drill\.answers: .*status 3"):
        replay.__enter__()
