"""Run git without prompts, pagers and hooks, whatever a clone's own configuration says.

Names of releases and of refs come from outside. They are never read as options, and what git says
goes into messages without control characters.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..safety import one_line, redact
from . import git_process
from .git_process import OF_HOOKS, GitError, asks_origin, decoded, refusal, with_settings

__all__ = ["ANSWER", "SECONDS", "GitError", "Repository", "is_ref_part"]

SECONDS: Final = 120.0
"""How long one git command may take; a fetch over a slow line is the longest."""

ANSWER: Final = 30.0
"""Seconds for the first answer of an origin."""

_SILENCE: Final[dict[Path, str]] = {}
"""Why the origin of a repository does not answer, by the repository's path; empty if it does."""

_INSTEAD: Final = {"clean": "", "smudge": "", "process": "", "required": "false", "driver": "false"}
_PROGRAMS: Final = rf"^(filter|merge)\..*\.({'|'.join(_INSTEAD)})$"
_REMOTE: Final = re.compile(r"remote\.(.*)\.url", re.S)
_FOLLOWED: Final = re.compile(r"branch\..*\.remote", re.S)
_USER: Final = re.compile(r"(?<=^https://)[^/@]*@|(?<=^http://)[^/@]*@", re.I)


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository at ``path``, bare or not. Its configuration is read once.

    Attributes:
        path: where it is.
        variables: environment variables of every git command.
        seconds: how long each may take.
        offline: whether its origin counts for nothing, as if it had none.
    """

    path: Path
    variables: Mapping[str, str] = field(default_factory=dict, hash=False)
    seconds: float = SECONDS
    offline: bool = False
    _settings: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of_hook(cls) -> Repository:
        """Return the repository that runs this process as its hook, with the objects that a push
        has brought and that are still in quarantine.
        """
        handed = {name: os.environ[name] for name in OF_HOOKS if name in os.environ}
        return cls(Path.cwd(), handed)

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Return what ``git ARGUMENTS`` prints; ``stdin`` is its input. Raises GitError."""
        raw = None if stdin is None else stdin.encode("utf-8", "replace")
        return decoded(self.read(*arguments, stdin=raw))

    def read(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Return what ``git ARGUMENTS`` prints, as bytes. Raises GitError."""
        done = self._ended(arguments, stdin)
        if done.returncode != 0:
            output = decoded(done.stdout + done.stderr)
            raise GitError(refusal(arguments, done), output, of_origin=asks_origin(arguments))
        return done.stdout

    def by_hand(self, *arguments: str) -> str:
        """Return a command line for a person that does ``git ARGUMENTS`` here."""
        return shlex.join(("git", "-C", str(self.path), *arguments))

    def setting(self, key: str) -> str | None:
        """Return the value of ``key`` in git's configuration; None if it has none. Raises
        GitError.
        """
        return self._all_settings().get(key.lower())

    def _all_settings(self) -> dict[str, str]:
        if not self._settings:  # one process for all: a push asks for thirty
            listed = decoded(self._answer("config", "-z", "--list").stdout).split("\0")
            pairs = (line.partition("\n") for line in listed)
            self._settings.update((name, value) for name, _, value in pairs)
        return self._settings

    def tags(self, *arguments: str) -> list[str]:
        """Return the names of tags, by the patterns and options of git-for-each-ref. Raises
        GitError.
        """
        return self.run("for-each-ref", "--format=%(refname:lstrip=2)", *arguments).splitlines()

    def succeeds(self, *arguments: str) -> bool:
        """Return whether ``git ARGUMENTS`` answers yes (exit code 0) and not no (1). Raises
        GitError.
        """
        return self._answer(*arguments).returncode == 0

    def contains(self, commit: str, ancestor: str) -> bool:
        """Return whether ``ancestor`` is ``commit`` or in its history. Raises GitError."""
        return self.succeeds("merge-base", "--is-ancestor", ancestor, commit)

    @property
    def uses_origin(self) -> bool:
        """Whether its origin is asked and gets what is written: it has a remote of that name
        and is not offline. Raises GitError.
        """
        return not self.offline and bool(self.setting("remote.origin.url"))

    @property
    def followed_instead(self) -> str:
        """The remote that a branch follows if none is called origin, as in a clone that was
        made with another name for it. Empty if there is no such remote. Raises GitError.
        """
        settings = self._all_settings()
        if settings.get("remote.origin.url"):
            return ""
        followed = [name for key, name in settings.items() if _FOLLOWED.fullmatch(key)]
        return next((name for name in followed if settings.get(f"remote.{name}.url")), "")

    @property
    def other_remotes(self) -> list[str]:
        """The remotes beside the one called origin. Raises GitError."""
        settings = self._all_settings()
        names = [match[1] for key in settings if (match := _REMOTE.fullmatch(key))]
        return [name for name in names if name != "origin"]

    @property
    def is_bare(self) -> bool:
        """Whether it has no files beside its history. Raises GitError."""
        return self.run("rev-parse", "--is-bare-repository").strip() == "true"

    @property
    def is_shallow(self) -> bool:
        """Whether its history is cut off. Raises GitError."""
        return self.run("rev-parse", "--is-shallow-repository").strip() == "true"

    @property
    def origin(self) -> str:
        """The URL or path of the remote called origin, without a user; empty if there is
        none. Raises GitError.
        """
        return redact(_USER.sub("", self.setting("remote.origin.url") or ""))

    def verify_tag(self, name: str, signers: Path) -> str:
        """Return what git says of the signature of a tag. Raises GitError unless somebody in
        ``signers``, an ssh allowed_signers file, made it.
        """
        # A key in the keyring of whoever runs this is no allowed signer, so other kinds fail.
        others = ("gpg.program", "gpg.openpgp.program", "gpg.x509.program")
        settings = [
            f"gpg.ssh.allowedSignersFile={signers}",
            "gpg.ssh.program=ssh-keygen",  # a clone's own could call every signature good
            *(f"{key}=false" for key in others),
        ]
        arguments = (*with_settings(settings), "verify-tag", name)
        done = self._ended(arguments, None)
        if done.returncode != 0:
            raise GitError(refusal(arguments, done))
        return decoded(done.stderr)

    def without_programs(self) -> list[str]:
        """Return options that keep git from the programs that this clone is configured to run on
        contents: filters are left out, and a merge by a driver fails. Raises GitError.
        """
        listed = self._answer("config", "--name-only", "--get-regexp", _PROGRAMS)
        keys = set(decoded(listed.stdout).splitlines())
        if odd := next((key for key in keys if "=" in key), None):  # -c would read another key
            raise GitError(
                f"git config {one_line(odd, 200)}: the name must not contain =; unset it"
            )
        return with_settings(f"{key}={_INSTEAD[key.rpartition('.')[2]]}" for key in sorted(keys))

    def commit_of(self, name: str) -> str | None:
        """Return the commit that a name of any kind stands for, in full; None without one."""
        if not name or name.startswith("-"):
            return None
        done = self._ended(("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"), None)
        return decoded(done.stdout).strip() if done.returncode == 0 else None

    def _answer(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Return how ``git ARGUMENTS`` ended, with yes (0) or no (1). Raises GitError."""
        done = self._ended(arguments, None)
        if done.returncode not in {0, 1}:
            raise GitError(refusal(arguments, done))
        return done

    def _ended(
        self, arguments: Sequence[str], stdin: bytes | None
    ) -> subprocess.CompletedProcess[bytes]:
        """Return how ``git ARGUMENTS`` ended. Raises GitError if it has no end.

        The origin is asked a small question before the first other one of this process: a firewall
        may drop what is sent there, and a fetch or a push may take much longer.
        """
        if asks_origin(arguments):
            if self.path not in _SILENCE:
                _SILENCE[self.path] = self._why_silent()
            if _SILENCE[self.path]:
                raise GitError(_SILENCE[self.path], of_origin=True)
        return git_process.ended(self.path, arguments, self.seconds, stdin, self.variables)

    def _why_silent(self) -> str:
        """Return that the origin does not answer at all; empty if it does, whatever it says."""
        seconds = min(self.seconds, ANSWER)
        question = ("ls-remote", "origin", "HEAD")
        try:
            git_process.ended(self.path, question, seconds, None, self.variables)
        except GitError as error:
            if not error.of_origin:  # git cannot be run
                raise
            return f"git's server gave no answer in {seconds:g} s"
        return ""


_PART: Final = re.compile(
    r"[A-Za-z0-9_](?:(?!/\.|\.\.|//|\.lock(?:/|$))[\w.+=,%#/-])*(?<![./])", re.A
)


def is_ref_part(name: str) -> bool:
    """Return whether ``name`` may be part of a ref: by git's rules (git-check-ref-format), of
    letters, digits and few signs, so that what a person reads is what there is.
    """
    return _PART.fullmatch(name) is not None
