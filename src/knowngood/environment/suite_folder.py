"""Find the folder of a suite."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = "environments"
"""Where a suite keeps its environment files, below the root of the suite."""


def root_above(start: Path) -> Path:
    """Return the nearest folder from ``start`` upwards that has environments, or ``start``."""
    places = (start, *start.parents)
    return next((place for place in places if (place / FOLDER).is_dir()), start)


def root_of(path: Path) -> Path:
    """Return the folder of the suite that the environment file at ``path`` belongs to: of one that
    lies in no ``environments`` folder, the suite around the current folder.
    """
    return path.parent.parent if path.parent.name == FOLDER else root_above(Path.cwd())
