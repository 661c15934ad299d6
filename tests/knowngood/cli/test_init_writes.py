"""The checks that ``knowngood init`` writes as skipped work once their skip marks are gone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire import Play, Server, Talk, answer

from knowngood.cli import main

pytestmark = pytest.mark.usefixtures("in_one_process")

Serve = Callable[[Play], Server]

USER = {
    "type": "object",
    "required": ["id", "name", "mail"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 7, "maxLength": 20},
        "mail": {"$ref": "#/components/schemas/Mail"},
        "nick": {"type": "string"},
    },
}
JSON_USER = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}
LOGIN = [{"token": []}]
API = {
    "openapi": "3.1.0",
    "info": {"title": "users", "version": "1"},
    "components": {
        "schemas": {"User": USER, "Mail": {"type": "string", "pattern": "@", "example": "a@b"}},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    },
    "paths": {
        "/users": {
            "post": {
                "security": LOGIN,
                "requestBody": JSON_USER,
                "responses": {"201": JSON_USER},
            }
        },
        "/users/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True}],
            "get": {"responses": {"200": JSON_USER}},
            "put": {"security": LOGIN, "requestBody": JSON_USER, "responses": {"200": JSON_USER}},
            "delete": {"security": LOGIN, "responses": {"204": {}}},
        },
        "/notes/{name}": {
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {"responses": {"200": {}}},
            "put": {
                "requestBody": {"content": {"application/json": {"example": {"text": "a"}}}},
                "responses": {"200": {}, "201": {}},
            },
            "delete": {"responses": {"204": {}}},
        },
    },
}


class Api:
    """A service that behaves as ``API`` says, with users and notes, and one token.

    Attributes:
        documents: what is stored, by path.
        forgets: whether a DELETE really deletes.
    """

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.forgets = True

    def __call__(self, talk: Talk) -> None:
        """Be the play of a server."""
        status, document = self._answer(
            talk.request.method,
            talk.request.target,
            talk.request.headers.get("authorization") == "Bearer t0ken",
            json.loads(talk.request.body or b"{}"),
        )
        headers = {"Content-Type": "application/json"} if document is not None else {}
        answer("" if document is None else json.dumps(document), status, headers)(talk)

    def _answer(
        self, method: str, path: str, logged_in: bool, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any] | None]:
        if method != "GET" and path.startswith("/users") and not logged_in:
            return 401, {"error": "log in"}
        if method == "POST" and path == "/users":
            number = len(self.documents) + 1
            self.documents[f"/users/{number}"] = {"id": number, **body}
            return 201, self.documents[f"/users/{number}"]
        known = self.documents.get(path)
        if method == "PUT" and (known or path.startswith("/notes/")):
            self.documents[path] = {**(known or {}), **body}
            return (200 if known else 201), self.documents[path]
        if known is None:
            return 404, {"error": "no such thing"}
        if method == "DELETE" and self.forgets:
            del self.documents[path]
        return (204, None) if method == "DELETE" else (200, known)


@pytest.fixture
def api() -> Api:
    """A service that behaves as its document says."""
    return Api()


@pytest.fixture
def verdict(
    api: Api,
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[[], tuple[int, str]]:
    """Write the suite for ``api`` and delete its skip marks; then each call runs it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PROD_TOKEN", "t0ken")
    Path("api.json").write_text(json.dumps(API))
    assert main.run(["init", "api.json", f"--origin={serve(api).url}"]) == 0
    checks = Path("smoketests/test_api.py")
    text = checks.read_text()
    assert "fill it in" not in text
    checks.write_text(re.sub(r"@pytest\.mark\.skip\(.*\)\n", "", text))
    environment = Path("environments/prod.toml")
    settings = environment.read_text().replace("writes = false", "writes = true")
    environment.write_text(settings.replace("# [secrets]", "[secrets]").replace("# token", "token"))

    def run() -> tuple[int, str]:
        capfd.readouterr()
        return main.run(["verify", "--env=prod"]), capfd.readouterr().out

    return run


def test_service_that_behaves_as_documented_passes(
    api: Api, verdict: Callable[[], tuple[int, str]]
) -> None:
    """Every check runs, with its login and without, and leaves nothing behind."""
    code, output = verdict()
    assert code == 0, output
    assert "DELETE /users/{id} works." in output
    assert api.documents == {}
    lint = ["ruff", "check", "--isolated", "--select=E,F,W", "--line-length=120", "smoketests"]
    subprocess.run([sys.executable, "-m", *lint], cwd=Path.cwd(), check=True)


def test_delete_that_deletes_nothing_fails(
    api: Api, verdict: Callable[[], tuple[int, str]]
) -> None:
    """It answers 204, and the document is there as before."""
    api.forgets = False
    code, output = verdict()
    assert code == 1, output
    assert "is 200, expected 404" in output
