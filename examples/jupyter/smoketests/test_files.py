"""Files: they are stored, read, listed and deleted, and not by everybody."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import GONE, Client

FILE = {"type": "file", "format": "text", "content": "rye\n"}


@pytest.mark.origin("jupyter", writes=True)
def test_file_lives_and_dies(
    client: Client, login: dict[str, str], data: Callable[..., Any]
) -> None:
    """A file is read as it was stored, stands in the list, and is gone once it is deleted."""
    name = f"smoke-{uuid.uuid4().hex}.txt"
    path = f"/api/contents/{name}"
    stored = data(client.put(path, json=FILE, headers=login), "entry", 201)
    assert (stored["name"], stored["path"], stored["size"]) == (name, name, 4)
    file = data(client.get(path, headers=login), "file")
    assert (file["name"], file["content"]) == (name, "rye\n")
    folder = data(client.get("/api/contents", headers=login), "folder")
    assert name in [entry["name"] for entry in folder["content"]]
    removed = client.delete(path, headers=login)
    assert removed.deleted
    after = client.get(path, headers=login)
    assert after.status_code in GONE


@pytest.mark.origin("jupyter", writes=True)
def test_write_without_the_token_is_refused(client: Client) -> None:
    """Nobody stores a file without the token."""
    response = client.put("/api/contents/smoke-refused.txt", json=FILE, expect=403)
    assert response.status_code == 403
