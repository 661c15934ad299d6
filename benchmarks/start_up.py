"""How long a run takes to start and to end: one check, beside one test of pytest alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import fhr_standin

from . import process
from .results import BARE, DRILL, ONE, VERIFY, Results, Series
from .scale import Say, Scale

_WITHIN: Final = 60.0  # seconds

_PYTEST: Final = (sys.executable, "-m", "pytest")
_COMMANDS: Final = {
    BARE: (*_PYTEST, "-p", "no:knowngood.plugin", "alone"),
    ONE: (*_PYTEST, "--env=one"),
    VERIFY: (sys.executable, "-m", "knowngood", "verify", "--env=one"),
    DRILL: (*_PYTEST, "--env=served", "--drill=none"),
}

_FILES: Final = {
    "pyproject.toml": """\
[tool.pytest.ini_options]
testpaths = ["checks"]
addopts = "-p no:randomly -p no:anyio -p no:hypothesispytest -p no:cacheprovider"
""",
    "environments/served.toml": """\
description = "the stand-in as a drill starts it"

[serve]
command = ["false"]
origins = ["content", "submission"]

[serve.drill]
faults = ["false"]
command = ["{python}", "-m", "fhr_standin", "--port", "0", "--locales", "5"]
""",
    "checks/test_one.py": '''\
"""A check."""

import pytest


@pytest.mark.get("content:/robots.txt")
def test_robots(response):
    """It is answered."""
    assert response.status_code == 200
''',
    "alone/test_one.py": '''\
"""A test."""


def test_nothing():
    """It holds."""
''',
}


def measure(scale: Scale, results: Results, say: Say) -> None:
    """Measure each command in turn, after a round in which Python writes its bytecode."""
    with _suite() as folder:
        for number in range(scale.starts + 1):
            say(f"start-up {number} of {scale.starts}")
            for name, command in _COMMANDS.items():
                usage = process.require(process.measure(command, folder, _WITHIN), name)
                if number:
                    results.starts.setdefault(name, Series()).add(usage)


@contextmanager
def _suite() -> Iterator[Path]:
    """Yield a folder with one check, one test, and a deployment that answers."""
    with (
        TemporaryDirectory(prefix="knowngood-benchmark-") as name,
        fhr_standin.running(locales=1) as standin,
    ):
        origin = f'description = "one"\n\n[origins]\ncontent = "{standin.origins["content"]}"\n'
        for path, text in {**_FILES, "environments/one.toml": origin}.items():
            file = Path(name) / path
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
        yield Path(name)
