"""Refuses an environment whose tables contradict each other. Raises BadEnvironment."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from . import tables
from .model import BUILT_IN, BadEnvironment, Environment
from .origins import normal_origin, origin_trouble


def check(environment: Environment) -> None:
    """Raise BadEnvironment for controls, references and params that cannot be meant."""
    _refuse_bad_control(environment)
    _refuse_unknown_references(environment)
    _refuse_useless_params(environment)


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
