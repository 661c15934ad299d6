"""Load the templates of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment


def templates(*folders: Path, **settings: Any) -> Environment:
    """Return a loader of the templates in ``folders``, with further ``settings`` of jinja2. Text is
    escaped only if these say so. jinja2 is imported here, since most runs need no template.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(  # noqa: S701 - callers that write HTML pass autoescape
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **settings,
    )
