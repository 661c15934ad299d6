"""Define where a deployment names its release, and how a release gets there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Release:
    """Where the deployment says which release it is.

    Attributes:
        url: ``origin:/path`` of the version document.
        shape: ``json``, or ``text`` if the whole body is the release.
        field: the key of the release in a JSON document; dots separate the keys of nested objects.
        header: the header that has the release, in place of the document; empty for none.
        repository: path or URL of the git repository with the releases and the records; empty for
            none.
        unbuilt: matches whole paths that are not compared with a manifest, since the deployment or
            its server makes the answer; by default those of Dockerflow.
    """

    url: str
    shape: str = "json"
    field: str = "version"
    header: str = ""
    repository: str = ""
    unbuilt: re.Pattern[str] = re.compile(r"/__[a-z]+__")

    @property
    def origin(self) -> str:
        """The name of the origin that has the version document."""
        return self.url.partition(":")[0]

    @property
    def path(self) -> str:
        """The path of the version document, with its query."""
        return self.url.partition(":")[2]


@dataclass(frozen=True, slots=True)
class GateRules:
    """What must hold before a release goes to an environment.

    Attributes:
        branch: the branch that the release is on.
        max_age: days for which a verification counts.
        level: the level of the run that the release must have PASSED before, one of ``LEVELS``.
        wait: how long ago it must have PASSED.
        signers: ssh's file allowed_signers; one of them must have signed the record.
        approve: a pattern for names in ``signers``; one of them, other than the person who pushes,
            must have approved the release; empty for nobody.
        review: which commits must be reviewed: ``first-parent`` or ``every-commit``.
        mark: a regular expression for their messages; empty for ``r=NAME`` or a trailer.
        reviews: the code host whose approvals count in place of marks; empty for none.
        reviews_file: the answer of its API, a file that CI writes; None without ``reviews``.
        requires: names under which the release must have passed, beside ``promotes_from``.
        no_change: weekdays, in English, on which nothing is pushed.
        timezone: the time zone by which days begin.
        holidays: dates (ISO) on which nothing is pushed.
    """

    branch: str = "release"
    max_age: float = 7.0
    level: str = "smoke"
    wait: timedelta = timedelta()
    signers: Path | None = None
    approve: str = ""
    review: str = "first-parent"
    mark: str = ""
    reviews: str = ""
    reviews_file: Path | None = None
    requires: tuple[str, ...] = ()
    no_change: tuple[str, ...] = ("Friday",)
    timezone: str = "UTC"
    holidays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeployCommand:
    """The command that puts a release on an environment. No shell reads it.

    Attributes:
        command: the program and its arguments, which may hold ``{release}``, ``{commit}`` and
            ``{env}``.
    """

    command: tuple[str, ...]

    def filled(self, release: str, commit: str, env: str) -> list[str]:
        """Return the command with its fields filled in."""
        fields = {"{release}": release, "{commit}": commit, "{env}": env}
        pattern = re.compile("|".join(map(re.escape, fields)))
        return [pattern.sub(lambda match: fields[match[0]], word) for word in self.command]
