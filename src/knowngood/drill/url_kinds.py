"""How the kind of a URL is written: ``api:/users/{id}``; of a step of a walk with its method, and
with its number from the second such step on: ``GET api:/users/{id} (2)``.
"""

from __future__ import annotations

import re
from typing import Final

_METHOD: Final = re.compile(r"^[A-Z]+ ")
_NUMBER: Final = re.compile(r" \(\d+\)$")
_ORIGIN: Final = re.compile(r"(?:^|(?<= ))[a-z][a-z0-9_-]*:(?=/)")


def step_kind(method: str, kind: str, number: int) -> str:
    """Return the kind of the step of a walk that is the ``number``-th with this method and URL."""
    return f"{method} {kind}" + (f" ({number})" if number > 1 else "")


def is_step(kind: str) -> bool:
    """Return whether this is the kind of a step of a walk."""
    return _METHOD.match(kind) is not None


def without_number(kind: str) -> str:
    """Return the kind of a step, whichever of its walk it is."""
    return _NUMBER.sub("", kind)


def of_url_alone(kind: str) -> str:
    """Return the kind of the URL of a step: without its method and its number."""
    return _METHOD.sub("", without_number(kind))


def kind_in_words(kind: str) -> str:
    """Return a kind without its origin: ``/{locale}/``, or ``DELETE /users/{id}``."""
    return _ORIGIN.sub("", kind, count=1)
