"""The command: what it gathers, and how the sections of a handbook follow each other.

The steps of verifying are the checks' own: what each claims, and how it is done by hand, stand in
its docstring, see ``instruction.py``. Without such lines a check that declares its URLs gives a
step that asks for one of each; one that walks has none.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from ..cli.console import CommandLine, print_line
from ..environment import loader
from ..environment.model import BadEnvironment, Environment
from ..safety.sanitize import one_line
from ..session import collection
from ..verdict.exit_codes import USAGE_ERROR
from . import shell
from .instruction import Example, Handbook, Part, Section, Step
from .markdown import markdown
from .pushing import Pushing
from .putting import Putting, file_of, recorded
from .verifying import EXAMPLE, Check, Names, Verifying

_NONE_RAN: Final = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class Gatherer:
    """A pytest plugin that takes the checks which apply to ``environment``, and lets none run."""

    environment: Environment
    found: dict[str, Check] = field(default_factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Each check once, however many cases it has, in the order of their files."""
        for item in sorted(items, key=lambda each: (each.location[0], each.location[1] or 0)):
            if collection.inapplicable(item, self.environment) is None:
                self.found.setdefault(item.nodeid.partition("[")[0], _check(item))
        items.clear()


def _check(item: pytest.Item) -> Check:
    module = getattr(item, "module", None)
    return Check(
        name=collection.check_name(item),
        subject=_first_line(module) or item.path.stem.removeprefix("test_").replace("_", " "),
        doc=getattr(getattr(item, "obj", None), "__doc__", None) or "",
        asks=collection.asks_of(item),
    )


def _first_line(thing: object) -> str:
    return (getattr(thing, "__doc__", None) or "").strip().partition("\n")[0].strip()


def main(arguments: Sequence[str]) -> int:
    """Print the handbook of an environment; the exit code."""
    options = _options(arguments)
    try:
        environment = loader.here(options.env, secrets=False)
        if environment.serve is not None:
            raise BadEnvironment(
                f"{environment.path}: has [serve], by which it is there during a run alone; a "
                "handbook is for a deployment that stays"
            )
        code, output, checks = gathered(environment)
        if code not in _NONE_RAN:
            sys.stderr.write(f"knowngood handbook: the checks cannot be read:\n{output}")
            return code
        print_line(markdown(written(environment, checks)).rstrip("\n"))
    except BadEnvironment as error:
        sys.stderr.write(f"knowngood handbook: error: {error}\n")
        return USAGE_ERROR
    return 0


def gathered(environment: Environment) -> tuple[int, str, list[Check]]:
    """The checks around the current folder that apply to ``environment``, with the exit code and
    the output of the pytest that read them.
    """
    gatherer = Gatherer(environment)
    output = io.StringIO()
    command = ["--collect-only", "-q", "-s", "-p", "no:cacheprovider"]
    with (
        contextlib.chdir(loader.root_above(Path.cwd())),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        code = int(pytest.main(command, plugins=[gatherer]))
    return code, output.getvalue(), list(gatherer.found.values())


def written(environment: Environment, checks: Sequence[Check]) -> Handbook:
    """The handbook of ``environment``. Raises BadEnvironment where a terminal would obey what it
    holds.
    """
    names, release = Names(environment), environment.release
    side = Pushing(environment, names.origins[release.origin] if release is not None else "")
    putting = Putting(environment)
    verifying = Verifying(environment, names)
    parts = (*verifying.parts(checks), Part("Then", "", tuple(putting.noted())))
    found = Handbook(
        title=f"{one_line(environment.name)} by hand",
        text=_ABOUT.format(
            name=one_line(environment.name),
            description=one_line(environment.description),
            file=file_of(environment),
        ),
        sections=(
            Section("Before you start", "", (_opened(names), *side.before(), *_ids(parts))),
            side.stand(),
            side.push(),
            Section("Verify", _verifying(environment), (), parts),
            putting.back(),
        ),
        without=tuple(verifying.without(checks)),
    )
    _refuse_control(environment, found)
    return found


def _opened(names: Names) -> Step:
    return Step(
        "Open a terminal in the folder from which releases are put on the machines, start `sh` in "
        "it, and stay there to the end. Put the release that it is about in the place of "
        f"`{EXAMPLE}`.",
        (Example("\n".join(names.lines()), ""),),
    )


def _ids(parts: Sequence[Part]) -> Iterator[Step]:
    commands = [e.command for part in parts for step in part.steps for e in step.examples]
    if any("$(uuid)" in command for command in commands):
        yield Step("Define how an id is made.", (Example(shell.UUID, ""),))


_ABOUT: Final = """\
How to push a release to {name} ({description}), to verify it, and to roll it back, with `sh`,
`curl` and `git` alone. Do the steps in their order; each says what must come back. The address of
whatever fails stands in its command.

`knowngood push --env={name}` and `knowngood rollback --env={name}` do all of this. This page is
written by `knowngood handbook --env={name}` from {file} and from the checks; change those."""


def _verifying(environment: Environment) -> str:
    text = "Each step must give what must come back."
    if recorded(environment):
        alone = 'release=$(live) commit=$(git rev-parse "$release^{commit}")'
        text += f" Verifying alone, without a push? Then first `{alone}`."
    if environment.edges:
        text += " They ask where the names resolve to; only `live` looks at every edge."
    return text


def _refuse_control(environment: Environment, handbook: Handbook) -> None:
    for section in handbook.sections:
        for step in (*section.steps, *(step for part in section.parts for step in part.steps)):
            for example in step.examples:
                if found := _CONTROL.search(example.command):
                    raise BadEnvironment(
                        f"{environment.path}: or a check that applies to it has the control "
                        f"character {found[0]!r} in {one_line(example.command)!r}; take it out: a "
                        "terminal would obey it"
                    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = CommandLine(
        "handbook",
        "Print how to push, verify and roll back by hand, with sh, curl and git alone, as "
        "Markdown. Exit code: 0, or pytest's where the checks cannot be read.",
    )
    parser.add_argument("--env", required=True, metavar="NAME")
    return parser.parse_args(list(arguments))
