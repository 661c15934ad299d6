"""What a handbook makes of checks and of an environment's data: steps, and shell variables."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from ..environment.model import Environment
from ..session.marks import ProbeTemplate
from . import shell
from .instruction import Example, Part, Step, Told, assigned, listed, told

EXAMPLE: Final = "v8"
"""The release that stands for the one a reader means."""

_LOOKING: Final = """\
For these no command says yes or no: read what comes back, open the page in Firefox, and watch its
network console."""
_PREFERRED: Final = "en-US"
"""The value that stands for all, where there is a choice: most people can read what comes back."""

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Check:
    """What a handbook needs of a check: its file and what that is about, its docstring, the URLs
    it asks for.
    """

    name: str
    subject: str
    doc: str
    asks: tuple[ProbeTemplate, ...]


class Names:
    """The shell's variables: one for each origin, and for each list of params whose values are
    words; ``origins`` and ``params`` say how they are called.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        taken = {*shell.NAMES, "aliases"}
        self.origins = {name: _free(name, taken) for name in environment.origins}
        self.params = {name: _free(name, taken) for name in environment.params}

    def lines(self) -> Iterator[str]:
        """What sets them."""
        known = self._environment
        yield assigned("env", known.name)
        yield f"release={EXAMPLE}"
        yield "here=$PWD; set -f"
        if known.release is not None and known.release.repository:
            yield assigned("repository", known.release.repository)
        if known.gate.signers is not None:
            yield assigned("signers", _shown(known.gate.signers, known.root))
        if known.ca is not None:
            yield f"export CURL_CA_BUNDLE={shlex.quote(_shown(known.ca, known.root))}"
        yield from (assigned(self.origins[name], url) for name, url in known.origins.items())
        for name, values in known.params.items():
            words = listed(values)
            yield from [assigned(self.params[name], words)] if words is not None else []
        pairs = [f"{alias}={target}" for alias, target in known.aliases.items()]
        words = listed(pairs)
        if words and not any("=" in alias for alias in known.aliases):
            yield assigned("aliases", words)


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _free(name: str, taken: set[str]) -> str:
    """A variable for ``name`` that is not ``taken``, and is from now on."""
    found = name.replace("-", "_")
    while found in taken:
        found += "_"
    taken.add(found)
    return found


@dataclass(frozen=True, slots=True)
class Verifying:
    """The steps of a verification of ``environment``, made of its checks."""

    environment: Environment
    names: Names

    def parts(self, checks: Sequence[Check]) -> Iterator[Part]:
        """A part for each file's checks that say how they are done, and one for the others, by
        what they ask for.
        """
        for subject, here in _by(checks, lambda check: check.subject).items():
            steps = tuple(self._said(here))
            if steps:
                yield Part(subject.rstrip("."), "", steps)
        steps = tuple(self._asked(checks))
        if steps:
            yield Part("Ask, and look", _LOOKING, steps)

    def without(self, checks: Sequence[Check]) -> Iterator[str]:
        """The claims that have no step."""
        for check in checks:
            found = told(check.doc)
            if not check.asks and not found.examples:
                yield _claim(check, found)

    def _said(self, checks: Sequence[Check]) -> Iterator[Step]:
        for check in checks:
            found = told(check.doc)
            if found.examples:
                yield Step(_claim(check, found), found.examples)

    def _asked(self, checks: Sequence[Check]) -> Iterator[Step]:
        rest = [check for check in checks if check.asks and not told(check.doc).examples]
        for commands, here in _by(rest, self._commands).items():
            must = tuple(_claim(check, told(check.doc)) for check in here)
            yield Step("What comes back, and what it needs:", (Example(commands),), must)

    def _commands(self, check: Check) -> str:
        """A command for each URL that a check asks for, for one of its cases."""
        return "\n".join(dict.fromkeys(map(self._command, check.asks)))

    def _command(self, ask: ProbeTemplate) -> str:
        fields = {name: self._value(name) for name in ask.fields}
        origin, _, path = ask.template.format_map(fields).partition(":")
        options = ("--head " if ask.method == "HEAD" else "") + ("-L " if ask.follow else "")
        return f'curl -sSg -i {options}"${self.names.origins[origin]}"{shlex.quote(path)}'

    def _value(self, name: str) -> str:
        """What stands for all values of a field."""
        known = self.environment
        alias, target = next(iter(known.aliases.items()), ("", ""))
        built_in = {
            "alias": alias,
            "target": target,
            "nonce": "by-hand",
            "release": known.release.url if known.release is not None else "",
        }
        values = known.params.get(name.removeprefix("*"), ())
        return built_in.get(name) or (_PREFERRED if _PREFERRED in values else "".join(values[:1]))


def _claim(check: Check, found: Told) -> str:
    """A check's name in words, and what its docstring says."""
    name = check.name.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return f"{name[:1].upper()}{name[1:]}. {found.words}".strip()


def _by(checks: Sequence[Check], key: Callable[[Check], _Key]) -> Mapping[_Key, list[Check]]:
    """Those that have the same key together, in the order of the first of them."""
    found: dict[_Key, list[Check]] = {}
    for check in checks:
        found.setdefault(key(check), []).append(check)
    return found
