"""Describe a deployment under test: where it answers and what is expected of it.

One TOML file describes one environment; :mod:`knowngood.environment.loader` reads and checks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ..run_options import LEVELS
from ..safety import UsageError
from .acceptance import AcceptedMutation, Advisory
from .alarm_settings import NotifyEntry, WatchSettings
from .headers import HeaderRule
from .release_settings import DeployCommand, GateRules, Release
from .serve_settings import Control, DrillConfig, ServeCommand, ServerAnnouncement
from .suite_folder import root_of

PAIRED: Final = {"alias", "target"}

BUILT_IN: Final = PAIRED | {"nonce", "release"}
"""Fields that the engine fills in itself."""


class BadEnvironment(UsageError):
    """The environment cannot be used; the message says where and what to do."""


class NamedValues(dict[str, Any]):
    """A table of an environment file. A missing name is a mistake of the check that asks for it,
    and no fault of the deployment.

    Attributes:
        table: the file and the table, for messages.
    """

    def __init__(self, table: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.table = table

    def __missing__(self, name: str) -> Any:
        names = ", ".join(sorted(self)) or "nothing"
        raise UsageError(f"{self.table} has no {name!r}; it has: {names}")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend.

    Attributes:
        run: seconds for the whole run.
        probe: seconds for one probe with all its attempts.
        attempts: how often one probe is tried.
        concurrency: requests under way at once.
        body: bytes of one answer, as sent and as decoded.
        flaky: the share of requests that may need a retry, for each origin and declaration.
        converge: seconds that the release may take to reach every edge.
        settle: seconds from the first check on in which gateway errors are waited out.
    """

    run: float = 300.0
    probe: float = 15.0
    attempts: int = 6
    concurrency: int = 64
    body: int = 8 * 1024 * 1024
    flaky: float = 0.2
    converge: float = 120.0
    settle: float = 30.0


@dataclass(frozen=True, slots=True)
class Network:
    """How requests leave this machine.

    Attributes:
        proxy: the URL of an HTTP proxy that every request goes through; empty for none.
        http: the highest version of HTTP that is offered over TLS: "2" or "1.1".
    """

    proxy: str = ""
    http: str = "2"

    @property
    def http2(self) -> bool:
        """Whether HTTP/2 is spoken with servers that know it."""
        return self.http == "2"


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment under test: where it answers, what it may be asked, what it must say.

    Attributes:
        name: the name of its file without ``.toml``.
        path: its file.
        description: one line for people.
        promotes_from: the environment where a release must have passed before.
        protected: whether ``--origin`` is refused.
        level: the level that a run must have for PASSED, one of ``LEVELS``.
        writes: whether checks may use methods beyond GET, HEAD and OPTIONS.
        ca: a PEM file of the authorities to trust in place of the usual ones.
        origins: URLs without a last slash, by name.
        params: lists of values that fields of URLs stand for, by name.
        aliases: values whose content is another value's: target by alias.
        release: where the deployment says which release it is.
        send: headers that are sent with every request.
        headers: rules for the headers of answers.
        budget: what a run may spend.
        network: how requests leave this machine.
        browser: the program that opens pages; empty for the Chromium that is found on PATH.
        secrets: values by name.
        secret_variables: the same values by the environment variable that holds each.
        require: patterns of the checks that must run for PASSED.
        serve: how it is started, where a command serves it.
        advisory: failures that decide nothing until a date.
        accepted: mutations that no check need catch.
        control: URLs elsewhere that show whether this machine's network works.
        edges: addresses to connect to in place of what a name resolves to, by origin.
        gate: what must hold before a release goes here.
        deploy: how a release is put here.
        watch: when `knowngood watch` reports a change.
        notify: where events are sent.
        header_table_read: is called with the name of each table of [headers] that is used.
    """

    name: str
    path: Path
    description: str
    promotes_from: str | None = None
    protected: bool = False
    level: str = LEVELS[0]
    writes: bool = False
    ca: Path | None = None
    origins: Mapping[str, str] = field(default_factory=_nothing)
    params: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    aliases: Mapping[str, str] = field(default_factory=_nothing)
    release: Release | None = None
    send: Mapping[str, str] = field(default_factory=_nothing)
    headers: tuple[HeaderRule, ...] = ()
    budget: Budget = Budget()
    network: Network = Network()
    browser: str = ""
    secrets: Mapping[str, str] = field(default_factory=_nothing)
    secret_variables: Mapping[str, str] = field(default_factory=_nothing)
    require: tuple[str, ...] = ("*",)
    serve: ServeCommand | None = None
    advisory: tuple[Advisory, ...] = ()
    accepted: tuple[AcceptedMutation, ...] = ()
    control: tuple[Control, ...] = ()
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    gate: GateRules = field(default_factory=GateRules)
    deploy: DeployCommand | None = None
    watch: WatchSettings = field(default_factory=WatchSettings)
    notify: tuple[NotifyEntry, ...] = ()
    header_table_read: Callable[[str], None] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("params", "secrets"):
            values = NamedValues(f"{self.path}: [{name}]", getattr(self, name))
            object.__setattr__(self, name, MappingProxyType(values))

    @property
    def root(self) -> Path:
        """The folder of the suite."""
        return root_of(self.path)

    @property
    def origin_names(self) -> set[str]:
        """The names of its origins, also of those that [serve] announces."""
        return {*self.origins, *(self.serve.origins if self.serve else ())}

    @property
    def drill(self) -> DrillConfig | None:
        """How its deployment is started with a fault, if it can be."""
        return self.serve.drill if self.serve is not None else None

    def target(self, value: str) -> str:
        """Return the value whose content ``value`` shares: itself, unless it is an alias."""
        return self.aliases.get(value, value)

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return the entries ``KEY=VALUE`` of the list ``name`` in [params]; none without it."""
        entries = (entry.partition("=") for entry in self.params.get(name, ()))
        return [(key, value) for key, _, value in entries]

    def header_problems(self, path: str, headers: Any) -> list[str]:
        """Return how the headers of the answer for ``path`` differ from what the file expects.

        ``headers`` is an ``httpx.Headers``.
        """
        rules = [rule for rule in self.headers if rule.paths.fullmatch(path)]
        if self.header_table_read is not None:
            for rule in rules:
                self.header_table_read(rule.kind)
        problems = (rule.problem(headers) for rule in rules)
        return [problem for problem in problems if problem]

    def drilled(self, faults: Sequence[str]) -> Environment:
        """Return the environment for a drill with these faults. Raises BadEnvironment."""
        serve, drill = self.serve, self.drill
        if serve is None or drill is None:
            raise BadEnvironment(
                f"--drill: {self.path} has no [serve.drill], which says how to start its "
                "deployment with a fault"
            )
        words = tuple(word for fault in faults for word in (drill.option, fault))
        return replace(
            self,
            serve=replace(serve, command=(*drill.command, *words)),
            params=MappingProxyType({**self.params, **drill.params}),
            aliases=self.aliases if drill.aliases is None else drill.aliases,
            budget=replace(self.budget, **drill.budget),
        )

    def served(self, announced: ServerAnnouncement) -> Environment:
        """Return the environment with what its started command has announced. Values of the file
        have precedence.
        """
        return replace(
            self,
            origins=MappingProxyType({**announced.origins, **self.origins}),
            control=self.control or announced.control,
            ca=self.ca or announced.ca,
            edges=self.edges or announced.edges,
        )

    def with_origins(self, origins: Mapping[str, str]) -> Environment:
        """Return the environment with ``origins`` added, or in place of those of their names."""
        return replace(self, origins=MappingProxyType({**self.origins, **origins}))
