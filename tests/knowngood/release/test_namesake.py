"""Two suites in one repository: what is on record of one does not count for the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from release_side import Note, git

from knowngood.environment import load
from knowngood.release import namesake
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion

SUITE = """
description = "what goes to prod next"
[origins]
web = "https://{host}"
[release]
url = "web:/version"
repository = "{repository}"
"""


@pytest.mark.parametrize(
    ("host", "repository", "name", "is_namesake"),
    [
        ("shop.example.org", "..", "stage", True),
        ("menu.example.org", "..", "stage", False),
        ("shop.example.org", "https://example.org/shop.git", "stage", False),
        ("shop.example.org", "..", "shop-stage", False),
        ("shop.example.org", "", "stage", False),
    ],
    ids=["another", "same-deployment", "own-repository", "own-name", "no-records"],
)
def test_two_suites_in_one_repository(
    tmp_path: Path, host: str, repository: str, name: str, is_namesake: bool
) -> None:
    """Of two deployments that keep records under one name in one place, as git knows them."""
    git(tmp_path, "init", "--quiet")
    suites = {"menu/stage": ("menu.example.org", ".."), f"shop/{name}": (host, repository)}
    for place, (origin, records) in suites.items():
        folder, _, environment = place.partition("/")
        path = tmp_path / folder / "environments" / f"{environment}.toml"
        path.parent.mkdir(parents=True)
        path.write_text(SUITE.format(host=origin, repository=records))
    git(tmp_path, "add", "--all")
    prod = replace(load("stage", tmp_path / "menu", secrets=False), name="prod")
    prod = replace(prod, path=prod.path.with_name("prod.toml"))
    other = tmp_path / "shop" / "environments" / "stage.toml"
    assert namesake.of(prod, "stage") == (other if is_namesake else None)
    assert namesake.of(prod, "prod") is None


def test_the_gate_does_not_count_what_is_another_suites(
    note: Note, question: Callable[..., GateQuestion], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is the stage that has a namesake, and not the environment itself."""
    note("v2")
    asked = question(max_age=60.0)
    assert decide(asked).reasons == []
    other = Path("menu/environments/stage.toml")
    monkeypatch.setattr(namesake, "of", lambda _, name: other if name == "stage" else None)
    [reason] = decide(asked).reasons
    assert reason.obstacle.startswith(
        f"{other} is the stage of another suite, and keeps its records"
    )
    assert "rename the one of the two that has no records" in reason.to_do
