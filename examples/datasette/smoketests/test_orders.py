"""Orders: the baker makes and removes them, and nobody else."""

import uuid
from collections.abc import Iterator

import pytest

from knowngood.checks import REPEATABLE, Client, Environment, Response

Headers = dict[str, str]


@pytest.fixture
def baker(environment: Environment) -> Headers:
    """Return the headers of a request by the baker, who is answered in JSON."""
    token = environment.secrets["token"]
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


@pytest.fixture
def order(client: Client, baker: Headers) -> Iterator[str]:
    """Make an order and remove it at the end. This service deletes with POST: the client cannot
    know how, so the fixture does.
    """
    name = f"smoke-{uuid.uuid4().hex}"
    json = {"id": name, "bread_id": 7}
    added = client.post("/bakery/add_order", json=json, headers=baker, extensions=REPEATABLE)
    assert added.json()["ok"] is True
    yield name
    client.post(
        "/bakery/remove_order", json={"id": name}, headers=baker, extensions=REPEATABLE
    ).raise_for_status()


@pytest.mark.get(
    "datasette:/-/actor.json", headers={"Authorization": "Bearer {secrets.token}"}, varies=True
)
def test_token_is_known(response: Response) -> None:
    """Who has the token is the baker."""
    assert response.json() == {"actor": {"id": "baker"}}


@pytest.mark.get("datasette:/-/actor.json")
def test_nobody_is_not_the_baker(response: Response) -> None:
    """Who has no token is nobody."""
    assert response.json() == {"actor": None}


@pytest.mark.origin("datasette", writes=True)
def test_order_lives_and_dies(client: Client, baker: Headers, order: str) -> None:
    """An order is read as it was made, and gone once it is removed."""
    url = f"/bakery/orders.json?_shape=array&id={order}"
    made = client.get(url)
    assert made.json() == [{"id": order, "bread_id": 7}]
    client.post(
        "/bakery/remove_order", json={"id": order}, headers=baker, extensions=REPEATABLE
    ).raise_for_status()
    after = client.get(url)
    assert after.json() == []


@pytest.mark.origin("datasette", writes=True)
def test_orders_need_the_token(client: Client) -> None:
    """Nobody but the baker makes an order."""
    order = {"id": "smoke-refused", "bread_id": 7}
    response = client.post("/bakery/add_order", json=order, expect=403)
    assert response.status_code == 403
