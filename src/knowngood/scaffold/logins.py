"""Read from an OpenAPI document how a check logs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from .openapi import Document, base_path, resolve
from .python_text import quoted

_BEARER: Final = 'client.headers["Authorization"] = f"Bearer {environment.secrets[\'token\']}"'
_ASKED_FOR: Final = 'client.headers["Authorization"] = f"Bearer {token}"'
_BASIC: Final = 'client.auth = (environment.params["user"][0], environment.secrets["password"])'
_VALUE: Final = 'environment.secrets["token"]'


@dataclass(frozen=True, slots=True)
class Login:
    """How the fixture ``login`` logs a client in.

    Attributes:
        kind: what the document calls it, in words.
        line: the line of Python that logs ``client`` in.
        secrets: the names in [secrets] that it needs.
        account: the name in [params] of the account that it needs; empty if it needs none. An
            account's name is no secret: as one it would be masked wherever it is a word.
        token_url: where a token is given out, a path or a whole URL; empty if it is a secret.
        grant: the OAuth grant that the token is given for; empty if it is a secret.
    """

    kind: str
    line: str
    secrets: tuple[str, ...]
    account: str = ""
    token_url: str = ""
    grant: str = ""

    @property
    def elsewhere(self) -> str:
        """The origin that gives out the token, if it is another than the service's."""
        parts = urlsplit(self.token_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def token_path(self) -> str:
        """The path and query of ``token_url``."""
        return self.token_url.removeprefix(self.elsewhere) or "/"


def login(document: Document, origin: str) -> Login:
    """Return the login of the first operation that needs one, or else that by a bearer token.
    ``origin`` is the URL of the service, without a path.
    """
    schemes = resolve(document, document.get("components") or {}).get("securitySchemes") or {}
    for name in _needed(document):
        scheme = resolve(document, schemes.get(name))
        if isinstance(scheme, dict):
            return _login(document, scheme, origin)
    return Login("bearer", _BEARER, ("token",))


def _needed(document: Document) -> list[str]:
    """Return the names of the schemes that operations need, in the order of the document."""
    items = [item for item in document["paths"].values() if isinstance(item, dict)]
    operations = [part for item in items for part in item.values() if isinstance(part, dict)]
    needs = [document.get("security"), *(operation.get("security") for operation in operations)]
    lists = [need for need in needs if isinstance(need, list)]
    return [name for need in lists for one in need if isinstance(one, dict) for name in one]


def _login(document: Document, scheme: Mapping[str, Any], origin: str) -> Login:
    kind, place = str(scheme.get("type")), str(scheme.get("in"))
    name = quoted(scheme.get("name", ""))
    match (kind, place):
        case ("http", _) if str(scheme.get("scheme")).lower() == "basic":
            return Login("basic", _BASIC, ("password",), "user")
        case ("apiKey", "query"):
            line = f"client.params = client.params.set({name}, {_VALUE})"
            return Login("apiKey in the query", line, ("token",))
        case ("apiKey", "cookie"):
            return Login("apiKey in a cookie", f"client.cookies.set({name}, {_VALUE})", ("token",))
        case ("apiKey", _):
            return Login("apiKey in a header", f"client.headers[{name}] = {_VALUE}", ("token",))
        case ("oauth2", _):
            return _oauth(document, scheme, origin)
        case _:
            return Login("bearer", _BEARER, ("token",))


def _oauth(document: Document, scheme: Mapping[str, Any], origin: str) -> Login:
    """Return the login by a flow that needs no person; that by a token where there is none."""
    flows = scheme.get("flows") or {}
    for flow, grant, account, secret in (
        ("clientCredentials", "client_credentials", "client_id", "client_secret"),
        ("password", "password", "user", "password"),
    ):
        url = str((flows.get(flow) or {}).get("tokenUrl", ""))
        if url:
            absolute = url.startswith(("http://", "https://", "/"))
            url = url if absolute else f"{base_path(document)}/{url}"
            url = url.removeprefix(origin)
            return Login(f"oauth2 {flow}", _ASKED_FOR, (secret,), account, url, grant)
    return Login("oauth2", _BEARER, ("token",))
