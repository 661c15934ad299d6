"""The lock of an environment: one run for each of them and machine."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowngood.environment.model import Environment
from knowngood.safety import LockUnavailable
from knowngood.supervisor import lock

COMMAND = ["knowngood", "verify", "--env=test"]


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: Callable[..., Environment]
) -> Environment:
    """An environment whose lock lies in a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return environment({"content": "https://content.test"})


def test_one_environment(site: Environment) -> None:
    """The second run is told what goes on."""
    with (
        lock.held(site, COMMAND),
        pytest.raises(LockUnavailable, match=r"^test is being verified by process"),
        lock.held(site, COMMAND),
    ):
        pass


def test_two_environments(site: Environment) -> None:
    """Other origins are another lock; the same ones in another checkout are not."""
    elsewhere = replace(site, origins={"content": "https://elsewhere.test"})
    with lock.held(site, COMMAND), lock.held(elsewhere, COMMAND):
        assert lock.path_of(site) != lock.path_of(elsewhere)
    again = replace(site, path=Path("/another/checkout/environments/test.toml"))
    assert lock.path_of(site) == lock.path_of(again)
