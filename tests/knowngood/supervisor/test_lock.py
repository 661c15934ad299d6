"""The lock of an environment: one run for each of them and machine."""

import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowngood.environment.model import Environment
from knowngood.safety import LockUnavailable
from knowngood.supervisor.verify import alone

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
        alone(site, COMMAND),
        pytest.raises(LockUnavailable, match=r"^test is being verified by process"),
        alone(site, COMMAND),
    ):
        pass


def test_waiting_for_the_one_before(site: Environment) -> None:
    """The lock is taken as soon as the one before gives it back."""
    taken = threading.Event()

    def wait() -> None:
        with alone(site, COMMAND, wait=30):
            taken.set()

    second = threading.Thread(target=wait)
    with alone(site, COMMAND):
        second.start()
        assert not taken.wait(0.2)
    second.join(30)
    assert taken.is_set()


def test_two_environments(site: Environment) -> None:
    """Other origins are another lock; the same ones in another checkout are not."""
    elsewhere = replace(site, origins={"content": "https://elsewhere.test"})
    again = replace(site, path=Path("/another/checkout/environments/test.toml"))
    with alone(site, COMMAND), alone(elsewhere, COMMAND), pytest.raises(LockUnavailable):
        alone(again, COMMAND).__enter__()
