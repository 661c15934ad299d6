"""Pages are parsed as browsers parse them, unless they would take the runner's memory or time."""

import time
from typing import Literal

import pytest

from knowngood.content import html, sandbox
from knowngood.safety import ContentTooLarge

SENTENCE = "<p>All that a page of some length says, <b>word</b> by <i>word</i>.</p>\n"

HOSTILE = {
    "deep": "<div>" * 200_000,
    "opened-again": "<p>" + "<b><i><u><s><tt>" * 3 + "<p>x" * 20_000,
    "opened-again-by-attribute": "<p>"
    + "".join(f"<font a={n}>" for n in range(600))
    + "<p>x" * 9000,
    "attributes": "<p " + " ".join(map(hex, range(300_000))) + ">",
    "empty-elements": "<p>" * 600_000,
}


@pytest.fixture
def sandboxes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages of what is parsed in another process, so far."""
    languages: list[str] = []
    parse = sandbox.parse

    def counted(language: Literal["html"], source: bytes, allowed: int) -> bytes:
        languages.append(language)
        return parse(language, source, allowed)

    monkeypatch.setattr(sandbox, "parse", counted)
    return languages


def test_a_usual_page_needs_no_sandbox(sandboxes: list[str]) -> None:
    """It cannot come to many elements, whatever it leaves open."""
    text = f"<!doctype html><title>x</title>{SENTENCE * 30}"
    assert len(html.parse(text).css("p")) == 30
    assert sandboxes == []


def test_a_page_of_a_megabyte(sandboxes: list[str]) -> None:
    """It is parsed in another process once, however often it is read."""
    text = SENTENCE * (1_000_000 // len(SENTENCE))
    for parse in (html.parse, html.parse, html.parse_once):
        assert len(parse(text).css("p")) == len(text) // len(SENTENCE)
    assert sandboxes == ["html"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_is_refused_in_time(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is not parsed in this process."""
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    before = time.process_time()
    with pytest.raises(ContentTooLarge, match="too deep to be judged"):
        html.parse(text[: html.LARGEST])
    assert time.process_time() - before < 2


def test_a_page_too_large() -> None:
    """The message names the limit."""
    with pytest.raises(ContentTooLarge, match=r"2097153 characters: too large .* 2097152"):
        html.parse("x" * (html.LARGEST + 1))


@pytest.mark.parametrize("element", ["<p>x", "<div>", "<b>", "<br>", "<img src=x>", "<font a=1>"])
def test_what_needs_no_sandbox_is_parsed_in_a_moment(element: str) -> None:
    """The largest pages that are parsed without the sandbox take no more than a moment."""
    for count in (10, 140, 1000, html.ELEMENTS):
        text = element * count
        if not html.needs_sandbox(text):
            before = time.process_time()
            html.parse(text)
            assert time.process_time() - before < 5
