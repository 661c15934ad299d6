"""What the checks of Kinto share: an account, a bucket of its own, and how they ask."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from knowngood.checks import Client, Environment, Schemas

Login = tuple[str, str]
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def login(shared_client: Callable[[str], Client], environment: Environment) -> Login:
    """Make an account for the run; it is deleted at the end, as all that a client writes."""
    name, password = f"smoke-{uuid.uuid4().hex}", environment.secrets["password"]
    account = {"data": {"password": password}}
    client = shared_client("kinto")
    response = client.put(f"/v1/accounts/{name}", json=account, auth=(name, password))
    assert response.status_code == 201
    assert environment.header_problems(response.path, response.headers) == []
    assert response.json()["data"]["id"] == name
    return name, password


@pytest.fixture
def ask(client: Client, login: Login, environment: Environment, schema: Schemas) -> Ask:
    """``ask("GET", path, 200, "record")`` sends a request of the account, asserts what holds of any
    answer, its status, headers and schema, and returns its data.
    """

    def asked(method: str, path: str, status: int, name: str, json: Any = None) -> Any:
        response = client.request(method, path, json=json, auth=login)
        assert response.status_code == status
        assert environment.header_problems(response.path, response.headers) == []
        schema(name).check(response.json())
        return response.json()["data"]

    return asked


@pytest.fixture
def records(ask: Ask) -> str:
    """Make an empty collection and return the path of its records."""
    bucket = f"/v1/buckets/smoke-{uuid.uuid4().hex}"
    for path in (bucket, f"{bucket}/collections/breads"):
        assert ask("PUT", path, 201, "stored", {})["id"] == path.rpartition("/")[2]
    return f"{bucket}/collections/breads/records"


@pytest.fixture
def stored(ask: Ask, records: str) -> Callable[[str, int], str]:
    """``stored("rye", 420)`` stores a record and returns its path."""

    def store(name: str, cents: int) -> str:
        path = f"{records}/{name}"
        data = ask("PUT", path, 201, "record", {"data": {"cents": cents}})
        assert (data["id"], data["cents"]) == (name, cents)
        return path

    return store
