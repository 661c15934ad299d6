"""How often a run's processes look for garbage."""

import gc

import pytest

from knowngood import __main__


def test_commands_look_for_garbage_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """From before their first line on."""
    thresholds: list[int] = []
    monkeypatch.setattr(gc, "set_threshold", thresholds.append)
    monkeypatch.setattr("knowngood.cli.main.main", lambda: len(thresholds))
    assert __main__.main() == 1
    assert thresholds == [7000]
