"""Remember the records that the origin does not have yet, and push them with the next one.

Each has a ref of its own below refs/knowngood. It is made before the record, and deleted when the
record has arrived, so neither a killed process nor a lost network makes it forgotten. A record that
was made by hand gets one when the origin is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from ..safety import listed, one_line
from .git import GitError, Repository
from .record import Record, RecordKind
from .record_name import release_of

_FOLDER: Final = "refs/knowngood/unpushed/"
_ARRIVED: Final = re.compile(r"^[*=]\trefs/tags/(\S+):", re.M)
_SHOWN: Final = 3  # names; the rest is counted
_RELEASES: Final = 20  # that a command names
_AT_ONCE: Final = 250  # records that are pushed along: a server's hook may take its time for each


def remember(repository: Repository, record: Record) -> None:
    """Note that ``record``, which will be written now, is to be pushed, where there is an origin,
    now or when it can be reached again. Raises GitError.
    """
    if repository.origin:
        repository.run("update-ref", f"{_FOLDER}{record.name}", record.commit)


def names(repository: Repository) -> list[str]:
    """Return the records that are here and not known to be at the origin. Raises GitError."""
    noted = repository.run("for-each-ref", "--format=%(refname)", _FOLDER).splitlines()
    records = [ref.removeprefix(_FOLDER) for ref in noted]
    asked = "".join(f"refs/tags/{name}\n" for name in records)
    lines = repository.run("cat-file", "--batch-check", stdin=asked).splitlines() if asked else []
    answers = zip(records, lines, strict=True)
    return [name for name, answer in answers if not answer.endswith(" missing")]


def push(repository: Repository, first: str, others: Sequence[str] = ()) -> tuple[list[str], str]:
    """Push the record ``first`` and, where it arrives, ``others`` behind it. Return those that did
    not arrive, and why the first did not; empty if it did.
    """
    arrived, trouble = _push(repository, [first])
    if others and not trouble:
        arrived = [*arrived, *_push(repository, others[:_AT_ONCE])[0]]
    return [name for name in (first, *others) if name not in arrived], trouble


def _push(repository: Repository, records: Sequence[str]) -> tuple[Sequence[str], str]:
    """Push these. Return those that arrived, which are forgotten, and why not all did."""
    arrived, trouble = records, ""
    try:
        refs = [f"refs/tags/{record}:refs/tags/{record}" for record in records]
        repository.run("push", "--porcelain", "--no-follow-tags", "origin", *refs)
    except GitError as error:
        arrived, trouble = _ARRIVED.findall(error.output), one_line(str(error), 400)
    _forget(repository, arrived)
    return arrived, trouble


def compare(repository: Repository) -> None:
    """Ask the origin which records it has. Forget those, and remember the others, whoever made
    them, but no lightweight tag: it says nothing, and everybody would doubt its release. Raises
    GitError.
    """
    folders = [f"refs/tags/{kind}/" for kind in RecordKind]
    how = "--format=%(refname:lstrip=2) %(objectname) %(objecttype)"
    rows = [line.split(" ") for line in repository.run("for-each-ref", how, *folders).splitlines()]
    tags = {name: tag for name, tag, kind in rows if kind == "tag"}
    at_origin = repository.run("ls-remote", "--tags", "--refs", "origin").split()
    missing = tags.keys() - {ref.removeprefix("refs/tags/") for ref in at_origin}
    _forget(repository, [name for name in names(repository) if name not in missing])
    changes = "".join(f"update {_FOLDER}{name} {tags[name]}\n" for name in sorted(missing))
    if changes:
        repository.run("update-ref", "--stdin", stdin=changes)


def warning(repository: Repository, records: Sequence[str], why: str = "") -> list[str]:
    """Return a line that tells of ``records``, why they are not there and what to do; none for
    none.
    """
    if not records:
        return []
    refs = [f"refs/tags/{name}" for name in records]
    if len(records) > _SHOWN:  # all of these kinds: what is there already stays as it is
        releases = sorted({f"refs/tags/{release_of(name)}" for name in records})
        refs = sorted({f"refs/tags/{name.partition('/')[0]}/*" for name in records})
        # A new origin lacks the releases, too, without which no record counts.
        refs += [f"refs/tags/{tag}" for tag in repository.tags(*releases)[:_RELEASES]]
    now = repository.by_hand("push", "origin", *refs)
    return [
        f"not at the origin, where others would see it: {listed(records, _SHOWN)}"
        f"{f' ({why})' if why else ''}; it goes out with the next record that is pushed; to push "
        f"it: {now}"
    ]


def _forget(repository: Repository, records: Collection[str]) -> None:
    changes = "".join(f"delete {_FOLDER}{name}\n" for name in records)
    if changes:
        repository.run("update-ref", "--stdin", stdin=changes)
