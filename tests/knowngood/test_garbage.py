"""How often a run's processes look for garbage."""

import gc

import pytest

from knowngood import __main__


def test_commands_look_for_garbage_seldom(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From before their imports on."""
    thresholds: list[int] = []
    monkeypatch.setattr(gc, "set_threshold", thresholds.append)
    monkeypatch.setattr("sys.argv", ["knowngood", "--help"])
    assert __main__.main() == 0
    assert thresholds == [7000]
