"""What an environment file of a sandbox takes over from the environment that is drilled."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from typing import Any, Final

from ..environment import Environment

_AS_IT_STANDS: Final = ("writes", "headers", "secrets", "require", "release")
"""Keys that are copied as they stand in the file."""


def copied(environment: Environment, served: Environment) -> dict[str, Any]:
    """Return the content of a file that is as the drilled one, but for where it answers: there it
    is as ``served``. Paths are absolute.
    """
    document = tomllib.loads(environment.path.read_text("utf-8"))
    content: dict[str, Any] = {name: document[name] for name in _AS_IT_STANDS if name in document}
    content |= {
        "origins": dict(served.origins),
        "params": {name: list(values) for name, values in served.params.items()},
        "aliases": dict(served.aliases),
        "budget": asdict(served.budget),
        "control": [
            {key: value for key, value in asdict(control).items() if value}
            for control in served.control
        ],
    }
    if served.ca is not None:
        content["ca"] = f"file:{served.ca.absolute()}"
    if served.edges:
        content["edges"] = {origin: list(listed) for origin, listed in served.edges.items()}
    return content
