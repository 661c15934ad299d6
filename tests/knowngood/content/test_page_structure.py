"""Whether a page is whole, in UTF-8, in its language, and whether a frame may show it."""

import pytest

from knowngood.content import html
from knowngood.content.page_structure import (
    charset_problems,
    framing_problems,
    language_problems,
    problems,
)

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
    ("header", "text"),
    [
        ("UTF-8", PAGE),
        (None, '<meta charset="utf8">'),
        (None, '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'),
        ("utf-8", '<meta charset=" UTF-8 ">'),
    ],
)
def test_a_page_in_utf_8(header: str | None, text: str) -> None:
    """It is enough to say so once, by any of its names."""
    assert charset_problems(header, html.parse(text), text.encode()) == []


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        (
            "utf-8",
            '<meta charset="windows-1251">',
            '<meta charset>: expected "utf-8", found "windows-1251"',
        ),
        ("utf-88", PAGE, 'charset of Content-Type: expected "utf-8", found "utf-88"'),
        (
            None,
            '<meta http-equiv="Content-Type" content="text/html; charset=latin1">',
            '<meta http-equiv="content-type">: expected "utf-8", found "latin1"',
        ),
        (None, PAGE, "no charset: neither the Content-Type header nor a <meta> element has one"),
        (None, "<meta charset>", "no charset: neither"),
    ],
)
def test_a_page_in_another_charset(header: str | None, text: str, expected: str) -> None:
    """The place that says so is named, whether the charset exists or not."""
    [problem] = charset_problems(header, html.parse(text), text.encode())
    assert problem.startswith(expected)


def test_a_page_that_is_not_what_it_declares() -> None:
    """Its bytes are no UTF-8, whatever it says."""
    body = PAGE.replace("text", "\u00e9t\u00e9").encode("latin-1")
    assert charset_problems("utf-8", html.parse(PAGE), body) == ["the page is not encoded in UTF-8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<html lang="he" dir="RTL">', []),
        ('<html lang="en-US" dir="rtl">', ['<html lang>: expected "he", found "en-US"']),
        ('<html lang="HE" dir="rtl">', ['<html lang>: expected "he", found "HE"']),
        ('<html lang="he" dir="ltr">', ['<html dir>: expected "rtl", found "ltr"']),
        (
            "<p>no element",
            ['<html lang>: expected "he", found none', '<html dir>: expected "rtl", found none'],
        ),
    ],
)
def test_the_language_of_a_page(text: str, expected: list[str]) -> None:
    """Language and direction are told apart."""
    assert language_problems(html.parse(text), "he", "rtl") == expected


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
    ("headers", "expected"),
    [
        ({"x-frame-options": "deny"}, "X-Frame-Options: deny keeps the page out of frames"),
        ({"x-frame-options": "SAMEORIGIN"}, "X-Frame-Options: SAMEORIGIN keeps"),
        (
            {"content-security-policy": "default-src *; Frame-Ancestors  'NONE'"},
            "Content-Security-Policy: frame-ancestors 'none' keeps the page out of frames",
        ),
        (
            {"content-disposition": "Attachment; filename=x"},
            "Content-Disposition: Attachment; filename=x makes the page a download",
        ),
    ],
)
def test_a_page_that_may_not_be_framed(headers: dict[str, str], expected: str) -> None:
    """The header that forbids it is named."""
    [problem] = framing_problems(headers)
    assert problem.startswith(expected)
