"""The templates of every file that is written from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment


def templates(*folders: Path, **settings: Any) -> Environment:
    """Return the loader of the templates in ``folders``, with ``settings`` of jinja2's own. Text
    is not escaped, unless they say so. jinja2 is imported here: most runs write no such file.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(  # noqa: S701 - who writes HTML passes autoescape
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **settings,
    )
