"""What a server lets in: how the release branch may move, and which records may be written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ..safety import one_line
from . import git_settings, signature
from .clocks import SKEW
from .git import Repository, is_ref_part
from .git_objects import GitObject, objects, peeled
from .record import Record, RecordKind, is_record
from .record_parser import MalformedRecord, parse
from .records import Records
from .review import unmarked

_TAGS: Final = "refs/tags/"


@dataclass(frozen=True, slots=True)
class RefChange:
    """A ref that is about to change.

    Attributes:
        ref: its full name.
        old: the full name of the object that it points at; zeros where it is created.
        new: the same after the change; zeros where it is deleted.
    """

    ref: str
    old: str
    new: str

    @property
    def creates(self) -> bool:
        """Whether the ref was not there."""
        return not self.old.strip("0")

    @property
    def deletes(self) -> bool:
        """Whether the ref will not be there."""
        return not self.new.strip("0")


def is_record_ref(ref: str) -> bool:
    """Return whether a ref is a record, or has the name of a folder of records."""
    return ref.startswith(_TAGS) and is_record(ref.removeprefix(_TAGS))


def branch_refusals(repository: Repository, change: RefChange, *known: str) -> list[str]:
    """Return why the release branch may not be moved so; empty if it may. Of a new branch the
    commits that ``known`` stands for, options of git-rev-list, are not looked at: they were there
    before. Raises BadSetting, GitError.
    """
    if change.deletes:
        return [f"{change.ref} is the release branch, which is never deleted"]
    if repository.commit_of(change.new) != change.new:
        return [f"{change.ref}: {change.new} is no commit"]
    if change.creates:
        return unmarked(repository, change.new, *known)
    return _backward(repository, change) or unmarked(repository, change.new, change.old)


def _backward(repository: Repository, change: RefChange) -> list[str]:
    """Return why a move is not a step forward; empty if it is."""
    old = f"{change.old[:12]}, which {change.ref} stands for"
    if repository.commit_of(change.old) is None:
        return [f"{old}, is not known here; next: git fetch"]
    if repository.contains(change.new, change.old):
        return []
    shallow = repository.is_shallow
    deepen = "git fetch --unshallow, since this clone is shallow, then " if shallow else ""
    return [
        f"{old}, is not in the history of {change.new[:12]}: the release branch only moves "
        f"forward; next: {deepen}git rebase on what is there; to take a change back, git revert"
    ]


def record_refusals(repository: Repository, change: RefChange) -> list[str]:
    """Return why a record may not be written so; empty if it may. What is let in stays for good,
    and a gate that reads a bad one refuses everything. Raises BadSetting, GitError.
    """
    name = one_line(change.ref.removeprefix(_TAGS))
    if not change.creates:
        return [f"{name} is a record, which is never moved or deleted once it is written"]
    tag = next(objects(repository, [change.new]))
    try:
        record = _record(repository, change.ref, tag)
    except MalformedRecord as error:
        return [
            f"{name} is kept for a record, and this is none: {error}; next: git tag -d {name}, "
            "and let knowngood write it, or make it by hand with a message such as "
            "'PASSED: verified by hand: REASON'"
        ]
    if elsewhere := _elsewhere(repository, record):
        return [f"{name} is on {record.commit[:12]}: {elsewhere}; next: git tag -d {name}"]
    # Whoever sees that a release is bad may say so: that opens no gate, and must not be lost.
    return [] if record.failed else _unsigned(repository, tag)


def release_tag_refusals(repository: Repository, change: RefChange) -> list[str]:
    """Return why a tag that is no record may not change so; empty if it may: it is new, or no
    record names it. Raises GitError.
    """
    name = change.ref.removeprefix(_TAGS)
    if change.creates or not is_ref_part(name):
        return []
    records = [f"{_TAGS}{kind}/*/{name}/*" for kind in RecordKind]
    return [
        f"{name} is the release of {record}: the tag of a release that is on record is never moved "
        "or deleted; next: make a release with a name of its own"
        for record in repository.tags("--count=1", *records)
    ]


def _record(repository: Repository, ref: str, tag: GitObject) -> Record:
    """Return the record that a tag holds. Raises MalformedRecord, also for one from the future: the
    server's clock decides.
    """
    record = parse(ref.removeprefix(_TAGS), tag, peeled(repository, tag))
    if record.when > datetime.now(UTC) + SKEW:
        raise MalformedRecord("it is from the future: a clock was wrong, here or where it was made")
    return record


def _elsewhere(repository: Repository, record: Record) -> str:
    """Return that the release of a record is another commit here; empty if it is not, or there
    is no such release. Once such a record is in, every gate says that the release's tag was moved.
    """
    tag = repository.commit_of(f"{_TAGS}{record.release}")
    if tag in {None, record.commit}:
        return ""
    return f"its release {record.release} is {tag[:12]}, so one of the two is not what was meant"


def _unsigned(repository: Repository, tag: GitObject) -> list[str]:
    """Return why a tag's signature does not count, where there must be one. Raises BadSetting."""
    path = git_settings.signers(repository)
    trouble = signature.read(repository, tag.name, path).trouble
    if not trouble:
        return []
    return [
        f"{one_line(tag.header('tag'))} is not signed by anybody in {one_line(str(path))} "
        f"(git config {git_settings.SIGNERS}): {trouble}; next: sign it with an ssh key that is "
        "listed there (git config gpg.format ssh, user.signingKey, tag.gpgSign)"
    ]


def gated(repository: Repository, commit: str) -> list[str]:
    """Return why the release branch may not point at ``commit``, as far as git can tell; empty
    where it may: a release tag is on it, and a record that it PASSED somewhere, and has not FAILED
    there since. Raises BadSetting, GitError.
    """
    tags = _tags_on(repository, commit)
    reasons = []
    short = commit[:12]
    if all(is_record_ref(ref) for ref in tags):
        reasons.append(
            f"no annotated release tag is on {short}{_lightweight(repository, commit)}; next: git "
            f"tag -a RELEASE {short}, and push that tag before the branch"
        )
    if not _passed(repository, tags):
        reasons.append(
            f"no record verified/… on {short} says PASSED, or one says FAILED later; next: "
            "knowngood verify --record --push, before the branch"
        )
    return reasons


def _lightweight(repository: Repository, commit: str) -> str:
    """Return that a lightweight tag is on a commit, whose name is taken; empty if none is."""
    how = ("--format=%(objecttype) %(refname)", "refs/tags")
    listed = repository.run("for-each-ref", f"--points-at={commit}", *how).splitlines()
    rows = [line.split(" ", 1) for line in listed]
    light = [ref.removeprefix(_TAGS) for kind, ref in rows if kind == "commit"]
    return f" ({one_line(light[0])} is a lightweight one: take another name)" if light else ""


def _tags_on(repository: Repository, commit: str) -> dict[str, GitObject]:
    """Return the annotated tags on ``commit``, and those on them, by their refs."""
    how = "--format=%(objectname) %(objecttype) %(refname)"
    names: dict[str, str] = {}
    for targets in ([commit], names.values()):  # a record may be on the release's tag
        points = [f"--points-at={target}" for target in targets]
        listed = repository.run("for-each-ref", *points, how, "refs/tags") if points else ""
        rows = [line.split(" ", 2) for line in listed.splitlines()]
        names |= {ref: name for name, kind, ref in rows if kind == "tag"}
    return dict(zip(names, objects(repository, names.values()), strict=True))


def _passed(repository: Repository, tags: Mapping[str, GitObject]) -> bool:
    """Return whether one of these tags is a trusted record of a verification that PASSED, and no
    later one of the same environment FAILED.
    """
    records: list[tuple[Record, GitObject]] = []
    for ref, tag in tags.items():
        with suppress(MalformedRecord):
            if is_record_ref(ref):
                records.append((_record(repository, ref, tag), tag))
    known = Records.of_records(record for record, _ in records)
    good = (tag for record, tag in records if record.passed and not known.revoked_by(record))
    return any(not _unsigned(repository, tag) for tag in good)
