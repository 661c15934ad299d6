"""Whether a page is whole, in UTF-8, in its language, and whether a frame may show it."""

import pytest

from knowngood.content import html
from knowngood.content.page_structure import (
    charset_problems,
    end_problems,
    framing_problems,
    language_problems,
    problems,
)
from knowngood.content.problem import Aspect, Problem

PAGE = "<!doctype html>\n<html><head><title>x</title></head><body>text</body></html>\n"

SHELL = "<!doctype html><html lang=en><title>x</title><script defer src=a.js></script>"

SOUND = {
    "made-by-scripts": SHELL,
    "made-by-scripts-with-a-head": SHELL.replace("<title>", "<head><title>") + "</head>",
    "made-by-scripts-with-a-body": SHELL.replace("<title>", "<head><title>") + "<body>",
    "made-by-scripts-in-an-element": SHELL.replace("<title>", "<head><title>") + "<div></div>",
    "plain": PAGE,
    "marked": "\ufeff" + PAGE,
    "upper-case": PAGE.upper(),
    "comment-first": "<!-- built today -->" + PAGE,
    "comment-last": PAGE + "<!-- </html> -->",
    "title-in-the-body": PAGE.replace("<title>x</title>", "").replace(
        "text", "<svg><title>z</title></svg><p>text<title>x</title>"
    ),
    "no-body-tags": "<!doctype html><title>x</title>text</html>",
    "no-end-tag": PAGE.removesuffix("</html>\n"),
    "no-end-tags": "<!doctype html><title>x</title><ul><li>one<li>two</ul><p>text",
    "no-end-tags-of-a-table": "<!doctype html><title>x</title><table><tr><td>1<td>2</table>",
    "no-end-tag-and-a-script": "<!doctype html><title>x</title><p>text<script>1 < 2</script>\n",
    "no-end-tag-and-elements-without-content": (
        "<!DOCTYPE html><title>x</title><img src=a><br><svg><path d=''/></svg><input><p>text"
    ),
    "no-end-tag-and-a-comment-last": "<!doctype html><title>x</title><p>text<!-- <div> -->",
    "noscript": PAGE.replace("text", "<noscript><p>turn it on</noscript>"),
    "noscript-in-the-head": PAGE.replace("<title>", "<NOSCRIPT><link></NOSCRIPT><title>"),
    "noscript-in-a-comment": PAGE.replace("text", "<!-- <noscript> -->"),
    "a-script-that-has-a-text-beside-its-file": PAGE.replace(
        "text", "<script src=a.js>{lang: 'de'}</script>"
    ),
    "noscript-in-a-script": PAGE.replace("text", "<script>f('<noscript>')</script>"),
    "noscript-without-an-end-tag-of-html": PAGE.replace(
        "text</body></html>", "<noscript></noscript>"
    ),
}

FAULTS = {
    "cut-in-the-head": (
        "<!DOCTYPE html>\n<html lang=en>\n<head>\n<title>x</title>\n<script src=a.js></script>\n",
        "the page is cut off within <head>: it shows nothing",
    ),
    "cut-by-a-crash": (
        f"{PAGE[:-16]}<main><br><b>Fatal error</b>:  Uncaught Error: x() in /srv/a.php:3",
        "the page is cut off within <main> by a crash: Fatal error: Uncaught Error: x() in "
        "/srv/a.php:3",
    ),
    "cut": (PAGE[:-9], "the page does not end with </html>, and is cut off within </body"),
    "cut-in-an-element": (
        PAGE.replace("text</body></html>", "<main><p>text"),
        "the page does not end with </html>, and is cut off within <main>",
    ),
    "cut-in-an-attribute": (
        PAGE.replace("text</body></html>", '<a href="http'),
        "the page does not end with </html>, and is cut off within <a",
    ),
    "cut-in-a-script": (
        PAGE.replace("text</body></html>", "<script>var x = 1;"),
        "the page does not end with </html>, and is cut off within <script>",
    ),
    "script-that-is-not-closed": (
        PAGE.replace("text", "<script src=a.js><script src=b.js></script>"),
        '<script src="a.js"> is not closed: the script behind it never runs',
    ),
    "script-closed-as-in-xml": (
        PAGE.replace("text", "<script src=a.js /><script>f()</script>"),
        '<script src="a.js"> is not closed: the script behind it never runs',
    ),
    "noscript-without-an-end": (
        PAGE.replace("text", "<noscript><p>turn it on<script>f()</script>"),
        "<noscript> is not closed: all that follows belongs to it",
    ),
    "style-without-an-end": (
        PAGE.replace("text", "<style>p {color: red}<p>text"),
        "<style> is not closed: all that follows belongs to it",
    ),
    "title-without-an-end": (
        PAGE.replace("x</title>", "x"),
        "<title> is not closed: all that follows belongs to it",
    ),
    "cut-in-a-comment": (
        PAGE.replace("text</body>", "<!-- text</body>"),
        "the page does not end with </html>, and is cut off within <!--",
    ),
    "no-doctype": (PAGE[16:], "the page does not begin with <!doctype html>"),
    "no-doctype-in-xml": (
        "<?xml version='1.0'?>" + PAGE,
        "the page does not begin with <!doctype html>",
    ),
    "no-title": (PAGE.replace("x</title>", "</title>"), "the page has no title"),
    "title-of-a-picture-above": (
        PAGE.replace("<title>x</title>", "").replace(
            "text", "<svg><g><title>z</title></g></svg><title></title>"
        ),
        "the page has no title",
    ),
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
    assert problems(SOUND[name], html.parse(SOUND[name])) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_that_is_not_whole(name: str) -> None:
    """What is missing or there twice is named."""
    text, expected = FAULTS[name]
    assert problems(text, html.parse(text)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><html><head prefix='og: a'><title>x</title>\n",
        PAGE[: PAGE.index("</body>")],
        PAGE[: PAGE.index("<body>")],
    ],
)
def test_a_page_that_lacks_its_end(text: str) -> None:
    """The pages of its site have it."""
    assert end_problems(text, html.parse(text)) == [
        "the page is cut off: it lacks </html>, which the site's pages have"
    ]


@pytest.mark.parametrize(
    "text",
    [PAGE, PAGE.upper() + "<!-- 0.2 s -->", "<html><head prefix='og: a'><title>x</title><p>text"],
)
def test_a_page_that_needs_no_end(text: str) -> None:
    """It has one, or leaves out other end tags as well."""
    assert end_problems(text, html.parse(text)) == []


LIST_OF_FILES = "a list of the files in its folder in its place"


def test_a_list_of_files_in_place_of_a_page() -> None:
    """It is nginx's, whose pages have no doctype; of another server's it may be the page itself."""
    text = "<html>\n<head><title>Index of /</title></head>\n<body><hr><pre></pre></body>\n</html>\n"
    [problem] = problems(text, html.parse(text))
    assert problem == LIST_OF_FILES
    assert isinstance(problem, Problem)
    assert problem.aspect is Aspect.SERVER_PAGE
    assert problems(f"<!doctype html>{text}", html.parse(f"<!doctype html>{text}")) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<pre>\n<a href="a%20b/">a b/</a>\n<a href="c.html">c.html</a>\n</pre>', LIST_OF_FILES),
        ('<pre>Files: <a href="c.html">c.html</a>\n</pre>', "the page has no title"),
        ('<a href="c.html">more</a>', "the page has no title"),
        ("", "the page has no title"),
    ],
)
def test_a_list_of_files_without_a_title(body: str, problem: str) -> None:
    """It is Go's: links that say where they lead, and no other word."""
    text = f'<!doctype html>\n<meta name="viewport" content="width=device-width">\n{body}'
    assert problems(text, html.parse(text)) == [problem]


WARNINGS = {
    "php": (
        "<br />\n<b>Warning</b>:  Undefined variable $a in <b>/srv/head.php</b> on line <b>3</b>"
        "<br />\n" + PAGE,
        "Warning: Undefined variable $a in /srv/head.php on line 3",
    ),
    "php-and-no-page": (
        "PHP Fatal error: Uncaught Error in /srv/head.php on line 3",
        "Fatal error: Uncaught Error in /srv/head.php on line 3",
    ),
    "node": (
        "(node:12) DeprecationWarning: punycode\n" + PAGE,
        "(node:12) DeprecationWarning: punycode",
    ),
    "no-doctype": ("Warning: low on memory\n" + PAGE[16:], "Warning: low on memory"),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_page_behind_a_warning(name: str) -> None:
    """The warning is what is wrong, not the doctype behind it."""
    text, warning = WARNINGS[name]
    first = problems(text, html.parse(text))[0]
    assert first == f'the page begins with "{warning}", not with <!doctype html>'


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
        ("utf-8", "<meta http-equiv=content-type>"),
        (None, "\ufeff<title>only a byte-order mark says so</title>"),
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
        ('<html lang="he-IL" dir="rtl">', []),
        ('<html lang="hebrew" dir="rtl">', ['<html lang>: expected "he", found "hebrew"']),
        ('<html lang="HE" dir="rtl">', ['<html lang>: expected "he", found "HE"']),
        ('<html lang="he" dir="ltr">', ['<html dir>: expected "rtl", found "ltr"']),
        ('<html lang="he" dir="rtl"><body dir="auto">', []),
        (
            '<html lang="he" dir="rtl"><body dir="LTR">',
            ['<body dir>: expected "rtl", found "ltr"'],
        ),
        (
            "<p>no element",
            ['<html lang>: expected "he", found none', '<html dir>: expected "rtl", found none'],
        ),
    ],
)
def test_the_language_of_a_page(text: str, expected: list[str]) -> None:
    """Language and direction are told apart."""
    assert language_problems(html.parse(text), "he", "rtl") == expected


ABOUT = "about:healthreport"
POLICY = "content-security-policy"


@pytest.mark.parametrize(
    ("headers", "frame"),
    [
        ({}, ABOUT),
        ({POLICY: "frame-ancestors https://example.org"}, ""),
        ({POLICY: "frame-ancestors https://example.org about:"}, ABOUT),
        ({POLICY: "frame-ancestors *"}, ABOUT),
        ({POLICY: "frame-ancestors about:healthreport"}, ABOUT),
        ({POLICY: "default-src 'self'"}, ABOUT),
        ({POLICY: "frame-ancestors 'self' https://*.example.org"}, "https://www.example.org/x"),
        ({"content-disposition": "inline"}, ""),
        ({"x-frame-options": "ALLOWALL"}, ""),
        ({"x-frame-options": "ALLOWALL, allowall"}, ""),
        ({"x-frame-options": "ALLOW-FROM about:healthreport"}, ABOUT),
        ({"x-frame-options": "DENY", POLICY: "frame-ancestors about:"}, ABOUT),
        ({"x-frame-options": "SAMEORIGIN", POLICY: "frame-ancestors *"}, ""),
    ],
)
def test_a_page_that_may_be_framed(headers: dict[str, str], frame: str) -> None:
    """Nothing is said of it."""
    assert framing_problems(headers, "https://fhr.example.org/fr/", frame) == []


@pytest.mark.parametrize(
    ("headers", "frame", "expected"),
    [
        ({"x-frame-options": "deny"}, "", "X-Frame-Options: deny keeps the page out of frames"),
        ({"x-frame-options": "DENY"}, ABOUT, "X-Frame-Options: DENY keeps the page out of frames"),
        ({"x-frame-options": "SAMEORIGIN"}, "", "X-Frame-Options: SAMEORIGIN keeps"),
        ({"x-frame-options": "SAMEORIGIN"}, ABOUT, "X-Frame-Options: SAMEORIGIN"),
        ({"x-frame-options": "allowall, SAMEORIGIN"}, ABOUT, "X-Frame-Options: allowall, SAMEO"),
        ({"x-frame-options": "DENY", POLICY: "img-src 'self'"}, ABOUT, "X-Frame-Options: DENY"),
        ({"x-frame-options": "SAMEORIGIN, SAMEORIGIN"}, "", "X-Frame-Options: SAMEORIGIN, S"),
        ({"x-frame-options": "ALLOWALL, SAMEORIGIN"}, "", "X-Frame-Options: ALLOWALL, SAMEO"),
        ({"x-frame-options": "ALLOW-FROM about:, allowall"}, "", "X-Frame-Options: ALLOW-FROM"),
        (
            {POLICY: "default-src *; Frame-Ancestors  'NONE'"},
            "",
            "Content-Security-Policy: frame-ancestors 'NONE' keeps the page out of frames",
        ),
        (
            {POLICY: "frame-ancestors https://example.org"},
            ABOUT,
            "Content-Security-Policy: frame-ancestors https://example.org keeps the page out of ab",
        ),
        ({POLICY: "frame-ancestors 'self'"}, ABOUT, "Content-Security-Policy: frame-ancestors 's"),
        ({POLICY: "default-src *, frame-ancestors"}, ABOUT, "Content-Security-Policy: frame-anc"),
        (
            {"content-disposition": "Attachment; filename=x"},
            "",
            "Content-Disposition: Attachment; filename=x makes the page a download",
        ),
    ],
)
def test_a_page_that_may_not_be_framed(headers: dict[str, str], frame: str, expected: str) -> None:
    """The header that forbids it is named."""
    [problem] = framing_problems(headers, "https://fhr.example.org/fr/", frame)
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    "title",
    [
        "404 Not Found",
        "Error 500",
        "HTTP Status 404 – Not Found",
        "Not Found",
        "500 Internal Server Error",
        "503 Service Temporarily Unavailable",
        "Server Error (500)",
        "We're sorry, but something went wrong (500)",
        "Welcome to nginx!",
        "Apache2 Debian Default Page: It works",
    ],
)
def test_a_page_of_the_servers_own_is_no_page_of_the_site(title: str) -> None:
    """Servers and frameworks answer errors with 200 as well."""
    text = PAGE.replace("<title>x", f"<title>{title}")
    (problem,) = problems(text, html.parse(text))
    assert problem.startswith("a page of the server's own in its place: its title is ")


@pytest.mark.parametrize(
    "title",
    [
        "How to mend 404 Not Found",
        "Error handling",
        "500 recipes",
        "Gone",
        "Room 404",
    ],
)
def test_a_page_about_errors_is_a_page_of_the_site(title: str) -> None:
    """A title that says more than an error's is the site's own."""
    text = PAGE.replace("<title>x", f"<title>{title}")
    assert problems(text, html.parse(text)) == []


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ("<select><main>x</main>", "<select>"),
        ("<template><main>x</main>", "<template>"),
        ("<template></template><template><script>f()</script>", "<template>"),
        ("<main>x</main><select><option>x", ""),
        ("<main>x</main><template><p>x", ""),
        ("<select><option>x</select><main>x</main>", ""),
        ("<template><main>x</main></template>", ""),
        ("<!-- <select> --><main>x</main>", ""),
        ("<script>f('<template>')</script><main>x</main>", ""),
    ],
)
def test_an_element_that_takes_in_what_follows(body: str, element: str) -> None:
    """Nobody sees the page then, though it ends as it should; at its end it does no harm."""
    text = PAGE.replace("text", body)
    expected = [f"{element} is not closed: all that follows belongs to it"] if element else []
    assert problems(text, html.parse(text)) == expected
