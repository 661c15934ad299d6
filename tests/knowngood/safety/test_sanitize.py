"""Whatever a stranger says is safe to print."""

import random
import time
import unicodedata

import pytest

from knowngood.safety.sanitize import first_lines, one_line

HOSTILE = {
    "escape": "\x1b[2J\x1b[1;32m98 passed\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "c1-escape": "\x9b2J",
    "nul": "a\x00b",
    "backspace": "FAILED\x08\x08\x08\x08\x08\x08PASSED",
    "delete": "\x7f",
    "newline": "x\n98 passed",
    "carriage-return": "FAILED\rPASSED",
    "next-line": "x\x8598 passed",
    "line-separator": "x\u202898 passed",
    "paragraph-separator": "x\u202998 passed",
    "vertical-tab": "x\x0b98 passed",
    "form-feed": "x\x0c98 passed",
    "bidi-override": "\u202edessap\u202c",
    "bidi-isolate": "\u2066x\u2069",
    "arabic-letter-mark": "\u061c",
    "zero-width": "a\u200bb\u2060c\ufeff",
    "soft-hyphen": "a\xadb",
    "tags": "a\U000e0041b",
    "lone-surrogate": "a\ud800b\udfff",
    "non-character": "a\ufffeb\uffff",
    "mixed": "".join(map(chr, range(0x300))) + "\U0001f600",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_nothing_hostile_is_left(text: str) -> None:
    """No control, direction or invisible character and no line end survives."""
    safe = one_line(text, 5000)
    assert not {unicodedata.category(character) for character in safe} & {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    }
    assert len(safe.splitlines()) <= 1
    assert "\ufffe" not in safe
    safe.encode("utf-8")


def test_escape_shows_what_was_there() -> None:
    """An unsafe character is shown by its number."""
    assert one_line("a\x1bb\n\u202e") == "a\\x1bb\\x0a\\x202e"


@pytest.mark.parametrize(
    "text", ["", "hello", "français עברית 日本語 😀", "]]>", "<b>&amp;", "a\\nb", "caf\ufffd"]
)
def test_harmless_text_stays(text: str) -> None:
    """Letters of every script stay as they are; markup is for the writers to escape."""
    assert one_line(text) == text


@pytest.mark.parametrize("limit", [1, 2, 10, 200])
@pytest.mark.parametrize("text", ["x", "\x00", "x\x00", "😀"])
def test_length_is_bounded(text: str, limit: int) -> None:
    """The result is no longer than asked for, and says where something is missing."""
    for count in (0, 1, limit, limit + 1, 10 * limit):
        safe = one_line(text * count, limit)
        assert len(safe) <= limit
    assert one_line("x" * (limit + 1), limit).endswith("…")
    assert one_line("x" * limit, limit) == "x" * limit


def test_huge_text_takes_no_time() -> None:
    """Of a body of many megabytes only the beginning is looked at."""
    huge = "\x1b" * 50_000_000
    before = time.process_time()
    assert len(one_line(huge)) <= 200
    assert sum(map(len, first_lines(huge))) <= 13 * 160
    assert sum(map(len, first_lines("\n" * 50_000_000))) <= 13 * 160
    assert time.process_time() - before < 1


def test_lines_are_counted() -> None:
    """So many lines are shown; how many are not is told; empty ones do not count."""
    text = "\n\n".join(f"line {number}" for number in range(20))
    shown = first_lines(text, count=5)
    assert shown == [*(f"line {number}" for number in range(5)), "and 15 more"]
    assert first_lines("a\n \nb", count=2) == ["a", "b"]
    assert first_lines("") == []


def test_each_line_is_made_plain_and_cut() -> None:
    """A line of a body cannot do what the body cannot."""
    shown = first_lines("\x1b[2J\r98 passed\n" + "x" * 500, width=20)
    assert shown == ["\\x1b[2J\\x0d98 passed", "x" * 19 + "…"]


def test_random_text() -> None:
    """Whatever it is made of, a line is printable, bounded and one."""
    choose = random.Random(7)  # noqa: S311
    for _ in range(500):
        text = "".join(chr(choose.randrange(0x110000)) for _ in range(choose.randrange(80)))
        safe = one_line(text, 60)
        assert len(safe) <= 60
        assert len(safe.splitlines()) <= 1
        assert not {unicodedata.category(character) for character in safe} & {
            "Cc",
            "Cs",
            "Zl",
            "Zp",
        }
