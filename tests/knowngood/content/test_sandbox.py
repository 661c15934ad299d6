"""What may take too much is parsed in a process of its own."""

import os
import sys
from collections import UserDict
from collections.abc import Iterator

import pytest

from knowngood.content import html, sandbox
from knowngood.safety.errors import RunnerError


def test_what_stays_within_its_limits() -> None:
    """Of a page nothing is printed, of a script what is known of it."""
    assert sandbox.parse("html", b"<p>x" * 20_000, html.DOM) == b""
    uses = b'{"": [[], []], "(once loaded)": [[], []], "(anywhere)": [[], []]}'
    known = (
        b'[null, null, false, "b", %s, {}, null, null, [], [], ["a"], ["a"], []'
        b", [[], [], []], [], [], []]" % uses
    )
    assert sandbox.parse("javascript", b"a = 'b'", 1 << 20) == known


class Leaving(UserDict[str, str]):
    """An environment of which another thread deletes a variable once its names were read."""

    def __iter__(self) -> Iterator[str]:
        yield from (*self.data, "GONE_BY_NOW")


def test_a_variable_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process starts without it."""
    monkeypatch.setattr(os, "environ", Leaving(os.environ))
    assert sandbox.parse("html", b"<p>x", html.DOM) == b""


@pytest.mark.parametrize(
    ("language", "source"), [("html", b"<p>x" * 20_000), ("javascript", b"[" * 100_000)]
)
def test_what_takes_more_memory_than_allowed(language: str, source: bytes) -> None:
    """It is refused, and this process goes on."""
    with pytest.raises(sandbox.SandboxLimit, match=r"takes (more than 1 MB|too much memory)"):
        sandbox.parse(language, source, 1 << 20)  # type: ignore[arg-type]


def test_a_source_that_ends_its_parser() -> None:
    """tree-sitter runs out of stack (SIGSEGV) on one that nests some hundred thousand deep."""
    with pytest.raises(sandbox.SandboxLimit, match="takes too much memory or time"):
        sandbox.parse("javascript", b"{a:" * 200_000, 1 << 30)


def test_a_machine_that_cannot_run_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells nothing about the page: the runner is at fault."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RunnerError, match="parsing html failed"):
        html.parse("<i>" * 40_000)
