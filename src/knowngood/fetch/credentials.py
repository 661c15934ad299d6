"""Tell which headers of a request carry a credential."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from ..safety import redact

Headers: TypeAlias = tuple[tuple[str, str], ...]

_BY_NAME: Final = {"authorization", "cookie"}


def is_credential(name: str, value: str) -> bool:
    """Return whether a header is a credential by its name, or holds a secret of [secrets]."""
    return name.lower() in _BY_NAME or redact(value) != value


def credentials(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return those of ``headers`` that carry a credential."""
    return tuple(pair for pair in headers if is_credential(*pair))


def without_credentials(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return those of ``headers`` that may be sent to anybody."""
    return tuple(pair for pair in headers if not is_credential(*pair))
