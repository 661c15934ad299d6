"""What the checks of Kinto share: an account, and a bucket of its own."""

import uuid
from collections.abc import Callable

import pytest

from knowngood.checks import Client, Environment

Login = tuple[str, str]


@pytest.fixture(scope="session")
def login(shared_client: Callable[[str], Client], environment: Environment) -> Login:
    """Make an account for the run; it is deleted at the end, as all that a client writes."""
    name, password = f"smoke-{uuid.uuid4().hex}", environment.secrets["password"]
    account = {"data": {"password": password}}
    client = shared_client("kinto")
    response = client.put(f"/v1/accounts/{name}", json=account, auth=(name, password))
    assert response.status_code == 201
    return name, password


@pytest.fixture
def records(client: Client, login: Login) -> str:
    """Make an empty collection and return the path of its records."""
    bucket = f"/v1/buckets/smoke-{uuid.uuid4().hex}"
    for path in (bucket, f"{bucket}/collections/breads"):
        assert client.put(path, json={}, auth=login).status_code == 201
    return f"{bucket}/collections/breads/records"


@pytest.fixture
def stored(client: Client, login: Login, records: str) -> Callable[[str, int], str]:
    """``stored("rye", 420)`` stores a record and returns its path."""

    def store(name: str, cents: int) -> str:
        path = f"{records}/{name}"
        response = client.put(path, json={"data": {"cents": cents}}, auth=login)
        assert response.status_code == 201
        return path

    return store
