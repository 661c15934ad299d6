"""Read from an OpenAPI 3 document which checks can be written for a service."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from ..content import strict_json, strict_yaml
from ..fetch import Exchange, respond
from ..safety import UsageError

_WRITES: Final = ("post", "put", "patch", "delete")
_JSON: Final = re.compile(r"application/(?:[\w.+-]*\+)?json")
_IN_PATHS: Final = "/%{}:@!$&'()*+,;=~"  # what stays as it is in a path, beside letters and digits


Document: TypeAlias = Mapping[str, Any]
"""An OpenAPI 3 document."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a service.

    Attributes:
        method: in capital letters.
        path: as the document has it, with its fields in braces.
        url: path and query with the examples filled in; empty if a parameter has no example.
        path_url: the path below the origin, with its fields in braces.
        name: what a check for it is called.
        summary: what it does, in words.
        login: whether it needs a login.
        status: the status of success.
        schema: the JSON pointer of the schema of that answer; empty without one.
    """

    method: str
    path: str
    url: str
    path_url: str
    name: str
    summary: str
    login: bool
    status: int
    schema: str


def in_answer(exchange: Exchange) -> Document | None:
    """Return the OpenAPI document that an answer is; None if it is none."""
    answer = exchange.answer
    if answer is None or answer.status != 200:
        return None
    try:
        return parse(respond(exchange).content)
    except ValueError:
        return None


def read(path: Path) -> Document:
    """Return the OpenAPI document in a file. Raises UsageError if it is none."""
    try:
        document = parse(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: neither JSON nor YAML: {error}") from None
    if document is None:
        raise UsageError(f"{path}: no OpenAPI 3 document: it has no `openapi: 3.…`")
    return document


def parse(source: bytes) -> Document | None:
    """Return the OpenAPI document that ``source`` is; None for any other document. Raises
    ValueError for what is neither JSON nor YAML.
    """
    is_json = source.lstrip()[:1] == b"{"
    content = strict_json.loads(source) if is_json else strict_yaml.loads(source)
    if not isinstance(content, dict) or not str(content.get("openapi", "")).startswith("3."):
        return None
    if not isinstance(content.get("paths"), dict):
        return None
    dumped(content).encode()  # a lone surrogate has no place in a file
    return content


def operations(document: Document) -> Iterator[Operation]:
    """Yield the operations of ``document``, each with a name of its own. One that is not as the
    standard says is left out.
    """
    names: set[str] = set()
    for path, item in document["paths"].items():
        for method in ("get", *_WRITES):
            try:
                operation = _operation(document, path, item, method)
            except (AttributeError, LookupError, TypeError, ValueError):
                continue
            name = _unused(operation.name, names)
            names.add(name)
            yield replace(operation, name=name)


def server(document: Document) -> str:
    """Return the URL of the first server, which may be a path alone; empty without one."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = str(first.get("url", "")) if isinstance(first, dict) else ""
    return "" if "{" in url else url


def _operation(document: Document, path: str, item: Mapping[str, Any], method: str) -> Operation:
    """Return one operation. Raises AttributeError, LookupError, TypeError or ValueError for one
    that is not there, or not as the standard says.
    """
    operation = item[method]
    url = quote(urlsplit(server(document)).path.rstrip("/") + path, safe=_IN_PATHS)
    parameters = [
        resolve(document, parameter)
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ()))
    ]
    status, schema = _success(document, path, method)
    return Operation(
        method.upper(),
        path,
        _filled(document, url, parameters),
        url,
        _name(method, path, operation),
        str(operation.get("summary") or operation.get("operationId") or "").strip().rstrip(".?!"),
        _needs_login(document, operation),
        status,
        schema,
    )


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


def _success(document: Document, path: str, method: str) -> tuple[int, str]:
    """Return the status of the first answer that is a success, and where its schema stands."""
    responses = document["paths"][path][method].get("responses", {})
    statuses = [str(status) for status in responses if re.fullmatch(r"2\d\d", str(status))]
    if not statuses:
        return 200, ""
    status = statuses[0]
    key = next(key for key in responses if str(key) == status)
    reference = responses[key].get("$ref", "") if isinstance(responses[key], dict) else ""
    place = reference[1:] or "/".join(["", "paths", _escaped(path), method, "responses", status])
    content = resolve(document, responses[key]).get("content", {})
    kind = next((kind for kind in content if _JSON.match(kind)), "")
    has_schema = bool(kind) and bool(content[kind].get("schema"))
    return int(status), f"{place}/content/{_escaped(kind)}/schema" if has_schema else ""


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _filled(document: Document, path: str, parameters: list[Any]) -> str:
    """Return path and query with an example for each parameter that needs one; empty if one has
    none, or if it is to be sent in another way.
    """
    query = {}
    for parameter in parameters:
        name, place = parameter.get("name", ""), parameter.get("in")
        if not parameter.get("required") and place != "path":
            continue
        value = _example(document, parameter)
        if value is None or place not in {"path", "query"}:
            return ""
        if place == "query":
            query[name] = value
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    if "{" in path:
        return ""
    return f"{path}?{urlencode(query)}" if query else path


def _example(document: Document, parameter: Mapping[str, Any]) -> object:
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


def _name(method: str, path: str, operation: Mapping[str, Any]) -> str:
    words = str(operation.get("operationId") or f"{method} {path}")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", words))
    letters = (letter if f"_{letter}".isidentifier() else "_" for letter in words)
    return re.sub(r"_+", "_", "".join(letters)).strip("_").lower()


def _unused(name: str, taken: Container[str]) -> str:
    """Return ``name``, with a number behind it if it is taken."""
    names = (f"{name}_{number}" if number > 1 else name for number in count(1))
    return next(one for one in names if one not in taken)


def dumped(document: Document) -> str:
    """Return the document as JSON, as a suite keeps it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
