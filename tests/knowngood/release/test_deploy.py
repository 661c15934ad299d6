"""What a push and a rollback ask of the verification that follows the deployment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from release_side import NOW

from knowngood.environment.model import Environment
from knowngood.release import deploy, records
from knowngood.release.deploy import Deployment
from knowngood.release.git import Repository
from knowngood.release.ledger import Ledger
from knowngood.release.record import RecordKind

Verified = Callable[..., list[str]]


@pytest.fixture
def verified(
    site: Repository,
    environments: Callable[..., Environment],
    monkeypatch: pytest.MonkeyPatch,
) -> Verified:
    """The words of the command that verifies v2 on prod, after a deployment like this."""
    commands: list[list[str]] = []

    def run(command: Sequence[str], folder: Path, inherited: int) -> int:
        commands.append(list(command))
        return 75

    def words(level: str = "smoke", **options: object) -> list[str]:
        monkeypatch.setattr(deploy, "_run", run)
        environment = replace(environments("prod"), level=level)
        ledger = Ledger(environment, site, records.read(site, NOW, ["prod"]))
        made = Deployment(ledger, RecordKind.PUSHED, "v2", "0" * 40, print)
        replace(made, **options).verify()
        return commands[-1]

    return words


@pytest.mark.parametrize("level", ["smoke", "full"])
def test_the_level_that_the_environment_asks_for(verified: Verified, level: str) -> None:
    """A run with a lower one could not end in PASSED."""
    assert f"--level={level}" in verified(level)


def test_the_reports_that_are_kept(verified: Verified, tmp_path: Path) -> None:
    """Each with the name of environment and release; none beside the verdict without a folder."""
    (tmp_path / "kept").mkdir()
    asked = verified(reports=tmp_path / "kept")
    files = {
        Path(word.partition("=")[2]).name for word in asked if "file=" in word or "xml" in word
    }
    assert files == {"prod-v2.json", "prod-v2.html", "prod-v2.xml", "prod-v2.deployment.json"}
    assert not any("deployment" in word for word in verified())


def test_the_artefacts_that_went_out(verified: Verified) -> None:
    """The record of the verification names them."""
    digest = "ab" * 32
    assert f"--subject=app=sha256:{digest}" in verified(subjects={"app": digest})
    assert not any(word.startswith("--subject") for word in verified())
