"""Read from an OpenAPI 3 document which checks can be written for a service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from ..content import strict_json, strict_yaml
from ..fetch import Exchange, respond
from ..safety import UsageError, one_line
from .python_text import distinct, identifier

_WRITES: Final = ("post", "put", "patch", "delete")
JSON: Final = re.compile(r"application/(?:[\w.+-]*\+)?json")
_LARGEST: Final = 8_000_000  # bytes of a document; the largest of well-known services have 6 MB
_IN_PATHS: Final = "/%{}:@!$&'()*+,;=~"  # what stays as it is in a path, beside letters and digits


Document: TypeAlias = Mapping[str, Any]
"""An OpenAPI 3 document."""

Place: TypeAlias = tuple[tuple[str, str], ...]


class OldDocument(UsageError):
    """A document of Swagger, as OpenAPI was called up to version 2.0."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__(
            f"{one_line(name, 300)}: is a Swagger {one_line(version, 20)} document; allowed is "
            "OpenAPI 3: convert it, such as with `npx swagger2openapi --outfile openapi.json FILE` "
            "or at https://converter.swagger.io, and run `knowngood init openapi.json`"
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a service.

    Attributes:
        method: in capital letters.
        path: as the document has it, with its fields in braces.
        url: path and query with the examples filled in; empty if a parameter has no example.
        place: the path below the origin as pairs: a part of it, and the field behind that, which is
            empty at the end.
        name: what a check for it is called.
        summary: what it does, in words.
        login: whether it needs a login.
        refusal: the status of its answer without a login.
        status: the first status of success.
        statuses: all of them.
        schema: the JSON pointer of the schema of that answer; empty without one.
        parameters: its parameters and those of its path, without references.
        node: the operation as the document has it.
    """

    method: str
    path: str
    url: str
    place: Place
    name: str
    summary: str
    login: bool
    refusal: int
    status: int
    statuses: tuple[int, ...]
    schema: str
    parameters: tuple[Mapping[str, Any], ...] = field(repr=False)
    node: Mapping[str, Any] = field(repr=False)


def in_answer(exchange: Exchange) -> Document | None:
    """Return the OpenAPI document that an answer is; None if it is none. Raises OldDocument."""
    if exchange.answer is None or exchange.answer.status != 200:
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


def operations(document: Document) -> list[Operation]:
    """Return the operations of ``document``, each with a name of its own. One that is not as the
    standard says is left out.
    """
    read = []
    for path, item in document["paths"].items():
        for method in ("get", *_WRITES):
            with suppress(AttributeError, LookupError, TypeError, ValueError):
                read.append(_operation(document, path, item, method))
    names = distinct({(one.method, one.path): one.name for one in read})
    return [replace(operation, name=names[operation.method, operation.path]) for operation in read]


def server(document: Document) -> str:
    """Return the URL of the first server, which may be a path alone; empty without one."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = str(first.get("url", "")) if isinstance(first, dict) else ""
    return "" if "{" in url else url


def base_path(document: Document) -> str:
    """Return the path of the first server, without its last slash."""
    return urlsplit(server(document)).path.rstrip("/")


def _operation(document: Document, path: str, item: Mapping[str, Any], method: str) -> Operation:
    """Return one operation. Raises AttributeError, LookupError, TypeError or ValueError for one
    that is not there, or not as the standard says.
    """
    operation = item[method]
    place = _place(base_path(document) + path)
    parameters = tuple(
        resolve(document, parameter)
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ()))
    )
    statuses, schema = _success(document, path, method)
    summary = str(operation.get("summary") or operation.get("operationId") or "")
    return Operation(
        method=method.upper(),
        path=path,
        url=_filled(document, place, parameters),
        place=place,
        name=identifier(f"{method} {path}"),
        summary=summary.strip().rstrip(".?!"),
        login=_needs_login(document, operation),
        refusal=_refusal(operation),
        status=statuses[0],
        statuses=statuses,
        schema=schema,
        parameters=parameters,
        node=operation,
    )


def _place(path: str) -> Place:
    """Return the parts of ``path``, encoded as a browser does, each with the field behind it."""
    parts = [*re.split(r"\{([^{}]*)\}", path), ""]
    parts[::2] = [quote(part, safe=_IN_PATHS) for part in parts[::2]]
    return tuple(zip(parts[::2], parts[1::2], strict=True))


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


def _needs_login(document: Document, operation: Mapping[str, Any]) -> bool:
    needs = operation.get("security", document.get("security")) or []
    return bool(needs) and {} not in needs


def _refusal(operation: Mapping[str, Any]) -> int:
    """Return the status by which an operation refuses who has no login."""
    statuses = {str(status) for status in operation.get("responses", {})}
    return 403 if "403" in statuses and "401" not in statuses else 401


def _success(document: Document, path: str, method: str) -> tuple[tuple[int, ...], str]:
    """Return the statuses of success, and where the schema of the first one's answer stands."""
    responses = document["paths"][path][method].get("responses", {})
    statuses = [status for status in map(str, responses) if re.fullmatch(r"2\d\d", status)]
    if not statuses:
        return (200,), ""
    status = statuses[0]
    key = next(key for key in responses if str(key) == status)
    reference = responses[key].get("$ref", "") if isinstance(responses[key], dict) else ""
    place = reference[1:] or "/".join(["", "paths", _escaped(path), method, "responses", status])
    content = resolve(document, responses[key]).get("content", {})
    kind = next((kind for kind in content if JSON.match(kind)), "")
    has_schema = bool(kind) and bool(content[kind].get("schema"))
    pointer = f"{place}/content/{_escaped(kind)}/schema" if has_schema else ""
    return tuple(map(int, statuses)), pointer


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _filled(document: Document, place: Place, parameters: Iterable[Any]) -> str:
    """Return path and query with an example for each parameter that needs one; empty if one has
    none, or if it is to be sent in another way.
    """
    values: dict[str, dict[str, object]] = {"path": {}, "query": {}}
    for parameter in parameters:
        name, where = parameter.get("name", ""), parameter.get("in")
        if not parameter.get("required") and where != "path":
            continue
        value = example(document, parameter)
        if value is None or where not in values:
            return ""
        values[where][name] = value
    if any(field and field not in values["path"] for _, field in place):
        return ""
    return in_url(place, values["path"]) + (
        f"?{urlencode(values['query'])}" if values["query"] else ""
    )


def in_url(place: Place, values: Mapping[str, object]) -> str:
    """Return the path that ``place`` is with ``values`` for its fields."""
    return "".join(
        part + (quote(str(values[field]), safe="") if field else "") for part, field in place
    )


def example(document: Document, parameter: Mapping[str, Any]) -> object:
    """Return the value that the document gives as an example; None without one."""
    schema = resolve(document, parameter.get("schema") or {})
    named = [
        resolve(document, one).get("value") for one in (parameter.get("examples") or {}).values()
    ]
    listed = schema.get("examples") or schema.get("enum") or []
    values = [
        parameter.get("example"),
        *named,
        schema.get("example"),
        schema.get("default"),
        *listed,
    ]
    plain = (value for value in values if isinstance(value, str | int | float))
    return next(plain, None)


def dumped(document: Document) -> str:
    """Return the document as JSON, as a suite keeps it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
