"""Orders: the baker makes and removes them, and nobody else."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from knowngood.checks import REPEATABLE, Client, Environment, Response

Headers = dict[str, str]
Data = Callable[[Response, str], Any]


@pytest.fixture
def baker(environment: Environment) -> Headers:
    """Return the headers of a request by the baker, who is answered in JSON."""
    token = environment.secrets["token"]
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


@pytest.fixture
def change(client: Client, baker: Headers, data: Data) -> Callable[..., None]:
    """``change("add_order", id="smoke-1", bread_id=7)`` has the baker run a query that writes."""

    def ran(query: str, **values: Any) -> None:
        path = f"/bakery/{query}"
        data(client.post(path, json=values, headers=baker, extensions=REPEATABLE), "written")

    return ran


@pytest.fixture
def order(change: Callable[..., None]) -> Iterator[str]:
    """Make an order and remove it at the end. This service deletes with POST: the client cannot
    know how, so the fixture does.
    """
    name = f"smoke-{uuid.uuid4().hex}"
    change("add_order", id=name, bread_id=7)
    yield name
    change("remove_order", id=name)


@pytest.mark.get(
    "datasette:/-/actor.json", headers={"Authorization": "Bearer {secrets.token}"}, varies=True
)
def test_token_is_known(response: Response, data: Data) -> None:
    """Who has the token is the baker."""
    assert data(response, "actor") == {"actor": {"id": "baker"}}


@pytest.mark.get("datasette:/-/actor.json")
def test_nobody_is_not_the_baker(response: Response, data: Data) -> None:
    """Who has no token is nobody."""
    assert data(response, "actor") == {"actor": None}


@pytest.mark.origin("datasette", writes=True)
def test_order_lives_and_dies(
    client: Client, change: Callable[..., None], order: str, data: Data
) -> None:
    """An order is read as it was made, and gone once it is removed."""
    url = f"/bakery/orders.json?_shape=array&id={order}"
    assert data(client.get(url), "orders") == [{"id": order, "bread_id": 7}]
    change("remove_order", id=order)
    assert client.get(url).json() == []


@pytest.mark.origin("datasette", writes=True)
def test_orders_need_the_token(client: Client) -> None:
    """Nobody but the baker makes an order."""
    order = {"id": "smoke-refused", "bread_id": 7}
    response = client.post("/bakery/add_order", json=order, expect=403)
    assert response.status_code == 403
