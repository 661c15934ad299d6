"""The service: it is well, says which release it is, and lets in who has a login."""

import pytest

from knowngood.checks import Client, Environment, Response, Schemas


@pytest.mark.get("kinto:/v1/__heartbeat__")
def test_backends_are_well(response: Response, environment: Environment) -> None:
    """Storage, cache and permissions all say that they are well."""
    assert response.status_code == 200
    assert environment.header_problems(response.path, response.headers) == []
    assert response.json() == {"storage": True, "cache": True, "permission": True}


@pytest.mark.get("{release}")
def test_service_says_what_it_is(response: Response, schema: Schemas) -> None:
    """The service names its release and what it is capable of."""
    assert response.status_code == 200
    schema("server").check(response.json())


@pytest.mark.get("{release}")
def test_headers_are_sent(response: Response, environment: Environment) -> None:
    """An answer sends the headers that the environment file lists."""
    assert environment.header_problems(response.path, response.headers) == []


@pytest.mark.get("kinto:/v1/smoke-{nonce}")
def test_what_is_not_there_is_404(response: Response, schema: Schemas) -> None:
    """A path that does not exist is 404, with an error that programs can read."""
    assert response.status_code == 404
    schema("error").check(response.json())


@pytest.mark.get("kinto:/v1/buckets")
def test_buckets_need_a_login(response: Response) -> None:
    """Nobody sees the list of buckets without a login."""
    assert response.status_code == 401


@pytest.mark.origin("kinto", writes=True)
def test_login_is_known(client: Client, login: tuple[str, str], schema: Schemas) -> None:
    """Who logs in is who they say."""
    response = client.get("/v1/", auth=login)
    schema("user").check(response.json()["user"])
    assert response.json()["user"]["id"] == f"account:{login[0]}"


@pytest.mark.origin("kinto", writes=True)
def test_wrong_password_is_refused(client: Client, login: tuple[str, str]) -> None:
    """A login with another password is refused."""
    response = client.get("/v1/buckets", auth=(login[0], "another"), expect=401)
    assert response.status_code == 401
