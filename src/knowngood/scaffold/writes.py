"""Write the bodies of checks that write: lines of Python, from an OpenAPI document.

A check writes, reads and deletes a document of its own wherever the API can make one: by a POST to
the path before the field, or by a PUT to a made-up name. The document's examples are what somebody
may need; they name only what no operation makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from .absent_items import nobody
from .changed_values import changed
from .openapi import Document, resolve
from .operations import JSON, Operation, Place, collections_of, example, in_url
from .python_text import braced, literal, quoted, variable
from .read_back import IDS, assertions, in_answer
from .samples import NoSample, is_free, sample, whole

_FORM: Final = "application/x-www-form-urlencoded"
_CHANGES: Final = ("PUT", "PATCH")  # of what is there, to values that it did not have

_TAG: Final = "the ETag of what is changed"
_MADE_UP: Final = ("smoke", "00000000-")  # names that nobody else gives
_ANY: Final = '"*"'  # any tag: If-Match of RFC 9110, 13.1.1

_OTHERS: Final = {"accept", "authorization", "content-type"}
"""Headers that OpenAPI describes elsewhere than in parameters."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The body of a check of one operation that writes.

    Attributes:
        operation: what it checks.
        login: whether it needs a login, for the operation or for one that it is prepared with.
        lines: its lines of Python.
        refused: the lines that send it without a login; none if it needs no login.
        missing: what a person has to fill in; empty if it is complete.
    """

    operation: Operation
    login: bool
    lines: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]


def skeletons(
    document: Document, operations: Iterable[Operation], schemas: Mapping[str, str]
) -> Iterator[Skeleton]:
    """Yield a skeleton for each operation that writes, unless it is not as the standard says.
    ``schemas`` are the names of the schemas that can be relied on, by pointer.
    """
    operations = list(operations)
    known = {(operation.method, operation.place): operation for operation in operations}
    items: dict[Place, Place] = {}
    for operation in operations:
        for place in collections_of(operation.place):
            items.setdefault(place, operation.place)
    for operation in operations:
        if operation.method != "GET":
            with suppress(AttributeError, LookupError, TypeError, ValueError):
                yield _Writer(document, known, items, operation).skeleton(
                    schemas.get(operation.schema, "")
                )


class _Writer:
    """Writes the skeleton of one operation."""

    def __init__(
        self,
        document: Document,
        known: Mapping[tuple[str, Place], Operation],
        items: Mapping[Place, Place],
        operation: Operation,
    ) -> None:
        """``known`` are all operations by method and place, ``items`` the first place that names a
        document of a collection, by the collection's place.
        """
        self._document = document
        self._known = known
        self._items = items
        self._operation = operation
        self._lines: list[str] = []
        self._missing: list[str] = []
        self._used: list[Operation] = []
        self._values: dict[str, str] = {}  # of the fields, as an f-string holds them
        self._sent: Any = None  # what was sent last
        self._tag = _ANY  # how Python writes the tag of what is changed

    def skeleton(self, schema: str) -> Skeleton:
        """Return it. It checks the answer against the schema of that name, if there is one."""
        operation = self._operation
        for number, (_, field) in enumerate(operation.place):
            if field:
                self._fill(number, field)
        self._send("response", operation)
        if schema and len(operation.statuses) == 1:
            self._lines.append(f"schema({quoted(schema)}).check(response.json())")
        self._look_after()
        return Skeleton(
            operation,
            any(used.login for used in self._used),
            tuple(self._lines),
            tuple(self._refused() if operation.login else ()),
            tuple(dict.fromkeys(self._missing)),
        )

    def _fill(self, number: int, field: str) -> None:
        """Find a value for the field behind part ``number`` of the path, and make what it names."""
        place, parameter = self._operation.place, self._parameter(field)
        item = (*place[: number + 1], ("", ""))
        post, put = self._creator(item), self._known.get(("PUT", item))
        if post is not None and post is not self._operation and self._key(post, field):
            self._send("created", post)
            self._name("created", post, item)
        elif put is not None and is_free(whole(self._document, parameter.get("schema"))):
            self._lines.append(f'{self._variable(item)} = f"smoke-{{uuid.uuid4().hex}}"')
            if put is not self._operation:
                self._send("created", put)
        else:
            self._values[field] = self._made_up(parameter)
            if item == place or example(self._document, parameter) is None:
                self._missing.append(f"the path names no {field} of your own: name one")

    def _creator(self, item: Place) -> Operation | None:
        """Return the POST that makes what ``item`` names by its last field."""
        posts = (self._known.get(("POST", place)) for place in collections_of(item))
        return next(filter(None, posts), None)

    def _key(self, create: Operation, field: str) -> str:
        """Return how Python reads the name of what ``create`` made from its answer; empty if the
        document does not say where it is.
        """
        for name in (field, *IDS):
            place = in_answer(self._document, create.schema, name)
            if place:
                return place
        responses = create.node.get("responses", {})
        answer = resolve(self._document, responses.get(str(create.status)))
        headers = (answer or {}).get("headers") or {}
        is_located = any(name.lower() == "location" for name in headers)
        return '.headers["location"].rpartition("/")[2]' if is_located else ""

    def _name(self, answer: str, create: Operation, item: Place) -> None:
        """Name what ``create`` made after ``answer``, and have it deleted at the end."""
        key = self._key(create, item[-2][1])
        self._lines.append(f"{self._variable(item)} = {answer}{key}")
        name = key.rpartition('["')[2].removesuffix('"]')
        sent = self._sent.get(name) if isinstance(self._sent, dict) else None
        if sent is not None and not str(sent).startswith(_MADE_UP):
            self._missing.append(
                f"it sends the {name} of what is deleted at the end: one of nobody"
            )
        if ("DELETE", item) in self._known:
            self._used.append(self._known["DELETE", item])
            self._lines.append(f"client.sweep({self._path(item)})")
        else:
            self._missing.append("no operation deletes what this creates: do it here")

    def _variable(self, item: Place) -> str:
        """Return a variable for the last field of ``item``, which stands for it from now on."""
        part, field = item[-2]
        folder = part.strip("/").rpartition("/")[2]
        name = variable(f"{folder} {field}" if field in IDS else field)
        self._values[field] = f"{{{name}}}"
        return name

    def _look_after(self) -> None:
        """Read what was written, or find it gone."""
        operation, item = self._operation, self._operation.place
        if operation.method == "POST":
            item = self._items.get(operation.place, ())
            if not item or not self._key(operation, item[-2][1]):
                return
            self._name("response", operation, item)
        read = self._known.get(("GET", item))
        if read is None:
            return
        self._used.append(read)
        get = f"client.get({self._path(item)})"
        values = list(assertions(self._document, read.schema, self._sent))
        if operation.method == "DELETE":
            self._lines.append(f"assert {get}.status_code in checks.GONE")
        elif values:
            self._lines += [f"read = {get}", f"assert read.status_code == {read.status}", *values]
        else:
            self._lines.append(f"assert {get}.status_code == {read.status}")

    def _send(self, answer: str, operation: Operation) -> None:
        read = self._known.get(("GET", operation.place))
        if read is not None and operation.needs_tag:
            self._lines.append(f"current = client.get({self._path(read.place)})")
            self._tag = 'current.headers["etag"]'
        self._used.append(operation)
        self._lines += f"{answer} = {self._call(operation)}".split("\n")
        statuses = sorted(operation.statuses)
        expected = f"in {{{', '.join(map(str, statuses))}}}"
        expected = f"== {statuses[0]}" if len(statuses) == 1 else expected
        self._lines.append(f"assert {answer}.status_code {expected}")

    def _refused(self) -> list[str]:
        """Return the lines that send the operation without a login, to what is not there: where
        nobody asks for a login, it must do no harm.
        """
        self._tag = _ANY
        operation = self._operation
        self._values = {
            field: self._nobody(self._parameter(field)) for _, field in operation.place if field
        }
        return f"response = {self._call(operation, f', expect={operation.refusal}')}".split("\n")

    def _call(self, operation: Operation, more: str = "") -> str:
        """Return the call that sends ``operation``; ``more`` are further arguments."""
        path, body = self._path(operation.place, operation), self._body(operation)
        return f"client.{operation.method.lower()}({path}{body}{self._headers(operation)}{more})"

    def _path(self, place: Place, operation: Operation | None = None) -> str:
        """Return the path, and the query that ``operation`` requires, as Python writes it."""
        query = urlencode(self._required(operation, "query")) if operation is not None else ""
        values = [self._values[field] if field else "" for _, field in place]
        is_formatted = any("{" in value for value in values)
        parts = [braced(part) if is_formatted else part for part, _ in place]
        path = "".join(part + value for part, value in zip(parts, values, strict=True))
        path = quoted(f"{path}?{query}" if query else path)
        return f"f{path}" if is_formatted else path

    def _headers(self, operation: Operation) -> str:
        headers = self._required(operation, "header")
        headers = {name: value for name, value in headers.items() if name.lower() not in _OTHERS}
        for name in headers:
            if name.lower() == "if-match":
                headers[name] = _TAG
        text = literal(headers).replace(quoted(_TAG), self._tag)
        return f", headers={text}" if headers else ""

    def _required(self, operation: Operation, where: str) -> dict[str, str]:
        """Return the parameters that are required in the query or in headers, with examples."""
        return {
            str(parameter["name"]): str(self._example(parameter))
            for parameter in operation.parameters
            if parameter.get("in") == where and parameter.get("required")
        }

    def _body(self, operation: Operation) -> str:
        """Return the argument that holds the body; empty without one."""
        content = (resolve(self._document, operation.node.get("requestBody")) or {}).get("content")
        if not content:
            return ""
        kind = next((kind for kind in content if JSON.match(kind)), next(iter(content)))
        if not JSON.match(kind) and kind != _FORM:
            self._missing.append(f"its body is {kind}: write it")
            return ', content=b""'
        value = self._example(content[kind])
        if operation is self._operation and operation.method in _CHANGES:
            fields = {field for _, field in operation.place}
            value = changed(self._document, content[kind].get("schema"), value, fields)
        self._sent = value
        return f", {'data' if kind == _FORM else 'json'}={literal(value)}"

    def _example(self, described: Mapping[str, Any]) -> Any:
        """Return the example of a parameter or of a body, or else a value that its schema accepts.
        Return an empty object if none can be made up.
        """
        if "example" in described:
            return described["example"]
        for one in (described.get("examples") or {}).values():
            return resolve(self._document, one).get("value")
        try:
            return sample(self._document, described.get("schema"))
        except NoSample as reason:
            self._missing.append(f"what it sends is not complete: {reason}")
            return {}

    def _made_up(self, parameter: Mapping[str, Any]) -> str:
        """Return a value for a field of the path, as an f-string holds it."""
        sample = example(self._document, parameter)
        value = self._example(parameter) if sample is None else sample
        return in_url((("", "field"), ("", "")), {"field": value})

    def _nobody(self, parameter: Mapping[str, Any]) -> str:
        """Return a value for a field of the path that names nothing, as far as can be known."""
        schema = whole(self._document, parameter.get("schema"))
        return nobody(schema) or self._made_up(parameter)

    def _parameter(self, field: str) -> Mapping[str, Any]:
        parameters = self._operation.parameters
        return next((one for one in parameters if one.get("name") == field), {})
