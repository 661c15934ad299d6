"""Whether a page is whole, in which charset it is, and whether a frame may show it."""

import pytest

from knowngood.content import html
from knowngood.content.page_structure import charsets, framing_problems, problems

PAGE = "<!doctype html>\n<html><head><title>x</title></head><body>text</body></html>\n"

SOUND = {
    "plain": PAGE,
    "marked": "\ufeff" + PAGE,
    "upper-case": PAGE.upper(),
    "comment-first": "<!-- built today -->" + PAGE,
    "comment-last": PAGE + "<!-- </html> -->",
    "no-body-tags": "<!doctype html><title>x</title>text</html>",
}

FAULTS = {
    "cut": (PAGE[:-9], "the page does not end with </html>"),
    "cut-in-a-comment": (
        PAGE.replace("text</body>", "<!-- text</body>"),
        "the page does not end with </html>",
    ),
    "no-doctype": (PAGE[16:], "the page does not begin with <!doctype html>"),
    "no-title": (PAGE.replace("x</title>", "</title>"), "the page has no title"),
    "title-of-a-picture": (
        PAGE.replace("<title>x</title>", "").replace("text", "<svg><title>z</title></svg>"),
        "the page has no title",
    ),
    "ends-twice": (PAGE + "</html>", "the page has more than one </html>"),
    "body-twice": (PAGE.replace("text", "</body>"), "the page has more than one </body>"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_whole_page(name: str) -> None:
    """Nothing is said of it."""
    tree = html.parse(SOUND[name].removeprefix("\ufeff"))
    assert problems(SOUND[name], tree) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_that_is_not_whole(name: str) -> None:
    """What is missing or there twice is named."""
    text, expected = FAULTS[name]
    assert problems(text, html.parse(text)) == [expected]


def test_a_page_written_twice() -> None:
    """It has two of each."""
    assert len(problems(PAGE * 2, html.parse(PAGE * 2))) == 3


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("UTF-8", PAGE, {"utf-8"}),
        (None, '<meta charset="utf8">', {"utf-8"}),
        (None, '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">', {"utf-8"}),
        ("utf-8", '<meta charset="windows-1251">', {"utf-8", "cp1251"}),
        (None, PAGE, set()),
        (None, "<meta charset>", set()),
    ],
)
def test_charsets_by_header_and_page(header: str | None, text: str, expected: set[str]) -> None:
    """Each is given once, by one name; a page without any gives none."""
    assert charsets(header, html.parse(text)) == expected


def test_a_charset_that_does_not_exist() -> None:
    """No browser knows it either."""
    with pytest.raises(LookupError):
        charsets("utf-88", html.parse(PAGE))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-security-policy": "frame-ancestors https://example.org"},
        {"content-disposition": "inline"},
        {"x-frame-options": "ALLOWALL"},
    ],
)
def test_a_page_that_may_be_framed(headers: dict[str, str]) -> None:
    """Nothing is said of it."""
    assert framing_problems(headers) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"x-frame-options": "deny"},
        {"x-frame-options": "SAMEORIGIN"},
        {"content-security-policy": "default-src *; Frame-Ancestors  'NONE'"},
        {"content-disposition": "Attachment; filename=x"},
    ],
)
def test_a_page_that_may_not_be_framed(headers: dict[str, str]) -> None:
    """The header that forbids it is named."""
    assert len(framing_problems(headers)) == 1
