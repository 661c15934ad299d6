"""A failed comparison in plain words: what was expected, what came, in a moment."""

import re
import time
from types import MappingProxyType

import httpx
import pytest

from knowngood.content import html
from knowngood.session.comparison import Comparison, Explanation

TEN_MEGABYTES = 10_000_000


WORDS: dict[str, tuple[str, object, object, str]] = {
    "equal": ("==", 404, 200, "expected 200, got 404"),
    "text": ("==", "en", "fr", 'expected "fr", got "en"'),
    "nothing": ("==", None, "fr", 'expected "fr", got nothing'),
    "something": ("is not", None, None, "expected something, got nothing"),
    "other": ("!=", 200, 200, "expected anything but 200, got 200"),
    "at-least": (">=", 0, 15, "expected at least 15, got 0"),
    "at-most": ("<=", 20, 15, "expected at most 15, got 20"),
    "one-of": ("in", 500, (200, 204), "expected 200 or 204, got 500"),
    "none-of": ("not in", 500, (500, 502), "expected anything but 500 or 502, got 500"),
    "one-of-a-set": ("in", "x", {"b", "a"}, 'expected "a" or "b", got "x"'),
    "one-of-many": ("in", 9, range(9), "expected one of range(0, 9), got 9"),
    "within-a-text": ("in", "x", "abc", 'expected "x" in it, got "abc"'),
    "not-within": ("not in", "<", "a<b", 'expected no "<" in it, got "a<b"'),
    "problems": ("==", ["no title", "no doctype"], [], "no title\nno doctype"),
    "set-of-problems": ("==", {"b", "a"}, set(), "a\nb"),
    "pairs": ("==", [("/", "a.js")], [], '("/", "a.js")'),
    "sets": ("==", {1, 2}, {2, 3}, "missing: 3\nnot expected: 1"),
    "tables": (
        "==",
        MappingProxyType({"lang": "en", "dir": "ltr"}),
        {"lang": "fr", "dir": "ltr"},
        'lang: expected "fr", got "en"',
    ),
    "a-function": ("==", re.fullmatch, None, "expected nothing, got a function"),
    "an-object": ("==", object(), 1, "expected 1, got a object"),
    "lists-that-begin-alike": (
        "==",
        list(range(20)),
        list(range(35)),
        "first difference at 20: expected [20, 21, 22, 23, 24, 25, 26, 27, ...], got []",
    ),
    "lists": ("==", [1, 2], [2, 1], "expected [2, 1], got [1, 2]"),
    "long-texts": (
        "==",
        f"{'x' * 500}a",
        f"{'x' * 500}b",
        f'first difference at 500: expected "{"x" * 40}b", got "{"x" * 40}a"',
    ),
}


@pytest.mark.parametrize(("operator", "left", "right", "words"), WORDS.values(), ids=WORDS)
def test_words(operator: str, left: object, right: object, words: str) -> None:
    """The right side is what is expected; no name of a Python type and no address is shown."""
    assert Comparison(operator, left, right).explain().text == words


@pytest.mark.parametrize(
    ("operator", "left", "right", "words"),
    [
        ("==", 200, 404, "expected 200, got 404"),
        ("<=", 15, 3, "expected at least 15, got 3"),
        ("in", "x", "abc", 'expected "x" in it, got "abc"'),
    ],
)
def test_the_expected_side_may_stand_left(
    operator: str, left: object, right: object, words: str
) -> None:
    """``15 <= found`` expects at least 15."""
    assert Comparison(operator, left, right).explain(right_is_expected=False).text == words


def test_many_problems() -> None:
    """Twenty are listed, the others counted."""
    problems = [f"problem {number}" for number in range(25)]
    lines = Comparison("==", problems, []).explain().lines
    assert (len(lines), lines[-1]) == (21, "and 5 more")


def test_what_was_compared() -> None:
    """The source says what the two values are."""
    words = Explanation("1", "2", subject="page.size").text
    assert words == "page.size: expected 1, got 2"


@pytest.mark.parametrize(
    ("left", "right"),
    [("a", "b"), ([1], [2]), ({"a": 1}, {"a": 2}), (b"x" * 100, b"y"), (1, None)],
)
def test_what_is_small(left: object, right: object) -> None:
    """Pytest may explain it, too."""
    assert not Comparison("==", left, right).is_large


def texts(place: int) -> tuple[str, str]:
    """Two that differ in one place."""
    text = "line\n" * (TEN_MEGABYTES // 5)
    return text, f"{text[:place]}X{text[place + 1 :]}"


LARGE: dict[str, tuple[object, object]] = {
    "texts": texts(7_654_321),
    "bytes": (bytes(TEN_MEGABYTES), bytes(TEN_MEGABYTES - 1)),
    "lists": ([0] * 1_000_000, [0] * 999_999 + [1]),
    "dictionaries": (dict.fromkeys(range(200_000)), {}),
    "sets": (set(range(200_000)), set()),
    "one-long-member": (["x" * TEN_MEGABYTES], []),
    "one-long-value": ({"a": {"b": "x" * TEN_MEGABYTES}}, {}),
    "one-side": (None, "x" * TEN_MEGABYTES),
    "another-type": ("x" * TEN_MEGABYTES, b"x" * TEN_MEGABYTES),
}


@pytest.mark.parametrize(("left", "right"), LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("operator", ["==", "in", "not in", "<="])
def test_what_is_large(left: object, right: object, operator: str) -> None:
    """It takes a moment and a few lines."""
    assert Comparison("==", left, right).is_large
    before = time.process_time()
    text = Comparison(operator, left, right).explain().text
    assert time.process_time() - before < 5
    assert len(text) < 3000


def test_first_difference_of_what_is_large() -> None:
    """The place is named."""
    assert (
        Comparison("==", *texts(7_654_321))
        .explain()
        .text.startswith("first difference at 7654321: ")
    )


def test_an_element_of_a_page_is_shown() -> None:
    """As its page has it, and cut."""
    node = html.parse('<meta name="robots" content="noindex">').css_first("meta")
    words = Comparison("is", node, None).explain()
    assert (words.expected, words.got) == ("nothing", '<meta name="robots" content="noindex">')


def test_a_header_that_should_not_be_there_is_shown_alone() -> None:
    """The others are no news."""
    headers = httpx.Headers({"x-robots-tag": "noindex", "server": "x"})
    words = Comparison("not in", "x-robots-tag", headers).explain(right_is_expected=False)
    assert (words.expected, words.got) == ('no "x-robots-tag" in it', '"noindex"')
