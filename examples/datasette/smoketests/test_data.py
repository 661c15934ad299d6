"""Data: tables and queries answer as JSON, and a table can be read page by page."""

from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import Client, Response

Data = Callable[[Response, str], Any]


@pytest.mark.get("{release}")
def test_service_says_what_it_is(response: Response, data: Data) -> None:
    """The service names the versions of itself, of Python and of SQLite."""
    data(response, "versions")


@pytest.mark.get("datasette:/bakery/dear.json?cents=440&_shape=array")
def test_query_of_our_own(response: Response, data: Data) -> None:
    """The query "dear" finds the ten breads that cost more than 440 cents, the cheapest first."""
    breads = data(response, "breads")
    assert [row["cents"] for row in breads] == list(range(441, 451))


@pytest.mark.origin("datasette")
def test_table_has_pages(client: Client, data: Data) -> None:
    """The table of breads comes in three pages, and has each bread once."""
    url, listed = "/bakery/breads.json?_shape=objects&_size=100", []
    while url:
        page = data(client.get(url), "table")
        listed += [row["id"] for row in page["rows"]]
        assert len(listed) <= 250, "the table does not end"
        url = page["next_url"]
    assert listed == list(range(1, 251))
