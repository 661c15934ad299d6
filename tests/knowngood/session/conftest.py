"""A suite of one file, run against a server that answers everything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from suite_run import SuiteRun
from wire import Play, Serve, answer

ENVIRONMENT = """
description = "a demonstration"
{head}
[origins]
content = "{url}"
[budget]
probe = 15
settle = 0
{tail}
"""


@pytest.fixture
def small_suite(
    tmp_path: Path,
    serve: Serve,
    suite: Callable[..., SuiteRun],
    suite_here: Callable[..., SuiteRun],
) -> Callable[..., SuiteRun]:
    """Run a file of checks; as a process of its own with ``process=True``."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "environments").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = checks\n")

    def run(
        source: str,
        *options: str,
        play: Play | None = None,
        head: str = "",
        tail: str = "",
        process: bool = False,
        **more: Any,
    ) -> SuiteRun:
        server = serve(play or answer())
        (tmp_path / "checks" / "test_it.py").write_text(source)
        (tmp_path / "environments" / "demo.toml").write_text(
            ENVIRONMENT.format(url=server.url, head=head, tail=tail)
        )
        start = suite if process else suite_here
        return start("--env=demo", *options, **{"cwd": tmp_path, **more})

    return run
