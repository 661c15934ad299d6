"""Make an Environment of a document that fits its schema.

What a schema cannot check is checked here: files, secrets, and names that refer to each other.
``path`` is always the environment file. Every function may raise BadEnvironment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from ..safety import SHORTEST
from .acceptance import AcceptedMutation, Advisory
from .alarm_settings import EVENTS, NotifyEntry, WatchSettings
from .files import file_beside
from .headers import HeaderRule
from .model import BUILT_IN, BadEnvironment, Budget, Environment, Network
from .origins import as_origin, normal_origin, origin_trouble
from .release_settings import DeployCommand, GateRules, Release
from .serve_settings import Control, DrillConfig, RollbackDrillConfig, ServeCommand

_BY_NAME: Final = "secret:"
"""How a value begins that is the name of a secret."""


def build(path: Path, document: dict[str, Any], *, secrets: bool = True) -> Environment:
    """Return the environment that ``document`` describes; if ``secrets`` is False, without them."""
    names = _available_secrets(path, document) if secrets else {}
    fields = {
        key: _CONVERTERS[key](path, value) if key in _CONVERTERS else value
        for key, value in _frozen({**document, "secrets": names}).items()
    }
    if "send" in fields:
        fields["send"] = _filled(fields["send"], fields["secrets"])
    variables = {variable: fields["secrets"][name] for name, variable in names.items()}
    environment = Environment(
        name=path.stem, path=path, secret_variables=MappingProxyType(variables), **fields
    )
    mistakes = [*_in_params(environment), *_in_control(environment), *_in_references(environment)]
    if mistakes:
        raise BadEnvironment("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return environment


def _frozen(value: Any) -> Any:
    """Return ``value`` with tuples for lists and read-only tables, to the last level."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(member) for key, member in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _release(path: Path, table: Mapping[str, Any]) -> Release:
    for other in ("shape", "field"):
        if "header" in table and other in table:
            raise BadEnvironment(
                f"{path}: release.{other} is for a release in the document, release.header for one "
                "in a header: keep one of them"
            )
    unbuilt = {"unbuilt": re.compile(table["unbuilt"])} if "unbuilt" in table else {}
    return Release(**{**table, **unbuilt})


def _header_rules(_: Path, kinds: Mapping[str, Any]) -> tuple[HeaderRule, ...]:
    """Return one rule for each header of each kind of URL."""
    return tuple(
        HeaderRule(kind, re.compile(table["paths"]), header.lower(), _expected(value))
        for kind, table in kinds.items()
        for header, value in table.items()
        if header != "paths"
    )


def _expected(value: str | Mapping[str, int] | Literal[False]) -> re.Pattern[str] | int | None:
    """Return what a header must be: a pattern, or a max-age; None if it must not be there."""
    if isinstance(value, str):
        return re.compile(value, re.I)
    return value["max_age"] if value else None


def _available_secrets(path: Path, document: dict[str, Any]) -> dict[str, str]:
    """Return ``[secrets]`` without the addresses of ``[[notify]]`` and ``[watch]`` that this
    machine does not have: not every run sends messages.
    """
    secrets: dict[str, str] = document.get("secrets", {})
    addresses, sent = dict(_addresses(document)), dict(_sent(document.get("send", {})))
    for key, name in (addresses | sent).items():
        if name not in secrets:
            names = ", ".join(sorted(secrets)) or "nothing"
            raise BadEnvironment(
                f"{path}: {key}: names the secret {name!r}; [secrets] has: {names}"
            )
    optional = set(addresses.values()) - set(sent.values())
    return {
        name: variable
        for name, variable in secrets.items()
        if name not in optional or variable in os.environ
    }


def _addresses(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key with an address to send to, and the name of its secret."""
    for number, entry in enumerate(document.get("notify", ())):
        yield f"notify.{number}.url", _secret(entry["url"])
    if "heartbeat" in document.get("watch", {}):
        yield "watch.heartbeat", _secret(document["watch"]["heartbeat"])


def _sent(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each key of ``[send]`` whose header has a secret for its value, and its name."""
    for header, value in headers.items():
        if value.startswith(_BY_NAME):
            yield f"send.{header}", _secret(value)


def _filled(headers: Mapping[str, str], secrets: Mapping[str, str]) -> Mapping[str, str]:
    """Return ``[send]`` with the values of secrets; without those that were left out."""
    values = {
        header: secrets.get(_secret(value), "") if value.startswith(_BY_NAME) else value
        for header, value in headers.items()
    }
    return MappingProxyType({header: value for header, value in values.items() if value})


def _secret(value: str) -> str:
    """Return the NAME of ``secret:NAME``."""
    return value.removeprefix(_BY_NAME)


def _notify(_: Path, entries: tuple[Mapping[str, Any], ...]) -> tuple[NotifyEntry, ...]:
    return tuple(NotifyEntry(_secret(entry["url"]), entry.get("on", EVENTS)) for entry in entries)


def _watch(_: Path, table: Mapping[str, Any]) -> WatchSettings:
    return WatchSettings(**{**table, "heartbeat": _secret(table.get("heartbeat", ""))})


def _secrets(path: Path, table: Mapping[str, str]) -> Mapping[str, str]:
    """Return the values of the variables that the table names. No message shows a value."""
    secrets = {name: os.environ.get(variable) for name, variable in table.items()}
    for name, value in secrets.items():
        trouble = _trouble_of_secret(value)
        if trouble:
            raise BadEnvironment(
                f"{path}: secrets.{name} reads the variable {table[name]}, {trouble}"
            )
    return MappingProxyType({name: value or "" for name, value in secrets.items()})


def _trouble_of_secret(value: str | None) -> str:
    if not value:
        state = "not set" if value is None else "empty"
        return f"which is {state}; set it where the run is started"
    if not value.isprintable() or not value.isascii():
        return (
            "whose value holds a newline or another character that no header may hold; "
            "check for a stray line end"
        )
    if len(value) < SHORTEST:
        return (
            "whose value is too short to be kept out of reports; "
            f"expected at least {SHORTEST} characters"
        )
    return ""


def _edges(_: Path, table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Return addresses by origin, with brackets around an IPv6 address, as libcurl needs them."""
    return MappingProxyType(
        {origin: tuple(map(_bracketed, edges)) for origin, edges in table.items()}
    )


def _bracketed(edge: str) -> str:
    return f"[{edge}]" if edge.count(":") > 1 and "[" not in edge else edge


def _serve(_: Path, table: Mapping[str, Any]) -> ServeCommand:
    drill = dict(table.get("drill", {}))
    if "rollback" in drill:
        drill["rollback"] = RollbackDrillConfig(**drill["rollback"])
    return ServeCommand(**{**table, "drill": DrillConfig(**drill) if drill else None})


def _gate(path: Path, table: Mapping[str, Any]) -> GateRules:
    rules = dict(table)
    if "signers" in rules:
        rules["signers"] = file_beside(path, "gate.signers", rules["signers"])
    elif "approve" in rules:
        raise BadEnvironment(
            f"{path}: gate.approve: needs gate.signers, the keys by which an approval is known to "
            "be somebody's"
        )
    if "wait" in rules:
        rules["wait"] = _duration(rules["wait"])
    if "reviews" in rules:
        rules["reviews_file"] = path.parent / "reviews.json"  # CI may write it later
    return GateRules(**rules)


def _duration(text: str) -> timedelta:
    """Return the duration that ``30m``, ``2h`` or ``1d`` means."""
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
    return int(text[:-1]) * units[text[-1]]


_CONVERTERS: Final[Mapping[str, Callable[[Path, Any], Any]]] = {
    "ca": lambda path, value: file_beside(path, "ca", value),
    "origins": lambda _, urls: MappingProxyType({name: as_origin(urls[name]) for name in urls}),
    "release": _release,
    "headers": _header_rules,
    "budget": lambda _, table: Budget(**table),
    "browser": lambda _, table: table.get("executable", ""),
    "network": lambda _, table: Network(**table),
    "secrets": _secrets,
    "require": lambda _, table: table.get("checks", ("*",)),
    "serve": _serve,
    "accepted": lambda _, tables: tuple(AcceptedMutation(**table) for table in tables),
    "advisory": lambda _, tables: tuple(Advisory(**table) for table in tables),
    "control": lambda _, tables: tuple(Control(**table) for table in tables),
    "edges": _edges,
    "gate": _gate,
    "deploy": lambda _, table: DeployCommand(**table),
    "watch": _watch,
    "notify": _notify,
}
"""Functions that turn the value of a key into a field of Environment; other values stay."""


def _in_params(environment: Environment) -> Iterator[str]:
    """Yield params with a name of the engine, and aliases that are no value of a param."""
    for name in sorted(BUILT_IN & set(environment.params)):
        yield (
            f"params.{name}: this name means something else in URLs; "
            f"choose another than {', '.join(sorted(BUILT_IN))}"
        )
    param_values = {value for values in environment.params.values() for value in values}
    for alias, target in environment.aliases.items():
        if target in environment.aliases:
            yield f"aliases.{alias}: found {target!r}; expected a value that is no alias"
        for value in sorted({alias, target} - param_values):
            yield f"aliases: {value!r} of {alias} = {target} is no value of any list in [params]"


def _in_control(environment: Environment) -> Iterator[str]:
    """Yield controls whose URL is unusable, or on an origin of the deployment, which would fall
    silent with it.
    """
    own = {normal_origin(url): name for name, url in environment.origins.items()}
    for number, control in enumerate(environment.control):
        parts = urlsplit(control.url)
        name = own.get(normal_origin(control.url))
        trouble = origin_trouble(f"{parts.scheme}://{parts.netloc}")
        if name is not None:
            trouble = f"{control.url} is on the origin {name!r}; a control must be somebody else's"
        if trouble:
            yield f"control.{number}.url: {trouble}"


def _in_references(environment: Environment) -> Iterator[str]:
    """Yield names of origins and environments that do not exist."""
    origins = environment.origin_names
    if not origins:
        yield "needs [origins] with at least one URL, or [serve]"
    named = {f"edges.{origin}": origin for origin in environment.edges}
    if environment.release is not None:
        named["release.url"] = environment.release.origin
    for key, entries in (("advisory", environment.advisory), ("accepted", environment.accepted)):
        named |= _origins_of_patterns(key, [entry.url for entry in entries])
    for key, origin in named.items():
        if origin not in origins:
            yield f"{key}: names the origin {origin!r}; this file has: {', '.join(sorted(origins))}"
    previous = environment.promotes_from
    if previous is not None and (
        previous in {environment.name, "."} or os.sep in previous or not previous.isprintable()
    ):
        yield not_another(environment)


def not_another(environment: Environment) -> str:
    """Return the message for a ``promotes_from`` that names no other environment."""
    return (
        f"promotes_from: found {environment.promotes_from!r}; "
        f"expected the name of another environment in {environment.path.parent}"
    )


def _origins_of_patterns(table: str, patterns: Sequence[str]) -> dict[str, str]:
    """Return the origins in the URLs and patterns of a list of tables, by key."""
    origins = {
        f"{table}.{number}.url": url.partition(":")[0] for number, url in enumerate(patterns)
    }
    return {key: name for key, name in origins.items() if name and not set("*?") & set(name)}
