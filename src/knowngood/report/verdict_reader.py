"""Read the verdict of another run, from its file or from the pipe of a child process.

It imports nothing that makes a verdict: ``knowngood verify`` only reads that of its child.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from ..content import strict_json
from ..safety import OwnSchema


def read(path: Path) -> dict[str, Any]:
    """Read a verdict file. Raises OSError, and ValueError if the schema refuses it."""
    return parse(path.read_bytes())


def parse(text: bytes) -> dict[str, Any]:
    """Return the verdict document in ``text``. Raises ValueError if the schema refuses it."""
    content = strict_json.loads(text)
    if OwnSchema(schema()).fits(content):
        return cast("dict[str, Any]", content)
    import jsonschema
    from jsonschema.exceptions import best_match

    error = best_match(jsonschema.Draft202012Validator(schema()).iter_errors(content))
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the file"
        raise ValueError(f"no verdict file of this version: {place}: {error.message[:200]}")
    return cast("dict[str, Any]", content)


@cache
def schema() -> Any:
    """Return the JSON Schema of a verdict file, as shipped with the package."""
    return json.loads((files("knowngood.report") / "verdict.schema.json").read_text("utf-8"))
