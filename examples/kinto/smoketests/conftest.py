"""What the checks of Kinto share: an account, and a bucket of its own."""

import uuid
from collections.abc import Callable

import pytest

from knowngood.checks import Client, Environment, Response

Login = tuple[str, str]


def assert_is_stored(response: Response, name: str) -> None:
    """Assert that Kinto has stored something new, and says so to programs."""
    assert response.status_code == 201
    assert response.media_type == "application/json"
    data = response.json()["data"]
    assert data["id"] == name
    assert isinstance(data["last_modified"], int)


@pytest.fixture(scope="session")
def login(shared_client: Callable[[str], Client], environment: Environment) -> Login:
    """Make an account for the run; it is deleted at the end, as all that a client writes."""
    name, password = f"smoke-{uuid.uuid4().hex}", environment.secrets["password"]
    account = {"data": {"password": password}}
    client = shared_client("kinto")
    response = client.put(f"/v1/accounts/{name}", json=account, auth=(name, password))
    assert_is_stored(response, name)
    return name, password


@pytest.fixture
def records(client: Client, login: Login) -> str:
    """Make an empty collection and return the path of its records."""
    name = f"smoke-{uuid.uuid4().hex}"
    bucket = client.put(f"/v1/buckets/{name}", json={}, auth=login)
    assert_is_stored(bucket, name)
    breads = client.put(f"/v1/buckets/{name}/collections/breads", json={}, auth=login)
    assert_is_stored(breads, "breads")
    return f"/v1/buckets/{name}/collections/breads/records"


@pytest.fixture
def stored(client: Client, login: Login, records: str) -> Callable[[str, int], str]:
    """``stored("rye", 420)`` stores a record and returns its path."""

    def store(name: str, cents: int) -> str:
        path = f"{records}/{name}"
        response = client.put(path, json={"data": {"cents": cents}}, auth=login)
        assert_is_stored(response, name)
        return path

    return store
