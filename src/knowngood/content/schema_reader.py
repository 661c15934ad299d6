"""Read a schema and all that it refers to before it is relied on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from . import schema_dialects
from .schema_files import BadSchema, SchemaFolder

_REFERENCES: Final = (
    '"#/$defs/name" in this file, "other.json" or "other.json#/$defs/name" in this folder, or the '
    "$id of one of its files"
)


class SchemaReader:
    """Reads the schemas of a file, and of the files that it refers to.

    Raises BadSchema for a file that is no schema of a dialect that is read here.
    """

    def __init__(self, path: Path) -> None:
        import referencing

        self._path = path
        self._files = SchemaFolder(path.parent)
        self._document = self._files.read(path)
        self._sound: set[int] = set()  # by identity, as _read: a document stays where it is
        self._read: set[int] = set()
        self._resources: dict[str, Any] = {}
        try:
            self._dialect = schema_dialects.of(self._document)
        except ValueError as error:
            raise BadSchema(f"{path}: at $: {error}") from None
        resource = self._resource(self._document)
        self._address = urljoin(path.resolve().as_uri(), resource.id() or "")
        self._resources[self._address] = resource
        registry: Any = referencing.Registry
        self._registry = registry(retrieve=self._retrieve)

    def validator(self, pointer: str) -> Any:
        """Return the validator of ``jsonschema`` for the schema at ``pointer``. Raises BadSchema
        for a place in it, or in what it refers to, that would not be checked.
        """
        if self._dialect.is_openapi and not pointer:
            raise BadSchema(f"{self._path}: holds many schemas; allowed: {self._components()}")
        root = {"$ref": f"{self._address}#{pointer}"}
        try:
            self._follow(root, self._whole_registry().resolver())
            validator = self._dialect.validator(
                root, registry=self._whole_registry(), format_checker=self._dialect.formats
            )
            list(validator.iter_errors({}))
        except RecursionError:
            raise BadSchema(f"{self._path}: a $ref leads back to itself") from None
        return validator

    def _whole_registry(self) -> Any:
        """Return the registry with all that was read so far, so that nothing is read again."""
        return self._registry.with_resources(self._resources.items()).crawl()

    def _follow(self, node: dict[str, Any], resolver: Any) -> None:
        """Read what the ``$ref`` of ``node`` leads to."""
        from referencing.exceptions import Unresolvable

        try:
            resolved = resolver.lookup(node["$ref"])
        except Unresolvable as error:
            raise self._why(error, node) from None
        target = resolved.contents
        if isinstance(target, bool):
            return
        if id(target) not in self._read:
            self._refuse_malformed(target)
            self._walk(target, resolved.resolver)

    def _walk(self, node: dict[str, Any], resolver: Any) -> None:
        """Read a subschema and those below it."""
        if id(node) in self._read:
            return
        self._read.add(id(node))
        trouble = self._other_dialect(node) or self._dialect.unchecked(node)
        if trouble:
            raise BadSchema(f"{self._files.place_of(node)}: {trouble}")
        for child in schema_dialects.children(node):
            below = self._dialect.specification.create_resource(child)
            self._walk(child, resolver.in_subresource(below))
        if "$ref" in node:
            self._follow(node, resolver)

    def _retrieve(self, uri: str) -> Any:
        from referencing.exceptions import NoSuchResource

        path = self._files.file_of(uri)
        if path is None:
            raise NoSuchResource(uri)
        self._resources[uri] = self._resource(self._files.read(path))
        return self._resources[uri]

    def _resource(self, document: dict[str, Any]) -> Any:
        """Return what ``referencing`` looks into, once that is known to be sound."""
        trouble = self._other_dialect(document)
        if trouble:
            raise BadSchema(f"{self._files.place_of(document)}: {trouble}")
        if not self._dialect.is_openapi:
            self._refuse_malformed(document)
        return self._dialect.specification.create_resource(document)

    def _other_dialect(self, node: dict[str, Any]) -> str:
        name = schema_dialects.declared(node)
        if name in {"", self._dialect.name}:
            return ""
        return f"written in {name!r}; allowed: {self._dialect.name!r}, as {self._path.name} is"

    def _refuse_malformed(self, schema: Any) -> None:
        """Raise BadSchema unless the dialect's own schema allows this one and those below it."""
        import jsonschema

        if id(schema) in self._sound:
            return
        try:
            self._dialect.validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            place = self._files.place_of(schema) + error.json_path.removeprefix("$")
            raise BadSchema(f"{place}: {error.message}") from None
        self._sound.update(map(id, self._dialect.tree(schema)))

    def _why(self, error: Exception, node: dict[str, Any]) -> BadSchema:
        """Return what is wrong with a ``$ref``, or with the file that it names."""
        cause = error.__cause__.__cause__ if error.__cause__ else None
        place = f"{self._files.place_of(node)}: $ref {node['$ref']!r}"
        if isinstance(cause, BadSchema):
            return BadSchema(f"{place}: {cause}")
        asked = node["$ref"].startswith(f"{self._address}#")  # by the check, in an OpenAPI document
        allowed = self._components() if asked and self._dialect.is_openapi else _REFERENCES
        return BadSchema(f"{place}; allowed: {allowed}")

    def _components(self) -> str:
        """Return how some of the components of an OpenAPI document are named in a check."""
        schemas = self._document.get("components", {}).get("schemas", {})
        return ", ".join(f"{self._path.name}#/components/schemas/{name}" for name in schemas)
