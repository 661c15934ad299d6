"""Records: they are stored, read, listed page by page, deleted, and not for everybody."""

from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import GONE, Client, Environment, Schemas

Login = tuple[str, str]
Ask = Callable[..., Any]
Stored = Callable[[str, int], str]


@pytest.mark.origin("kinto", writes=True)
def test_record_lives_and_dies(client: Client, login: Login, ask: Ask, stored: Stored) -> None:
    """A record is read as it was stored, and gone once it is deleted."""
    path = stored("rye", 420)
    assert ask("GET", path, 200, "record")["cents"] == 420
    assert ask("DELETE", path, 200, "deleted")["id"] == "rye"
    after = client.get(path, auth=login)
    assert after.status_code in GONE


@pytest.mark.origin("kinto", writes=True)
def test_bucket_takes_all_that_is_in_it(
    client: Client, login: Login, ask: Ask, stored: Stored
) -> None:
    """A bucket that is deleted takes its collections and their records with it."""
    record = stored("rye", 420)
    collection = record.removesuffix("/records/rye")
    bucket = collection.removesuffix("/collections/breads")
    for path in (collection, bucket):
        assert ask("DELETE", path, 200, "deleted")["id"] == path.rpartition("/")[2]
    for path in (record, collection):
        gone = client.get(path, auth=login, expect=403)  # of a bucket that is not there: forbidden
        assert gone.status_code in (403, *GONE)


@pytest.mark.origin("kinto", writes=True)
def test_list_has_pages(
    client: Client,
    login: Login,
    stored: Stored,
    records: str,
    environment: Environment,
    schema: Schemas,
) -> None:
    """A list of five records comes in three pages, and has each record once."""
    names = ["einkorn", "oat", "rye", "spelt", "wheat"]
    for cents, name in enumerate(names):
        stored(name, 400 + cents)
    url, listed, pages = f"{records}?_limit=2&_sort=cents", [], 0
    while url:
        page = client.get(url, auth=login)
        assert page.status_code == 200
        assert environment.header_problems(page.path, page.headers) == []
        schema("records").check(page.json())
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
