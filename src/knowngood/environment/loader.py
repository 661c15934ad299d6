"""Load environments from TOML files, and check them before the first request.

A mistake in a file is a BadEnvironment, which names file, key, value and what is allowed. The
plugin shows it as a usage error.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from . import fields, schema
from .files import file_beside, find, is_file, read, siblings, table
from .model import BadEnvironment, Environment
from .origins import as_origin, normal_origin, origin_trouble
from .suite_folder import root_above

_HAVE_LISTS: Final = {"", "serve", "serve.drill", "params", "serve.drill.params"}


def load(name: str, root: Path, *, secrets: bool = True) -> Environment:
    """Return the environment ``name`` below ``root``, or of the file at that path.

    If ``secrets`` is False, leave them out: a command that sends no request needs none. Raises
    BadEnvironment for an unknown name and for any mistake in the file.
    """
    path = find(name, root)
    document = with_lists(path, read(path))
    schema.validate(path, document)
    environment = fields.build(path, document, secrets=secrets)
    _refuse_origins_of_others(path, environment.origins)
    return environment


def load_here(name: str, *, secrets: bool = True) -> Environment:
    """Load the environment ``name`` of the suite around the current folder; see :func:`load`."""
    return load(name, root_above(Path.cwd()), secrets=secrets)


def load_chosen(name: str, root: Path, origins: Iterable[str], drill: str | None) -> Environment:
    """Load the environment of the options ``--env``, ``--origin`` and ``--drill``.

    Raises BadEnvironment.
    """
    environment = load(name, root)
    for option in origins:
        environment = override(environment, option)
    if drill is not None:
        environment = environment.drilled([] if drill == "none" else drill.split(","))
    return environment


def override(environment: Environment, option: str) -> Environment:
    """Return ``environment`` with one origin replaced by ``option``, a ``NAME=URL``.

    Raises BadEnvironment if the file says ``protected = true``, the name is unknown, or the URL is
    bad or belongs to another environment in the folder.
    """
    name, separator, url = option.partition("=")
    names = sorted(environment.origin_names)
    quoted = "(value not shown, it may hold a password)" if "@" in option else repr(option)
    if not separator or name not in names:
        raise BadEnvironment(
            f"--origin {quoted}: expected NAME=URL with one of these names: "
            f"{', '.join(names) or 'none'}"
        )
    if environment.protected:
        raise BadEnvironment(
            f"--origin {quoted}: {environment.path} says protected = true, so its origins are "
            "fixed; verify a preview through an environment of its own"
        )
    trouble = origin_trouble(url)
    if trouble:
        raise BadEnvironment(f"--origin {quoted}: {trouble}")
    _refuse_origins_of_others(environment.path, {name: url})
    return environment.with_origins({name: as_origin(url)})


def in_promotion_order(environments: Sequence[Environment]) -> list[Environment]:
    """Return environments as a release goes through them: each behind the one that it promotes
    from, and else by name.
    """
    previous = {environment.name: environment.promotes_from for environment in environments}

    def way(environment: Environment) -> list[str]:
        names = [environment.name]
        while (name := previous.get(names[0])) is not None and name not in names:
            names.insert(0, name)
        return names

    return sorted(environments, key=way)


def refuse_lost_previous(environment: Environment) -> None:
    """Raise BadEnvironment if the environment of ``promotes_from`` has no file.

    Call it only for the gate: a rollback must work without the file of another environment.
    """
    previous = environment.promotes_from
    if previous is not None and not is_file(environment.path.parent / f"{previous}.toml"):
        raise BadEnvironment(f"{environment.path}: {fields.not_another(environment)}")


def known_origins(environment: Environment) -> set[str]:
    """Return the names of the origins of all environments in the folder of ``environment``."""
    names = environment.origin_names
    for _, document in siblings(environment.path):
        served = table(document, "serve").get("origins")
        names.update(
            table(document, "origins"), map(str, served if isinstance(served, list) else ())
        )
    return names


def secrets_of(name: str, root: Path) -> dict[str, str]:
    """Return the secrets of the environment ``name``, by variable. Check nothing.

    Raises BadEnvironment if there is no such file, or it is no TOML.
    """
    variables = table(read(find(name, root)), "secrets").values()
    names = {name for name in variables if isinstance(name, str)}
    return {name: os.environ[name] for name in names & os.environ.keys()}


def _refuse_origins_of_others(path: Path, origins: Mapping[str, str]) -> None:
    """Raise BadEnvironment for an origin that is in another environment as well: a run on stage
    would count for prod. A copy of this file bars nothing here, but itself.
    """
    own = {normal_origin(url): name for name, url in origins.items()}
    for other, document in siblings(path):
        if _is_copy(other, document, path):
            continue
        for name, url in table(document, "origins").items():
            key = own.get(normal_origin(url)) if isinstance(url, str) else None
            if key is not None:
                raise BadEnvironment(
                    f"{path}: origins.{key}: {origins[key]} is also origins.{name} of {other}; an "
                    "origin belongs to one environment: correct it in one of these files, or, if "
                    "one is a copy, move that to another folder"
                )


def _is_copy(other: Path, document: dict[str, Any], path: Path) -> bool:
    """Return whether ``other`` would be the copy if both files were of one deployment: its name
    has the name of ``path`` in it, as prod-old has prod. Where one asks the other whether a release
    has PASSED, they are of two deployments, and either may be wrong.
    """
    if path.stem not in other.stem:
        return False
    return not (_asks(document, path.stem) or _asks(read(path), other.stem))


def _asks(document: dict[str, Any], name: str) -> bool:
    """Return whether an environment asks another one whether a release has PASSED there."""
    required = table(document, "gate").get("requires")
    in_gate = isinstance(required, list) and name in required
    return document.get("promotes_from") == name or in_gate


def with_lists(path: Path, value: Any, key: str = "") -> Any:
    """Return a document with each ``file:NAME`` of its params and aliases replaced by the content.

    Nothing else is changed or checked. Raises BadEnvironment for a file without a value.
    """
    if isinstance(value, dict) and key in _HAVE_LISTS:
        return {
            name: with_lists(path, member, f"{key}.{name}".lstrip("."))
            for name, member in value.items()
        }
    if isinstance(value, str) and value.startswith("file:"):
        if key in {"aliases", "serve.drill.aliases"}:
            return _pairs(path, key, value)
        if key.rpartition(".")[0] in {"params", "serve.drill.params"}:
            return _lines(path, key, value)
    return value


def _pairs(path: Path, key: str, value: str) -> dict[str, str]:
    """Return the ``alias = target`` lines of ``file:NAME``."""
    lines = [line.partition("=") for line in _lines(path, key, value)]
    pairs: dict[str, str] = {}
    for alias, _, target in lines:
        if alias.strip() in pairs:
            raise BadEnvironment(f"{path}: {key}: listed twice: {alias.strip()!r}")
        pairs[alias.strip()] = target.strip()
    return pairs


def _lines(path: Path, key: str, value: str) -> list[str]:
    """Return the lines of ``file:NAME`` without comments."""
    source = file_beside(path, key, value)
    try:
        text = source.read_text("utf-8-sig")  # with a byte-order mark, or without
    except (OSError, UnicodeDecodeError) as error:
        raise BadEnvironment(f"{path}: {key}: {source} is no UTF-8 text: {error}") from None
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    if not any(lines):
        raise BadEnvironment(f"{path}: {key}: {source} holds no value")
    return [line for line in lines if line]
