"""``knowngood manifest`` as a process: what it prints, where, and its exit codes."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "knowngood", "manifest"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A build of one file, in a checkout."""
    root = tmp_path / "site"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("x")
    (root / "index.html").write_text("<html>")
    return root


def run(*arguments: str, stdout: object = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
    """Run ``knowngood manifest``; its output is empty where ``stdout`` is a file."""
    command = [*COMMAND, *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def test_what_is_printed(site: Path) -> None:
    """Standard output has the manifest; standard error what it leaves out, and its digest."""
    ended = run(str(site))
    assert ended.returncode == 0
    assert ended.stdout == f"{hashlib.sha256(b'<html>').hexdigest()}  index.html\n"
    left_out, digest = ended.stderr.splitlines()
    assert left_out.startswith("left out: .git ")
    assert digest.endswith(hashlib.sha256(ended.stdout.encode()).hexdigest())


def test_a_folder_that_cannot_be_listed(site: Path) -> None:
    """Nothing is printed but one line that names the file; the exit code is a usage error's."""
    (site / "gone.js").symlink_to("nowhere")
    ended = run(str(site))
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "gone.js: is a link that leads nowhere" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_arguments(site: Path) -> None:
    """It takes one folder, or --help; anything else is a usage error."""
    assert run("--help").stdout.startswith("Usage: knowngood manifest [OPTIONS] DIR\n")
    for arguments in ([], [str(site), str(site)], ["--output=x"]):
        ended = run(*arguments)
        assert (ended.returncode, ended.stdout) == (4, "")
        assert "knowngood manifest: error: " in ended.stderr


def test_a_manifest_does_not_list_itself(site: Path) -> None:
    """Redirected into the folder it lists, it would list itself as an empty file."""
    with (site / "manifest.txt").open("w") as output:
        ended = run(str(site), stdout=output)
    assert ended.returncode == 4
    assert "manifest.txt: is where the manifest is written to" in ended.stderr


def test_a_full_disk(site: Path) -> None:
    """A manifest that could not be written is an error."""
    with Path("/dev/full").open("w") as output:
        ended = run(str(site), stdout=output)
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
