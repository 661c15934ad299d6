"""What a mark declares, or a message that says what is wrong with it."""

from datetime import date
from typing import Any

import pytest

from knowngood.session import marks
from knowngood.session.marks import BadMark


def mark(*urls: Any, name: str = "get", **options: Any) -> Any:
    return getattr(pytest.mark, name)(*urls, **options).mark


def test_other_marks_declare_nothing() -> None:
    """A skip or a fault name is no declaration."""
    assert marks.templates_in([mark("x", name="catches")]) == ()


def test_several_marks_are_read_from_top_to_bottom() -> None:
    """Those of a module come first, although pytest gives the mark next to the function first."""

    @pytest.mark.get("content:/first", "content:/second")
    @pytest.mark.get("content:/third")
    def check() -> None: ...

    marked: list[Any] = check.pytestmark  # type: ignore[attr-defined]
    templates = marks.templates_in(marked)
    assert [template.url for template in templates] == [
        "content:/first",
        "content:/second",
        "content:/third",
    ]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        pytest.param(mark(), ["mark get", "content:/robots.txt"], id="no-url"),
        pytest.param(mark(1), ["mark get", "expected URLs"], id="no-text"),
        pytest.param(mark("content:/", 1), ["mark get", "expected URLs"], id="one-no-text"),
        pytest.param(
            mark("content:/", sample=2), ["sample", "follow, headers, resources"], id="option"
        ),
        pytest.param(mark("content:/", samples=0), ["samples=0", "1 to 100"], id="no-samples"),
        pytest.param(mark("content:/", samples=101), ["samples=101", "1 to 100"], id="too-many"),
        pytest.param(mark("content:/", samples="3"), ["samples='3'", "1 to 100"], id="text"),
        pytest.param(mark("content:/{locale"), ["content:/{locale", "brace"], id="unclosed"),
        pytest.param(mark("content:/locale}"), ["content:/locale}", "brace"], id="unopened"),
        pytest.param(mark("content:/{}"), ["content:/{}", "{locale}"], id="no-name"),
        pytest.param(mark("content:/{locale!r}"), ["{locale}"], id="conversion"),
        pytest.param(mark("content:/{locale:>9}"), ["{locale}"], id="format"),
    ],
)
def test_bad_mark(bad: Any, words: list[str]) -> None:
    """A mark that is no use is refused with what was found and what is allowed."""
    with pytest.raises(BadMark) as caught:
        marks.templates_in([bad])
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "headers", ["X: y", {"X": 1}, {"X": "a\nb"}, {"X": "é"}, {1: "x"}, {"X": "{locale"}]
)
def test_headers_that_cannot_be_sent(headers: Any) -> None:
    """A header is printable ASCII, its fields are names."""
    with pytest.raises(BadMark):
        marks.templates_in([mark("content:/", headers=headers)])


@pytest.mark.parametrize("within", [-1, 3601, "30", True])
def test_a_time_that_is_none(within: Any) -> None:
    """Seconds, up to an hour."""
    with pytest.raises(BadMark, match=r"within=.*from 0 to 3600"):
        marks.templates_in([mark("content:/", within=within)])


@pytest.mark.parametrize("until", ["2026-12-31", date(2026, 12, 31)], ids=["text", "date"])
def test_advisory(until: object) -> None:
    """Why, and the last day, as text or as a date."""
    says = mark(name="advisory", reason="bug 1", until=until)
    assert marks.reason_and_end(says) == ("bug 1", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        pytest.param({}, "found nothing", id="nothing"),
        pytest.param({"reason": "bug 1"}, "found reason;", id="no-end"),
        pytest.param({"reason": "x", "until": "2026-12-31", "case": "fr"}, "case", id="unknown"),
        pytest.param({"reason": "x", "until": "soon"}, "until='soon'", id="no-date"),
        pytest.param({"reason": "x", "until": 2026}, "until=2026", id="number"),
        pytest.param({"reason": " ", "until": "2026-12-31"}, "reason=' '", id="no-reason"),
    ],
)
def test_bad_advisory(bad: dict[str, Any], words: str) -> None:
    """What is refused says what was found and what is allowed."""
    with pytest.raises(BadMark) as caught:
        marks.reason_and_end(mark(name="advisory", **bad))
    assert words in str(caught.value)
    assert 'expected reason="…", until="2026-12-31"' in str(caught.value)
