"""Commits and annotated tags as git keeps them, many with few processes.

They are read to the byte, because what ``git log`` prints depends on configuration, and a message
may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ..safety import one_line
from .git import GitError, Repository

LARGEST: Final = 1 << 20
"""Bytes up to which an object is read. The largest message in Mozilla's history has 40,000, and a
record of FHR has 6,000."""

_AT_ONCE: Final = 250  # objects, so that the largest ones need no more than 250 MB


@dataclass(frozen=True, slots=True)
class GitObject:
    """A commit or a tag. One that is larger than LARGEST has only its name and kind.

    Attributes:
        name: its name, in full.
        kind: "commit" or "tag".
        headers: each key with its value, in their order; without signatures.
        message: its message.
        too_large: whether it is larger than LARGEST, and was not read.
    """

    name: str
    kind: str
    headers: tuple[tuple[str, str], ...] = ()
    message: str = ""
    too_large: bool = False

    def __str__(self) -> str:
        """Return its short name, who made it and its subject, without control characters."""
        if self.too_large:
            return f"{self.name[:12]} (larger than {LARGEST} bytes, and not read)"
        who, subject = one_line(self.person, 60), one_line(self.subject, 120)
        return f"{self.name[:12]} by {who}: {subject}"

    def header(self, key: str) -> str:
        """Return the first header of this name; "" without one."""
        return next((value for name, value in self.headers if name == key), "")

    @property
    def subject(self) -> str:
        """The first line of the message that is not empty."""
        return self.message.lstrip().partition("\n")[0].rstrip()

    @property
    def person(self) -> str:
        """Who made it: a commit's author, a tag's tagger, without address and date."""
        return (self.header("author") or self.header("tagger")).partition(" <")[0]

    @property
    def is_merge(self) -> bool:
        """Whether it is a commit that has two parents or more."""
        return sum(name == "parent" for name, _ in self.headers) > 1


def objects(repository: Repository, names: Iterable[str]) -> Iterator[GitObject]:
    """Yield these objects, in this order; ``names`` are full object names. Raises GitError if
    one is not there.
    """
    unasked = iter(names)
    while batch := list(islice(unasked, _AT_ONCE)):
        sizes = list(_sizes(repository, batch))
        small = [name for name, _, size in sizes if size <= LARGEST]
        contents = dict(_read(repository, small)) if small else {}
        for name, kind, _ in sizes:
            yield contents.get(name) or GitObject(name, kind, too_large=True)


def peeled(repository: Repository, tag: GitObject) -> str | None:
    """Return the commit that an annotated tag leads to, through other tags too; None if it leads
    to something else.
    """
    target = tag.header("object")
    return target if tag.header("type") == "commit" else repository.commit_of(target)


def decoded(raw: bytes) -> str:
    """Decode a text whose encoding is unknown: UTF-8, or else Latin-1, so that a name in an old
    encoding stays a name.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _sizes(repository: Repository, names: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    command = ("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
    for line in repository.run(*command, stdin="\n".join([*names, ""])).splitlines():
        name, _, kind_and_size = line.partition(" ")
        kind, _, size = kind_and_size.partition(" ")
        if not size.isdigit():  # "NAME missing"
            raise GitError(f"{repository.path}: the object {name} is not there")
        yield name, kind, int(size)


def _read(repository: Repository, names: list[str]) -> Iterator[tuple[str, GitObject]]:
    output = repository.read("cat-file", "--batch", stdin="\n".join([*names, ""]).encode())
    place = 0
    for name in names:
        end = output.index(b"\n", place)
        kind, size = output[place:end].split()[1:]
        content = output[end + 1 : end + 1 + int(size)]
        place = end + 1 + int(size) + 1
        yield name, _parsed(name, kind.decode(), content)


def _parsed(name: str, kind: str, content: bytes) -> GitObject:
    head, _, message = content.partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not line.startswith(b" ")]  # a signature's
    headers = tuple(_header(line) for line in lines)
    # What follows a NUL no git shows.
    return GitObject(name, kind, headers, decoded(message.partition(b"\0")[0]))


def _header(line: bytes) -> tuple[str, str]:
    key, _, value = decoded(line).partition(" ")
    return key, value
