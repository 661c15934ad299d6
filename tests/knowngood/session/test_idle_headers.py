"""Whole runs with tables of [headers] that checks read, or do not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from wire import Play, Serve, page

CHECKS = """
import pytest

@pytest.mark.get("content:/a")
def test_it(response, environment):
    "It is answered."
    assert response.status_code == {status}
    assert environment.header_problems(response.path, response.headers) == []

@pytest.mark.get("content:/b")
def test_other(response):
    "So is the other."
    assert response.status_code == 200
"""
ENVIRONMENT = """
description = "a test"
[origins]
content = "{url}"
[headers.page]
paths = "/a"
content-type = ".*html.*"
[headers.config]
paths = "/confg[.]json"
content-type = ".*json"
"""
SOUND: Play = page("text")


@pytest.fixture
def run(serve: Serve, tmp_path: Path, suite_here: Callable) -> Callable:
    """Runs the checks and returns what is warned of."""

    def warnings(*options: str, status: int = 200) -> list[str]:
        environment = tmp_path / "environments" / "test.toml"
        environment.parent.mkdir()
        environment.write_text(ENVIRONMENT.format(url=serve(SOUND).url))
        (tmp_path / "test_it.py").write_text(CHECKS.format(status=status))
        ended = suite_here(f"--env={environment}", "test_it.py", *options, cwd=tmp_path)
        return [one for one in ended.verdict["warnings"] if "[headers." in one]

    return warnings


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_table_that_no_check_reads_is_a_warning(run: Callable, workers: tuple[str, ...]) -> None:
    """Its pattern is misspelt. The other table is read, and so is no warning."""
    (warning,) = run(*workers)
    assert "[headers.config] checks nothing" in warning


@pytest.mark.parametrize("options", [{"status": 404}, {}], ids=["failed", "selected"])
def test_nobody_knows_where_not_every_check_came_so_far(
    run: Callable, options: dict[str, int]
) -> None:
    """One failed before it, or was left out."""
    assert run(*([] if options else ["-k", "other"]), **options) == []
