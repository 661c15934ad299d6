"""Find reads of an item that nobody has, of whose answer an OpenAPI document says how it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from .openapi import Document
from .operations import Operation, answer_of, in_url, required_query
from .samples import FORMATS, is_free, whole

NOBODY: Final = "smoke-nobody"
LARGE: Final = str(2**31 - 1)  # a number that no document has
_GONE: Final = "404"


@dataclass(frozen=True, slots=True)
class AbsentItem:
    """A read of an item that is not there.

    Attributes:
        operation: what reads it.
        url: path and query.
        schema: the JSON pointer of the schema of the answer.
        media_type: that of the answer; empty if the document does not say it for certain.
    """

    operation: Operation
    url: str
    schema: str
    media_type: str


def absent_items(document: Document, operations: Iterable[Operation]) -> Iterator[AbsentItem]:
    """Yield a read for each GET of one item that has a schema for 404; none of those that need a
    login, or more than the name of the item.
    """
    for operation in operations:
        fields = [field for _, field in operation.place if field]
        is_read = operation.method == "GET" and not (operation.login or operation.has_no_end)
        if not is_read or len(fields) != 1:
            continue
        with suppress(AttributeError, LookupError, TypeError, ValueError):
            schema, media_type = answer_of(document, operation.path, "get", _GONE)
            query = required_query(document, operation.parameters)
            parameter = next(one for one in operation.parameters if one.get("name") == fields[0])
            name = nobody(whole(document, parameter.get("schema")))
            if schema and name:
                url = in_url(operation.place, {fields[0]: name}) + (f"?{query}" if query else "")
                yield AbsentItem(operation, url, schema, media_type)


def nobody(schema: Mapping[str, Any]) -> str:
    """Return a value of a whole schema that names nothing, as far as can be known; empty if there
    is none.
    """
    if is_free(schema):
        return NOBODY
    if schema.get("format") == "uuid":
        return FORMATS["uuid"][0]
    return LARGE if schema.get("type") == "integer" and "maximum" not in schema else ""
