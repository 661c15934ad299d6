"""The files of a suite's folder of schemas. Nothing outside it is read, and no network is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from ..safety import UsageError
from . import strict_json, strict_yaml

_YAML: Final = {".yaml", ".yml"}
SUFFIXES: Final = (".json", *sorted(_YAML))
"""How the files end that can be read."""


class BadSchema(UsageError):
    """A schema that must not be relied on; the message names the file and the place."""


class SchemaFolder:
    """The schemas below one folder, which may refer to each other.

    Attributes:
        folder: the folder, without symbolic links.
        documents: what was read so far, by file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.documents: dict[Path, dict[str, Any]] = {}

    def read(self, path: Path) -> dict[str, Any]:
        """Return the document in ``path``. Raises BadSchema unless it is an object in a JSON or
        YAML file below the folder.
        """
        if not path.resolve().is_relative_to(self.folder):
            raise BadSchema(f"{path}: lies outside of {self.folder}; move it there")
        if path not in self.documents:
            loads = strict_yaml.loads if path.suffix in _YAML else strict_json.loads
            try:
                document = loads(path.read_bytes())
                if not isinstance(document, dict):
                    raise ValueError("expected an object, since any other schema refuses nothing")
            except OSError as error:
                raise BadSchema(f"{path}: {error.strerror}") from None
            except ValueError as error:
                raise BadSchema(f"{path}: {error}") from None
            self.documents[path] = document
        return self.documents[path]

    def file_of(self, uri: str) -> Path | None:
        """Return the file that ``uri`` stands for: by its path, by its ``$id``, or by its place
        beside a file with an ``$id``, as if the folder were published there. None if none does.
        """
        address = urlsplit(uri)
        if address.scheme == "file":
            return Path(unquote(address.path))
        for path, name in self._names():
            if uri == name:
                return path
        for path, name in self._names():
            published = urljoin(name, ".")
            beside = path.parent / unquote(uri.removeprefix(published))
            if uri.startswith(published) and beside.is_file():
                return beside
        return None

    def place_of(self, node: Any) -> str:
        """Return the file that holds this very ``node``, and the path within it."""
        for path, document in self.documents.items():
            for place, value in _values("$", document):
                if value is node:
                    return f"{path}: at {place}"
        return str(self.folder)

    def _names(self) -> Iterator[tuple[Path, str]]:
        """Yield each file that has an ``$id``, and that. Files that cannot be read have none."""
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in SUFFIXES:
                try:
                    name = self.read(path).get("$id")
                except BadSchema:
                    continue
                if isinstance(name, str):
                    yield path, urljoin(path.as_uri(), name)


def _values(place: str, node: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value of a document with its place."""
    yield place, node
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _values(f"{place}.{name}", child)
    if isinstance(node, list):
        for number, child in enumerate(node):
            yield from _values(f"{place}[{number}]", child)
