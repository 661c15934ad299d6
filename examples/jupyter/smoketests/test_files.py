"""Files: they are stored, read, listed and deleted, and not by everybody."""

import uuid

import pytest

from knowngood.checks import GONE, Client, Schemas

FILE = {"type": "file", "format": "text", "content": "rye\n"}


@pytest.mark.origin("jupyter", writes=True)
def test_file_lives_and_dies(client: Client, login: dict[str, str], schema: Schemas) -> None:
    """A file is read as it was stored, stands in the list, and is gone once it is deleted."""
    name = f"smoke-{uuid.uuid4().hex}.txt"
    path = f"/api/contents/{name}"
    stored = client.put(path, json=FILE, headers=login)
    assert stored.status_code == 201
    file = client.get(path, headers=login)
    assert file.status_code == 200
    schema("file").check(file.json())
    assert file.json()["content"] == "rye\n"
    listed = client.get("/api/contents", headers=login)
    assert name in [entry["name"] for entry in listed.json()["content"]]
    removed = client.delete(path, headers=login)
    assert removed.deleted
    after = client.get(path, headers=login)
    assert after.status_code in GONE


@pytest.mark.origin("jupyter", writes=True)
def test_write_without_the_token_is_refused(client: Client) -> None:
    """Nobody stores a file without the token."""
    response = client.put("/api/contents/smoke-refused.txt", json=FILE, expect=403)
    assert response.status_code == 403
