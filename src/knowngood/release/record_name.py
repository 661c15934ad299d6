"""What the name of a record's tag tells, KIND/ENVIRONMENT/RELEASE/TIME, before the tag is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..safety import one_line

_TIME: Final = re.compile(r"/(\d{8}T\d{6}\.\d{6}Z)\Z", re.A)


def time_of(name: str) -> str:
    """Return the time in the name of a record's tag. One without may be the newest."""
    time = _TIME.search(name)
    return time[1] if time else "~"


def environment_of(name: str) -> str:
    """Return the environment in the name of a record's tag; empty if it names none."""
    return name.partition("/")[2].partition("/")[0]


def release_of(name: str) -> str:
    """Return the release in the name of a record's tag."""
    return "/".join(name.split("/")[2:-1])


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A tag with a record's name that holds none. Its name tells what it may have said.

    Attributes:
        name: the tag's name.
        why: what is wrong with it.
        commit: the commit that it is on, in full; empty if it is on none.
        tagged: when it was made, whatever time its name tells; None if that is not known.
    """

    name: str
    why: str
    commit: str = ""
    tagged: datetime | None = None

    def may_be_after(self, when: datetime) -> bool:
        """Return whether it may have been made after ``when``."""
        return self.tagged is None or self.tagged > when

    @property
    def is_misnamed(self) -> bool:
        """Whether its name has no time as a record's has it."""
        return _TIME.search(self.name) is None

    @property
    def kind(self) -> str:
        """The kind in its name."""
        return self.name.partition("/")[0]

    @property
    def environment(self) -> str:
        """The environment in its name; empty if it names none."""
        return environment_of(self.name)

    @property
    def release(self) -> str:
        """The release in its name; empty if it names none."""
        return "/".join(_TIME.sub("", self.name).split("/")[2:])

    def __str__(self) -> str:
        return f"{one_line(self.name, 200)}: {self.why}"
