"""The faults that a deployment can be started with, and the URLs that each of them touches."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..environment import BadEnvironment, DrillConfig, Environment, runnable
from ..fetch import AttemptError
from ..run_options import LEVELS
from ..safety import process_group
from ..verdict import VerdictKind

VERDICTS: Final[tuple[str, ...]] = (
    VerdictKind.PASSED,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.FAILED,
)
"""What a run against a fault may be expected to end in, the worst last."""

_LISTING: Final = 30.0  # seconds that the list of faults may take
_PLACEHOLDER: Final = re.compile(r"(\{\w+\}|\*)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a deployment.

    Attributes:
        name: as the command that starts the deployment takes it.
        verdict: what a run against it should end in.
        touches: patterns of the URLs whose answers it changes, as ``ORIGIN:/path``; empty if it
            does not say. A name in braces is one segment, ``*`` is anything.
        status: what they answer then; None if it does not say.
        error: the :class:`.AttemptError` for which they give no answer; empty if they give one.
        level: the least level of a run that sees it.
    """

    name: str
    verdict: str
    touches: tuple[str, ...] = ()
    status: int | None = None
    error: str = ""
    level: str = LEVELS[0]

    @classmethod
    def from_json(cls, item: Mapping[str, Any]) -> Fault:
        """Return a listed fault. Raises KeyError and TypeError for what is none."""
        touches, status = item.get("touches", []), item.get("status")
        if not isinstance(touches, list):
            raise TypeError(f"{item['name']}: touches: found {touches!r}, allowed is a list")
        if not isinstance(status, int | None):
            raise TypeError(f"{item['name']}: status: found {status!r}, allowed is a number")
        error, level = item.get("error", ""), item.get("level", LEVELS[0])
        return cls(item["name"], item["verdict"], tuple(touches), status, error, level)

    @property
    def answer(self) -> str:
        """What a verifier gets in place of a sound answer: the error, or the status."""
        return self.error or str(self.status or "")

    def touches_url(self, url: str, origins: Mapping[str, str]) -> bool:
        """Return whether it changes the answer of ``url``; ``origins`` are URLs by name."""
        return any(_matches(pattern, url, origins) for pattern in self.touches)


def _matches(pattern: str, url: str, origins: Mapping[str, str]) -> bool:
    """Compare without the query, and with it for a pattern that has one."""
    name, _, path = pattern.partition(":")
    if name not in origins:
        return False
    parts = _PLACEHOLDER.split(origins[name].rstrip("/") + path)
    expression = "".join(map(_expression, parts))
    return any(re.fullmatch(expression, text) for text in (url, url.partition("?")[0]))


def _expression(part: str) -> str:
    if part == "*":
        return ".*"
    return "[^/?]+" if _PLACEHOLDER.fullmatch(part) else re.escape(part)


def list_faults(config: DrillConfig, environment: Environment) -> list[Fault]:
    """Return the faults that the deployment can be started with. Raises BadEnvironment."""
    command = runnable(config.faults)
    key = f"{environment.path}: serve.drill.faults"
    try:
        done = process_group.run(command, _LISTING, cwd=environment.root)
        done.check_returncode()
        faults = [Fault.from_json(item) for item in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise BadEnvironment(f"{key}: {' '.join(command)}: {error}") from None
    origins = environment.serve.origins if environment.serve else ()
    for fault in faults:
        _check(fault, origins, f"{key}: {fault.name}")
    return faults


def _check(fault: Fault, origins: tuple[str, ...], where: str) -> None:
    errors = ("", *map(str, AttemptError))
    if fault.verdict not in VERDICTS:
        raise BadEnvironment(
            f"{where}: found the verdict {fault.verdict!r}; allowed: {', '.join(VERDICTS)}"
        )
    if fault.error not in errors:
        raise BadEnvironment(
            f"{where}: found the error {fault.error!r}; allowed: {', '.join(errors[1:])}"
        )
    if fault.level not in LEVELS:
        raise BadEnvironment(
            f"{where}: found the level {fault.level!r}; allowed: {', '.join(LEVELS)}"
        )
    for pattern in fault.touches:
        origin, _, path = str(pattern).partition(":")
        if origin not in origins or not path.startswith("/"):
            raise BadEnvironment(
                f"{where}: touches: found {pattern!r}; allowed: ORIGIN:/path, in which ORIGIN is "
                f"one of: {', '.join(origins)}"
            )
