"""hurl gets the same URLs as everything that it stands beside."""

import sys
from pathlib import Path

import pytest
from benchmarks import hurl
from benchmarks.errors import BenchmarkError

FAKE = f"""#!{sys.executable}
import pathlib, sys
files = [pathlib.Path(word) for word in sys.argv if word.endswith(".hurl")]
pathlib.Path("asked").write_text("".join(path.read_text() for path in files))
pathlib.Path("command").write_text(" ".join(sys.argv[1:]))
sys.exit(4 if "/wrong" in pathlib.Path("asked").read_text() else 0)
"""


@pytest.fixture(autouse=True)
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hurl on PATH that notes what it is asked, and ends with 4 as hurl does for a status."""
    program = tmp_path / "bin" / "hurl"
    program.parent.mkdir()
    program.write_text(FAKE, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


def test_each_url_is_asked_once_and_its_status_asserted(tmp_path: Path) -> None:
    """All cases are in the files, of which as many run at once as requests do elsewhere."""
    cases = [(200 + number % 2 * 204, f"http://127.0.0.1:1/{number}") for number in range(150)]
    hurl.run(cases, tmp_path)
    lines = (tmp_path / "asked").read_text("utf-8").split("\n\n")
    assert sorted(filter(None, lines)) == sorted(f"GET {url}\nHTTP {s}" for s, url in cases)
    command = (tmp_path / "command").read_text("utf-8")
    assert "--parallel --jobs 64 " in command
    assert command.count(".hurl") == 64


def test_a_wrong_status_is_an_error(tmp_path: Path) -> None:
    """A row of the table stands for answers that were right."""
    with pytest.raises(BenchmarkError, match="hurl --parallel: ended with exit code 4"):
        hurl.run([(200, "http://127.0.0.1:1/wrong")], tmp_path)


@pytest.mark.parametrize("path", ["a#b", "a\\b", "{{a}}"])
def test_what_a_file_cannot_hold_is_refused(path: str) -> None:
    """A comment, an escape or a variable of hurl would ask for another URL."""
    with pytest.raises(BenchmarkError, match="which its files cannot hold"):
        hurl.text([(200, f"http://127.0.0.1:1/{path}")])


def test_it_is_looked_for_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where hurl is not installed its row is left out."""
    assert hurl.is_installed()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not hurl.is_installed()
