"""Turns the tables of an environment file into values, and checks what a schema cannot see.

``path`` is always the environment file: messages begin with it, and ``file:NAME`` is relative to
it. Every function raises BadEnvironment.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..safety import SHORTEST
from .headers import HeaderRule
from .model import BadEnvironment
from .release_settings import DeployCommand, GateRules, Release
from .serve_settings import DrillConfig, RollbackDrillConfig, ServeCommand


def is_file(path: Path) -> bool:
    """Return whether ``path`` is a file, also for names that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def file(path: Path, key: str, value: str) -> Path:
    """Return the file that ``file:NAME`` means, relative to the environment file."""
    target = path.parent / value.removeprefix("file:")
    if not is_file(target):
        raise BadEnvironment(f"{path}: {key}: there is no file {str(target)!r}")
    return target


def values(path: Path, key: str, value: list[str] | str) -> tuple[str, ...]:
    """Return a list as it stands, or the lines of ``file:NAME`` without comments."""
    values = value if isinstance(value, list) else _lines(path, key, value)
    if not values:
        raise BadEnvironment(f"{path}: {key}: holds no value, so nothing would be checked")
    twice = sorted({item for item in values if values.count(item) > 1})
    if twice:
        raise BadEnvironment(f"{path}: {key}: listed twice: {', '.join(twice)}")
    for item in values:
        _refuse_unfit(path, key, item)
    return tuple(values)


def _refuse_unfit(path: Path, key: str, value: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._~@+/?=&-]*", value):
        raise BadEnvironment(
            f"{path}: {key}: found {value!r}; allowed: letters, digits and . _ ~ @ + / ? = & -"
        )


def _lines(path: Path, key: str, value: str) -> list[str]:
    """Return the lines of ``file:NAME`` without comments."""
    source = file(path, key, value)
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadEnvironment(f"{path}: {key}: {source} is no UTF-8 text: {error}") from None
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


def aliases(path: Path, value: dict[str, str] | str) -> dict[str, str]:
    """Return a table as it stands, or the ``alias = target`` lines of ``file:NAME``."""
    if isinstance(value, str):
        pairs = [line.partition("=") for line in _lines(path, "aliases", value)]
        names = values(path, "aliases", [alias.strip() for alias, _, _ in pairs])
        value = dict(zip(names, (target.strip() for _, _, target in pairs), strict=True))
    for alias, target in value.items():
        if not alias or not target or target in value:
            raise BadEnvironment(
                f"{path}: aliases.{alias}: found {target!r}; expected a value that is no alias"
            )
        _refuse_unfit(path, "aliases", alias)
        _refuse_unfit(path, f"aliases.{alias}", target)
    return dict(value)


def release(path: Path, table: dict[str, Any] | None) -> Release | None:
    """Return where the deployment says which release it is, None where it does not."""
    if table is None:
        return None
    unbuilt = {k: _regex(path, f"release.{k}", v, 0) for k, v in table.items() if k == "unbuilt"}
    return Release(**{**table, **unbuilt})


def header_rules(path: Path, kinds: dict[str, Any]) -> list[HeaderRule]:
    """Return one rule for each header of each kind of URL."""
    rules = []
    for kind, table in kinds.items():
        paths = _regex(path, f"headers.{kind}.paths", table["paths"], 0)
        for header, expected in table.items():
            if header == "paths":
                continue
            key = f"headers.{kind}.{header}"
            rules.append(
                HeaderRule(
                    kind=kind,
                    paths=paths,
                    header=header.lower(),
                    pattern=_regex(path, key, expected, re.I)
                    if isinstance(expected, str)
                    else None,
                    max_age=expected["max_age"] if isinstance(expected, dict) else None,
                    absent=expected is False,
                )
            )
    return rules


def _regex(path: Path, key: str, pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise BadEnvironment(
            f"{path}: {key}: {pattern!r} is no regular expression: {error}"
        ) from None


def secrets(path: Path, table: dict[str, str]) -> dict[str, str]:
    """Return the values of the variables that the table names; no message holds a value."""
    values = {}
    for name, variable in table.items():
        value = os.environ.get(variable)
        if not value:
            state = "not set" if value is None else "empty"
            raise BadEnvironment(
                f"{path}: secrets.{name} reads the variable {variable}, which is {state}; "
                "set it where the run is started"
            )
        if not value.isprintable() or not value.isascii():
            raise BadEnvironment(
                f"{path}: secrets.{name} reads the variable {variable}, whose value holds a "
                "newline or another character that no header may hold; check for a stray line end"
            )
        if len(value) < SHORTEST:
            raise BadEnvironment(
                f"{path}: secrets.{name} reads the variable {variable}, whose value is too short "
                f"to be kept out of reports; expected at least {SHORTEST} characters"
            )
        values[name] = value
    return values


def edges(table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return addresses by origin in the form of libcurl: an IPv6 address in brackets."""
    return {
        origin: tuple(
            f"[{edge}]" if edge.count(":") > 1 and "[" not in edge else edge for edge in addresses
        )
        for origin, addresses in table.items()
    }


def serve(path: Path, table: dict[str, Any]) -> ServeCommand:
    """Return the command that starts the deployment."""
    return ServeCommand(
        command=tuple(table["command"]),
        origins=tuple(table["origins"]),
        drill=_drill(path, table["drill"]) if "drill" in table else None,
    )


def _drill(path: Path, table: dict[str, Any]) -> DrillConfig:
    params = table.get("params", {}).items()
    key = "serve.drill.params"
    return DrillConfig(
        faults=tuple(table["faults"]),
        command=tuple(table["command"]),
        option=table.get("option", "--fault"),
        params={name: values(path, f"{key}.{name}", value) for name, value in params},
        aliases=aliases(path, table["aliases"]) if "aliases" in table else None,
        budget=table.get("budget", {}),
        rollback=_rollback_drill(path, table["rollback"]) if "rollback" in table else None,
    )


def _rollback_drill(path: Path, table: dict[str, Any]) -> RollbackDrillConfig:
    key = "serve.drill.rollback"
    for name in ("build", "command"):
        if not any("{folder}" in word for word in table[name]):
            raise BadEnvironment(
                f"{path}: {key}.{name}: found no word with {{folder}}, which stands for the folder "
                f"that it {'makes the site in' if name == 'build' else 'serves'}"
            )
    if ".." in Path(table["lost"]).parts:
        raise BadEnvironment(
            f"{path}: {key}.lost: found {table['lost']!r}; expected the path of a file in the site"
        )
    return RollbackDrillConfig(tuple(table["build"]), tuple(table["command"]), table["lost"])


def gate(path: Path, table: dict[str, Any]) -> GateRules:
    """Return the rules of [gate], with defaults for what it leaves out."""
    rules = dict(table)
    if "signers" in rules:
        rules["signers"] = file(path, "gate.signers", rules["signers"])
    if "review" in rules:
        _regex(path, "gate.review", rules["review"], 0)
    try:
        ZoneInfo(rules.get("timezone", "UTC"))
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise BadEnvironment(
            f"{path}: gate.timezone: found {rules['timezone']!r}; expected a name of the time zone "
            "database, such as 'Europe/Berlin'"
        ) from None
    for day in rules.get("holidays", ()):
        _refuse_no_date(path, day)
    rules |= {key: tuple(rules[key]) for key in ("requires", "no_change") if key in rules}
    return GateRules(**{**rules, "holidays": frozenset(rules.get("holidays", ()))})


def _refuse_no_date(path: Path, day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise BadEnvironment(
            f"{path}: gate.holidays: found {day!r}; expected a date such as '2026-12-25'"
        ) from None


def deploy(path: Path, table: dict[str, Any] | None) -> DeployCommand | None:
    """Return the command of [deploy], None where there is none."""
    if table is None:
        return None
    for number, word in enumerate(table["command"]):
        unknown = set(re.findall(r"\{([^{}]*)\}", word)) - {"release", "commit", "env"}
        if unknown:
            raise BadEnvironment(
                f"{path}: deploy.command.{number}: found {{{min(unknown)}}}; "
                "allowed: {release}, {commit}, {env}"
            )
    return DeployCommand(**{**table, "command": tuple(table["command"])})
