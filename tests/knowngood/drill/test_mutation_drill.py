"""A drill of mutations: a suite of a team's own against a server of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from command_run import run_command
from pasting import paste
from suite_run import PYPROJECT, SuiteRun

USER = {"id": 1, "email": "a@example.org", "nick": "a"}


@dataclass
class Service:
    """A small service, and how many requests it got."""

    url: str
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service with a user, a page, and a store of documents that clients name."""
    with serving() as service:
        yield service


@contextmanager
def serving() -> Iterator[Service]:
    """Serve it until the context ends."""
    store: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"/user": json.dumps(USER).encode(), "/": b"<title>Hi</title><p>Hi"}
            self.answer(store.get(self.path) or body.get(self.path))

        def do_PUT(self) -> None:
            store[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(store[self.path])

        def do_DELETE(self) -> None:
            self.answer(store.pop(self.path, None))

        def answer(self, body: bytes | None) -> None:
            served.requests.append(f"{self.command} {self.path}")
            self.send_response(200 if body is not None else 404)
            kind = "text/html" if self.path == "/" else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Service(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


CHECKS = '''
import json, uuid
import pytest

@pytest.mark.get("api:/user")
def test_the_user(response):
    """The user is whole."""
    assert response.status_code == 200
    assert response.json()["email"] == "a@example.org"

@pytest.mark.origin("api", writes=True)
def test_a_document_is_kept_and_deleted(client):
    """What is written is read back, and gone after its deletion."""
    name = uuid.uuid4().hex
    document = {"name": name}
    assert client.put(f"/{name}", json=document).status_code == 200
    assert client.get(f"/{name}").json() == document
    assert client.delete(f"/{name}").status_code == 200
    assert client.get(f"/{name}").status_code == 404
'''
LENIENT = '''

@pytest.mark.get("api:/user")
def test_there_is_a_user(response):
    """A user is there."""
    assert response.status_code == 200
'''
BLIND = '''
import pytest

@pytest.mark.get("api:/user")
def test_nothing(response):
    """Whatever comes is fine."""
    assert response.elapsed
'''


@dataclass(frozen=True)
class Drilled:
    """How a drill ended."""

    code: int
    output: str
    document: dict[str, Any]

    def notices(self, mutation: str) -> list[tuple[str, str]]:
        """Return what was wrong and whether it was noticed, of one mutation."""
        mutants = self.document["mutants"]
        return [(m["predicate"], m["notice"]) for m in mutants if m["mutation"] == mutation]


Command = Callable[..., tuple[int, str]]


def drill_here(cwd: Path, *words: str) -> tuple[int, str]:
    """Run ``knowngood WORDS`` in this process; return its exit code and what it printed."""
    ended = run_command(cwd, *words)
    return ended.code, ended.output


def drill_as_people_do(cwd: Path, *words: str) -> tuple[int, str]:
    """Run ``knowngood WORDS`` as a process; return its exit code and what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "knowngood", *words],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def write_suite(
    folder: Path, service: Service, checks: str, tables: str = "", conftest: str = ""
) -> None:
    """Write a suite with these checks to ``folder``."""
    (folder / "environments").mkdir(exist_ok=True)
    (folder / "checks").mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "environments" / "test.toml").write_text(
        f'description = "a test"\nwrites = true\n[origins]\napi = "{service.url}"\n{tables}'
    )
    (folder / "checks" / "test_api.py").write_text(checks)
    (folder / "checks" / "conftest.py").write_text(conftest)


def drilled_suite(
    folder: Path,
    service: Service,
    command: Command,
    checks: str,
    *options: str,
    tables: str = "",
    conftest: str = "",
) -> Drilled:
    """Drill a suite with these checks in ``folder``."""
    write_suite(folder, service, checks, tables, conftest)
    file = folder / "drill.json"
    file.unlink(missing_ok=True)
    words = ["drill", "--env=test", f"--json={file}", "--seed=7", "--seconds=600", *options]
    code, output = command(folder, *words)
    return Drilled(code, output, json.loads(file.read_text()) if file.exists() else {})


@pytest.fixture
def drill(tmp_path: Path, service: Service) -> Callable[..., Drilled]:
    """Drill a suite with these checks."""
    return partial(drilled_suite, tmp_path, service, drill_here)


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    """A drill of ``CHECKS``, as people run it; it counts what it asks."""
    with serving() as service:
        folder = tmp_path_factory.mktemp("suite")
        drilled = drilled_suite(folder, service, drill_as_people_do, CHECKS)
        assert len(service.requests) == drilled.document["requests"]
    return drilled


Drill = Callable[..., Drilled]


def test_mutants_are_caught_or_missed_without_a_request(drilled: Drilled) -> None:
    """Only the recorded run asks; what the checks read is caught, what they do not read missed."""
    assert drilled.code == 0, drilled.output
    assert drilled.document["requests"] == 5
    assert set(drilled.notices("status-404")) == {("is answered with 404", "caught")}
    gone = dict(drilled.notices("json-key-gone"))
    assert gone['lacks the key "email"'] == "caught"
    assert gone['lacks the key "nick"'] == "missed"
    assert re.search("nothing notices when /user ", drilled.output)
    assert drilled.document["counts"]["left out"] == 0


def test_a_walk_is_replayed_under_the_names_that_it_makes_up(drilled: Drilled) -> None:
    """A write that gets another answer is caught, as is a deletion that deletes nothing."""
    mutants = drilled.document["mutants"]
    walk = {(m["kind"], m["notice"]) for m in mutants if "{id}" in m["kind"] and m["weight"] == 1}
    assert {kind for kind, _ in walk} == {
        "PUT api:/{id}",
        "GET api:/{id}",
        "GET api:/{id} (2)",
        "DELETE api:/{id}",
    }
    last = [m for m in mutants if m["kind"] == "GET api:/{id} (2)"]
    assert ("missing-is-there", "caught") in {(m["mutation"], m["notice"]) for m in last}


def test_a_seed_draws_the_same_mutants_again(drilled: Drilled, drill: Drill) -> None:
    """Two drills with one seed differ in nothing but time, and names that the checks make up."""
    first, second = (
        [
            (m["kind"], m["mutation"], m["predicate"], m["notice"])
            for m in each.document["mutants"]
            if m["mutation"] != "slow"  # of answers that take a tenth of a second
        ]
        for each in (drilled, drill(CHECKS))
    )
    assert first == second


def test_a_suite_that_looks_at_nothing_scores_nothing(drill: Drill) -> None:
    """No mutant that changes what came is noticed by a check that only takes an answer."""
    drilled = drill(BLIND, "--fail-under=50")
    assert drilled.document["score"] == 0
    assert drilled.code == 1
    assert "--fail-under=50: below it (exit 1)" in drilled.output


def test_what_is_offered_closes_the_blind_spots(drill: Drill, tmp_path: Path) -> None:
    """Pasted as it is, it holds on the deployment as it is, and catches what was missed."""
    first = drill(BLIND)
    offered = {(m["mutation"], m["predicate"]) for m in first.document["mutants"] if m["remedy"]}
    assert len(offered) > 20
    paste(first.document, tmp_path)
    again = drill((tmp_path / "checks" / "test_api.py").read_text())
    assert again.code == 0, again.output
    missed = [m for m in again.document["mutants"] if m["notice"] == "missed"]
    assert offered.isdisjoint((m["mutation"], m["predicate"]) for m in missed)


def test_a_run_that_does_not_pass_is_not_drilled(drill: Drill) -> None:
    """Checks that fail on the deployment as it is say nothing about mutants."""
    drilled = drill(CHECKS.replace("a@example.org", "b@example.org"))
    assert drilled.code == 1
    assert "test: no mutants: the run did not pass" in drilled.output
    assert not drilled.document


def test_a_suite_that_cannot_be_loaded_is_not_drilled(drill: Drill) -> None:
    """No run, so no mutant: that is no good score."""
    drilled = drill(CHECKS, conftest="import no_such_module")
    assert drilled.code == 4
    assert "no_such_module" in drilled.output


OWN = """
import pytest
from dataclasses import replace
from knowngood.mutation import Change, Mutation

@pytest.fixture(scope="session")
def mutations():
    def shout(recorded):
        return replace(recorded.answer, body=recorded.answer.body.upper())
    def changes(recorded):
        return [Change("shouts", "assert body.islower()", shout)]
    return [Mutation("shouting", "somebody is angry", changes)]
"""


def test_a_suite_adds_mutations_and_accepts_blind_spots(drill: Drill, tmp_path: Path) -> None:
    """Its own mutation is tried like any other; what it accepts is listed with the reason."""
    page = tmp_path / "drill.html"
    accepted = '[[accepted]]\nmutation = "*header*"\nreason = "nobody reads these"\n'
    drilled = drill(CHECKS, f"--html-file={page}", tables=accepted, conftest=OWN)
    assert ("shouts", "caught") in drilled.notices("shouting")
    assert drilled.document["counts"]["accepted"] > 0
    assert "nobody reads these" in drilled.output
    assert "json-key-gone" in page.read_text("utf-8")


def test_time_ends_a_drill_after_the_mutant_under_way(drill: Drill) -> None:
    """With no time at all one mutant is tried, and the output says how many there are."""
    drilled = drill(CHECKS, "--seconds=0")
    assert len(drilled.document["mutants"]) == 1
    assert drilled.document["possible"] > 50
    assert re.search(r"tried 1 of \d+ mutants", drilled.output)


def test_a_recording_takes_the_place_of_the_network(
    drilled: Drilled,
    drill: Drill,
    service: Service,
    tmp_path: Path,
    suite_here: Callable[..., SuiteRun],
) -> None:
    """A HAR file of a run gives the same mutants as the run, and nothing is asked."""
    write_suite(tmp_path, service, CHECKS)
    har = tmp_path / "run.har"
    assert suite_here("--env=test", f"--har-file={har}", cwd=tmp_path).code == 0
    asked = len(service.requests)
    again = drill(CHECKS, f"--from-har={har}")
    assert again.code == 0, again.output
    assert len(service.requests) == asked
    assert again.document["requests"] == 0
    results = [
        [(m["kind"], m["predicate"]) for m in d.document["mutants"] if m["mutation"] != "slow"]
        for d in (drilled, again)
    ]
    assert results[0] == results[1]


@pytest.mark.parametrize("failed", [{"status": 0, "_error": "timeout (connect)"}, {"status": 503}])
def test_attempts_that_were_made_again_are_no_answers(
    drill: Drill,
    service: Service,
    tmp_path: Path,
    suite_here: Callable[..., SuiteRun],
    failed: dict[str, Any],
) -> None:
    """A HAR file has them as entries of their own, before what came in the end."""
    write_suite(tmp_path, service, CHECKS)
    har = tmp_path / "run.har"
    assert suite_here("--env=test", f"--har-file={har}", cwd=tmp_path).code == 0
    content = json.loads(har.read_text())
    content["log"]["entries"] = [
        entry | {"response": entry["response"] | response}
        for entry in content["log"]["entries"]
        for response in ([failed, {}] if entry["request"]["method"] == "GET" else [{}])
    ]
    har.write_text(json.dumps(content))
    drilled = drill(CHECKS, f"--from-har={har}")
    assert "left out: they do not hold" not in drilled.output
    assert {notice for _, notice in drilled.notices("json-key-gone")} == {"caught", "missed"}


def test_what_a_check_that_is_left_out_may_catch_is_not_missed(
    drill: Drill, service: Service, tmp_path: Path, suite_here: Callable[..., SuiteRun]
) -> None:
    """Of a body that the recording has cut, only what reads no body can be judged."""
    checks = CHECKS + LENIENT
    write_suite(tmp_path, service, checks)
    har = tmp_path / "run.har"
    assert suite_here("--env=test", f"--har-file={har}", cwd=tmp_path).code == 0
    content = json.loads(har.read_text())
    for entry in content["log"]["entries"]:
        if entry["request"]["url"].endswith("/user"):
            entry["response"]["content"] |= {"text": '{"id', "comment": "the first 4 of 9 bytes"}
    har.write_text(json.dumps(content))
    drilled = drill(checks, f"--from-har={har}")
    of_user = [m for m in drilled.document["mutants"] if m["kind"] == "api:/user"]
    assert {m["notice"] for m in of_user} == {"caught", "left out"}
    reasons = {m["reason"] for m in of_user if m["notice"] == "left out"}
    assert reasons == {"a check that reads it was left out, and may catch it"}
    assert "1 case left out" in drilled.output
    assert "has only a part of what came from 1 URL, such as " in drilled.output


def test_answers_of_an_earlier_release_are_tried(drill: Drill, tmp_path: Path) -> None:
    """What a cache may still have is one more mutant: the page before it was changed."""
    har = tmp_path / "before.har"
    entry = {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 1,
        "request": {"method": "GET", "url": "https://old.example/user", "headers": []},
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"text": '{"id": 1, "nick": "a"}'},
        },
    }
    har.write_text(json.dumps({"log": {"entries": [entry]}}))
    drilled = drill(CHECKS, f"--previous-har={har}")
    assert [notice for _, notice in drilled.notices("body-of-before")] == ["caught"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no JSON", "is no HAR file"),
        ('{"log": {"entries": []}}', "another program wrote it"),
        ('{"log": {"entries": [{}]}}', "is no HAR file (KeyError"),
    ],
)
def test_what_is_no_recording_is_refused(
    drill: Drill, tmp_path: Path, content: str, message: str
) -> None:
    """The message names the option, the file, and how to write one."""
    har = tmp_path / "x.har"
    har.write_text(content)
    drilled = drill(CHECKS, f"--from-har={har}")
    assert drilled.code == 4
    assert f"--from-har {har}: {message}" in drilled.output
    assert "--har-file=FILE" in drilled.output
