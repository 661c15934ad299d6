"""A repository of git's newer object format, whose names are longer: all that the ledger does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clones import Clone
from release_side import all_of, commit, git

from knowngood.environment.model import Environment
from knowngood.environment.release_settings import GateRules, Release
from knowngood.release import clone, push_lock, record_store, records
from knowngood.release.gate import decide
from knowngood.release.gate_question import GateQuestion
from knowngood.release.git import Repository
from knowngood.release.ledger import Ledger
from knowngood.release.record import DEPLOYED, RecordKind

Environments = Callable[..., Environment]


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A bare repository with the server's hook."""
    path = tmp_path / "origin.git"
    git(tmp_path, "init", "--quiet", "--bare", "--object-format=sha256", str(path))
    assert Clone(path).hooks("install", "--server").returncode == 0
    return path


@pytest.fixture
def site(tmp_path: Path, origin: Path) -> Repository:
    """Releases v1 and v2, with that origin."""
    path = tmp_path / "site"
    git(tmp_path, "init", "--quiet", "--object-format=sha256", str(path))
    git(path, "remote", "add", "origin", str(origin))
    for name in ("v1", "v2"):
        commit(path, f"Make {name} r=bob")
        git(path, "tag", "-a", name, "-m", name)
    git(path, "push", "--quiet", "origin", "v1", "v2")
    return Repository(path)


def recorded(site: Repository, kind: RecordKind, place: str, release: str, verdict: str) -> str:
    """Write a record as commands do, and push it; return its name."""
    full = site.commit_of(release) or ""
    assert len(full) == 64
    record = record_store.record_now(site, kind, place, release, full, verdict)
    record_store.push(site, record_store.write(site, record))
    return record.name


def test_records_are_written_pushed_and_read(
    site: Repository, origin: Path, environments: Environments
) -> None:
    """The hook lets the branch move to what has PASSED, and the gate lets it out."""
    recorded(site, RecordKind.PUSHED, "prod", "v1", DEPLOYED)
    recorded(site, RecordKind.VERIFIED, "stage", "v2", "PASSED")
    git(site.path, "push", "--quiet", "origin", "v2^{commit}:refs/heads/release")
    assert clone.fetch(site) == {}
    now = datetime.now(UTC) + timedelta(seconds=1)
    made = records.read(site, now, ["prod", "stage"])
    question = GateQuestion(Ledger(environments("prod", no_change=()), site, made), "v2", now)
    decision = decide(question)
    assert [reason.obstacle for reason in decision.reasons] == []
    assert [str(outgoing.subject) for outgoing, _ in decision.outgoing] == ["Make v2 r=bob"]
    assert made.bad == ()


def test_the_lock(site: Repository, origin: Path) -> None:
    """It is taken by one and given back, at an origin and without one."""
    with push_lock.held(site, "prod", "a push", print):
        assert git(origin, "for-each-ref", "refs/knowngood/lock/prod")
    git(site.path, "remote", "remove", "origin")
    with push_lock.held(Repository(site.path), "prod", "a push", print):
        assert git(site.path, "for-each-ref", "refs/knowngood/lock/prod")


def test_a_clone_in_the_cache(site: Repository, origin: Path, tmp_path: Path) -> None:
    """It has the object format of what it was cloned from."""
    name = recorded(site, RecordKind.VERIFIED, "prod", "v2", "PASSED")
    git(site.path, "push", "--quiet", "origin", "v2^{commit}:refs/heads/release")
    environment = Environment(
        name="prod",
        path=tmp_path / "environments" / "prod.toml",
        description="",
        origins={"content": "http://content.test"},
        release=Release("content:/v", repository=origin.as_uri()),
        gate=GateRules(),
    )
    cached = clone.opened(environment)
    clone.fetch(cached)
    [record] = all_of(records.read(cached, datetime.now(UTC), ["prod"]))
    assert record.name == name
