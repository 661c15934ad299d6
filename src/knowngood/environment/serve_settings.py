"""Define how a command starts a deployment, sound or with a fault, and what it announces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Control:
    """A URL elsewhere, and its known answer while this machine's network works.

    It answers 2xx, and with ``body`` and ``header``, which a captive portal cannot know.

    Attributes:
        url: an absolute URL.
        body: a text in the body; empty for any body.
        header: a ``Name: value`` of the answer; empty for any headers.
    """

    url: str
    body: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class RollbackDrillConfig:
    """How a rollback is drilled.

    Attributes:
        build: a command that makes a sound site in the new folder ``{folder}``.
        command: starts a deployment that serves ``{folder}``, a link that each push switches.
        lost: the path, below the site, of the file that the bad release lacks.
    """

    build: tuple[str, ...]
    command: tuple[str, ...]
    lost: str


@dataclass(frozen=True, slots=True)
class DrillConfig:
    """How the deployment is started with a fault, to see that the checks catch it.

    ``params``, ``aliases`` and ``budget`` replace those of the environment, so that the many runs
    of a drill can be small.

    Attributes:
        faults: a command that lists the faults as JSON.
        command: starts the deployment; ``option`` and a name follow for each fault.
        option: the argument before the name of a fault.
        answers: a command that says what the deployment would answer to requests with each fault;
            empty if each fault needs a running deployment.
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
        control: URLs of the command that answer whatever the faults.
        ca: a PEM file of the authorities to trust.
        edges: addresses to connect to, by origin.
    """

    origins: Mapping[str, str]
    control: tuple[Control, ...] = ()
    ca: Path | None = None
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
