"""Render the handbook of one environment from ``handbook.md.j2``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ..environment import BadEnvironment, Environment
from ..fetch import Probe, connect_options
from ..release import clone
from ..release.ledger import relevant_environments
from ..release.record import RecordKind
from ..safety import one_line, templates

CHECKS: Final = "by_hand.sh.j2"
"""The suite's own commands for "Verify": a template in the folder of the environment files.

Its variables are ``env``, the Environment, and ``origin``, each URL by name, quoted for the shell.
After each command a line ``# prints: TEXT`` says what it prints; ``…`` stands for anything.
"""

_DEPLOY_FIELD: Final = re.compile(r"(\{(?:env|release|commit)\})")


def render(environment: Environment) -> str:
    """Return the handbook of ``environment`` as Markdown.

    Raises BadEnvironment if the environment has [serve], if the suite's ``by_hand.sh.j2`` is no
    valid template, or if the page would have a control character: a terminal obeys these.
    """
    if environment.serve is not None:
        raise BadEnvironment(
            f"{environment.path}: has [serve], so the deployment exists only during a run; "
            "a handbook is for a deployment that stays"
        )
    page = _filled(environment)
    for line in page.split("\n"):
        if not line.isprintable():
            raise BadEnvironment(
                f"{environment.path}: the handbook would hold a control character: "
                f"{one_line(line, 200)}; remove it from this file or from {CHECKS}"
            )
    return page


def _filled(environment: Environment) -> str:
    import jinja2

    folder = environment.path.parent
    jinja = templates(Path(__file__).parent, folder)
    jinja.filters |= {"sh": lambda value: shlex.quote(str(value)), "one_line": one_line}
    try:
        return jinja.get_template("handbook.md.j2").render(_values(environment))
    except (jinja2.TemplateError, UnicodeDecodeError) as error:
        name, line = getattr(error, "name", None) or CHECKS, getattr(error, "lineno", "?")
        raise BadEnvironment(f"{folder / name}: line {line}: {error}") from None


def _values(environment: Environment) -> dict[str, Any]:
    return {
        "env": environment,
        "origin": {name: shlex.quote(url) for name, url in environment.origins.items()},
        "checks": CHECKS if (environment.path.parent / CHECKS).is_file() else "",
        "deploy": " ".join(_deploy_words(environment)),
        "live": list(_live_commands(environment)),
        "repository": clone.place(environment),
        "environments": relevant_environments(environment),
        "kinds": list(_kinds(environment)),
    }


def _kinds(environment: Environment) -> Iterator[RecordKind]:
    """Yield the kinds of records that the page fetches. Fetching all tags fails if one was moved,
    such as a rolling `latest`.
    """
    yield from (RecordKind.VERIFIED, RecordKind.REJECTED)
    if environment.gate.approve:
        yield RecordKind.APPROVED


def _deploy_words(environment: Environment) -> Iterator[str]:
    """Yield the words of [deploy] for a shell in which ``release`` and ``commit`` are set."""
    values = {
        "{env}": shlex.quote(environment.name),
        "{release}": '"$release"',
        "{commit}": '"$commit"',
    }
    for word in environment.deploy.command if environment.deploy else ():
        parts = [part for part in _DEPLOY_FIELD.split(word) if part]
        yield "".join(values.get(part) or shlex.quote(part) for part in parts)


def _live_commands(environment: Environment) -> Iterator[str]:
    """Yield a command that prints the version document, for each edge if the file lists edges."""
    release = environment.release
    if release is None:
        return
    url = environment.origins[release.origin] + release.path
    for edge in environment.edges.get(release.origin, ()) or [""]:
        options = connect_options(Probe(release.origin, url, address=edge))
        yield " ".join(["curl -sSg", *options, shlex.quote(url)])
