"""Environment files: one TOML file each, checked before the first request.

``load`` turns a name or a path into an :class:`~.model.Environment`. Whatever is
wrong with the file is a BadEnvironment that names the file, the key, what was found and what is
allowed; the plugin shows it as a usage error.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from . import consistency, schema, tables
from .model import BadEnvironment, Budget, Environment
from .origins import normal_origin, origin_trouble
from .serve_settings import Control

FOLDER: Final = "environments"
"""Where a suite keeps its environment files, below the root of the suite."""


def root_above(start: Path) -> Path:
    """Return the nearest folder from ``start`` upwards that has environments, or ``start``."""
    places = (start, *start.parents)
    return next((place for place in places if (place / FOLDER).is_dir()), start)


def list_environments(folder: Path) -> str:
    """Return one line for each environment in ``folder``: its name and its description."""
    lines = []
    for path in sorted(folder.glob("*.toml")):
        try:
            about = str(_read(path).get("description", ""))
        except BadEnvironment:
            about = "(this file cannot be read as TOML)"
        lines.append(f"  {path.stem:<12} {about}")
    return "\n".join(lines) if lines else f"  none: {folder} holds no .toml file"


def known_origins(environment: Environment) -> set[str]:
    """Return the names of the origins of ``environment`` and of those beside it."""
    names = {*environment.origins, *(environment.serve.origins if environment.serve else ())}
    for path in environment.path.parent.glob("*.toml"):
        try:
            document = _read(path)
            schema.validate(path, document)
        except BadEnvironment:
            continue  # its mistakes are reported when it is the one asked for
        names |= {*document.get("origins", {}), *document.get("serve", {}).get("origins", ())}
    return names


def load(name: str, root: Path, *, secrets: bool = True) -> Environment:
    """Return the environment called ``name`` below ``root``, or in the file at that path.

    ``secrets`` False leaves them out: a command that sends no request needs none.

    Raises BadEnvironment for an unknown name and for everything a file can have wrong.
    """
    path = find(name, root)
    document = _read(path)
    schema.validate(path, document)
    if not secrets:
        document = {**document, "secrets": {}}
    _refuse_bad_origins(path, document)
    _refuse_shared_origins(path, document)
    return _build(path, document)


def load_here(name: str, *, secrets: bool = True) -> Environment:
    """Do the same in the suite around the current folder."""
    return load(name, root_above(Path.cwd()), secrets=secrets)


def secrets_of(name: str, root: Path) -> list[str]:
    """The values that ``[secrets]`` of the environment called ``name`` stands for, as far as they
    are there. Nothing is checked; raises BadEnvironment where there is no such file or no TOML.
    """
    table = _read(find(name, root)).get("secrets")
    variables = table.values() if isinstance(table, dict) else ()
    return [os.environ.get(name, "") for name in variables if isinstance(name, str)]


def find(name: str, root: Path) -> Path:
    """Return the file that ``--env name`` means; raises BadEnvironment where there is none."""
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
        f"{list_environments(root / FOLDER)}\nor give the path of a .toml file of your own"
    )


def load_chosen(
    name: str, root: Path, origins: Iterable[str] = (), drill: str | None = None
) -> Environment:
    """Return the environment that the options ``--env``, ``--origin`` and ``--drill`` mean.

    Raises BadEnvironment.
    """
    environment = load(name, root)
    for option in origins:
        environment = override(environment, option)
    if drill is not None:
        environment = environment.drilled([] if drill == "none" else drill.split(","))
    return environment


def override(environment: Environment, option: str) -> Environment:
    """``environment`` with one origin replaced by ``option``, a ``NAME=URL`` of ``--origin``.

    Raises BadEnvironment also where the URL belongs to another environment beside this one.
    """
    changed = environment.with_override(option)
    name = option.partition("=")[0]
    _refuse_shared_origins(environment.path, {"origins": {name: changed.origins[name]}})
    return changed


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
            continue  # its mistakes are reported when it is the one asked for
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
    consistency.check(environment)
    return environment
