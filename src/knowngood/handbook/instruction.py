"""What a handbook is made of: steps that a person does by hand, each with what must come back.

A check says in its docstring how it is done by hand, in doctest's form for a shell: below its
claim, behind a blank line,

    $ curl -sS "$content/robots.txt"
    User-agent: *
    Disallow: /

A line that begins with ``$`` is a command, lines below that begin with ``>`` go on with it, and
what follows up to the next blank line, or command, must come back, exactly; nothing where nothing
follows.
"""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NO_WORD = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]|\A\Z")
"""What a word in a shell's list must not have: it would be two, or none."""


@dataclass(frozen=True, slots=True)
class Example:
    """A command, and the ``output`` that must come back: empty for nothing, None where it is told
    in words.
    """

    command: str
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what it is for, how it is done, what must hold in words (each a line)."""

    text: str
    examples: tuple[Example, ...] = ()
    must: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that belong together, below a headline and some words."""

    title: str
    text: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the handbook: its own steps, then those of its parts."""

    title: str
    text: str
    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Handbook:
    """All of it; ``without`` are claims that nobody can hold against a deployment by hand."""

    title: str
    text: str
    sections: tuple[Section, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A docstring, taken apart: its words (without commands, one line), and its examples."""

    words: str
    examples: tuple[Example, ...]


def told(docstring: str) -> Told:
    """What a docstring says to a person, and what to type."""
    words: list[str] = []
    examples: list[Example] = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        if block.startswith("$ "):
            examples += _examples(block.splitlines())
        else:
            words.append(" ".join(block.split()))
    return Told(" ".join(words), tuple(examples))


def _examples(lines: Iterable[str]) -> list[Example]:
    found: list[tuple[list[str], list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif re.match(r">( |$)", line) and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [Example("\n".join(command), "\n".join(output)) for command, output in found]


def assigned(name: str, value: str) -> str:
    """A line of shell that sets a variable; ``value`` may hold anything."""
    return f"{name}={shlex.quote(value)}" if value else f"{name}="


def listed(values: Iterable[str]) -> str | None:
    """A shell's list of these; None where one of them would not stay one word."""
    words = list(values)
    return None if any(NO_WORD.search(word) for word in words) else " ".join(words)


def within(word: str, fields: Mapping[str, str]) -> str:
    """A word of a command line in which each field, such as ``{env}``, stands for what the shell
    has in its place, ``"$env"``; all else is taken as it is written.
    """
    parts = re.split("(" + "|".join(map(re.escape, fields)) + ")", word)
    return "".join(fields.get(part) or shlex.quote(part) for part in parts if part) or "''"
