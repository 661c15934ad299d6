"""The suite one would write first: pytest and httpx, a test for each URL."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .deployment import ROOT
from .errors import BenchmarkError
from .process import PYTEST, Usage, measure, require

_WITHIN: Final = 1200.0  # seconds
_SCHEMA: Final = ROOT / "smoketests" / "schemas" / "config.schema.json"

_SUITE: Final = '''\
"""Every URL answers as it should; config.json matches its schema."""

import json
from pathlib import Path

import httpx
import jsonschema
import pytest

HERE = Path(__file__).parent
CASES = [line.split() for line in (HERE / "urls").read_text().splitlines()]
SCHEMA = json.loads((HERE / "config.schema.json").read_text())


@pytest.mark.parametrize(("status", "url"), CASES)
def test_url(status, url):
    response = httpx.get(url)
    assert response.status_code == int(status)
    if "/js/config.json" in url and response.status_code == 200:
        jsonschema.validate(response.json(), SCHEMA)
'''


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds for ``cases`` of them, of which ``measured`` were run for the slope.

    ``wall`` is extrapolated linearly unless all were run.
    """

    wall: float
    cases: int
    measured: int
    peak: int


class Naive:
    """The suite in a directory of its own; ``cases`` are pairs of status and URL."""

    def __init__(self, folder: Path, cases: Sequence[tuple[int, str]]) -> None:
        self._folder = folder
        self._cases = cases
        folder.mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        (folder / "test_urls.py").write_text(_SUITE, "utf-8")
        shutil.copy(_SCHEMA, folder)

    def time(self, workers: int, every: int) -> Timed:
        """Time it with so many workers (0: without xdist) on each ``every``-th URL.

        What starting costs is taken from a run of ``few`` URLs, so that only the cost of a URL
        is extrapolated.
        """
        total = len(self._cases)
        sample = self._cases[::every]
        usage = self._run(sample, workers)
        if len(sample) == total:
            return Timed(usage.wall, total, total, usage.peak)
        few = max(8, workers)
        started = self._run(self._cases[:few], workers)
        if len(sample) <= few:
            raise BenchmarkError(f"naive: a sample of {len(sample)} URLs is too small")
        slope = (usage.wall - started.wall) / (len(sample) - few)
        wall = max(usage.wall, started.wall + slope * (total - few))  # whatever the noise says
        return Timed(wall, total, len(sample), max(usage.peak, started.peak))

    def _run(self, cases: Sequence[tuple[int, str]], workers: int) -> Usage:
        lines = "".join(f"{status} {url}\n" for status, url in cases)
        (self._folder / "urls").write_text(lines, "utf-8")
        command = [
            *(*PYTEST, "-q", "-p", "no:knowngood.plugin"),
            *(["-n", str(workers)] if workers else ["-p", "no:xdist"]),
        ]
        usage = require(measure(command, self._folder, _WITHIN), "the naive suite")
        passed = re.search(r"(\d+) passed", usage.output)
        if passed is None or int(passed[1]) != len(cases):
            raise BenchmarkError(f"the naive suite: ran not all: {usage.output[-300:]}")
        return usage
