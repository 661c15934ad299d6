"""How a check logs in, by the document's securitySchemes."""

from __future__ import annotations

from typing import Any

import pytest

from knowngood.scaffold.logins import Login, login

ORIGIN = "https://api.example"


def read(scheme: dict[str, Any], **document: Any) -> Login:
    """The login of a document with one scheme."""
    operation = {"security": [{"one": []}]}
    components = {"securitySchemes": {"other": {"type": "mutualTLS"}, "one": scheme}}
    paths = {"/a": {"get": operation}}
    return login({"paths": paths, "components": components, **document}, ORIGIN)


@pytest.mark.parametrize(
    ("scheme", "line"),
    [
        (
            {"type": "http", "scheme": "bearer"},
            """client.headers["Authorization"] = f"Bearer {environment.secrets['token']}\"""",
        ),
        (
            {"type": "http", "scheme": "Basic"},
            'client.auth = (environment.params["user"][0], environment.secrets["password"])',
        ),
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            'client.headers["X-Key"] = environment.secrets["token"]',
        ),
        (
            {"type": "apiKey", "in": "query", "name": "key"},
            'client.params = client.params.set("key", environment.secrets["token"])',
        ),
        (
            {"type": "apiKey", "in": "cookie", "name": "key"},
            'client.cookies.set("key", environment.secrets["token"])',
        ),
    ],
)
def test_scheme(scheme: dict[str, Any], line: str) -> None:
    """One line that logs the client in."""
    assert read(scheme).line == line


@pytest.mark.parametrize(
    ("url", "elsewhere", "path"),
    [
        ("/token?a=b", "", "/token?a=b"),
        ("token", "", "/v1/token"),
        (f"{ORIGIN}/token", "", "/token"),
        ("https://login.example/token", "https://login.example", "/token"),
    ],
)
def test_token_is_asked_for(url: str, elsewhere: str, path: str) -> None:
    """Where the document says that it is given out, below the server's path."""
    scheme = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url}}}
    found = read(scheme, servers=[{"url": "/v1"}])
    assert (found.grant, found.elsewhere, found.token_path) == (
        "client_credentials",
        elsewhere,
        path,
    )


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "/"}}},
        {"type": "openIdConnect", "openIdConnectUrl": "/"},
        {"type": "strange"},
        5,
    ],
)
def test_login_that_a_person_does(scheme: Any) -> None:
    """Somebody has to get a token and put it into the environment."""
    assert read(scheme).secrets == ("token",)


@pytest.mark.parametrize(
    ("scheme", "account", "secret"),
    [
        ({"type": "http", "scheme": "basic"}, "user", "password"),
        ({"type": "oauth2", "flows": {"password": {"tokenUrl": "/"}}}, "user", "password"),
        (
            {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/"}}},
            "client_id",
            "client_secret",
        ),
    ],
)
def test_name_of_an_account_is_no_secret(scheme: dict[str, Any], account: str, secret: str) -> None:
    """Reports would mask it wherever it is a word: ``smoke`` in ``smoketests/``."""
    assert (read(scheme).account, read(scheme).secrets) == (account, (secret,))
