"""Whole runs whose failures are accepted: they end in 0, and every report lists them."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fhr_standin

CHECKS = """
import pytest

@pytest.mark.get("content:/{{locale}}/js/config.json")
def test_config(response):
    "Every locale has its configuration."
    assert response.status_code == 200

{mark}
@pytest.mark.get("content:/robots.txt")
def test_robots(response{more}):
    "Crawlers are kept out."
    assert response.status_code == 200
"""
MARK = '@pytest.mark.advisory(reason="bug 2", until="2999-12-31")'
TABLE = """
[[advisory]]
check = "test_it.py::test_config"
case = "fr"
reason = "bug 1"
until = {until}
"""


@pytest.fixture(scope="module")
def standin() -> Iterator[fhr_standin.Standin]:
    with fhr_standin.running(locales=5, faults=["config-missing@fr", "robots-missing"]) as standin:
        yield standin


@pytest.fixture
def run(
    standin: fhr_standin.Standin,
    tmp_path: Path,
    fhr_environment: Callable,
    suite_here: Callable,
) -> Callable:
    """Runs two checks, which fail in one case each, with this table and mark."""

    def ended(table: str, mark: str, *options: str, more: str = "") -> object:
        environment = fhr_environment(standin.origins, tables=table)
        (tmp_path / "test_it.py").write_text(CHECKS.format(mark=mark, more=more))
        return suite_here(f"--env={environment}", "test_it.py", *options, cwd=tmp_path)

    return ended


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_accepted_in_the_environment_and_at_a_check(
    run: Callable, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    """PASSED; terminal, verdict file and JUnit show both, with until when and why."""
    junit = tmp_path / "junit.xml"
    ended = run(TABLE.format(until="2999-12-31"), MARK, f"--junitxml={junit}", *workers)
    assert (ended.code, ended.verdict["verdict"]) == (0, "PASSED"), ended.output
    assert {cause["state"] for cause in ended.verdict["causes"]} == {"advisory"}
    assert ended.verdict["counts"]["advisory"] == 2
    for reason in ("bug 1", "bug 2"):
        assert f"    accepted until 2999-12-31: {reason}" in ended.output
    assert "warn     0/1  Crawlers are kept out." in ended.output
    assert "FAILED Every locale" not in ended.output
    skipped = ET.parse(junit).getroot().findall(".//skipped")  # noqa: S314 - our own
    assert sorted(element.get("message", "")[:32] for element in skipped) == [
        "accepted until 2999-12-31: bug 1",
        "accepted until 2999-12-31: bug 2",
    ]


def test_past_its_date(run: Callable) -> None:
    """What was accepted decides again, and the run says that it has ended."""
    ended = run(TABLE.format(until="2026-01-31"), MARK)
    assert (ended.code, ended.verdict["verdict"]) == (1, "FAILED"), ended.output
    assert [cause["state"] for cause in ended.verdict["causes"]] == ["failed", "advisory"]
    [warning] = ended.verdict["warnings"]
    assert "the advisory on test_it.py::test_config ended on 2026-01-31" in warning


ON_A_PARAM = "@pytest.mark.parametrize('x', [1, pytest.param(2, marks=pytest.mark.advisory())])"


@pytest.mark.parametrize(
    ("mark", "more", "words"),
    [
        ("@pytest.mark.advisory(until='2999-12-31')", "", "mark advisory: found until;"),
        (ON_A_PARAM, ", x", "mark advisory: found on a single param"),
    ],
    ids=["no-reason", "on-a-param"],
)
def test_a_mark_that_is_no_use(run: Callable, mark: str, more: str, words: str) -> None:
    """A usage error that names the check."""
    ended = run("", mark, more=more)
    assert ended.code == 4, ended.output
    assert "test_it.py::test_robots" in ended.output
    assert words in ended.output
