"""Pages are parsed as browsers parse them, unless they would take the runner's memory or time."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowngood.content import html
from knowngood.content.html_sandbox import TOO_MUCH
from knowngood.safety.limits import ContentTooLarge

SENTENCE = "<p>All that a page of some length says, <b>word</b> by <i>word</i>.</p>\n"

FONTS = "".join(f"<font a={number}>" for number in range(600))

HOSTILE = {
    "deep": "<div>" * 200_000,
    "deep-lists": "<ul><li>" * 100_000,
    "opened-again": "<p>" + "<b><i><u><s><tt>" * 3 + "<p>x" * 20_000,
    "opened-again-by-attribute": "<p>"
    + "".join(f"<font a={n}>" for n in range(600))
    + "<p>x" * 9000,
    "attributes": "<p " + " ".join(f"{n:x}" for n in range(300_000)) + ">",
    "empty-elements": "<p>" * 600_000,
}


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every trial that is made, by the time it is asked for."""
    made: list[object] = []
    run: Callable[..., Any] = subprocess.run

    def counted(*args: Any, **options: Any) -> Any:
        made.append(args)
        return run(*args, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    return made


def test_a_usual_page_needs_no_trial(trials: list[object]) -> None:
    """It cannot come to many elements, whatever it leaves open."""
    text = f"<!doctype html><title>x</title>{SENTENCE * 30}"
    assert len(html.parse(text).css("p")) == 30
    assert trials == []


def test_a_page_of_a_megabyte(trials: list[object]) -> None:
    """It is tried out once, however often it is read."""
    text = SENTENCE * (1_000_000 // len(SENTENCE))
    for parse in (html.parse, html.parse, html.parse_once):
        assert len(parse(text).css("p")) == len(text) // len(SENTENCE)
    assert len(trials) == 1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_is_refused_in_time(text: str) -> None:
    """Without being parsed here."""
    before = time.process_time()
    with pytest.raises(ContentTooLarge, match="too deep to be judged"):
        html.parse(text[: html.LARGEST])
    assert time.process_time() - before < 2


def test_a_page_too_large() -> None:
    """It is said so, with the limit."""
    with pytest.raises(ContentTooLarge, match=r"2097153 characters: too large .* 2097152"):
        html.parse("x" * (html.LARGEST + 1))


@pytest.mark.parametrize("element", ["<p>x", "<div>", "<b>", "<br>", "<img src=x>", "<font a=1>"])
def test_what_needs_no_trial_is_parsed_in_a_moment(element: str) -> None:
    """The largest pages that are parsed untried take no more than a moment."""
    for count in (10, 140, 1000, html.ELEMENTS):
        text = element * count
        if not html.needs_a_trial(text):
            before = time.process_time()
            html.parse(text)
            assert time.process_time() - before < 5


def test_trouble_of_the_runner_is_not_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial that does not come about tells nothing of the page."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="could not be tried out"):
        html.parse("<i>" * 40_000)


def test_the_trial_is_a_program() -> None:
    """Its exit code tells how it went."""
    program = [sys.executable, str(Path(html.__file__).with_name("html_sandbox.py"))]
    for allowed, code in ((html.DOM, 0), (1 << 20, TOO_MUCH)):
        done = subprocess.run([*program, str(allowed)], input=b"<p>x" * 20_000, check=False)
        assert done.returncode == code
