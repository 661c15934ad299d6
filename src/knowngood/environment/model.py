"""Environments: what a deployment under test is, where it answers and what is expected of it.

One TOML file describes one environment; :mod:`knowngood.environment.loader` reads and checks it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ..safety.errors import UsageError
from .origins import origin_trouble


class BadEnvironment(UsageError):
    """The environment cannot be used; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a run may spend.

    ``run`` and ``probe`` are seconds: for the whole run, and for one probe with all its
    attempts. ``attempts`` bounds the tries at one probe, ``concurrency`` the requests under way
    at once, ``body`` the bytes of one answer, as sent and as decoded. ``flaky`` is the share of
    requests, for each origin and each declaration, that may have needed a retry. ``converge`` is
    how many seconds the release may take to reach every edge.
    """

    run: float = 300.0
    probe: float = 15.0
    attempts: int = 6
    concurrency: int = 64
    body: int = 8 * 1024 * 1024
    flaky: float = 0.2
    converge: float = 120.0


@dataclass(frozen=True, slots=True)
class Release:
    """Where the deployment says which release it is.

    ``url`` is ``origin:/path``; ``shape`` is ``json`` (``field`` holds the release) or ``text``
    (the whole body is the release). ``repository`` is the git repository, a path or a URL, that
    releases are made from and records are written to; empty where there is none. Whole paths that
    ``unbuilt`` matches are written by the deployment or answered by the server itself, and never
    held against a manifest; by default those of Dockerflow.
    """

    url: str
    shape: str = "json"
    field: str = "version"
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

    It is on ``branch``, has passed on ``promotes_from`` and on every name in ``requires`` no more
    than ``max_age`` days ago, by a record that somebody in the file ``signers`` (ssh's
    allowed_signers) has signed. Messages of its commits match ``review`` (empty: ``r=NAME``).
    Nothing is changed on the weekdays ``no_change`` (in English) and on ``holidays`` (ISO dates),
    in ``timezone``.
    """

    branch: str = "release"
    max_age: float = 7.0
    signers: Path | None = None
    review: str = ""
    requires: tuple[str, ...] = ()
    no_change: tuple[str, ...] = ("Friday",)
    timezone: str = "UTC"
    holidays: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeployCommand:
    """The command that puts a release on an environment.

    Its words may hold ``{release}``, ``{commit}`` and ``{env}``. No shell reads it.
    """

    command: tuple[str, ...]

    def filled(self, release: str, commit: str, env: str) -> list[str]:
        """The command for a release, and the commit that it is."""
        fields = {"{release}": release, "{commit}": commit, "{env}": env}
        pattern = re.compile("|".join(map(re.escape, fields)))
        return [pattern.sub(lambda found: fields[found[0]], word) for word in self.command]


@dataclass(frozen=True, slots=True)
class Control:
    """A URL that is not the deployment's, and what it answers when this machine's network is fine.

    It answers 2xx, ``body`` is text that its body holds, ``header`` a ``Name: value`` that it
    answers with: what somebody who answers in its place, a captive portal say, does not know.
    """

    url: str
    body: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class ServeCommand:
    """A command that starts the deployment and announces these origins on its first line."""

    command: tuple[str, ...]
    origins: tuple[str, ...]
    drill: DrillConfig | None = None


@dataclass(frozen=True, slots=True)
class RollbackDrillConfig:
    """How a push that is taken back is rehearsed, on a site of this kind.

    ``build`` is a command that makes a sound site in the new folder ``{folder}``; ``command``
    starts a deployment that serves ``{folder}``, which is a link that is flipped; ``lost`` is the
    path below the site of a file that the bad release lacks.
    """

    build: tuple[str, ...]
    command: tuple[str, ...]
    lost: str


@dataclass(frozen=True, slots=True)
class DrillConfig:
    """How the deployment is started with a fault, to see that the checks catch it.

    ``faults`` is a command that lists the faults as JSON; ``command`` starts the deployment, after
    which ``option`` and the name of a fault stand for each fault. ``params``, ``aliases`` and
    ``budget`` replace what the environment says: a drill has many runs, which can be small.
    ``rollback`` is how to rehearse one.
    """

    faults: tuple[str, ...]
    command: tuple[str, ...]
    option: str = "--fault"
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] | None = None
    budget: Mapping[str, Any] = field(default_factory=dict)
    rollback: RollbackDrillConfig | None = None


@dataclass(frozen=True, slots=True)
class ServerAnnouncement:
    """What a served deployment says of itself: where it answers, the control beside it, the
    authorities to trust, the edges it has.
    """

    origins: Mapping[str, str]
    control: tuple[Control, ...] = ()
    ca: Path | None = None
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """What one response header must be for the URLs whose path matches ``paths``.

    Exactly one of ``pattern`` (the whole value, case-insensitively), ``max_age`` (the largest
    Cache-Control lifetime, in seconds) and ``absent`` says so.
    """

    kind: str
    paths: re.Pattern[str]
    header: str
    pattern: re.Pattern[str] | None = None
    max_age: int | None = None
    absent: bool = False

    def problem(self, values: list[str]) -> str | None:
        """What is wrong with a header whose values are these; None when it is as expected."""
        found = ", ".join(values)
        if self.absent:
            return f"{self.header}: expected none, found {found!r}" if values else None
        if not values:
            return f"{self.header}: expected for {self.kind}, not sent"
        if self.pattern is not None and not self.pattern.fullmatch(found):
            return f"{self.header}: expected /{self.pattern.pattern}/, found {found!r}"
        if self.max_age is not None:
            return self._too_long(found, self.max_age)
        return None

    def _too_long(self, found: str, most: int) -> str | None:
        """``no-store`` and ``no-cache`` are always short enough (RFC 9111, 5.2.2)."""
        directives = {part.strip().lower() for part in found.split(",")}
        if directives & {"no-store", "no-cache"}:
            return None
        ages = [int(age) for age in re.findall(r"(?:max-age|s-maxage)\s*=\s*\"?(\d+)", found, re.I)]
        if not ages:
            return f"{self.header}: expected a max-age of at most {most} s, found {found!r}"
        if max(ages) > most:
            return f"{self.header}: expected at most {most} s, found {found!r}"
        return None


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment under test: where it answers, what it may be asked, what it must say."""

    name: str
    path: Path
    description: str
    promotes_from: str | None = None
    protected: bool = False
    writes: bool = False
    ca: Path | None = None
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    params: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    release: Release | None = None
    headers: tuple[HeaderRule, ...] = ()
    budget: Budget = Budget()
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    require: tuple[str, ...] = ("*",)
    serve: ServeCommand | None = None
    control: tuple[Control, ...] = ()
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    gate: GateRules = GateRules()
    deploy: DeployCommand | None = None

    @property
    def root(self) -> Path:
        """The suite's folder: its file lies in a folder of that."""
        return self.path.parent.parent

    def target(self, value: str) -> str:
        """The value whose content ``value`` shares: itself, unless it is an alias."""
        return self.aliases.get(value, value)

    def header_problems(self, path: str, headers: Any) -> list[str]:
        """Where the headers of the answer for ``path`` differ from what the file expects.

        ``headers`` is an ``httpx.Headers``.
        """
        found = []
        for rule in self.headers:
            if rule.paths.fullmatch(path):
                problem = rule.problem(headers.get_list(rule.header))
                if problem:
                    found.append(problem)
        return found

    def drilled(self, faults: Sequence[str]) -> Environment:
        """The same environment as a drill runs it, with these faults. Raises BadEnvironment."""
        drill = self.serve.drill if self.serve is not None else None
        if self.serve is None or drill is None:
            raise BadEnvironment(
                f"--drill: {self.path} has no [serve.drill], which says how to start its "
                "deployment with a fault"
            )
        words = tuple(word for fault in faults for word in (drill.option, fault))
        return replace(
            self,
            serve=replace(self.serve, command=(*drill.command, *words)),
            params=MappingProxyType({**self.params, **drill.params}),
            aliases=self.aliases if drill.aliases is None else drill.aliases,
            budget=replace(self.budget, **drill.budget),
        )

    def served(self, announced: ServerAnnouncement) -> Environment:
        """The same environment as the command of [serve] has brought it up. What the file itself
        says stands.
        """
        return replace(
            self.with_origins(
                {n: u for n, u in announced.origins.items() if n not in self.origins}
            ),
            control=self.control or announced.control,
            ca=self.ca or announced.ca,
            edges=self.edges or announced.edges,
        )

    def with_origins(self, origins: Mapping[str, str]) -> Environment:
        """The same environment answering at ``origins`` as well."""
        return replace(self, origins=MappingProxyType({**self.origins, **origins}))

    def with_override(self, option: str) -> Environment:
        """The same environment with one origin replaced by ``name=URL``.

        Raises BadEnvironment where the file says ``protected = true``, the name is unknown or
        the URL is none.
        """
        name, separator, url = option.partition("=")
        known = [*self.origins, *(self.serve.origins if self.serve else ())]
        shown = "(value not shown, it may hold a password)" if "@" in option else repr(option)
        if not separator or name not in known:
            raise BadEnvironment(
                f"--origin {shown}: expected NAME=URL with one of these names: "
                f"{', '.join(known) or 'none'}"
            )
        if self.protected:
            raise BadEnvironment(
                f"--origin {shown}: {self.path} says protected = true, so its origins are "
                "fixed; verify a preview through an environment of its own"
            )
        trouble = origin_trouble(url)
        if trouble:
            raise BadEnvironment(f"--origin {shown}: {trouble}")
        return self.with_origins({name: url.rstrip("/")})


PAIRED: Final = {"alias", "target"}

BUILT_IN: Final = PAIRED | {"nonce", "release"}
"""Fields that the engine fills in itself."""
