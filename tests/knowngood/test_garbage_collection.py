"""How often the processes of a run collect garbage."""

import gc

import pytest

from knowngood import __main__


def test_commands_collect_garbage_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """From before their first line on."""
    thresholds: list[int] = []
    monkeypatch.setattr(gc, "set_threshold", thresholds.append)
    monkeypatch.setattr("knowngood.cli.main.main", lambda: len(thresholds))
    assert __main__.main() == 1
    assert thresholds == [7000]
