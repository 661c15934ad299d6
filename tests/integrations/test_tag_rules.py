"""The rules for tags in integrations/: every kind of record is protected, on GitHub and GitLab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowngood.release.record import RecordKind

FOLDER = Path(__file__).parent.parent.parent / "integrations"


def read(name: str) -> Any:
    """Return the content of a file there."""
    return json.loads((FOLDER / name).read_text("utf-8"))


@pytest.mark.parametrize("kind", list(RecordKind))
def test_each_kind_of_record_is_protected(kind: RecordKind) -> None:
    """On GitHub ``*`` matches no slash, and ``**/*`` does; on GitLab ``*`` does."""
    rules = read("github-tag-ruleset.json")
    assert f"refs/tags/{kind}/**/*" in rules["conditions"]["ref_name"]["include"]
    protected = {rule["name"] for rule in read("gitlab-protected-tags.json")}
    assert f"{kind}/*" in protected


def test_github_refuses_to_move_and_to_delete() -> None:
    """For everybody, and from now on."""
    rules = read("github-tag-ruleset.json")
    assert (rules["target"], rules["enforcement"], rules["bypass_actors"]) == ("tag", "active", [])
    assert {"deletion", "update"} <= {rule["type"] for rule in rules["rules"]}


def test_developers_may_write_records_on_gitlab() -> None:
    """30 is Developer: who verifies must be able to record it."""
    records = [r for r in read("gitlab-protected-tags.json") if r["name"] != "v*"]
    assert {rule["create_access_level"] for rule in records} == {30}
