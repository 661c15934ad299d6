"""What `gh api` takes: the bodies by which GitHub makes a deployment and its status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from verdict_documents import HOSTILE, document, failed, inconclusive, passed

from knowngood.report import Report
from knowngood.report.github_deployment import requests, write

TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://"}

# The bodies of POST /repos/{owner}/{repo}/deployments and …/deployments/{id}/statuses, from their
# parameters in GitHub's OpenAPI description (github/rest-api-description), as far as we send them.
SCHEMA = {
    "type": "object",
    "required": ["deployment", "status"],
    "additionalProperties": False,
    "properties": {
        "deployment": {
            "type": "object",
            "required": ["ref"],
            "additionalProperties": False,
            "properties": {
                "ref": TEXT,
                "task": TEXT,
                "auto_merge": {"type": "boolean"},
                "required_contexts": {"type": "array", "items": TEXT},
                "payload": {"type": ["object", "string"]},
                "environment": TEXT,
                "description": {"type": ["string", "null"]},
                "transient_environment": {"type": "boolean"},
                "production_environment": {"type": "boolean"},
            },
        },
        "status": {
            "type": "object",
            "required": ["state"],
            "additionalProperties": False,
            "properties": {
                "state": {
                    "enum": [
                        "error",
                        "failure",
                        "inactive",
                        "in_progress",
                        "queued",
                        "pending",
                        "success",
                    ]
                },
                "log_url": URL,
                "description": {"type": "string", "maxLength": 140},
                "environment": TEXT,
                "environment_url": URL,
                "auto_inactive": {"type": "boolean"},
            },
        },
    },
}


def of(content: dict[str, Any], release: str | None = "v8") -> dict[str, Any]:
    """The requests for a document of this release, after GitHub's schema took them."""
    content["release"] = {"expected": release, "seen": None, "edges": {}}
    bodies = requests(content)
    jsonschema.validate(bodies, SCHEMA)
    return bodies


@pytest.mark.parametrize(
    ("content", "state"), [(passed(), "success"), (failed(), "failure"), (inconclusive(), "error")]
)
def test_the_state_is_the_verdict(content: dict[str, Any], state: str) -> None:
    """A run that could not tell is neither a success nor a failure."""
    bodies = of(content)
    assert bodies["status"]["state"] == state
    assert bodies["status"]["description"].startswith(f"{content['verdict']}: ")


def test_the_deployment_is_the_release() -> None:
    """GitHub merges nothing and waits for no check: the release is there already."""
    deployment = of(passed())["deployment"]
    assert (deployment["ref"], deployment["environment"]) == ("v8", "stage")
    assert deployment["auto_merge"] is False
    assert deployment["required_contexts"] == []
    assert deployment["payload"] == {"run": "0123456789ab", "verdict": "PASSED"}


@pytest.mark.parametrize(("seen", "known"), [("v7", True), ("v7, v8", False), (None, False)])
def test_a_release_that_was_only_seen(seen: str | None, known: bool) -> None:
    """One release at every edge is a deployment; without one there is nothing to tell."""
    content = passed()
    content["release"] = {"expected": None, "seen": seen, "edges": {}}
    if known:
        assert requests(content)["deployment"]["ref"] == seen
    else:
        with pytest.raises(ValueError, match="give --release"):
            requests(content)


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's first origin; on GitHub Actions the page of the run as well."""
    assert of(passed())["status"]["environment_url"] == "https://fhr.example"
    assert "log_url" not in of(passed())["status"]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "mozilla/fhr-jelly")
    monkeypatch.setenv("GITHUB_RUN_ID", "42")
    url = "https://github.com/mozilla/fhr-jelly/actions/runs/42"
    assert of(passed())["status"]["log_url"] == url


def test_what_a_server_said(tmp_path: Path) -> None:
    """Long and hostile words stay within GitHub's limits, and are no control characters."""
    content = document(text=HOSTILE, reason=HOSTILE * 50)
    content["origins"] = {"content": "https://fhr.example"}
    of(content)
    write(tmp_path / "deployment.json", Report(content))
    written = (tmp_path / "deployment.json").read_text("utf-8")
    jsonschema.validate(json.loads(written), SCHEMA)
    assert "\\u001b" not in written
