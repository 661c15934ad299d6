"""GraphQL: it answers queries, page by page, and says what is wrong with a query."""

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


def ask(client: Client, query: str, **variables: Any) -> Response:
    """Send a query. It changes nothing, and so may be sent again."""
    document = {"query": query, "variables": variables}
    return client.post("/graphql/bakery", json=document, extensions=REPEATABLE)


@pytest.mark.origin("datasette", writes=True)
def test_query_is_answered(client: Client) -> None:
    """A query is answered with data and without errors: a GraphQL error is 200 as well."""
    answer = ask(client, "{ breads_row(id: 7) { name cents } }")
    assert answer.status_code == 200
    assert answer.json() == {"data": {"breads_row": {"name": "bread 7", "cents": 207}}}


@pytest.mark.origin("datasette", writes=True)
def test_all_pages_are_there(client: Client) -> None:
    """The connection of breads has all of them, over all of its pages."""
    listed: list[int] = []
    after: str | None = None
    for _ in range(3):
        answer = ask(client, BREADS, after=after)
        breads = answer.json()["data"]["breads"]
        assert breads["totalCount"] == 250
        listed += [bread["id"] for bread in breads["nodes"]]
        after = breads["pageInfo"]["endCursor"]
    assert breads["pageInfo"]["hasNextPage"] is False
    assert listed == list(range(1, 251))


@pytest.mark.origin("datasette", writes=True)
def test_wrong_query_is_explained(client: Client) -> None:
    """A query for a field that does not exist is answered with the reason."""
    answer = ask(client, "{ no_such_table { id } }")
    assert "no_such_table" in answer.json()["errors"][0]["message"]
