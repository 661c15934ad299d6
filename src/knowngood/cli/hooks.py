"""``knowngood hooks``: git asks us before a commit is made, pushed, or let in by a server.

``run`` is what the installed hooks call. It ends with 0 where git may go on and with 1 where not;
whatever goes wrong here ends with another code that is not 0, which git takes for no.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ..release import git_settings, hook_scripts
from ..release.git import GitError, Repository, is_ref_part
from ..release.ref_policy import RefChange, branch_refusals, gated, is_record_ref, record_refusals
from ..release.review import refusal
from ..safety.errors import UsageError
from ..safety.sanitize import one_line
from ..verdict.exit_codes import USAGE_ERROR
from .console import CommandLine

GO_ON, REFUSED = 0, 1

USAGE: Final = """\
usage: knowngood hooks install [--server] [--force] [DIR]
       knowngood hooks run NAME [ARGUMENT …]

  install  write the hooks commit-msg and pre-push into the repository at DIR (default: here), or
           with --server the hook update; --force keeps a hook that is there as NAME.old
  run      be the hook NAME, with the arguments and the input that git gives it

  commit-msg  a message has a review mark: r=NAME
  pre-push    the release branch moves forward, over commits that have the mark
  update      the same on a server, to a commit that is tagged and verified; records are written
              once, and signed where knowngood.signers is set

settings, with git config: knowngood.review (a regular expression in place of r=NAME),
knowngood.branch (default: release), knowngood.signers (a file of allowed signers; server)

exit codes: 0 go on, 1 refused, 3 internal error, 4 usage error
"""
_OBJECT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class BadCall(UsageError):
    """A hook was called otherwise than git calls it."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; the exit code."""
    command, *rest = arguments or [""]
    if command in {"-h", "--help"} or rest[:1] in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return GO_ON
    if command == "run":
        return _run(*(rest or [""]))
    if command == "install":
        return _install(rest)
    what = f"unknown command {one_line(command)!r}" if command else "no command"
    sys.stderr.write(f"knowngood hooks: error: {what}; allowed: install, run\n{USAGE}")
    return USAGE_ERROR


def _run(name: str, *given: str) -> int:
    try:
        if name not in _HOOKS:
            raise BadCall(f"unknown hook {one_line(name)!r}; allowed: {', '.join(_HOOKS)}")
        reasons = _HOOKS[name](Repository.of_hook(), given)
    except BadCall as error:
        sys.stderr.write(f"knowngood hooks run: error: {error}\n")
        return USAGE_ERROR
    except (GitError, git_settings.BadSetting) as error:
        reasons = [str(error)]
    if reasons:
        lines = "".join(f"knowngood:   {each}\n" for each in reasons)
        sys.stderr.write(f"knowngood: {name} refuses this\n{lines}")
    return REFUSED if reasons else GO_ON


def _commit_msg(repository: Repository, given: Sequence[str]) -> list[str]:
    """The one argument is the file that holds the message."""
    if len(given) != 1:
        raise BadCall(f"commit-msg takes one file, found {len(given)} arguments")
    path = Path(given[0])
    try:
        message = path.read_bytes()
    except OSError as error:
        raise BadCall(f"commit-msg: {one_line(given[0])}: {error.strerror or error}") from None
    edited = os.environ.get("GIT_EDITOR") != ":"  # which git says where it opens none
    reasons = refusal(repository, message, edited)
    if reasons:
        again = f"git commit --edit --file={shlex.quote(str(path.absolute()))}"
        reasons.append(f"next: {one_line(again, 1000)} (with --amend, if you came from there)")
    return reasons


def _pre_push(repository: Repository, given: Sequence[str]) -> list[str]:
    """The arguments are the remote's name and URL; lines of the input say what goes where."""
    remote = given[0] if given else os.environ.get("PRE_COMMIT_REMOTE_NAME", "")
    branch = git_settings.branch(repository)
    if "PRE_COMMIT_REMOTE_BRANCH" in os.environ and not given:
        changes = _from_framework(repository, remote)
    else:
        changes = [_pushed(line) for line in sys.stdin.buffer.read().splitlines() if line.strip()]
    # A push to a URL has no branches of its own that we know; those of all remotes stand in.
    known = f"--remotes={remote}" if is_ref_part(remote) else "--remotes"
    ours = [each for each in changes if each.ref == branch]
    return [reason for each in ours for reason in branch_refusals(repository, each, known)]


def _pushed(line: bytes) -> RefChange:
    """A line of the input. What comes first is what the user wrote, which may hold spaces."""
    parts = line.decode("utf-8", "replace").rsplit(" ", 3)
    if len(parts) != 4:
        raise BadCall(f"pre-push: found the line {one_line(str(line))}; git writes four words")
    return _change(parts[2], old=parts[3], new=parts[1])


def _from_framework(repository: Repository, remote: str) -> list[RefChange]:
    """What pre-commit (the framework) hands on: one branch, in variables, no deletion; where the
    remote's branch stands is what was last fetched.
    """
    ref = os.environ["PRE_COMMIT_REMOTE_BRANCH"]
    local = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
    new = repository.commit_of(local)
    if new is None:
        raise BadCall(f"pre-push: PRE_COMMIT_TO_REF: {one_line(local)!r} is no commit")
    tracked = f"refs/remotes/{remote}/{ref.removeprefix('refs/heads/')}"
    return [RefChange(ref, repository.commit_of(tracked) or "0" * len(new), new)]


def _update(repository: Repository, given: Sequence[str]) -> list[str]:
    """The arguments are a ref, what it stands for, and what it shall stand for."""
    if len(given) != 3:
        raise BadCall(f"update takes a ref and two objects, found {len(given)} arguments")
    change = _change(_followed(repository, given[0]), old=given[1], new=given[2])
    if is_record_ref(change.ref):
        return record_refusals(repository, change)
    if change.ref != git_settings.branch(repository):
        return []
    return branch_refusals(repository, change, "--all") or gated(repository, change.new)


def _followed(repository: Repository, ref: str) -> str:
    """The ref that a symbolic one stands for: to move the one moves the other."""
    if not ref.startswith("refs/") or not repository.succeeds("symbolic-ref", "--quiet", ref):
        return ref
    return repository.run("symbolic-ref", ref).strip()


def _change(ref: str, old: str, new: str) -> RefChange:
    for name in (old, new):
        if _OBJECT.fullmatch(name) is None:
            raise BadCall(f"found {one_line(name)!r} in place of an object's full name")
    return RefChange(ref, old, new)


_HOOKS: Final[dict[str, Callable[[Repository, Sequence[str]], list[str]]]] = {
    "commit-msg": _commit_msg,
    "pre-push": _pre_push,
    "update": _update,
}


def _install(arguments: Sequence[str]) -> int:
    parser = CommandLine("hooks install", None)
    add = parser.add_argument
    add("--server", action="store_true")
    add("--force", action="store_true")
    add("directory", nargs="?", type=Path, default=Path())
    known = parser.parse_args(list(arguments))
    try:
        lines = hook_scripts.install(known.directory, server=known.server, force=known.force)
    except (hook_scripts.HooksNotInstalled, GitError) as error:
        sys.stderr.write(f"knowngood hooks install: error: {error}\n")
        return USAGE_ERROR
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return GO_ON
