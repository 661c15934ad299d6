"""What a verdict document, as in ``report/verdict.schema.json``, says of the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]
"""A verdict document, sound by its schema."""


def verified_release(document: Document) -> str:
    """Return the release that a run was to verify, or else the only one that it saw; empty if
    neither is known.
    """
    expected: str = document["release"]["expected"] or ""
    seen: str = document["release"]["seen"] or ""
    return expected or ("" if ", " in seen else seen)


def failed_checks(document: Document) -> set[str]:
    """Return the checks that failed."""
    return {failure["check"] for failure in document["failures"]}
