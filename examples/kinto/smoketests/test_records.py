"""Records: they are stored, read, listed page by page, deleted, and not for everybody."""

from collections.abc import Callable

import pytest

from knowngood.checks import GONE, Client, Schemas

Login = tuple[str, str]
Stored = Callable[[str, int], str]


@pytest.mark.origin("kinto", writes=True)
def test_record_lives_and_dies(
    client: Client, login: Login, stored: Stored, schema: Schemas
) -> None:
    """A record is read as it was stored, and gone once it is deleted."""
    path = stored("rye", 420)
    record = client.get(path, auth=login)
    assert record.status_code == 200
    schema("record").check(record.json())
    assert record.json()["data"]["cents"] == 420
    removed = client.delete(path, auth=login)
    assert removed.deleted
    assert removed.json()["data"]["deleted"] is True
    after = client.get(path, auth=login)
    assert after.status_code in GONE


@pytest.mark.origin("kinto", writes=True)
def test_list_has_pages(client: Client, login: Login, stored: Stored, records: str) -> None:
    """A list of five records comes in three pages, and has each record once."""
    names = ["einkorn", "oat", "rye", "spelt", "wheat"]
    for cents, name in enumerate(names):
        stored(name, 400 + cents)
    url, listed, pages = f"{records}?_limit=2&_sort=cents", [], 0
    while url:
        page = client.get(url, auth=login)
        assert page.status_code == 200
        assert page.media_type == "application/json"
        listed += [record["id"] for record in page.json()["data"]]
        pages += 1
        assert pages <= len(names), "the list does not end"
        url = page.headers.get("next-page", "")
    assert listed == names


@pytest.mark.origin("kinto", writes=True)
def test_write_without_a_login_is_refused(client: Client) -> None:
    """Nobody makes a bucket without a login."""
    response = client.put("/v1/buckets/smoke-refused", json={}, expect=401)
    assert response.status_code == 401


@pytest.mark.origin("kinto", writes=True)
def test_strangers_do_not_read(client: Client, stored: Stored) -> None:
    """Nobody reads a record without a login."""
    response = client.get(stored("rye", 420), expect=401)
    assert response.status_code == 401
