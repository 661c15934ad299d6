"""``knowngood manifest``: what it prints, where, and its exit codes."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from command_run import CommandRun

from knowngood.cli import main


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A build of one file, in a checkout."""
    root = tmp_path / "site"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("x")
    (root / "index.html").write_text("<html>")
    return root


Manifest = Callable[..., CommandRun]


@pytest.fixture
def manifest(capfd: pytest.CaptureFixture[str]) -> Manifest:
    """Run ``knowngood manifest`` in this process."""

    def run(*arguments: str) -> CommandRun:
        return CommandRun(main.run(["manifest", *arguments]), *capfd.readouterr())

    return run


def run_into(output: IO[str], site: Path) -> "subprocess.CompletedProcess[str]":
    """Run it as a process whose standard output is a file."""
    command = [sys.executable, "-m", "knowngood", "manifest", str(site)]
    return subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, check=False)


def test_what_is_printed(site: Path, manifest: Manifest) -> None:
    """Standard output has the manifest; standard error what it leaves out, and its digest."""
    ended = manifest(str(site))
    assert ended.code == 0
    assert ended.out == f"{hashlib.sha256(b'<html>').hexdigest()}  index.html\n"
    left_out, digest = ended.err.splitlines()
    assert left_out.startswith("left out: .git ")
    assert digest.endswith(hashlib.sha256(ended.out.encode()).hexdigest())


def test_a_folder_that_cannot_be_listed(site: Path, manifest: Manifest) -> None:
    """Nothing is printed but one line that names the file; the exit code is a usage error's."""
    (site / "gone.js").symlink_to("nowhere")
    ended = manifest(str(site))
    assert (ended.code, ended.out) == (4, "")
    assert "gone.js: is a link that leads nowhere" in ended.err
    assert ended.err.count("\n") == 1


def test_arguments(site: Path, manifest: Manifest) -> None:
    """It takes one folder, or --help; anything else is a usage error."""
    assert manifest("--help").out.startswith("Usage: knowngood manifest [OPTIONS] DIR\n")
    for arguments in ([], [str(site), str(site)], ["--output=x"]):
        ended = manifest(*arguments)
        assert (ended.code, ended.out) == (4, "")
        assert "knowngood manifest: error: " in ended.err


def test_a_manifest_does_not_list_itself(site: Path) -> None:
    """Redirected into the folder it lists, it would list itself as an empty file."""
    with (site / "manifest.txt").open("w") as output:
        ended = run_into(output, site)
    assert ended.returncode == 4
    assert "manifest.txt: is where the manifest is written to" in ended.stderr


def test_a_full_disk(site: Path) -> None:
    """A manifest that could not be written is an error."""
    with Path("/dev/full").open("w") as output:
        ended = run_into(output, site)
    assert ended.returncode == 3
    assert "cannot be written: No space left" in ended.stderr
    assert "sha256 of the whole" not in ended.stderr


def test_neither_pytest_nor_a_client_is_loaded() -> None:
    """A build machine needs no more than Python and this package."""
    source = (
        "import sys, knowngood.cli.main, knowngood.cli.manifest\n"
        "print(sorted({'pytest', 'httpx', 'pycurl', 'xdist'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
