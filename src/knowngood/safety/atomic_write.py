"""Write a file so that nobody reads half of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_atomically(
    path: Path, content: str | bytes | Iterable[str], mode: int | None = None
) -> None:
    """Write ``content`` to a file beside ``path`` and rename it. A failure leaves the old file.

    Write to a device or pipe directly. Text is encoded as UTF-8 and may come in pieces; ``mode``
    sets the permissions of the file. Raises OSError.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        _write(path, content)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(temporary, content)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, content: str | bytes | Iterable[str]) -> None:
    if isinstance(content, str | bytes):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return
    with path.open("wb") as file:
        file.writelines(piece.encode() for piece in content)
