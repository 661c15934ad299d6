"""What is live: asked of the deployment, and compared with what the records say.

The records say what was done. Somebody may have changed the deployment without them, so a command
that decides or changes something asks first, and says where the two differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..environment import BadEnvironment, Environment
from ..safety import one_line, process_group
from ..verdict import USAGE_ERROR
from .git import Repository
from .record import NOT_DEPLOYED, STARTED, Record, at
from .release_name import resolve

SECONDS: Final = 30.0
"""How long the answer may take; ``knowngood live`` itself looks for ten seconds."""


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """A release that a deployment names as live.

    Attributes:
        name: its tag; where there is none, the name that the deployment gives it.
        commit: its commit, in full; None if the repository has no such release.
    """

    name: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """What a deployment answered when it was asked which release is live.

    Attributes:
        releases: the releases that its edges name: several where they differ, none if no edge
            names one.
        trouble: why no edge names one, or which edges do not while others do; empty otherwise.
        silent: whether none does, and one gave no answer at all.
    """

    releases: tuple[LiveRelease, ...] = ()
    trouble: str = ""
    silent: bool = False

    def __str__(self) -> str:
        """Return the names of the releases; "not known" without any."""
        return ", ".join(release.name for release in self.releases) or "not known"

    @property
    def commit(self) -> str | None:
        """The commit that is live at every edge; None if it is not known, or edges differ."""
        commits = {release.commit for release in self.releases}
        return commits.pop() if len(commits) == 1 else None

    def is_of(self, recorded: Record) -> bool:
        """Return whether it is the release that was ``recorded``: by its commit, or by its name
        where the repository knows no commit of that.
        """
        nameless = self.releases == (LiveRelease(recorded.release, None),)
        return nameless or self.commit == recorded.commit

    def difference(self, environment: str, recorded: Record | None) -> str:
        """Return how this differs from what was last ``recorded`` on an environment, in words;
        empty if it is the same.
        """
        if recorded is not None and self.commit == recorded.commit:
            return ""
        by_records = "nothing is on record"
        if recorded is not None:
            verb = "may be" if recorded.verdict in {STARTED, NOT_DEPLOYED} else "is"
            by_records = f"by the records it {verb} {recorded.release}"
            if recorded.release == str(self):  # two commits of one name
                by_records += f" at {recorded.commit[:12]}"
            by_records += f" ({recorded.verdict}, {at(recorded.when)})"
        if recorded is not None and self.is_of(recorded):
            return f"live on {environment} is {self}, which is no tag here; {by_records}"
        if self.releases:
            return f"live on {environment} is {self}, but {by_records}"
        why = f" ({self.trouble})" if self.trouble else ""
        return f"{environment} does not say which release is live{why}; {by_records}"


@dataclass(frozen=True, slots=True)
class NamedReleases:
    """The names that a deployment gives to what is live, not yet looked up in a repository.

    Attributes:
        names: for each release that its edges name, all names of it, the usual one first.
        trouble, silent: as in :class:`LiveAnswer`.
    """

    names: Sequence[Sequence[str]] = ()
    trouble: str = ""
    silent: bool = False

    def resolved(self, repository: Repository) -> LiveAnswer:
        """Return the releases in ``repository`` that these names stand for. Raises GitError."""
        releases = (_release(repository, names) for names in self.names)
        return LiveAnswer(tuple(dict.fromkeys(releases)), self.trouble, self.silent)


def ask(environment: Environment, repository: Repository) -> LiveAnswer:
    """Ask a deployment which release is live, and find that in the repository. Raises GitError, and
    BadEnvironment if it cannot be asked from here.
    """
    return ask_names(environment).resolved(repository)


def ask_names(environment: Environment) -> NamedReleases:
    """Ask a deployment for the names of the release that is live. Raises BadEnvironment if it
    cannot be asked from here, as where the variable of a secret is not set.

    A process of its own asks: the release side loads no HTTP client.
    """
    command = [sys.executable, "-P", "-m", "knowngood", "live", "--json"]
    try:
        done = process_group.run([*command, "--env", str(environment.path)], SECONDS)
    except subprocess.TimeoutExpired:
        return NamedReleases(trouble=f"no answer in {SECONDS:g} s", silent=True)
    if done.stdout:
        look = json.loads(done.stdout)
        return NamedReleases(look["names"], one_line(look["trouble"], 300), look["silent"])
    message = done.stderr.decode("utf-8", "replace").strip()
    trouble = one_line(message.removeprefix("knowngood live: "), 300)
    if done.returncode == USAGE_ERROR:
        raise BadEnvironment(trouble.removeprefix("error: "))
    return NamedReleases(trouble=trouble)


def _release(repository: Repository, names: Sequence[str]) -> LiveRelease:
    """Return the release in the repository that one of these names stands for."""
    for name in names:
        resolved = resolve(repository, name)
        if resolved is not None:
            return LiveRelease(*resolved)
    return LiveRelease(one_line(names[0], 80), None)
