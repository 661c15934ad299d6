"""The embedded FHR held against what it writes as files, and mistakes with ``--manifest``."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from suite_run import OPTIONS

from fhr_standin import Standin
from fhr_standin.locales import choose
from fhr_standin.site import Site
from fhr_standin.write import write
from knowngood.content import manifest_build

ROOT = Path(__file__).parents[2]
SMALL = ("--env=local", "--drill=none")
ORIGINS = {"content": "http://127.0.0.1:9", "submission": "http://127.0.0.1:10"}  # never asked
BUILT = "knowngood::every_file_is_the_one_that_was_built"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """The manifest of the site that a small embedded FHR serves."""
    site, path = tmp_path / "site", tmp_path / "manifest.txt"
    write(Site(choose(5)), site)
    path.write_text(manifest_build.build(site).text, "utf-8")
    return path


def verify(tmp_path: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    """``knowngood verify`` on a small embedded FHR: code, verdict (empty without one), output."""
    verdict = tmp_path / "verdict.json"
    command = [sys.executable, "-m", "knowngood", "verify", f"--verdict-file={verdict}"]
    environ = {k: v for k, v in os.environ.items() if "PYTEST" not in k}
    done = subprocess.run(
        [*command, *OPTIONS, "-p", "no:cacheprovider", *options],
        cwd=ROOT,
        env={**environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    told = json.loads(verdict.read_text()) if verdict.exists() else {}
    return done.returncode, told, done.stdout + done.stderr


@pytest.mark.parametrize(
    "workers",
    [pytest.param((), id="alone", marks=pytest.mark.slow), pytest.param(("-n", "2"), id="workers")],
)
def test_the_embedded_fhr_is_what_it_writes(
    manifest: Path, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    """The verdict names the manifest and counts what was compared, with workers as without."""
    code, verdict, output = verify(tmp_path, *SMALL, f"--manifest={manifest}", *workers)
    assert code == 0, output
    found = verdict["manifest"]
    assert found["digest"] == hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert found["compared"] > 400
    assert f"{found['compared']} URLs compared, 0 other than built, 0 not built" in output


def test_without_a_manifest(suite_here: Callable) -> None:
    """Nothing is compared, and the verdict says so."""
    ended = suite_here(*SMALL, "-k", "robots")
    assert ended.code == 75
    assert ended.verdict["manifest"] == {"digest": None, "compared": 0}
    assert "manifest" not in ended.output


def test_the_release_before(manifest: Path, suite_here: Callable) -> None:
    """A manifest of another release, in which one shared file was another: roll back."""
    served = hashlib.sha256(b"other").hexdigest()
    lines = manifest.read_text().splitlines(keepends=True)
    changed = [f"{served}{each[64:]}" if "/js/data.js" in each else each for each in lines]
    manifest.write_text("".join(changed))
    ended = suite_here(*SMALL, f"--manifest={manifest}", "smoketests/test_resources.py")
    assert ended.code == 1, ended.output
    assert ended.failed_checks() == {BUILT}
    [failure] = ended.verdict["failures"]
    assert f"built  sha256 {served}" in failure["message"]


@pytest.mark.parametrize(
    "workers",
    [pytest.param((), id="alone", marks=pytest.mark.slow), pytest.param(("-n", "2"), id="workers")],
)
def test_a_secret_is_part_of_a_path(
    manifest: Path,
    standin: Standin,
    suite: Callable,
    fhr_environment: Callable,
    workers: tuple[str, ...],
) -> None:
    """What is hidden in reports is compared as it is."""
    tables = '[secrets]\ntoken = "FHR_TOKEN"\n[require]\nchecks = ["test_resources.py::*"]\n'
    environment = fhr_environment(standin.origins, tables=tables)
    options = (f"--env={environment}", f"--manifest={manifest}", *workers)
    ended = suite(*options, "smoketests/test_resources.py", env={"FHR_TOKEN": "styles"})
    assert ended.code == 0, ended.output
    assert ended.verdict["manifest"]["compared"] > 400


def test_a_part_of_the_suite(manifest: Path, suite_here: Callable) -> None:
    """Where no check asks for a file of the deployment, nothing is compared, and that is said."""
    ended = suite_here(*SMALL, f"--manifest={manifest}", "-k", "heartbeat or uuid")
    assert ended.code == 75
    assert any("nothing was compared with --manifest" in doubt for doubt in ended.verdict["doubts"])


RUNS = pytest.mark.parametrize("command", ["pytest", "verify"])


def mistaken(command: str, tmp_path: Path, suite_here: Callable, *options: str) -> str:
    """What is said where these options are a mistake: nothing was asked for, nobody blamed."""
    if command == "verify":
        code, verdict, output = verify(tmp_path, *options)
    else:
        ended = suite_here(*options)
        code, verdict, output = ended.code, ended.verdict, ended.output
    assert (code, verdict) == (4, {}), output
    assert "Traceback" not in output
    return output


@RUNS
def test_no_manifest_or_none_to_be_read(command: str, tmp_path: Path, suite_here: Callable) -> None:
    """The file is named, and the line where one is wrong."""
    path = tmp_path / "m.txt"
    said = mistaken(command, tmp_path, suite_here, *SMALL, f"--manifest={path}")
    assert f"--manifest {path}: there is no such file" in said
    path.write_text(f"{'0' * 64}  a\n{'0' * 64}  ../a\n")
    said = mistaken(command, tmp_path, suite_here, *SMALL, f"--manifest={path}")
    assert f"--manifest {path}: line 2: the path '../a' is absolute or holds" in said


@RUNS
def test_no_release(
    command: str, tmp_path: Path, suite_here: Callable, fhr_environment: Callable, manifest: Path
) -> None:
    """Without [release] nobody says which origin has the files: the table to add is named."""
    environment = fhr_environment(ORIGINS)
    text = environment.read_text().replace('[release]\nurl = "content:/__version__"\n', "")
    environment.write_text(text)
    options = (f"--env={environment}", f"--manifest={manifest}")
    said = mistaken(command, tmp_path, suite_here, *options)
    assert "has no [release]; add the table with url =" in said
