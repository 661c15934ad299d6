"""Environment files: one TOML file each, checked before the first request.

``load`` turns a name or a path into an :class:`~.model.Environment`. Whatever is
wrong with the file is a BadEnvironment that names the file, the key, what was found and what is
allowed; the plugin shows it as a usage error.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast
from urllib.parse import urlsplit

import jsonschema
import jsonschema.validators

from . import tables
from .model import BUILT_IN, BadEnvironment, Budget, Environment
from .origins import normal_origin, origin_trouble
from .serve_settings import Control

FOLDER: Final = "environments"
"""Where a suite keeps its environment files, below the root of the suite."""


def root_above(start: Path) -> Path:
    """The nearest folder from ``start`` upwards that has environments; ``start`` without one."""
    places = (start, *start.parents)
    return next((each for each in places if (each / FOLDER).is_dir()), start)


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


def known_origins(environment: Environment) -> set[str]:
    """The names of the origins of ``environment`` and of those beside it."""
    found = {*environment.origins, *(environment.serve.origins if environment.serve else ())}
    for path in environment.path.parent.glob("*.toml"):
        try:
            document = _read(path)
            _validate(path, document)
        except BadEnvironment:
            continue  # that file is told of when it is the one asked for
        found |= {*document.get("origins", {}), *document.get("serve", {}).get("origins", ())}
    return found


def load(name: str, root: Path, *, secrets: bool = True) -> Environment:
    """The environment called ``name`` below ``root``, or in the file that ``name`` is a path to;
    ``secrets`` False leaves them out, so that who sends no request needs none.

    Raises BadEnvironment for an unknown name and for everything a file can have wrong.
    """
    path = find(name, root)
    document = _read(path)
    _validate(path, document)
    if not secrets:
        document = {**document, "secrets": {}}
    _refuse_bad_origins(path, document)
    _refuse_shared_origins(path, document)
    return _build(path, document)


def here(name: str, *, secrets: bool = True) -> Environment:
    """The same in the suite around the current folder."""
    return load(name, root_above(Path.cwd()), secrets=secrets)


def secrets_of(name: str, root: Path) -> list[str]:
    """The values that ``[secrets]`` of the environment called ``name`` stands for, as far as they
    are there. Nothing is checked; raises BadEnvironment where there is no such file or no TOML.
    """
    table = _read(find(name, root)).get("secrets")
    variables = table.values() if isinstance(table, dict) else ()
    return [os.environ.get(each, "") for each in variables if isinstance(each, str)]


def find(name: str, root: Path) -> Path:
    """The file that ``--env name`` means; raises BadEnvironment where there is none."""
    if name.endswith(".toml") or os.sep in name:
        path = Path(name)
        if tables.is_file(path):
            return path.absolute()
        raise BadEnvironment(f"--env {name!r}: there is no such file")
    path = root / FOLDER / f"{name}.toml"
    if tables.is_file(path):
        return path
    raise BadEnvironment(
        f"--env {name!r}: unknown environment; these are in {root / FOLDER}:\n"
        f"{listing(root / FOLDER)}\nor give the path of a .toml file of your own"
    )


def chosen(
    name: str, root: Path, origins: Iterable[str] = (), drill: str | None = None
) -> Environment:
    """The environment that the options ``--env``, ``--origin`` and ``--drill`` mean.

    Raises BadEnvironment.
    """
    found = load(name, root)
    for option in origins:
        found = override(found, option)
    if drill is not None:
        found = found.drilled([] if drill == "none" else drill.split(","))
    return found


def override(environment: Environment, option: str) -> Environment:
    """``environment`` with one origin replaced by ``option``, a ``NAME=URL`` of ``--origin``.

    Raises BadEnvironment also where the URL belongs to another environment beside this one.
    """
    changed = environment.with_override(option)
    name = option.partition("=")[0]
    _refuse_shared_origins(environment.path, {"origins": {name: changed.origins[name]}})
    return changed


@cache
def file_schema() -> Any:
    """The JSON Schema of an environment file, as shipped with the package."""
    return json.loads(
        (files("knowngood.environment") / "environment.schema.json").read_text("utf-8")
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadEnvironment(f"{path}: not TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise BadEnvironment(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond Python's limits
        raise BadEnvironment(f"{path}: cannot be read as TOML: {error}") from None
    except OSError as error:
        raise BadEnvironment(f"{path}: {error.strerror or error}") from None


_TYPES: Final = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
    {
        "integer": lambda _, value: type(value) is int,
        "number": lambda _, value: (
            type(value) is int or (type(value) is float and math.isfinite(value))
        ),
    }
)
"""TOML has inf and nan, which no comparison stops, and tells 3 from 3.0."""

_Validator: Final = cast("Any", jsonschema.validators).extend(
    jsonschema.Draft202012Validator, type_checker=_TYPES
)


def _validate(path: Path, document: dict[str, Any]) -> None:
    validator = _Validator(file_schema())
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


def _refuse_bad_origins(path: Path, document: dict[str, Any]) -> None:
    for name, url in document.get("origins", {}).items():
        trouble = origin_trouble(url)
        if trouble:
            raise BadEnvironment(f"{path}: origins.{name}: {trouble}")


def _refuse_shared_origins(path: Path, document: dict[str, Any]) -> None:
    """Another environment's origin in this file is how stage's tests end up vouching for prod."""
    own = document.get("origins", {})
    mine = {normal_origin(url): name for name, url in own.items()}
    if len(mine) < len(own):
        raise BadEnvironment(f"{path}: origins: two names have the same URL; give each its own")
    for other in sorted(path.parent.glob("*.toml")):
        if other == path:
            continue
        try:
            theirs = _read(other).get("origins", {})
        except BadEnvironment:
            continue  # that file is told of when it is the one asked for
        for name, url in theirs.items() if isinstance(theirs, dict) else ():
            if isinstance(url, str) and normal_origin(url) in mine:
                key = mine[normal_origin(url)]
                raise BadEnvironment(
                    f"{path}: origins.{key}: {own[key]} is also origins.{name} of "
                    f"{other.name}; an origin belongs to one environment"
                )


def _build(path: Path, document: dict[str, Any]) -> Environment:
    origins = dict(document.get("origins", {}))
    params = {
        name: tables.values(path, f"params.{name}", value)
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
        ca=tables.file(path, "ca", document["ca"]) if "ca" in document else None,
        origins=MappingProxyType({name: url.rstrip("/") for name, url in origins.items()}),
        params=MappingProxyType(params),
        aliases=MappingProxyType(tables.aliases(path, document.get("aliases", {}))),
        release=tables.release(path, document.get("release")),
        headers=tuple(tables.header_rules(path, document.get("headers", {}))),
        budget=Budget(**document.get("budget", {})),
        secrets=MappingProxyType(tables.secrets(path, document.get("secrets", {}))),
        require=tuple(document.get("require", {}).get("checks", ["*"])),
        serve=tables.serve(path, serve) if serve else None,
        control=tuple(Control(**table) for table in document.get("control", ())),
        edges=MappingProxyType(tables.edges(document.get("edges", {}))),
        gate=tables.gate(path, document.get("gate", {})),
        deploy=tables.deploy(path, document.get("deploy")),
    )
    _refuse_bad_control(environment)
    _refuse_unknown_references(environment)
    _refuse_useless_params(environment)
    return environment


def _refuse_useless_params(environment: Environment) -> None:
    """A param that the engine's own field hides, an alias of nothing."""
    hidden = sorted(BUILT_IN & set(environment.params))
    if hidden:
        raise BadEnvironment(
            f"{environment.path}: params.{hidden[0]}: this name means something else in URLs; "
            f"choose another than {', '.join(sorted(BUILT_IN))}"
        )
    known = {value for values in environment.params.values() for value in values}
    for alias, target in environment.aliases.items():
        for value in (alias, target):
            if value not in known:
                raise BadEnvironment(
                    f"{environment.path}: aliases: {value!r} of {alias} = {target} is no value of "
                    "any list in [params]"
                )


def _refuse_bad_control(environment: Environment) -> None:
    """What is asked to tell our network from the deployment's must not be the deployment."""
    own = {normal_origin(url): name for name, url in environment.origins.items()}
    for number, control in enumerate(environment.control):
        parts = urlsplit(control.url)
        trouble = origin_trouble(f"{parts.scheme}://{parts.netloc}")
        if trouble:
            raise BadEnvironment(f"{environment.path}: control.{number}.url: {trouble}")
        if normal_origin(control.url) in own:
            raise BadEnvironment(
                f"{environment.path}: control.{number}.url: {control.url} is on the origin "
                f"{own[normal_origin(control.url)]!r}; a control must be somebody else's"
            )


def _refuse_unknown_references(environment: Environment) -> None:
    known = {*environment.origins, *(environment.serve.origins if environment.serve else ())}
    named = {f"edges.{origin}": origin for origin in environment.edges}
    if environment.release is not None:
        named["release.url"] = environment.release.origin
    for key, origin in named.items():
        if origin not in known:
            raise BadEnvironment(
                f"{environment.path}: {key}: names the origin {origin!r}; "
                f"this file has: {', '.join(sorted(known))}"
            )
    previous = environment.promotes_from
    if previous is None:
        return
    sibling = environment.path.parent / f"{previous}.toml"
    if previous == environment.name or os.sep in previous or not tables.is_file(sibling):
        raise BadEnvironment(
            f"{environment.path}: promotes_from: found {previous!r}; expected the name of "
            f"another environment in {environment.path.parent}"
        )
