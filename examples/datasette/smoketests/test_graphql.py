"""GraphQL: it answers queries, page by page, and says what is wrong with a query."""

from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import REPEATABLE, Client, Response

BREADS = """
query ($after: String) {
  breads(first: 100, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { id name cents }
  }
}
"""


@pytest.fixture
def ask(client: Client, data: Callable[[Response, str], Any]) -> Callable[..., Any]:
    """``ask(query, after="abc")`` sends a query and returns its data: a GraphQL error is 200 as
    well. A query changes nothing, and so may be sent again.
    """

    def answered(query: str, **variables: Any) -> Any:
        document = {"query": query, "variables": variables}
        answer = client.post("/graphql/bakery", json=document, extensions=REPEATABLE)
        return data(answer, "graphql")["data"]

    return answered


@pytest.mark.origin("datasette", writes=True)
def test_query_is_answered(ask: Callable[..., Any]) -> None:
    """A query is answered with data."""
    bread = ask("{ breads_row(id: 7) { name cents } }")
    assert bread == {"breads_row": {"name": "bread 7", "cents": 207}}


@pytest.mark.origin("datasette", writes=True)
def test_all_pages_are_there(ask: Callable[..., Any]) -> None:
    """The connection of breads has all of them, over all of its pages."""
    listed: list[tuple[int, str, int]] = []
    after: str | None = None
    for _ in range(3):
        breads = ask(BREADS, after=after)["breads"]
        assert breads["totalCount"] == 250
        listed += [(bread["id"], bread["name"], bread["cents"]) for bread in breads["nodes"]]
        after = breads["pageInfo"]["endCursor"]
    assert breads["pageInfo"]["hasNextPage"] is False
    assert listed == [(number, f"bread {number}", 200 + number) for number in range(1, 251)]


@pytest.mark.origin("datasette", writes=True)
def test_wrong_query_is_explained(client: Client) -> None:
    """A query for a field that does not exist is answered with the reason."""
    document = {"query": "{ no_such_table { id } }"}
    answer = client.post("/graphql/bakery", json=document, extensions=REPEATABLE)
    assert answer.media_type == "application/json"
    assert answer.json()["data"] is None
    assert "no_such_table" in answer.json()["errors"][0]["message"]
