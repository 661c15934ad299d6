"""JSON Schemas of a suite: checked before they are relied on. Messages hold no long values."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ..safety import DeploymentError
from .result_cache import cached_by_content
from .schema_files import SUFFIXES, BadSchema
from .schema_problems import describe
from .schema_reader import SchemaReader

__all__ = ["SUFFIX", "BadSchema", "Schema", "SchemaMismatch", "find", "load"]

SUFFIX: Final = ".schema.json"
"""How the files of schemas end, in the folder ``schemas`` beside the checks."""

_NAMED: Final = 5  # problems of one document that a message names


class SchemaMismatch(DeploymentError):
    """A document that its schema refuses."""


class Schema:
    """One schema: a file, or the part of it that a JSON pointer leads to, and what it refers to.

    Raises BadSchema unless all of it is of one dialect, refers to nothing outside the folder of
    ``path``, and uses only keywords and formats that are really checked.
    """

    def __init__(self, path: Path, pointer: str = "") -> None:
        self.path = path
        self._validator = SchemaReader(path).validator(pointer)
        self._cached_problems = cached_by_content(self._problems)

    def problems(self, document: Any) -> list[str]:
        """Return the first problems that the schema has with ``document``, six at most, each with
        its JSON path and without long values.
        """
        return list(self._cached_problems(json.dumps(document).encode()))

    def check(self, document: Any) -> None:
        """Raise SchemaMismatch, naming up to five problems, unless the document conforms."""
        problems = self.problems(document)
        if problems:
            more = ["and more"] if len(problems) > _NAMED else []
            raise SchemaMismatch("\n".join([*problems[:_NAMED], *more]))

    def _problems(self, text: bytes) -> tuple[str, ...]:
        try:
            errors = islice(self._validator.iter_errors(json.loads(text)), _NAMED + 1)
            return tuple(dict.fromkeys(describe(error) for error in errors))
        except RecursionError:
            return ("$: nested too deep to be checked",)


@cache
def load(path: Path, pointer: str = "") -> Schema:
    """Return the schema in ``path``, or the part of it at ``pointer``, which is read once."""
    return Schema(path, pointer)


def find(folder: Path, name: str) -> Schema:
    """Return the schema that a check calls by ``name``.

    ``config`` is the file ``config.schema.json`` of ``folder``; a name with an ending is the file's
    own. A JSON pointer may follow: ``openapi.yaml#/components/schemas/User``.
    """
    file, _, pointer = name.partition("#")
    path = folder / (file if file.endswith(SUFFIXES) else f"{file}{SUFFIX}")
    if "/" in file or not path.is_file():
        names = sorted(entry.name for entry in folder.glob("*") if entry.suffix in SUFFIXES)
        allowed = f"allowed: {', '.join(names)}" if names else f"put it there: {folder} has none"
        raise BadSchema(f"schema({name!r}): {path} is not there; {allowed}")
    return load(path, pointer)
