"""Every test here runs git with settings of its own; a question to the gate is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from release_side import NOW, Note

from knowngood.content.subjects import NO_SUBJECTS
from knowngood.environment.model import Environment
from knowngood.release import records
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.git import Repository
from knowngood.release.ledger import Ledger
from knowngood.release.live import LiveAnswer
from knowngood.release.record import RecordKind

Environments = Callable[..., Environment]
Ask = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def own_git_settings(settings: Path) -> Path:
    """No hook, key or name of this machine's user."""
    return settings


@pytest.fixture
def adopted(note: Note) -> None:
    """Of old, v1 is live on prod."""
    note("v1", "prod", "ADOPTED", kind=RecordKind.ADOPTED, days=90)


@pytest.fixture
def question(
    site: Repository, environments: Environments, adopted: None
) -> Callable[..., GateQuestion]:
    """May v2 go to prod, with these rules?"""

    def make(
        release: str = "v2",
        now: datetime = NOW,
        content: str | None = None,
        live: LiveAnswer | None = None,
        subjects: Mapping[str, str] = NO_SUBJECTS,
        **gate: object,
    ) -> GateQuestion:
        environment = environments("prod", **gate)
        found = records.read(site, now, ["prod", "stage", "ci"])
        return GateQuestion(Ledger(environment, site, found), release, now, content, live, subjects)

    return make


@pytest.fixture
def ask(question: Callable[..., GateQuestion]) -> Ask:
    """What stands in the way."""

    def reasons(*given: object, **options: object) -> list[str]:
        found = decide(question(*given, **options)).reasons
        assert all(each.to_do for each in found)
        return [each.obstacle for each in found]

    return reasons
