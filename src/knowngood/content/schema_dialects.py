"""The dialects of JSON Schema that are read, and what of a schema each of them would not check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of a schema without ``$schema``."""

OPENAPI: Final = {"3.0": "OpenAPI 3.0", "3.1": "OpenAPI 3.1"}
"""The dialects of OpenAPI documents, by the first two numbers of their version."""

_MAPS: Final = {
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
}
"""Keywords whose value holds a schema for each name."""

_VALUES: Final = {
    "const",
    "default",
    "dependentRequired",
    "discriminator",
    "enum",
    "example",
    "examples",
    "externalDocs",
    "xml",
}
"""Keywords whose value holds no schema, even if it looks like one."""

_REMARKS: Final = {
    "$anchor",
    "$comment",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
}
"""Keywords that check nothing, and are not meant to."""

_OPENAPI_REMARKS: Final = _REMARKS - {"$anchor", "$id", "$schema"} | {
    "discriminator",  # a hint: by the standard it does not change what is valid
    "example",
    "externalDocs",
    "xml",
}

_USED_BY_OTHERS: Final = {"$defs", "definitions", "else", "maxContains", "minContains", "then"}
"""Keywords that others use: ``$ref``, ``if`` and ``contains``."""

_NOT_FOLLOWED: Final = {"$dynamicRef", "$recursiveRef"}
"""References whose target only a document decides, so that nothing can be said beforehand."""

_OF_THE_EXTRA: Final = {
    "date-time",
    "hostname",
    "json-pointer",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
}
"""Formats whose checks come with ``knowngood[formats]``."""


@dataclass(frozen=True)
class Dialect:
    """A dialect of JSON Schema.

    Attributes:
        name: the value of ``$schema``, or ``OpenAPI 3.1``.
        validator: the class of ``jsonschema`` that checks by it.
        specification: how ``referencing`` finds ``$id`` and ``$anchor``.
        formats: what checks ``format``.
        keywords: what a schema may hold.
        beside_ref: what it may hold beside ``$ref``, if all else is ignored there.
    """

    name: str
    validator: Any
    specification: Any
    formats: Any
    keywords: frozenset[str]
    beside_ref: frozenset[str] | None = None

    @property
    def is_openapi(self) -> bool:
        """Whether documents of it hold schemas among other things."""
        return self.name in OPENAPI.values()

    def unchecked(self, node: dict[str, Any]) -> str:
        """Return what of a subschema would not be checked; empty if all of it is."""
        names = {name for name in node if not name.startswith("x-")}
        if unknown := sorted(names - self.keywords):
            return (
                f"unknown keyword {', '.join(unknown)}, which would check nothing in "
                f"{self.name}; correct the spelling or remove it"
            )
        ignored = sorted(names - (self.beside_ref or names)) if "$ref" in node else []
        if ignored:
            return (
                f"{', '.join(ignored)} beside $ref, which {self.name} ignores there; "
                "put both into allOf"
            )
        if node.get("format", "date") not in self.formats.checkers:
            return self._unchecked_format(node["format"])
        return _unclear_null(node) if self.name == OPENAPI["3.0"] else ""

    def tree(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield ``schema`` and every schema that is an object below its keywords."""
        yield schema
        for child in children({name: schema[name] for name in schema.keys() & self.keywords}):
            yield from self.tree(child)

    def _unchecked_format(self, name: Any) -> str:
        more = ""
        if name in _OF_THE_EXTRA:
            more = "; with `pip install 'knowngood[formats]'` it is checked, too"
        allowed = ", ".join(sorted(self.formats.checkers))
        return f"format {name!r} is not checked here; allowed: {allowed}{more}"


def of(document: dict[str, Any]) -> Dialect:
    """Return the dialect that ``document`` says it is written in. Raises ValueError for one that
    is not read here.
    """
    name = declared(document) or DRAFT
    dialects = _dialects()
    if name in dialects:
        return dialects[name]
    key = "$schema" if "$schema" in document else "openapi"
    raise ValueError(f"{key} {name!r}; allowed: {', '.join(map(repr, dialects))}")


def declared(document: dict[str, Any]) -> str:
    """Return the name of the dialect that a document or subschema declares; empty if none."""
    if "openapi" in document or "swagger" in document:
        version = str(document.get("openapi", "2"))
        return OPENAPI.get(".".join(version.split(".")[:2]), f"OpenAPI {version}")
    return str(document.get("$schema", "")).removesuffix("#")


def children(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every schema that is an object and stands directly below ``schema``."""
    for name, value in schema.items():
        if name in _VALUES or name.startswith("x-"):
            continue
        if name in _MAPS and isinstance(value, dict):
            below = list(value.values())
        else:
            below = value if isinstance(value, list) else [value]
        yield from (child for child in below if isinstance(child, dict))


@cache
def _dialects() -> dict[str, Dialect]:
    import jsonschema
    from referencing import Specification
    from referencing import jsonschema as specifications

    from . import schema_openapi

    newest, oldest = jsonschema.Draft202012Validator, jsonschema.Draft7Validator
    opaque, formats = Specification.OPAQUE, schema_openapi.formats()
    dialects = [
        _json_schema(DRAFT, newest, specifications.DRAFT202012),
        _json_schema(
            "https://json-schema.org/draft/2019-09/schema",
            jsonschema.Draft201909Validator,
            specifications.DRAFT201909,
        ),
        Dialect(
            "http://json-schema.org/draft-07/schema",
            oldest,
            specifications.DRAFT7,
            newest.FORMAT_CHECKER,
            (_checked(oldest) | _REMARKS) - {"$anchor", "maxContains", "minContains"},
            beside_ref=frozenset({"$ref", "$defs", "definitions"} | _REMARKS),
        ),
        Dialect(OPENAPI["3.1"], newest, opaque, formats, _checked(newest) | _OPENAPI_REMARKS),
        Dialect(
            OPENAPI["3.0"],
            schema_openapi.validator(),
            opaque,
            formats,
            schema_openapi.KEYWORDS | _OPENAPI_REMARKS - {"examples"},
            beside_ref=frozenset({"$ref", "description", "summary"}),
        ),
    ]
    return {dialect.name: dialect for dialect in dialects}


def _json_schema(name: str, validator: Any, specification: Any) -> Dialect:
    import jsonschema

    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER  # of all drafts together
    return Dialect(name, validator, specification, formats, _checked(validator) | _REMARKS)


def _checked(validator: Any) -> frozenset[str]:
    """Return the keywords that this class of ``jsonschema`` checks."""
    return frozenset(validator.VALIDATORS.keys() - _NOT_FOLLOWED | _USED_BY_OTHERS)


def _unclear_null(node: dict[str, Any]) -> str:
    """OpenAPI 3.0.3: nullable adds null to the type that stands beside it, and to nothing else."""
    if isinstance(node.get("type"), list):
        return f"type {node['type']} in OpenAPI 3.0, where type is one text; use nullable"
    if node.get("nullable") and "type" not in node:
        return (
            "nullable without type, which allows nothing in OpenAPI 3.0; write the type beside it"
        )
    return ""
