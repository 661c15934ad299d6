"""What would catch a mutant that nobody catches, and where in the suite that belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """The test function that a remedy belongs in.

    Attributes:
        file: its file, from the suite's folder on.
        test: its name.
        mark: what it asks for, if it is yet to be written: ``"site:/app.js"``; empty for a test
            function that is there.
        method: the method with which that is asked for: ``GET`` or ``HEAD``.
        answer: which answer the remedy calls ``response``, where the test function has no fixture
            for it: ``POST /users``; empty if it has.
        loop: the head of the loop that the line belongs in; empty without one.
    """

    file: str
    test: str
    mark: str = ""
    method: str = "GET"
    answer: str = ""
    loop: str = ""

    @property
    def name(self) -> str:
        """File and test function, as pytest takes them."""
        return f"{self.file}::{self.test}"

    @property
    def words(self) -> str:
        """The test function in words, and what ``response`` is there."""
        if self.mark:
            return f"{self.test} (new, below)"
        return f"{self.test} (the answer to {self.answer})" if self.answer else self.test


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would catch a mutant.

    Attributes:
        place: where it belongs.
        line: the line of a check; empty if a schema catches it.
        schema: what the JSON Schema of the document says; empty if a line catches it.
        schema_file: the file of that schema, which is yet to be written; empty without one.
        needs: what the file or test function lacks for it: ``import hashlib``.
        tried: whether it holds for what was recorded, and not for the mutant. A line that needs
            more than the answer, such as another request, is not tried.
    """

    place: Place
    line: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    schema_file: str = ""
    needs: tuple[str, ...] = ()
    tried: bool = True


def in_loop(place: Place, lines: Sequence[str]) -> list[str]:
    """Return lines as they stand in the loop of a place, if it has one."""
    return [place.loop, *(f"    {line}" for line in lines)] if place.loop else list(lines)
