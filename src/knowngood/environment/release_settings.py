"""How an environment is told which release it serves, and how a release is put there."""

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
        shape: ``json``, or ``text`` where the whole body is the release.
        field: the key of a JSON document that holds the release, or the keys that lead to it, with
            dots between them.
        header: the header of the answer that holds the release, in place of the document; or empty.
        repository: path or URL of the git repository that releases are made from and records are
            written to; empty where there is none.
        unbuilt: matches whole paths that are never compared with a manifest, since the deployment
            writes them or the server itself answers; by default those of Dockerflow.
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
        """Its path there, with its query if it has one."""
        return self.url.partition(":")[2]


@dataclass(frozen=True, slots=True)
class GateRules:
    """What must hold before a release goes to an environment.

    Attributes:
        branch: the branch that the release is on.
        max_age: days for which a verification counts.
        level: the level of the run that it must have PASSED before, one of ``LEVELS``.
        wait: how long ago it must have PASSED before.
        signers: ssh's allowed_signers, one of whom must have signed the record.
        approve: a pattern of the names in ``signers``, one of whom must have approved the release
            and is not who pushes it; empty: nobody needs to.
        review: which commits must be reviewed: ``first-parent`` or ``every-commit``.
        mark: a regular expression for the messages of these; empty: ``r=NAME`` or a trailer.
        reviews: the code host whose approvals count in place of marks; empty: none.
        reviews_file: the answer of its API, which CI writes; None without ``reviews``.
        requires: names that the release must have passed under beside promotes_from.
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
        """Return the command for a release, and the commit that it is."""
        fields = {"{release}": release, "{commit}": commit, "{env}": env}
        pattern = re.compile("|".join(map(re.escape, fields)))
        return [pattern.sub(lambda match: fields[match[0]], word) for word in self.command]
