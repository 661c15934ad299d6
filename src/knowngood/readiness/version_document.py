"""Read from an answer for the version document which release it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..environment import Release
from ..fetch import (
    ANSWERED_WRONG,
    RETRIED_STATUSES,
    Blocked,
    Exchange,
    NoAnswer,
    Response,
    is_turned_away,
    respond,
)
from ..safety import ContentTooLarge, one_line

_COMMIT: Final = re.compile(r"[0-9a-f]{7,40}")
_LONGEST: Final = 200  # characters of a release's name


@dataclass(frozen=True, slots=True)
class ReleaseSighting:
    """What one answer for the version document says.

    Attributes:
        names: the names of the release, the usual one first; empty if it names none.
        shown: the release, or what came in its place, in words for a table.
        exchange: the exchange.
    """

    names: tuple[str, ...]
    shown: str
    exchange: Exchange

    @property
    def silent(self) -> bool:
        """Whether it shows nothing of the release: nobody answered, the answer was "not now", the
        run was turned away, or this machine could not ask.
        """
        answer = self.exchange.answer
        if answer is None:
            return self.exchange.error not in ANSWERED_WRONG
        return answer.status in RETRIED_STATUSES or is_turned_away(self.exchange)

    def is_(self, expected: str) -> bool:
        """Whether this is the release called ``expected``. Seven digits of a commit are enough."""
        return any(_same(name, expected) for name in self.names)


def sight(release: Release, exchange: Exchange) -> ReleaseSighting:
    """Return what the answer of ``exchange`` says of ``release``'s version document."""
    try:
        names = _names(release, respond(exchange))
    except NoAnswer:
        last = exchange.attempts[-1]
        phase = f" ({last.phase})" if last.phase else ""
        return ReleaseSighting((), f"no answer: {last.error}{phase}", exchange)
    except (Blocked, ContentTooLarge, ValueError) as error:
        return ReleaseSighting((), one_line(str(error), 80), exchange)
    return ReleaseSighting(names, one_line(names[0], _LONGEST), exchange)


def _names(release: Release, response: Response) -> tuple[str, ...]:
    """Return the names of the release that an answer gives. Raises ValueError if there are none."""
    if response.status_code != 200:
        raise ValueError(f"answered {response.status_code}")
    if release.shape == "text":
        values: list[object] = [response.text.strip()]
    else:
        document = response.json()
        fields = document if isinstance(document, Mapping) else {}
        values = [fields.get(key) for key in dict.fromkeys((release.field, "commit"))]
    names = tuple(value for value in values if isinstance(value, str) and value)
    if not names or names[0] != values[0]:
        text = release.shape == "text"
        raise ValueError("an empty document" if text else f"a document without {release.field!r}")
    return names


def _same(name: str, expected: str) -> bool:
    if name == expected:
        return True
    if (name + expected).isdecimal():
        return False  # dates and build numbers have a common beginning, too
    both_commits = _COMMIT.fullmatch(name) and _COMMIT.fullmatch(expected)
    return bool(both_commits) and (name.startswith(expected) or expected.startswith(name))
