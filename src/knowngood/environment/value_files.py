"""Read the values of [params] and [aliases] that are in files beside the environment file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from .files import file_beside
from .model import BadEnvironment

_HAVE_LISTS: Final = {"", "serve", "serve.drill", "params", "serve.drill.params"}


def with_lists(path: Path, value: Any, key: str = "") -> Any:
    """Return a document with each ``file:NAME`` of its params and aliases replaced by the content.

    Nothing else is changed or checked. Raises BadEnvironment for a file without a value.
    """
    if isinstance(value, dict) and key in _HAVE_LISTS:
        return {
            name: with_lists(path, member, f"{key}.{name}".lstrip("."))
            for name, member in value.items()
        }
    if isinstance(value, str) and value.startswith("file:"):
        if key in {"aliases", "serve.drill.aliases"}:
            return _pairs(path, key, value)
        if key.rpartition(".")[0] in {"params", "serve.drill.params"}:
            return _lines(path, key, value)
    return value


def _pairs(path: Path, key: str, value: str) -> dict[str, str]:
    """Return the ``alias = target`` lines of ``file:NAME``."""
    lines = [line.partition("=") for line in _lines(path, key, value)]
    pairs: dict[str, str] = {}
    for alias, _, target in lines:
        if alias.strip() in pairs:
            raise BadEnvironment(f"{path}: {key}: listed twice: {alias.strip()!r}")
        pairs[alias.strip()] = target.strip()
    return pairs


def _lines(path: Path, key: str, value: str) -> list[str]:
    """Return the lines of ``file:NAME`` without comments."""
    source = file_beside(path, key, value)
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadEnvironment(f"{path}: {key}: {source} is no UTF-8 text: {error}") from None
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    if not any(lines):
        raise BadEnvironment(f"{path}: {key}: {source} holds no value")
    return [line for line in lines if line]
