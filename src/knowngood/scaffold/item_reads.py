"""Write checks that read one item of a list: the answer of the operation that lists them names it.

An item that was there when the suite was written may be gone next month; one that is listed is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from .openapi import Document
from .operations import Operation, Place, collections_of, example, required_query
from .python_text import braced, quoted, variable
from .read_back import IDS
from .samples import whole


@dataclass(frozen=True, slots=True)
class ItemRead:
    """A check that reads one item.

    Attributes:
        operation: what it checks.
        lines: its lines of Python up to the one that has the answer in ``response``.
    """

    operation: Operation
    lines: tuple[str, ...]


def item_reads(document: Document, operations: Iterable[Operation]) -> Iterator[ItemRead]:
    """Yield a check for each GET that lacks an example and whose items another GET lists; none of
    those that need a login.
    """
    gets = [operation for operation in operations if operation.method == "GET"]
    reads = [one for one in gets if not one.login and not one.has_no_end]
    lists = {operation.place: operation for operation in reads}
    for operation in reads:
        if not operation.url:
            with suppress(AttributeError, LookupError, TypeError, ValueError):
                yield ItemRead(operation, tuple(_lines(document, lists, operation)))


def _lines(
    document: Document, lists: Mapping[Place, Operation], operation: Operation
) -> Iterator[str]:
    """Yield the lines. Raises LookupError if nobody names a field of its path."""
    place, values = operation.place, dict[str, str]()
    for number, (_, field) in enumerate(place):
        if not field:
            continue
        parameter = [one for one in operation.parameters if one.get("name") == field][-1]
        value = example(document, parameter)
        if value is not None:
            values[field] = quote(str(value), safe="")
            continue
        item = (*place[: number + 1], ("", ""))
        holders = [one for one in collections_of(item) if one in lists]
        listing = lists[holders[0]]
        elements, key = _element(document, listing.schema, field)
        yield f"listed = client.get({_path(document, listing, values)})"
        yield f"assert listed.status_code == {listing.status}"
        yield f"if not listed.json(){elements}:"
        yield "    return  # there is none that could be read"
        name = variable(f"item {field}")
        yield f"{name} = listed.json(){elements}[0][{quoted(key)}]"
        values[field] = f"{{{name}}}"
    yield f"response = client.get({_path(document, operation, values)})"


def _element(document: Document, pointer: str, field: str) -> tuple[str, str]:
    """Return how Python reads the list from an answer of the schema at ``pointer``, and the key by
    which each of its elements names itself. Raises LookupError.
    """
    schema = whole(document, {"$ref": f"#{pointer}"})
    inner = schema["properties"]
    places = {"": schema, **{f"[{quoted(name)}]": inner[name] for name in sorted(inner)}}
    for place, part in places.items():
        keys = whole(document, whole(document, part).get("items"))["properties"]
        for key in (field, *IDS):
            if key in keys:
                return place, key
    raise LookupError(pointer)


def _path(document: Document, operation: Operation, values: Mapping[str, str]) -> str:
    """Return the path of ``operation``, and the query that it requires, as Python writes it."""
    query = required_query(document, operation.parameters)
    is_formatted = any(values.get(field, "").startswith("{") for _, field in operation.place)
    parts = [
        (braced(part) if is_formatted else part) + values.get(field, "")
        for part, field in operation.place
    ]
    path = quoted("".join(parts) + (f"?{query}" if query else ""))
    return f"f{path}" if is_formatted else path
