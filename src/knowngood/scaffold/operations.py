"""Read from an OpenAPI 3 document which operations a service has, and how a check asks for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

from ..content import media_types
from .openapi import Document, base_path, resolve
from .python_text import distinct, identifier

JSON: Final = re.compile(r"application/(?:[\w.+-]*\+)?json")
_ANY: Final = "*/*"
"""What springdoc writes as the media type if the developer named none."""
_WRITES: Final = ("post", "put", "patch", "delete")
_IN_PATHS: Final = "/%{}:@!$&'()*+,;=~"  # what stays as it is in a path, beside letters and digits

Place: TypeAlias = tuple[tuple[str, str], ...]


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
        media_type: that of the answer with this schema, or of one that is no JSON; empty if the
            document does not say it for certain.
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
    media_type: str
    parameters: tuple[Mapping[str, Any], ...] = field(repr=False)
    node: Mapping[str, Any] = field(repr=False)

    @property
    def has_no_end(self) -> bool:
        """Whether its answer is a stream of events, which lasts until the client leaves."""
        return self.media_type in {"text/event-stream", "multipart/x-mixed-replace"}

    @property
    def needs_tag(self) -> bool:
        """Whether it changes only what has the ETag that its request names."""
        headers = (one for one in self.parameters if one.get("in") == "header")
        required = {str(one.get("name")).lower() for one in headers if one.get("required")}
        return "if-match" in required


def operations_of(document: Document) -> list[Operation]:
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
    statuses, schema, media_type = _success(document, path, method)
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
        media_type=media_type,
        parameters=parameters,
        node=operation,
    )


def _place(path: str) -> Place:
    """Return the parts of ``path``, encoded as a browser does, each with the field behind it."""
    parts = [*re.split(r"\{([^{}]*)\}", path), ""]
    parts[::2] = [quote(part, safe=_IN_PATHS) for part in parts[::2]]
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def collections_of(item: Place) -> list[Place]:
    """Return the places of what holds ``item``, if a field is last in it: ``/users`` and
    ``/users/`` for ``/users/{id}``.
    """
    if len(item) < 2 or item[-1] != ("", ""):
        return []
    *before, (part, _), _ = item
    return [(*before, (part.rstrip("/"), "")), (*before, (part, ""))]


def _needs_login(document: Document, operation: Mapping[str, Any]) -> bool:
    needs = operation.get("security", document.get("security")) or []
    return bool(needs) and {} not in needs


def _refusal(operation: Mapping[str, Any]) -> int:
    """Return the status by which an operation refuses who has no login."""
    statuses = {str(status) for status in operation.get("responses", {})}
    return 403 if "403" in statuses and "401" not in statuses else 401


def _success(document: Document, path: str, method: str) -> tuple[tuple[int, ...], str, str]:
    """Return the statuses of success, and of the first one's answer where its schema stands and its
    media type.
    """
    responses = document["paths"][path][method].get("responses", {})
    statuses = [status for status in map(str, responses) if re.fullmatch(r"2\d\d", status)]
    if not statuses:
        return (200,), "", ""
    return tuple(map(int, statuses)), *answer_of(document, path, method, statuses[0])


def answer_of(document: Document, path: str, method: str, status: str) -> tuple[str, str]:
    """Return where the schema of the answer with ``status`` stands, and its media type. Raises
    LookupError for a status of which the document says nothing.
    """
    responses = document["paths"][path][method].get("responses", {})
    key = next((key for key in responses if str(key) == status), None)
    if key is None:
        raise LookupError(status)
    reference = responses[key].get("$ref", "") if isinstance(responses[key], dict) else ""
    place = reference[1:] or "/".join(["", "paths", _escaped(path), method, "responses", status])
    content = resolve(document, responses[key]).get("content", {})
    kind = next((kind for kind in content if JSON.match(kind) or kind == _ANY), "")
    schema = resolve(document, content[kind].get("schema")) if kind else None
    if not schema or (kind == _ANY and not _is_structured(schema)):
        return "", _other_type(content)
    return f"{place}/content/{_escaped(kind)}/schema", _only_type([kind])


def _is_structured(schema: Any) -> bool:
    """Return whether an answer of any media type must be JSON, by its schema."""
    return isinstance(schema, dict) and schema.get("type") in ("object", "array")


def _other_type(content: Iterable[str]) -> str:
    """Return the media type of an answer that is no JSON, such as text/csv. Empty if there are
    several, or a range, or one that says nothing. JSON says nothing: frameworks write it if the
    developer named no type.
    """
    kind = _only_type(content)
    return "" if JSON.match(kind) or kind == "application/octet-stream" else kind


def _only_type(content: Iterable[str]) -> str:
    """Return the one media type there is; empty if there are several, or a range."""
    kinds = {media_types.media_type(kind) for kind in content}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return "" if "*" in kind else kind


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _filled(document: Document, place: Place, parameters: Iterable[Any]) -> str:
    """Return path and query with an example for each parameter that needs one. Empty if one has no
    example, or is neither in the path nor in the query.
    """
    parameters = list(parameters)
    values = {
        one.get("name"): example(document, one) for one in parameters if one.get("in") == "path"
    }
    if any(field and values.get(field) is None for _, field in place):
        return ""
    try:
        query = required_query(document, parameters)
    except LookupError:
        return ""
    return in_url(place, values) + (f"?{query}" if query else "")


def required_query(document: Document, parameters: Iterable[Mapping[str, Any]]) -> str:
    """Return the query that ``parameters`` require, with their examples. Raises LookupError if
    one has none, or is required in another place, such as a header.
    """
    values = {}
    for parameter in parameters:
        if parameter.get("required") and parameter.get("in") != "path":
            value = example(document, parameter)
            if value is None or parameter.get("in") != "query":
                raise LookupError(parameter.get("name"))
            values[parameter["name"]] = value
    return urlencode(values)


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
