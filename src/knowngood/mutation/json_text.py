"""Find the values of JSON in its text, so that a change leaves the rest as it was.

A path is a tuple of keys; ``EACH`` in it stands for each item of a list::

    ("users", EACH, "email")    users[].email
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple

from ..content import strict_json
from ..fetch import Answer
from ..safety import ContentTooLarge, one_line
from .answers import body_of, is_json
from .text_edits import Edit

EACH: Final = None
Path = tuple[str | None, ...]

MOST_PATHS: Final = 100
"""Most paths of one document that are changed: those nearest to its root."""

DEEPEST: Final = 6
"""Most steps of a path. APIs nest their records less deep."""

LONGEST: Final = 100
"""Most characters of a key that is changed. Longer keys are data, not names."""

_ITEMS_READ: Final = 20  # items of a list whose keys are read
_MOST_OF_LEVEL: Final = 1000  # values of one depth that are read

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_READ: Final = json.JSONDecoder().raw_decode


class Member(NamedTuple):
    """A member of an object, or an item of a list.

    Attributes:
        key: its key; EACH for an item.
        start: where it starts, with its key.
        value: where its value starts.
        end: where it ends.
    """

    key: str | None
    start: int
    value: int
    end: int


def document_of(answer: Answer) -> Any:
    """Return the JSON document of an answer; None if it has none."""
    return _parsed(body_of(answer)) if is_json(answer) else None


@lru_cache(maxsize=8)  # a dozen mutations read the same document one after the other
def _parsed(body: bytes) -> Any:
    try:
        return strict_json.loads(body)
    except (ValueError, ContentTooLarge):
        return None


def paths(document: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the path of each key in a document with the first value there, the paths nearest to
    the root first, at most ``MOST_PATHS``.
    """
    level: list[tuple[Path, Any]] = [((), document)]
    seen: set[Path] = set()
    for _ in range(DEEPEST):
        entries = (entry for path, value in level for entry in _below(path, value))
        level = list(islice(entries, _MOST_OF_LEVEL))
        for path, value in level:
            if path[-1] is not EACH and path not in seen:
                seen.add(path)
                yield path, value
                if len(seen) == MOST_PATHS:
                    return


def _below(path: Path, value: Any) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        return [((*path, key), item) for key, item in value.items() if len(key) <= LONGEST]
    items = value[:_ITEMS_READ] if isinstance(value, list) else []
    return [((*path, EACH), item) for item in items]


def values_at(document: Any, path: Path) -> list[Any]:
    """Return all values of a document at a path."""
    values = [document]
    for step in path:
        values = [inner for value in values for inner in _values_in(value, step)]
    return values


def _values_in(value: Any, step: str | None) -> list[Any]:
    if step is EACH:
        return value if isinstance(value, list) else []
    return [value[step]] if isinstance(value, dict) and step in value else []


def name_of(path: Path) -> str:
    """Return a path as people write it, safe to print: ``users[].email``."""
    parts = ["[]" if step is EACH else f".{step}" for step in path]
    return one_line("".join(parts).removeprefix("."), LONGEST)


def places(text: str, path: Path, start: int | None = None) -> Iterator[tuple[list[Member], int]]:
    """Yield each place of a path: the members of the object or list there, and the index of one."""
    start = _skip(text, 0) if start is None else start
    kind = "[" if path[0] is EACH else "{"
    members = members_of(text, start) if text[start] == kind else []
    for index, member in enumerate(members):
        if member.key == path[0] and len(path) == 1:
            yield members, index
        elif member.key == path[0]:
            yield from places(text, path[1:], member.value)


def members_of(text: str, start: int) -> list[Member]:
    """Return the members of the object, or the items of the list, that starts at ``start``."""
    members = []
    place = _skip(text, start + 1)
    while text[place] not in "]}":
        begin, key = place, None
        if text[start] == "{":
            key, place = _READ(text, place)
            place = _skip(text, _skip(text, place) + 1)  # after the colon
        end = _READ(text, place)[1]
        members.append(Member(key, begin, place, end))
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return members


def value_at(text: str, start: int) -> Any:
    """Return the value that starts at ``start``."""
    return _READ(text, start)[0]


def without(_text: str, members: list[Member], index: int) -> Edit:
    """Return the edit that removes a member, and a comma beside it."""
    member = members[index]
    if index + 1 < len(members):
        return Edit(member.start, members[index + 1].start, "")
    return Edit(members[index - 1].end if index else member.start, member.end, "")


def _skip(text: str, place: int) -> int:
    """Return the place of the next character that is not blank."""
    match = _BLANK.match(text, place)
    assert match is not None  # it may be empty
    return match.end()
