"""How a deployment is started by a command, sound or with a fault, and what it announces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Control:
    """A URL that is not the deployment's, and what it answers while this machine's network works.

    It answers 2xx, and as below: what a captive portal, which answers in its place, cannot know.

    Attributes:
        url: an absolute URL.
        body: text that the body holds.
        header: a ``Name: value`` that it answers with.
    """

    url: str
    body: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class RollbackDrillConfig:
    """How a rollback is drilled.

    Attributes:
        build: a command that makes a sound site in the new folder ``{folder}``.
        command: starts a deployment that serves ``{folder}``, a link that is switched.
        lost: the path, below the site, of a file that the bad release lacks.
    """

    build: tuple[str, ...]
    command: tuple[str, ...]
    lost: str


@dataclass(frozen=True, slots=True)
class DrillConfig:
    """How the deployment is started with a fault, to see that the checks catch it.

    ``params``, ``aliases`` and ``budget`` replace what the environment says: a drill has many
    runs, which can be small.

    Attributes:
        faults: a command that lists the faults as JSON.
        command: starts the deployment; ``option`` and a name follow for each fault.
        option: the argument before the name of a fault.
        answers: a command that says, of requests and faults, what the deployment would answer;
            empty if every fault takes a deployment that runs.
        params: lists of values by name.
        aliases: targets by alias; None keeps the environment's.
        budget: fields of Budget by name.
        rollback: how a rollback is drilled, if it can be.
    """

    faults: tuple[str, ...]
    command: tuple[str, ...]
    option: str = "--fault"
    answers: tuple[str, ...] = ()
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] | None = None
    budget: Mapping[str, Any] = field(default_factory=dict)
    rollback: RollbackDrillConfig | None = None


@dataclass(frozen=True, slots=True)
class ServeCommand:
    """A command that starts the deployment and announces its origins on its first line.

    Attributes:
        command: the program and its arguments.
        origins: the names of the origins that it announces.
        drill: how it is started with a fault, if it can be.
    """

    command: tuple[str, ...]
    origins: tuple[str, ...]
    drill: DrillConfig | None = None


@dataclass(frozen=True, slots=True)
class ServerAnnouncement:
    """What a started deployment announces.

    Attributes:
        origins: URLs by name.
        control: what it answers beside the deployment, whatever its faults.
        ca: a PEM file of the authorities to trust.
        edges: addresses to connect to, by origin.
    """

    origins: Mapping[str, str]
    control: tuple[Control, ...] = ()
    ca: Path | None = None
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
