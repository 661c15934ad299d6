"""``verify --notify``: others hear of bad news; trouble with that is told, and changes nothing."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tenacity import wait_none
from verdict_documents import failed, inconclusive, passed
from wire import Serve, answer

from knowngood.cli import main
from knowngood.report import verdict_reader
from knowngood.supervisor.trust import Conclusion
from knowngood.verdict import EXIT_CODES, VerdictKind

ENVIRONMENT = """
description = "prod"
[origins]
content = "http://127.0.0.1:9"
[secrets]
chat = "KG_CHAT"
[[notify]]
url = "secret:chat"
"""
FAILED = {**failed(), "reason": "/{locale}/ is 404 in 3 of 100 locales"}
VERIFY = ["verify", "--env=prod", "--verdict-file=verdict.json"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite whose prod tells a chat."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "prod.toml").write_text(ENVIRONMENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # the locks of this test are its own
    monkeypatch.setattr("knowngood.notify.delivery._WAIT", wait_none())
    return tmp_path


@pytest.fixture
def run_ends(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, object]], None]:
    """Have the run end with this verdict document, without a run."""

    def with_document(document: dict[str, object]) -> None:
        code = EXIT_CODES[VerdictKind(str(document["verdict"]))]
        module = sys.modules["knowngood.supervisor.verify"]  # the room has a function of this name
        monkeypatch.setattr(module, "watched", lambda *_: Conclusion(code, document))

    return with_document


@pytest.mark.parametrize(
    ("document", "code", "kind"), [(FAILED, 1, "failure"), (inconclusive(), 75, "warning")]
)
def test_bad_news_is_told(
    document: dict[str, object],
    code: int,
    kind: str,
    project: Path,
    run_ends: Callable[[dict[str, object]], None],
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FAILED and INCONCLUSIVE arrive, and the verdict file says that they did."""
    server = serve(answer("ok"))
    monkeypatch.setenv("KG_CHAT", f"json://127.0.0.1:{server.port}/")
    run_ends(document)
    assert main.run([*VERIFY, "--notify"]) == code
    message = json.loads(server.requests[0].body)
    assert message["type"] == kind
    assert str(document["reason"]) in message["title"]
    written = verdict_reader.read(project / "verdict.json")
    assert written["notifications"] == {"delivered": 1, "troubles": []}


@pytest.mark.parametrize("options", [[], ["--notify"]])
def test_no_news_is_not_told(
    options: list[str],
    project: Path,
    run_ends: Callable[[dict[str, object]], None],
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PASSED is no news, and nothing is told that nobody asked for."""
    server = serve(answer("ok"))
    monkeypatch.setenv("KG_CHAT", f"json://127.0.0.1:{server.port}/")
    run_ends(passed() if options else FAILED)
    assert main.run([*VERIFY, *options]) == (0 if options else 1)
    assert server.requests == []
    assert "notifications" not in verdict_reader.read(project / "verdict.json")


def test_trouble_with_the_delivery_changes_nothing(
    project: Path,
    run_ends: Callable[[dict[str, object]], None],
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit code stays; output and verdict file name the entry, and not its address."""
    server = serve(answer(status=500))
    monkeypatch.setenv("KG_CHAT", f"json://127.0.0.1:{server.port}/token-1234")
    run_ends(FAILED)
    assert main.run([*VERIFY, "--notify"]) == 1
    output = capsys.readouterr().out
    assert "knowngood verify: --notify: notify.0 (secrets.chat) was not told: " in output
    written = (project / "verdict.json").read_text("utf-8")
    assert json.loads(written)["notifications"]["delivered"] == 0
    assert "error=500" in json.loads(written)["notifications"]["troubles"][0]
    assert "token-1234" not in output + written


def test_an_address_that_is_missing_is_a_usage_error(
    project: Path,
    run_ends: Callable[[dict[str, object]], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is known before the run, and nothing is verified."""
    monkeypatch.delenv("KG_CHAT", raising=False)
    run_ends(FAILED)
    assert main.run([*VERIFY, "--notify"]) == 4
    assert "notify.0.url: the variable of secrets.chat is not set" in capsys.readouterr().err
    assert not (project / "verdict.json").exists()
