"""Find the credentials of requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from ..safety import has_secrets, redact
from .probe import Probe

Headers: TypeAlias = tuple[tuple[str, str], ...]

_BY_NAME: Final = {"authorization", "cookie"}


def is_credential(name: str, value: str) -> bool:
    """Return whether a header is a credential by its name, or holds a secret of [secrets]."""
    return name.lower() in _BY_NAME or redact(value) != value


def carries_credentials(probe: Probe) -> bool:
    """Return whether a header of ``probe`` is a credential, or its body holds a secret of
    [secrets], in whatever form: a JSON document escapes it, a form encodes it.
    """
    if credentials(probe.headers):
        return True
    body = (probe.body or b"").decode("latin-1") if has_secrets() else ""
    return redact(body) != body


def credentials(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return those of ``headers`` that carry a credential."""
    return tuple(pair for pair in headers if is_credential(*pair))


def without_credentials(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return those of ``headers`` that may be sent to anybody."""
    return tuple(pair for pair in headers if not is_credential(*pair))
