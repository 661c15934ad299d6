"""Who reviewed a change, by the message of its commit.

As Mozilla's history has it: "Bug 123 - Fix it. r=alice,bob", as the last words of the subject. And
as git has it: the trailers ``Reviewed-by``, ``Approved-by`` and ``r``, in the last paragraph.
``r?alice`` asks for a review, ``r=me`` and ``r=none`` name nobody: neither is a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import Final

from .git import Repository

_SUBJECT: Final = 400  # characters at the end of a subject in which marks are looked for
_TAG: Final = re.compile(r"([a-z][a-z-]*)([=?])([\w.+@:#,-]+)", re.I)
"""One of the last words of a subject: ``r=alice,bob``, ``r?carol``, ``a=test-only``."""

_NAME: Final = re.compile(r"(?=.*[^\W\d_])[\w.+@-]+")
"""A name has a letter, and no blank: ``r=0`` is a setting, ``r=alice read it`` a sentence."""

_PULL_REQUEST: Final = re.compile(r"\s*\(#\d+\)\s*\Z")
"""What GitHub puts behind the subject of a squashed pull request."""

_COMMA: Final = re.compile(r",\s+(?=[:#@]?[\w.+@-]+(?:[\s,;.)\]]|\Z))")
"""A comma and a blank between the names of ``r=alice, bob``."""

_TRAILERS: Final = frozenset({"reviewed-by", "approved-by", "r"})
_AUTHORS: Final = "co-authored-by"
_MAY_HAVE: Final = re.compile(r"^\s*(?:(?:reviewed|approved|co-authored)-by|r)\s*[:=]", re.I | re.M)
_TAKEN_BACK: Final = re.compile(r'\A\s*(?:Revert|Reapply) ".*"')
_TO_SQUASH: Final = re.compile(r"\A\s*(?:amend! .*|(?:fixup|squash)! [^\n]*)", re.S)
_ADDRESS: Final = re.compile(r"<([^<>]*)>")
_DATE: Final = re.compile(r"(?<=>)\s+-?\d+\s+[+-]\d{4}\s*\Z")
"""What git writes behind an author's address: ``1385553600 +0000``."""

_NOBODY: Final = frozenset({"me", "nobody", "none", "pending", "self", "tba", "tbd", "todo"})
"""What stands where a reviewer is named, and names none."""


def without_quote(message: str) -> str:
    """Return a message without what it quotes of another commit: the mark there is that of what a
    revert takes back, or of what git is to squash this one into. It needs one of its own, since it
    changes what is live. ``amend!`` quotes the whole of the other message.
    """
    return _TO_SQUASH.sub("", _TAKEN_BACK.sub("", message))


def is_to_squash(message: str) -> bool:
    """Return whether a commit is made for git to squash into another one later."""
    return _TO_SQUASH.match(message) is not None


def people(repository: Repository, message: str) -> tuple[list[str], list[str]]:
    """Return the reviewers that a message names, and its further authors. Raises GitError."""
    message = without_quote(message)
    reviewers, authors = list(_in_subject(message)), []
    for key, value in _trailers(repository, message):
        if key == _AUTHORS:
            authors.append(value)
        elif key == "r":
            reviewers += _names(value)
        elif key in _TRAILERS and any(map(str.isalpha, value)) and _plain(value) not in _NOBODY:
            reviewers.append(value)
    return reviewers, authors


def is_reviewed(reviewers: Iterable[str], authors: Iterable[str]) -> bool:
    """Return whether each author has a reviewer who is somebody else.

    A person is known again by name, by address, or by what stands before the @ of it.
    """
    others = [_of_reviewer(reviewer) for reviewer in reviewers]
    return bool(others) and all(
        any(reviewer.isdisjoint(_of_author(author)) for reviewer in others) for author in authors
    )


def _in_subject(message: str) -> Iterator[str]:
    """Yield the names of ``r=`` among the last words of the subject, git's first paragraph."""
    subject = " ".join(message.strip().partition("\n\n")[0].split())[-_SUBJECT:]
    words = _COMMA.sub(",", _PULL_REQUEST.sub("", subject))
    for word in reversed(re.split(r"[\s;]+", words)):
        tag = _TAG.fullmatch(word.strip("([,.)]"))
        if tag is None:
            return
        if tag[1] == "r" and tag[2] == "=":
            yield from _names(tag[3])


def _names(value: str) -> list[str]:
    """Return the names of a list with commas; ``me``, ``none`` and a number are none."""
    names = (name.strip().lstrip(":#@").rstrip(".") for name in value.split(","))
    return [name for name in names if _plain(name) not in _NOBODY and _NAME.fullmatch(name)]


def _trailers(repository: Repository, message: str) -> Iterator[tuple[str, str]]:
    """Yield key and value of each trailer, as git reads them; a process only if one may be."""
    if _MAY_HAVE.search(message) is None:
        return
    words = ("-c", "trailer.separators=:=", "interpret-trailers", "--parse", "--no-divider")
    for line in repository.run(*words, stdin=message).splitlines():
        key, _, value = line.partition(":")
        yield key.strip().lower(), value.strip()


def _of_author(person: str) -> Set[str]:
    """Return what an author may be called as a reviewer: ``Ann Lee <ann@example.org>``, with git's
    date or without.
    """
    person = _DATE.sub("", person)
    local = _address(person).partition("@")[0]
    login = local.partition("+")[2]  # GitHub's 123+ann@users.noreply.github.com
    return {*_of_reviewer(person), *(_plain(name) for name in (local, login) if name)}


def _of_reviewer(person: str) -> set[str]:
    name, address = _plain(_ADDRESS.sub("", person)), _address(person)
    return {word for word in (name, address) if word}


def _address(person: str) -> str:
    match = _ADDRESS.search(person)
    address = match[1] if match else person if "@" in person else ""
    return address.strip().casefold()


def _plain(name: str) -> str:
    """Return a name without case and what is no letter or digit: ``Ann-Lee`` is ``annlee``."""
    return "".join(filter(str.isalnum, name)).casefold()
