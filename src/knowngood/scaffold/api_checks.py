"""Gather what the checks of an API need, from its OpenAPI document and a survey."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..content import json_schema
from ..safety import UsageError, one_line
from .absent_items import AbsentItem, absent_items
from .item_reads import ItemRead, item_reads
from .logins import Login, login
from .openapi import Document, dumped
from .operations import Operation, operations_of
from .samples import whole
from .survey import Survey
from .writes import Skeleton, skeletons

DOCUMENT: Final = "openapi.json"
"""The file of a suite that has the document."""


@dataclass(frozen=True, slots=True)
class ApiChecks:
    """What the checks of an API need.

    Attributes:
        document: its OpenAPI document; empty without one.
        operations: all of its operations.
        item_reads: the checks that read an item of a list.
        gone: the reads of an item that nobody has.
        writes: the checks of operations that write.
        login: how a check logs in; None if no operation needs that.
        schemas: the name of each schema that can be relied on, by its pointer.
        refusals: why each of the others is refused, by its pointer.
    """

    document: Document
    operations: Sequence[Operation]
    item_reads: Sequence[ItemRead]
    gone: Sequence[AbsentItem]
    writes: Sequence[Skeleton]
    login: Login | None
    schemas: Mapping[str, str]
    refusals: Mapping[str, str]

    @classmethod
    def of(cls, survey: Survey) -> ApiChecks:
        """Read the document of ``survey``, if it has one."""
        api = survey.api
        operations = operations_of(api) if api else []
        absent = absent_items(api, operations)
        gone = [item for item in absent if survey.statuses.get(item.url) == 404]
        pointers = {operation.schema for operation in operations} | {item.schema for item in gone}
        pointers.discard("")
        refusals = _refusals(api, pointers)
        schemas = {pointer: schema_name(pointer) for pointer in pointers - refusals.keys()}
        needed = any(operation.login for operation in operations)
        logs_in = login(api, survey.origin) if needed else None
        token_url = logs_in.token_url if logs_in is not None else ""
        writes = [
            write
            for write in skeletons(api, operations, schemas)
            if not token_url or write.operation.url != token_url  # the fixture `token` asks for one
        ]
        of_items = list(item_reads(api, operations))
        gone = [item for item in gone if item.schema in schemas]
        return cls(api, operations, of_items, gone, writes, logs_in, schemas, refusals)

    @property
    def reads(self) -> list[Operation]:
        """The operations that read and need nothing but their URL, and perhaps a login."""
        return [one for one in self._gets if one.url and not one.has_no_end]

    @property
    def write_code(self) -> str:
        """The lines of all checks that write."""
        return "\n".join(line for write in self.writes for line in write.lines)

    @property
    def without_schema(self) -> int:
        """How many answers are checked without a schema, since theirs is refused."""
        return sum(read.schema in self.refusals for read in self._checked)

    @property
    def without_keys(self) -> int:
        """How many answers have a schema that requires none of its keys."""
        checked = [read for read in self._checked if read.schema in self.schemas]
        return sum(_requires_no_key(self.document, read) for read in checked)

    @property
    def unwritten(self) -> tuple[str, ...]:
        """The operations that read and have no check, each with the reason."""
        checked = self._checked
        return tuple(_unwritten(one) for one in self._gets if one not in checked)

    @property
    def _gets(self) -> list[Operation]:
        return [operation for operation in self.operations if operation.method == "GET"]

    @property
    def _checked(self) -> list[Operation]:
        return self.reads + [read.operation for read in self.item_reads]


def schema_name(pointer: str) -> str:
    """Return how a check names the schema at ``pointer`` in the document."""
    return f"{DOCUMENT}#{pointer}"


def _requires_no_key(api: Document, operation: Operation) -> bool:
    """Return whether an answer, or each item of a list, may lack all the keys of its schema."""
    try:
        schema = whole(api, {"$ref": f"#{operation.schema}"})
        if "items" in schema:
            schema = whole(api, schema["items"])
    except (AttributeError, TypeError, ValueError):
        return False
    return bool(schema.get("properties")) and not schema.get("required")


def _unwritten(operation: Operation) -> str:
    """Return an operation that reads and has no check, with the reason."""
    why = "a stream has no end" if operation.has_no_end else "a parameter has no example"
    return f"GET {operation.path} ({why})"


def _refusals(api: Document, pointers: Collection[str]) -> dict[str, str]:
    """Return why each schema that cannot be relied on cannot, by its pointer."""
    if not pointers:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / DOCUMENT).write_text(dumped(api), "utf-8")
        reasons = {pointer: _refusal(Path(folder), pointer) for pointer in pointers}
    return {pointer: reason for pointer, reason in reasons.items() if reason}


def _refusal(folder: Path, pointer: str) -> str:
    """Return why a schema is refused; empty if it is not."""
    try:
        json_schema.find(folder, schema_name(pointer))
    except UsageError as error:
        return one_line(str(error).removeprefix(f"{folder / DOCUMENT}: "), 500)
    return ""
