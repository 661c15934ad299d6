"""The site whose pushes are killed: the stand-in's files, and one check of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from knowngood.drill.sandbox import BRANCH, GOOD, STAGE, Sandbox, sandbox
from knowngood.environment import load

from .errors import BenchmarkError

_LOST: Final = "en-US/js/config.json"

_ENVIRONMENT: Final = f"""\
description = "one file"

[serve]
command = ["false"]
origins = ["content", "submission"]

[serve.drill]
faults = ["false"]
command = ["false"]

[serve.drill.rollback]
build = ["{{python}}", "-m", "fhr_standin", "--write", "{{folder}}", "--locales", "1"]
command = ["{{python}}", "-m", "fhr_standin", "--port", "0", "--root", "{{folder}}"]
lost = "{_LOST}"

[release]
url = "content:/__version__"

[budget]
converge = 5
settle = 0
"""

_CHECK: Final = f'''\
"""The file that a bad release lacks."""

import pytest


@pytest.mark.get("content:/{_LOST}")
def test_file_is_there(response):
    """It is answered."""
    assert response.status_code == 200
'''

_PYPROJECT: Final = """\
[tool.pytest.ini_options]
testpaths = ["checks"]
addopts = "-p no:randomly -p no:anyio -p no:hypothesispytest -p no:cacheprovider"
"""


@contextmanager
def pushed_site() -> Iterator[Sandbox]:
    """Yield a sandbox with a repository, an origin with the server's hook, and a stage on which
    the first release is live and good.
    """
    with TemporaryDirectory(prefix="knowngood-kills-") as name:
        root = Path(name).resolve()
        for folder in ("environments", "checks"):
            (root / folder).mkdir()
        (root / "pyproject.toml").write_text(_PYPROJECT, "utf-8")
        (root / "environments" / "tiny.toml").write_text(_ENVIRONMENT, "utf-8")
        (root / "checks" / "test_file.py").write_text(_CHECK, "utf-8")
        with sandbox(load("tiny", root)) as (place, _):
            _begin(place)
            yield place


def lost_file(place: Sandbox) -> Path:
    """Return the file that a bad release lacks; in the site a link leads to its folder."""
    return (place.site.path / _LOST).resolve()


def _begin(place: Sandbox) -> None:
    first = ("push", f"--env={STAGE}", f"--release={GOOD}", "--override=the first push")
    code, output = place.run(*first)
    if code != 0:
        raise BenchmarkError(f"the first push ended with {code}:\n{output}")
    place.site.run("push", "--quiet", "origin", f"{GOOD}^{{commit}}:refs/heads/{BRANCH}")
