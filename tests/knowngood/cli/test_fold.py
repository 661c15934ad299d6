"""``knowngood fold``: files in, one verdict out, by the exit code, in the terminal and in files."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_run import CommandRun
from place_documents import seen_from, silent, wrong

from knowngood.cli import main
from knowngood.report import verdict_reader

Fold = Callable[..., CommandRun]


@pytest.fixture
def fold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Fold:
    """Write documents to files that are named by their places, and fold them."""
    monkeypatch.chdir(tmp_path)

    def run(*documents: dict[str, Any] | str) -> CommandRun:
        words = [each if isinstance(each, str) else written(each) for each in documents]
        return CommandRun(main.run(["fold", *words]), *capfd.readouterr())

    def written(document: dict[str, Any]) -> str:
        path = Path(f"{document['place']}.json")
        path.write_text(json.dumps({**document, "began": time.time() - 60}))
        return str(path)

    return run


def test_what_is_printed(fold: Fold) -> None:
    """A line for each place, a block for each cause, and the verdict last."""
    silence = seen_from("syd", silent("/de/"))
    ended = fold(seen_from("fra", wrong()), seen_from("iad"), silence)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[:4] == [
        "stage from 3 places",
        "fra  FAILED        /fr/ is 404",
        "iad  PASSED        every required check ran and held",
        "syd  FAILED        /de/ gives no answer: timeout (connect)",
    ]
    assert "FAILED /fr/ is 404 from 1 of 3 places: fra" in lines
    assert "    repeat   curl -sSg -i https://fhr.example/fr/" in lines
    assert "UNSETTLED /de/ gives no answer: timeout (connect) from 1 of 3 places: syd" in lines
    assert lines[-1] == ("FAILED (exit 1): /fr/ is 404 from 1 of 3 places: fra — roll back")


def test_trouble_on_the_way_is_told(fold: Fold) -> None:
    """Also where most places PASSED: with who got answers."""
    ended = fold(seen_from("fra"), seen_from("iad"), seen_from("syd", silent()))
    assert ended.code == 0
    assert "    accepted since fra, iad got answers: trouble on the way" in ended.out


def test_what_is_written(fold: Fold) -> None:
    """A verdict file by the schema, a page and a summary that name the places."""
    outputs = ("--verdict-file=all.json", "--html-file=all.html", "--summary-file=all.md")
    assert fold(seen_from("fra"), seen_from("iad"), *outputs).code == 0
    document = verdict_reader.read(Path("all.json"))
    assert (document["verdict"], list(document["places"])) == ("PASSED", ["fra", "iad"])
    for name in ("all.html", "all.md"):
        text = Path(name).read_text("utf-8")
        assert "fra" in text, name
        assert "from 2 of 2 places" in text, name


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 0),
        (["--expect=2"], 0),
        (["--expect=4"], 75),
        (["--expect=fra,iad"], 0),
        (["--expect= fra , iad,lhr,syd"], 75),
        (["--quorum=3"], 75),
        (["--quorum=1"], 4),
        (["--expect=iad"], 4),
        (["--expect="], 4),
        (["--expect= , "], 4),
        (["--expect=0"], 4),
        (["--expect=1"], 4),
        (["--window=0.5"], 4),
        (["--window=0"], 4),
    ],
)
def test_exit_codes(fold: Fold, words: list[str], code: int) -> None:
    """Those of any run; what cannot be counted is a usage error."""
    assert fold(seen_from("fra"), seen_from("iad"), *words).code == code


def test_files_that_are_none(fold: Fold) -> None:
    """One that is absent, cut short or no verdict is named, and nothing is counted as good."""
    Path("cut.json").write_text(json.dumps(seen_from("iad"))[:-200])
    Path("other.json").write_text("{}")
    for name in ("none.json", "cut.json", "other.json", "."):
        ended = fold(seen_from("fra"), name, "--verdict-file=all.json")
        assert (ended.code, ended.out) == (4, "")
        assert f"knowngood fold: error: {name}: " in ended.err
    assert not Path("all.json").exists()
    assert fold().code == 4


def test_no_file_is_written_over(fold: Fold) -> None:
    """What a place has said stays, however the file is named."""
    Path("link.json").symlink_to("fra.json")
    for name in ("fra.json", "./iad.json", "link.json"):
        ended = fold(seen_from("fra"), seen_from("iad"), f"--verdict-file={name}")
        assert (ended.code, ended.out) == (4, ""), name
        assert "it is one of the files to fold" in ended.err
        assert "places" not in verdict_reader.read(Path(name))


def test_what_a_server_said_drives_no_terminal(fold: Fold) -> None:
    """Names and texts come from files that others wrote."""
    hostile = "\x1b[2J\r\n::error::x"
    document = seen_from("fra", wrong(sentence=hostile, problems=[hostile]), reason=hostile)
    ended = fold(document, seen_from("iad", warnings=[hostile]))
    assert "\x1b" not in ended.out
    assert not [line for line in ended.out.splitlines() if line.startswith("::")]
