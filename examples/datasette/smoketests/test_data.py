"""Data: tables and queries answer as JSON, and a table can be read page by page."""

import pytest

from knowngood.checks import Client, Response, Schemas


@pytest.mark.get("{release}")
def test_service_says_what_it_is(response: Response, schema: Schemas) -> None:
    """The service names the versions of itself and of SQLite."""
    assert response.status_code == 200
    schema("versions").check(response.json())


@pytest.mark.get("datasette:/bakery/dear.json?cents=440&_shape=array")
def test_query_of_our_own(response: Response, schema: Schemas) -> None:
    """The query "dear" finds the ten breads that cost more than 440 cents, the cheapest first."""
    assert response.status_code == 200
    schema("breads").check(response.json())
    assert [row["cents"] for row in response.json()] == list(range(441, 451))


@pytest.mark.origin("datasette")
def test_table_has_pages(client: Client, schema: Schemas) -> None:
    """The table of breads comes in three pages, and has each bread once."""
    url, listed = "/bakery/breads.json?_shape=objects&_size=100", []
    while url:
        page = client.get(url)
        assert page.status_code == 200
        schema("breads").check(page.json()["rows"])
        listed += [row["id"] for row in page.json()["rows"]]
        assert len(listed) <= 250, "the table does not end"
        url = page.json()["next_url"]
    assert listed == list(range(1, 251))
