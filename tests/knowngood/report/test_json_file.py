"""The verdict file is there whole or as it was before."""

import json
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from knowngood import __version__
from knowngood.content.problem import Aspect
from knowngood.environment.model import Environment
from knowngood.fetch import RequestTotals
from knowngood.report import Report, json_file
from knowngood.verdict.decide import fold
from knowngood.verdict.exit_codes import VerdictKind
from knowngood.verdict.outcome import FAILED, PASSED, Outcome
from knowngood.verdict.run_results import RunResults

ENVIRONMENT = Environment(name="stage", path=Path("stage.toml"), description="")


def content() -> dict[str, Any]:
    ledger = RunResults(ENVIRONMENT, expected=2, requests=RequestTotals(3, 4, 5))
    ledger.record(Outcome("a[fr]", "a", "claim", result=PASSED))
    bad = Outcome("a[de]", "a", "claim", result=FAILED, kind="content", message="é \x1b \ud800")
    ledger.record(bad)
    ledger.collected.inapplicable["b"] = "no origin"
    ledger.requests.slowest = [(1.23456, "GET /")]
    ledger.requests.left_behind = ["/x"]
    ledger.requests.answers["content"].add(0.02)
    ledger.requests.certificates = {"content": 2_000_000_000.0}
    origins = {"content": "https://h"}
    return json_file.document(
        fold(ledger),
        ledger,
        run_id="0123456789ab",
        place="fra",
        origins=origins,
        began=100.0,
    )


def test_document_has_all_that_the_verdict_rests_on() -> None:
    """Verdict, action, reason, counts, checks and requests stand under names of their own."""
    document = content()
    assert (document["schema"], document["knowngood"], document["environment"]) == (
        2,
        __version__,
        "stage",
    )
    assert (document["run"], document["began"], document["origins"]) == (
        "0123456789ab",
        100.0,
        {"content": "https://h"},
    )
    assert (document["verdict"], document["action"], document["exit_code"]) == (
        "FAILED",
        "roll back",
        1,
    )
    assert document["place"] == "fra"
    assert (document["counts"]["expected"], document["counts"]["failed"]) == (2, 1)
    assert document["release"] == {"expected": None, "seen": None, "edges": {}}
    [check] = document["checks"].values()
    assert (check["claim"], check["ran"], check["bad"]) == ("claim", 2, 1)
    assert document["not_applicable"] == {"b": "no origin"}
    assert [row["nodeid"] for row in document["failures"]] == ["a[de]"]
    assert document["requests"]["slowest"] == [{"seconds": 1.235, "request": "GET /"}]
    assert [document["requests"][key] for key in ("sent", "attempts", "received_bytes")] == [
        3,
        4,
        5,
    ]
    assert document["left_behind"] == ["/x"]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema of verdict files that ships."""
    text = (files("knowngood.report") / "verdict.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def test_document_keeps_to_the_schema_that_ships(schema: dict[str, Any]) -> None:
    """Whoever reads the file by the schema finds what the schema says."""
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(content())))


def test_schema_knows_each_aspect_and_verdict(schema: dict[str, Any]) -> None:
    """A document with one that it lacks is refused, and the run's verdict with it."""
    outcome = schema["$defs"]["outcome"]["properties"]
    assert set(outcome["aspect"]["enum"]) == {"", *Aspect}
    assert set(schema["properties"]["verdict"]["enum"]) == set(VerdictKind)


def test_document_has_the_answer_times_and_certificates_of_each_origin() -> None:
    """Monitoring reads them: how many, how long, and until when."""
    document = content()
    times = document["answers"]["content"]
    assert (times["count"], times["seconds"]) == (1, 0.02)
    assert times["p50"] == pytest.approx(0.02, rel=0.25)
    assert {"seconds": 0.025, "count": 1} in times["buckets"]
    assert document["certificates"] == {"content": 2_000_000_000.0}


def test_written_file_reads_back(tmp_path: Path) -> None:
    """What was written is JSON in ASCII that reads back the same, whatever it holds."""
    path = tmp_path / "verdict.json"
    json_file.write(path, Report(content()))
    raw = path.read_bytes()
    assert raw.isascii()
    assert b"\x1b" not in raw
    assert raw.endswith(b"}\n")
    assert json.loads(raw)["failures"][0]["message"] == "é \x1b \ud800"
    assert os.listdir(tmp_path) == ["verdict.json"]  # noqa: PTH208


def test_baseline_without_what_is_new(tmp_path: Path) -> None:
    """A file from before `key` and `aspect` tells the same failures."""
    path, older = tmp_path / "verdict.json", tmp_path / "older.json"
    document = content()
    json_file.write(path, Report(document))
    for entry, name in ((document["causes"][0], "key"), (document["failures"][0], "aspect")):
        del entry[name]
    json_file.write(older, Report(document))
    assert json_file.failures(older, "stage") == json_file.failures(path, "stage") != frozenset()


def test_written_file_replaces_the_old_one(tmp_path: Path) -> None:
    """The next run's verdict takes the place of the last one's."""
    path = tmp_path / "verdict.json"
    path.write_text("old, and much longer than what comes now")
    json_file.write(path, Report({"a": 1}))
    assert json.loads(path.read_text()) == {"a": 1}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Every write beyond ``size`` bytes fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A write that fails half way is reported, leaves the old file whole and no other behind."""
    path = tmp_path / "verdict.json"
    path.write_text("old")
    with files_of_at_most(100), pytest.raises(OSError, match="File too large"):
        json_file.write(path, Report({"a": "x" * 10_000}))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["none/verdict.json", "file/verdict.json", "folder", "x" * 300])
def test_place_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    """No such folder, a file in its place, a folder in the file's: an OSError, nothing left."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match=name[:4]):
        json_file.write(tmp_path / name, Report({}))
    assert sorted(row.name for row in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "mine"


def test_content_that_is_no_json(tmp_path: Path) -> None:
    """A mistake of ours in the content does not cost the old file either."""
    path = tmp_path / "verdict.json"
    path.write_text("old")
    with pytest.raises(TypeError):
        json_file.write(path, Report({"a": object()}))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    """What is no file, such as a pipe or /dev/null, is not replaced by one."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        json_file.write(path, Report({"a": 1}))
        assert json.loads(os.read(reader, 1000)) == {"a": 1}
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)
