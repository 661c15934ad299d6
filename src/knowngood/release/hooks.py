"""What each git hook refuses.

Only 0 lets git go on: a hook that cannot be asked, or that git calls in another way, refuses.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from ..safety import UsageError, one_line
from . import git_settings
from .git import GitError, Repository, is_ref_part
from .ref_policy import (
    RefChange,
    branch_refusals,
    gated,
    is_record_ref,
    record_refusals,
    release_tag_refusals,
)
from .review import refusal

_OBJECT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class BadHookCall(UsageError):
    """A hook was called in another way than git calls it."""


def refusals(name: str, arguments: Sequence[str], standard_input: BinaryIO) -> list[str]:
    """Return why the hook ``name`` refuses, with what to do; empty if git may go on.

    Raises BadHookCall.
    """
    if name not in _HOOKS:
        raise BadHookCall(f"unknown hook {one_line(name)!r}; allowed: {', '.join(_HOOKS)}")
    try:
        return _HOOKS[name](Repository.of_hook(), arguments, standard_input)
    except (GitError, git_settings.BadSetting) as error:
        return [str(error)]


def _commit_msg(repository: Repository, arguments: Sequence[str], _: BinaryIO) -> list[str]:
    """Refuse a message without a review mark. The one argument is the file that holds it."""
    if len(arguments) != 1:
        raise BadHookCall(f"commit-msg takes one file, found {len(arguments)} arguments")
    path = Path(arguments[0])
    try:
        message = path.read_bytes()
    except OSError as error:
        raise BadHookCall(
            f"commit-msg: {one_line(arguments[0])}: {error.strerror or error}"
        ) from None
    edited = os.environ.get("GIT_EDITOR") != ":"  # git sets it so where it opens no editor
    reasons = refusal(repository, message, edited)
    if reasons:
        again = f"git commit --edit --file={shlex.quote(str(path.absolute()))}"
        reasons.append(f"next: {one_line(again, 1000)} (with --amend, if you came from there)")
    return reasons


def _pre_push(
    repository: Repository, arguments: Sequence[str], standard_input: BinaryIO
) -> list[str]:
    """Refuse what the release branch must not get. The arguments are the remote's name and URL;
    each line of the input is a ref to push.
    """
    remote = arguments[0] if arguments else os.environ.get("PRE_COMMIT_REMOTE_NAME", "")
    branch = git_settings.branch(repository)
    if "PRE_COMMIT_REMOTE_BRANCH" in os.environ and not arguments:
        changes = _from_framework(repository, remote)
    else:
        lines = standard_input.read().splitlines()
        changes = [_pushed(line) for line in lines if line.strip()]
    # A push to a URL has no remote-tracking branches; those of all remotes stand in.
    known = f"--remotes={remote}" if is_ref_part(remote) else "--remotes"
    to_branch = [change for change in changes if change.ref == branch]
    return [reason for change in to_branch for reason in branch_refusals(repository, change, known)]


def _pushed(line: bytes) -> RefChange:
    """Read a line of the input. Its first word is what the user wrote, and may hold spaces."""
    parts = line.decode("utf-8", "replace").rsplit(" ", 3)
    if len(parts) != 4:
        raise BadHookCall(f"pre-push: found the line {one_line(str(line))}; git writes four words")
    return _change(parts[2], old=parts[3], new=parts[1])


def _from_framework(repository: Repository, remote: str) -> list[RefChange]:
    """Read what pre-commit (the framework) hands on: one branch, in variables, no deletion. It does
    not say what the remote's branch is: what was last fetched stands in.
    """
    ref = os.environ["PRE_COMMIT_REMOTE_BRANCH"]
    local = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
    new = repository.commit_of(local)
    if new is None:
        raise BadHookCall(f"pre-push: PRE_COMMIT_TO_REF: {one_line(local)!r} is no commit")
    tracked = f"refs/remotes/{remote}/{ref.removeprefix('refs/heads/')}"
    return [RefChange(ref, repository.commit_of(tracked) or "0" * len(new), new)]


def _update(repository: Repository, arguments: Sequence[str], _: BinaryIO) -> list[str]:
    """Refuse, on a server, what a ref must not become. The arguments are the ref, its old object
    and its new object.
    """
    if len(arguments) != 3:
        raise BadHookCall(f"update takes a ref and two objects, found {len(arguments)} arguments")
    change = _change(_followed(repository, arguments[0]), old=arguments[1], new=arguments[2])
    if is_record_ref(change.ref):
        return record_refusals(repository, change)
    if change.ref.startswith("refs/tags/"):
        return release_tag_refusals(repository, change)
    if change.ref != git_settings.branch(repository):
        return []
    return branch_refusals(repository, change, "--all") or gated(repository, change.new)


def _followed(repository: Repository, ref: str) -> str:
    """Return the ref that a symbolic one stands for: to move the one moves the other."""
    if not ref.startswith("refs/") or not repository.succeeds("symbolic-ref", "--quiet", ref):
        return ref
    return repository.run("symbolic-ref", ref).strip()


def _change(ref: str, old: str, new: str) -> RefChange:
    for name in (old, new):
        if _OBJECT.fullmatch(name) is None:
            raise BadHookCall(f"found {one_line(name)!r} in place of an object's full name")
    return RefChange(ref, old, new)


_HOOKS: Final[dict[str, Callable[[Repository, Sequence[str], BinaryIO], list[str]]]] = {
    "commit-msg": _commit_msg,
    "pre-push": _pre_push,
    "update": _update,
}
