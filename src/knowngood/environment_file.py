"""Environment files: one TOML file each, checked before the first request.

``load`` turns a name or a path into an :class:`~knowngood.environment.Environment`. Whatever is
wrong with the file is a BadEnvironment that names the file, the key, what was found and what is
allowed; the plugin shows it as a usage error.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast
from urllib.parse import urlsplit

import jsonschema

from .environment import (
    BadEnvironment,
    Budget,
    Environment,
    HeaderRule,
    Release,
    Serve,
    origin_trouble,
)

FOLDER: Final = "environments"
"""Where a suite keeps its environment files, below the root of the suite."""


def listing(folder: Path) -> str:
    """One line for each environment in ``folder``: its name and its description."""
    lines = []
    for path in sorted(folder.glob("*.toml")):
        try:
            about = str(_read(path).get("description", ""))
        except BadEnvironment:
            about = "(this file cannot be read as TOML)"
        lines.append(f"  {path.stem:<12} {about}")
    return "\n".join(lines) if lines else f"  none: {folder} holds no .toml file"


def load(name: str, root: Path) -> Environment:
    """The environment called ``name`` below ``root``, or in the file that ``name`` is a path to.

    Raises BadEnvironment for an unknown name and for everything a file can have wrong.
    """
    path = find(name, root)
    document = _read(path)
    _validate(path, document)
    _refuse_shared_origins(path, document)
    return _build(path, document)


def find(name: str, root: Path) -> Path:
    """The file that ``--env name`` means; raises BadEnvironment where there is none."""
    if name.endswith(".toml") or os.sep in name:
        path = Path(name)
        if path.is_file():
            return path.absolute()
        raise BadEnvironment(f"--env {name!r}: there is no such file")
    path = root / FOLDER / f"{name}.toml"
    if path.is_file():
        return path
    raise BadEnvironment(
        f"--env {name!r}: unknown environment; these are in {root / FOLDER}:\n"
        f"{listing(root / FOLDER)}\nor give the path of a .toml file of your own"
    )


@cache
def file_schema() -> Any:
    """The JSON Schema of an environment file, as shipped with the package."""
    return json.loads((files("knowngood") / "environment.schema.json").read_text("utf-8"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadEnvironment(f"{path}: not TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise BadEnvironment(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except OSError as error:
        raise BadEnvironment(f"{path}: {error.strerror or error}") from None


def _validate(path: Path, document: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(file_schema())
    errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.path)))
    if errors:
        raise BadEnvironment("\n".join(f"{path}: {_explain(error)}" for error in errors))


def _explain(error: jsonschema.ValidationError) -> str:
    """One schema error in the words of the file: key, what was found, what is allowed."""
    key = ".".join(str(part) for part in error.absolute_path) or "the file"
    schema = cast("Any", error.schema)
    allowed = schema.get("description", "") if isinstance(schema, dict) else ""
    hint = f"; allowed: {allowed}" if allowed else ""
    if error.validator == "additionalProperties":
        known = schema.get("properties", {})
        extra = sorted(set(cast("Any", error.instance)) - set(known))
        return f"{key}: unknown key {', '.join(extra)}; allowed: {', '.join(sorted(known))}"
    if error.validator == "required":
        return f"{key}: {error.message}{hint}"
    if error.absolute_path and error.absolute_path[0] == "secrets":
        return f"{key}: found something else (not shown, it may be a secret){hint}"
    return f"{key}: found {_short(error.instance)}{hint or f': {error.message}'}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _refuse_shared_origins(path: Path, document: dict[str, Any]) -> None:
    """Another environment's origin in this file is how stage's tests end up vouching for prod."""
    mine = {_normal(url): name for name, url in document.get("origins", {}).items()}
    if len(mine) < len(document.get("origins", {})):
        raise BadEnvironment(f"{path}: origins: two names have the same URL; give each its own")
    for other in sorted(path.parent.glob("*.toml")):
        if other == path:
            continue
        try:
            theirs = _read(other).get("origins", {})
        except BadEnvironment:
            continue  # that file is told of when it is the one asked for
        for name, url in theirs.items() if isinstance(theirs, dict) else ():
            if isinstance(url, str) and _normal(url) in mine:
                raise BadEnvironment(
                    f"{path}: origins.{mine[_normal(url)]}: {url} is also origins.{name} of "
                    f"{other.name}; an origin belongs to one environment"
                )


def _normal(url: str) -> tuple[str, str, int | None]:
    """Two spellings of an origin compare equal: case, default port and a last slash aside."""
    try:
        parts = urlsplit(url)
        default = {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port or default
    except ValueError:
        return url, "", None


def _build(path: Path, document: dict[str, Any]) -> Environment:
    origins = dict(document.get("origins", {}))
    for name, url in origins.items():
        trouble = origin_trouble(url)
        if trouble:
            raise BadEnvironment(f"{path}: origins.{name}: {trouble}")
    params = {
        name: _values(path, f"params.{name}", value)
        for name, value in document.get("params", {}).items()
    }
    serve = document.get("serve")
    if not origins and not serve:
        raise BadEnvironment(f"{path}: needs [origins] with at least one URL, or [serve]")
    environment = Environment(
        name=path.stem,
        path=path,
        description=document["description"],
        promotes_from=document.get("promotes_from"),
        protected=document.get("protected", False),
        writes=document.get("writes", False),
        ca=_file(path, "ca", document["ca"]) if "ca" in document else None,
        origins=MappingProxyType({name: url.rstrip("/") for name, url in origins.items()}),
        params=MappingProxyType(params),
        aliases=MappingProxyType(_aliases(path, document.get("aliases", {}))),
        release=Release(**document["release"]) if "release" in document else None,
        headers=tuple(_header_rules(path, document.get("headers", {}))),
        budget=Budget(**document.get("budget", {})),
        secrets=MappingProxyType(_secrets(path, document.get("secrets", {}))),
        require=tuple(document.get("require", {}).get("checks", ["*"])),
        serve=_serve(serve) if serve else None,
        control=tuple(document.get("control", ())),
        edges=MappingProxyType(dict(document.get("edges", {}))),
    )
    _refuse_unknown_references(environment)
    return environment


def _refuse_unknown_references(environment: Environment) -> None:
    known = {*environment.origins, *(environment.serve.origins if environment.serve else ())}
    if environment.release is not None:
        origin = environment.release.url.partition(":")[0]
        if origin not in known:
            raise BadEnvironment(
                f"{environment.path}: release.url: names the origin {origin!r}; "
                f"this file has: {', '.join(sorted(known))}"
            )
    previous = environment.promotes_from
    if previous is None:
        return
    if previous == environment.name or not environment.path.with_stem(previous).is_file():
        raise BadEnvironment(
            f"{environment.path}: promotes_from: found {previous!r}; expected the name of "
            f"another environment in {environment.path.parent}"
        )


def _file(path: Path, key: str, value: str) -> Path:
    target = path.parent / value.removeprefix("file:")
    if not target.is_file():
        raise BadEnvironment(f"{path}: {key}: there is no file {target}")
    return target


def _values(path: Path, key: str, value: list[str] | str) -> tuple[str, ...]:
    """A list as it stands, or the lines of ``file:NAME`` without comments."""
    values = value if isinstance(value, list) else _lines(_file(path, key, value))
    if not values:
        raise BadEnvironment(f"{path}: {key}: holds no value, so nothing would be checked")
    twice = sorted({each for each in values if values.count(each) > 1})
    if twice:
        raise BadEnvironment(f"{path}: {key}: listed twice: {', '.join(twice)}")
    for each in values:
        if not re.fullmatch(r"[A-Za-z0-9._~@+/?=&-]*", each):
            raise BadEnvironment(
                f"{path}: {key}: found {each!r}; allowed: letters, digits and . _ ~ @ + / ? = & -"
            )
    return tuple(values)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadEnvironment(f"{path}: cannot be read as UTF-8 text: {error}") from None
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _aliases(path: Path, value: dict[str, str] | str) -> dict[str, str]:
    """A table as it stands, or the ``alias = target`` lines of ``file:NAME``."""
    if isinstance(value, str):
        pairs = [line.partition("=") for line in _lines(_file(path, "aliases", value))]
        value = {alias.strip(): target.strip() for alias, _, target in pairs}
    for alias, target in value.items():
        if not target or target in value:
            raise BadEnvironment(
                f"{path}: aliases.{alias}: found {target!r}; expected a value that is no alias"
            )
    return dict(value)


def _header_rules(path: Path, kinds: dict[str, Any]) -> list[HeaderRule]:
    rules = []
    for kind, table in kinds.items():
        paths = _regex(path, f"headers.{kind}.paths", table["paths"], 0)
        for header, wanted in table.items():
            if header == "paths":
                continue
            key = f"headers.{kind}.{header}"
            rules.append(
                HeaderRule(
                    kind=kind,
                    paths=paths,
                    header=header.lower(),
                    pattern=_regex(path, key, wanted, re.I) if isinstance(wanted, str) else None,
                    max_age=wanted["max_age"] if isinstance(wanted, dict) else None,
                    absent=wanted is False,
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


def _secrets(path: Path, table: dict[str, str]) -> dict[str, str]:
    """The values of the variables that the table names; no message ever holds a value."""
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
        values[name] = value
    return values


def _serve(table: dict[str, Any]) -> Serve:
    return Serve(
        command=tuple(table["command"]),
        origins=tuple(table["origins"]),
        ready_within=float(table.get("ready_within", 20)),
    )
