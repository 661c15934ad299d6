"""An event of an environment, and its text in a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from ..safety import one_line

_LINES: Final = 40
_WIDEST: Final = 4000  # characters of a line; a shorter limit would cut commands in half


class EventKind(StrEnum):
    """What has become of an environment, as ``on`` of ``[[notify]]`` names it.

    Attributes:
        FAILED: it is broken, or broken in another way than before.
        RECOVERED: it is whole again.
        BLIND: nobody can tell how it is.
        ROLLED_BACK: an earlier release was put back in place of a bad one.
    """

    FAILED = "failed"
    RECOVERED = "recovered"
    BLIND = "blind"
    ROLLED_BACK = "rolled-back"


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell about an environment.

    Attributes:
        kind: what has become of it.
        environment: its name.
        title: one sentence that names the environment and says what is the matter.
        moment: when it was seen, in seconds since the epoch.
        body: what else there is to say, a line each.
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
        """The title as a message may hold it."""
        return one_line(self.title, 300)

    @property
    def text(self) -> str:
        """The body as a message may hold it; its last line says what it is about, and when."""
        lines = [one_line(line, _WIDEST) for line in self.body[:_LINES]]
        release = f", release {one_line(self.release, 80)}" if self.release else ""
        at = datetime.fromtimestamp(self.moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return "\n".join([*lines, f"environment {self.environment}{release}, {at}"])
