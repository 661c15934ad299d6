"""Define an event of an environment, and its text in a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from ..safety import one_line

_LINES: Final = 40
_WIDEST: Final = 4000  # characters of a line; a shorter limit would cut commands in half


class EventKind(StrEnum):
    """What happened to an environment, by its name in ``on`` of ``[[notify]]``.

    Attributes:
        FAILED: it broke, or broke in another way.
        RECOVERED: it works again.
        BLIND: it cannot be judged.
        ROLLED_BACK: an earlier release replaced a bad one.
    """

    FAILED = "failed"
    RECOVERED = "recovered"
    BLIND = "blind"
    ROLLED_BACK = "rolled-back"


@dataclass(frozen=True, slots=True)
class Event:
    """News of an environment.

    Attributes:
        kind: what happened.
        environment: the name of the environment.
        title: one sentence that names the environment and says what happened.
        moment: when that was seen, in seconds since the epoch.
        body: further lines.
        release: the release that it is about, if that is known.
    """

    kind: EventKind
    environment: str
    title: str
    moment: float
    body: tuple[str, ...] = ()
    release: str | None = None

    @property
    def subject(self) -> str:
        """The title, safe for a message."""
        return one_line(self.title, 300)

    @property
    def text(self) -> str:
        """The body, safe for a message; its last line names environment, release and time."""
        lines = [one_line(line, _WIDEST) for line in self.body[:_LINES]]
        release = f", release {one_line(self.release, 80)}" if self.release else ""
        at = datetime.fromtimestamp(self.moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return "\n".join([*lines, f"environment {self.environment}{release}, {at}"])
