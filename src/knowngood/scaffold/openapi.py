"""Read an OpenAPI 3 document: find it in a file or an answer, and follow its references."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from ..content import strict_json, strict_yaml
from ..fetch import Exchange, respond
from ..safety import UsageError, one_line

_LARGEST: Final = 8_000_000  # bytes of a document; the largest of well-known services have 6 MB

PLACES: Final = ("/openapi.json", "/openapi.yaml", "/api/openapi.json", "/api/v1/openapi.json")
PLACES_AT_ROOT: Final = ("/v3/api-docs", "/api-json", "/swagger/v1/swagger.json", "/q/openapi")
"""Where Spring, NestJS, ASP.NET and Quarkus have the document."""

Document: TypeAlias = Mapping[str, Any]
"""An OpenAPI 3 document."""


class OldDocument(UsageError):
    """A document of Swagger, as OpenAPI was called up to version 2.0."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__(
            f"{one_line(name, 300)}: is a Swagger {one_line(version, 20)} document; allowed is "
            "OpenAPI 3: convert it, such as with `npx swagger2openapi --outfile openapi.json FILE` "
            "or at https://converter.swagger.io, and run `knowngood init openapi.json`"
        )


def in_answer(exchange: Exchange) -> Document | None:
    """Return the OpenAPI document that an answer is; None if it is none. Raises OldDocument."""
    if exchange.status != 200:
        return None
    response = respond(exchange)
    if response.media_type == "text/html" or len(response.content) > _LARGEST:
        return None
    try:
        return parse(response.content, exchange.probe.url)
    except ValueError:
        return None


def read(path: Path) -> Document:
    """Return the OpenAPI document in a file. Raises UsageError if it is none."""
    try:
        document = parse(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: neither JSON nor YAML: {error}") from None
    if document is None:
        raise UsageError(
            f"{path}: no OpenAPI 3 document: it lacks `openapi: 3.…` or `paths`; name the document "
            "that describes the API, or the URL of a page of the service"
        )
    return document


def parse(source: bytes, name: str) -> Document | None:
    """Return the OpenAPI document that ``source`` is; None for any other document. ``name`` is its
    file or URL. Raises ValueError for what is neither JSON nor YAML, and OldDocument.
    """
    is_json = source.lstrip()[:1] == b"{"
    content = strict_json.loads(source) if is_json else strict_yaml.loads(source)
    if isinstance(content, dict) and "swagger" in content and "openapi" not in content:
        raise OldDocument(name, str(content["swagger"]))
    if not isinstance(content, dict) or not str(content.get("openapi", "")).startswith("3."):
        return None
    if not isinstance(content.get("paths"), dict):
        return None
    dumped(content).encode()  # a lone surrogate has no place in a file
    return content


def server(document: Document) -> str:
    """Return the URL of the first server, which may be a path alone; empty without one."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = str(first.get("url", "")) if isinstance(first, dict) else ""
    return "" if "{" in url else url


def base_path(document: Document) -> str:
    """Return the path of the first server, without its last slash."""
    return urlsplit(server(document)).path.rstrip("/")


def resolve(document: Document, node: Any) -> Any:
    """Return what ``node`` stands for, if it is a ``$ref`` within the document."""
    for _ in range(20):
        reference = node.get("$ref", "") if isinstance(node, dict) else ""
        if not reference.startswith("#/"):
            break
        node = document
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            node = node.get(key, {}) if isinstance(node, dict) else {}
    return node


def dumped(document: Document) -> str:
    """Return the document as JSON, as a suite keeps it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
