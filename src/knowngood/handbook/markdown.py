"""The handbook as Markdown. Commands stand at the margin, so that they can be copied whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

from .instruction import Example, Handbook, Step


def markdown(handbook: Handbook) -> str:
    """All of it; steps are numbered from its first to its last."""
    numbers = count(1)
    blocks = [f"# {handbook.title}", handbook.text]
    for number, section in enumerate(handbook.sections, 1):
        blocks += [f"## {number}. {section.title}", section.text, *_steps(section.steps, numbers)]
        for part in section.parts:
            blocks += [f"### {part.title}", part.text, *_steps(part.steps, numbers)]
    if handbook.without:
        blocks += ["## Not by hand", "These claims take a program. Nobody checks them by hand:"]
        blocks.append(_list(handbook.without))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _steps(steps: Iterable[Step], numbers: Iterator[int]) -> Iterator[str]:
    for step in steps:
        yield f"**{next(numbers)}.** {step.text}"
        for example in step.examples:
            yield from _example(example)
        if step.must:
            yield "What must hold:" if step.examples else ""
            yield _list(step.must)


def _example(example: Example) -> Iterator[str]:
    yield _fenced(example.command, "sh")
    if example.output:
        yield "What must come back:"
        yield _fenced(example.output, "")
    elif example.output is not None:
        yield "Nothing must come back."


def _fenced(text: str, language: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
