"""What the gate says to other tools, held against the published formats."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from release_side import Note, git

from knowngood.environment import BadEnvironment
from knowngood.release.attestation import write
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.git import Repository

Export = Callable[..., list[dict[str, Any]]]
IMAGE, BUILD = "ab" * 32, "cd" * 32
SCHEMAS = json.loads(Path(__file__).with_name("attestations.schema.json").read_text("utf-8"))


def valid(content: dict[str, Any], name: str) -> dict[str, Any]:
    """The same, after the schema of this name took it."""
    schema = {**SCHEMAS, "$ref": f"#/$defs/{name}"}
    jsonschema.Draft202012Validator(schema).validate(content)
    return content


@pytest.fixture
def export(question: Callable[..., GateQuestion], tmp_path: Path) -> Export:
    """The statements in the file that the gate writes: the summary, and the test results."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "prod.toml").write_text("description = 'prod'\n")

    def statements(**options: Any) -> list[dict[str, Any]]:
        asked = question(**options)
        write(tmp_path / "v2.intoto.jsonl", asked, decide(asked))
        lines = (tmp_path / "v2.intoto.jsonl").read_text("utf-8").splitlines()
        envelopes = [valid(json.loads(line), "unsigned envelope") for line in lines]
        payloads = [base64.b64decode(envelope["payload"]) for envelope in envelopes]
        return [valid(json.loads(payload), "statement") for payload in payloads]

    return statements


def test_a_release_that_may_go(site: Repository, note: Note, export: Export) -> None:
    """Both statements are about the commit, the image and the build."""
    subjects = {"ghcr.io/example/app": IMAGE}
    record = note("v2", level="full", content=BUILD, subjects=subjects)
    summary, result = export(subjects=subjects, content=BUILD)
    assert summary["subject"] == result["subject"]
    assert summary["subject"] == [
        {"name": "v2", "digest": {"gitCommit": site.commit_of("v2")}},
        {"name": "content", "digest": {"sha256": BUILD}},
        {"name": "ghcr.io/example/app", "digest": {"sha256": IMAGE}},
    ]
    predicate = valid(summary["predicate"], "verification summary")
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["KNOWNGOOD_FULL"]
    assert predicate["timeVerified"] == "2026-11-25T12:00:00Z"
    assert predicate["resourceUri"] == "urn:knowngood:environment:prod"
    tag = git(site.path, "rev-parse", record.ref).strip()
    assert predicate["inputAttestations"] == [{"name": record.name, "digest": {"gitTag": tag}}]
    assert valid(result["predicate"], "test result")["result"] == "PASSED"


def test_a_release_that_may_not_go(note: Note, export: Export) -> None:
    """It says FAILED, for whatever reason, and no level."""
    note("v2", level="smoke")
    summary, _ = export(level="full")
    predicate = valid(summary["predicate"], "verification summary")
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == ("FAILED", ["FAILED"])
    [alone] = export(release="v3")
    assert valid(alone["predicate"], "verification summary")["inputAttestations"] == []


def test_the_test_result_is_that_of_the_record(
    site: Repository, note: Note, export: Export
) -> None:
    """With the names of its checks, which the record has and the gate does not read."""
    written = note("v2", tests={"passed": ("a", "b"), "warned": (), "failed": ()})
    _, result = export()
    assert result == written.statement()
    assert result["predicate"]["passedTests"] == ["a", "b"]


def test_a_record_made_by_hand(site: Repository, export: Export) -> None:
    """It holds one line and no statement; what it says is one."""
    name = "verified/stage/v2/20261124T120000.000000Z"
    date = "2026-11-24T12:00:00Z"
    Repository(site.path, {"GIT_COMMITTER_DATE": date}).run(
        "tag", "-a", "-m", "PASSED: verified by hand: pages", name, "v2^{}"
    )
    _, result = export()
    assert valid(result["predicate"], "test result")["result"] == "PASSED"


def test_no_release(note: Note, question: Callable[..., GateQuestion], tmp_path: Path) -> None:
    """There is nothing to say anything of; and a folder that is not there is told."""
    asked = question("v9")
    with pytest.raises(BadEnvironment, match="there is no release v9"):
        write(tmp_path / "v9.intoto.jsonl", asked, decide(asked))
    assert not (tmp_path / "v9.intoto.jsonl").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("unsigned envelope", {"payloadType": "text/plain", "payload": "", "signatures": []}),
        ("statement", {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "x"}]}),
        ("test result", {"result": "INCONCLUSIVE", "configuration": []}),
        ("verification summary", {"verificationResult": "PASSED", "verifiedLevels": []}),
    ],
)
def test_the_schemas_refuse_garbage(name: str, content: dict[str, Any]) -> None:
    """What lacks something that the specification requires, or has another word."""
    with pytest.raises(jsonschema.ValidationError):
        valid(content, name)
