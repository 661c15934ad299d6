"""Read the release from an answer for the version document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
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

_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_LONGEST: Final = 200  # characters of a release's name


@dataclass(frozen=True, slots=True)
class ReleaseSighting:
    """What one answer for the version document says.

    Attributes:
        names: the names of the release, the usual one first; empty if it names none.
        label: the release, or what came in its place.
        exchange: the exchange.
        lacks: what a version document without the configured field or header has; empty for any
            other answer.
    """

    names: tuple[str, ...]
    label: str
    exchange: Exchange
    lacks: str = ""

    @property
    def silent(self) -> bool:
        """Whether it says nothing about the release: no answer came, one that asks to retry, or one
        of a firewall, or this machine could not ask.
        """
        answer = self.exchange.answer
        if answer is None:
            return self.exchange.error not in ANSWERED_WRONG
        return answer.status in RETRIED_STATUSES or is_turned_away(self.exchange)

    def matches(self, expected: str) -> bool:
        """Return whether this is ``expected``. Seven digits of a commit suffice."""
        return any(_same(name, expected) for name in self.names)

    @property
    def names_commit(self) -> bool:
        """Whether the usual name may be that of a commit."""
        return any(_COMMIT.fullmatch(name) for name in self.names[:1])


def sight(release: Release, exchange: Exchange) -> ReleaseSighting:
    """Return what the answer of ``exchange`` says about the release."""
    try:
        names = _names(release, respond(exchange))
    except NoAnswer:
        last = exchange.attempts[-1]
        phase = f" ({last.phase})" if last.phase else ""
        return ReleaseSighting((), f"no answer: {last.error}{phase}", exchange)
    except _NoSuchField as error:
        return ReleaseSighting((), one_line(str(error), 200), exchange, lacks=str(error))
    except (Blocked, ContentTooLarge, ValueError) as error:
        return ReleaseSighting((), one_line(str(error), 80), exchange)
    return ReleaseSighting(names, one_line(names[0], _LONGEST), exchange)


class _NoSuchField(ValueError):
    """A version document has other fields than the environment says."""


def missing_field(release: Release, path: Path, sightings: Iterable[ReleaseSighting]) -> str:
    """Return a sentence if all answers are version documents without the field that the file at
    ``path`` names; else an empty one. Either may be wrong, so the sentence names both.
    """
    lacks = [sighting.lacks for sighting in sightings]
    if not lacks or not all(lacks):
        return ""
    setting, kind = ("header", "header") if release.header else ("field", "key")
    return (
        f"{release.url} gave {one_line(lacks[0], 300)}; if the {kind} was renamed on purpose, or "
        f"misspelt, set [release] {setting} in {path}"
    )


def _names(release: Release, response: Response) -> tuple[str, ...]:
    """Return the names of the release in an answer. Raises ValueError if there are none."""
    if response.status_code != 200:
        raise ValueError(f"answered {response.status_code}")
    if release.header:
        return _from_header(release.header, response)
    if release.shape == "text":
        text = response.text.strip()
        if not text:
            raise ValueError("an empty document")
        if text.startswith("<"):  # a page may differ each time, and would look like a new release
            raise ValueError("a web page")
        return (text,)
    document = response.json()
    fields = document if isinstance(document, Mapping) else {}
    values = (_at(fields, key) for key in dict.fromkeys((release.field, "commit")))
    usual, *others = values
    if usual is None and (has := ", ".join(_paths(fields))):
        raise _NoSuchField(f"a document without {release.field!r}; it has: {has}")
    if not isinstance(usual, str) or not usual:
        raise ValueError(f"a document without {release.field!r}")
    return (usual, *(value for value in others if isinstance(value, str) and value))


def _from_header(name: str, response: Response) -> tuple[str, ...]:
    value = response.headers.get(name, "").strip()
    if not value:
        has = ", ".join(sorted(response.headers)) or "none"
        raise _NoSuchField(f"an answer without the header {name!r}; it has: {has}")
    return (value,)


def _at(fields: Mapping[str, object], key: str) -> object:
    """Return the member ``key``, or the one at its parts, which dots separate."""
    if key in fields:
        return fields[key]
    first, dot, inner_key = key.partition(".")
    inner = fields.get(first)
    return _at(inner, inner_key) if dot and isinstance(inner, Mapping) else None


def _paths(fields: Mapping[str, object], before: str = "") -> Iterator[str]:
    """Yield the paths of all texts of a document."""
    for key, value in fields.items():
        if isinstance(value, Mapping):
            yield from _paths(value, f"{before}{key}.")
        elif isinstance(value, str):
            yield f"{before}{key}"


def _same(name: str, expected: str) -> bool:
    if name == expected:
        return True
    if (name + expected).isdecimal():
        return False  # different dates or build numbers may begin alike
    both_commits = _COMMIT.fullmatch(name) and _COMMIT.fullmatch(expected)
    return bool(both_commits) and (name.startswith(expected) or expected.startswith(name))
