"""Faults of what a page says: keys in the place of words, letters lost, traces of a crash."""

import re
from dataclasses import replace

from fhr_standin.faults.changes import ALL_PAGES, DESKTOP, content, swap
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import Resource

_TRACE = """<pre>Traceback (most recent call last):
  File "build.py", line 41, in render
KeyError: 'privacy'</pre>"""


def _element(name: str, text: str) -> ContentAct:
    """Replace the text of the first element of this name."""
    pattern = re.compile(rf"(<{name}\b[^>]*>).*?(</{name}>)".encode(), re.S)
    return lambda _ask, res: replace(
        res, body=pattern.sub(rf"\g<1>{text}\g<2>".encode(), res.body, count=1)
    )


def _other_texts(ask: Ask, resource: Resource) -> Resource:
    """Put the texts of the next locale into a page; its language and direction stay."""
    codes = sorted(code for code, locale in ask.site.locales.items() if locale.target is None)
    other = next((code for code in codes if code > (ask.locale or "")), codes[0])
    return _texts_of(other, ask, resource)


def _english_texts(ask: Ask, resource: Resource) -> Resource:
    return _texts_of("en-US", ask, resource)


def _texts_of(other: str, ask: Ask, resource: Resource) -> Resource:
    head = re.search(rb"<html[^>]*>", resource.body)
    body = ask.site.page(other, ask.inner).body
    return replace(resource, body=re.sub(rb"<html[^>]*>", head[0] if head else b"", body, count=1))


def _question_marks(_ask: Ask, resource: Resource) -> Resource:
    """Convert the page to ASCII, as a database connection of the wrong charset does."""
    if b'dir="rtl"' not in resource.body:
        return resource
    return replace(resource, body=resource.body.decode().encode("ascii", "replace"))


def _encoded_twice(_ask: Ask, resource: Resource) -> Resource:
    """Take the bytes of a right-to-left page for Latin-1, and encode that."""
    if b'dir="rtl"' not in resource.body:
        return resource
    return replace(resource, body=resource.body.decode("latin-1").encode())


FAULTS = [
    content(
        "page-encoded-twice-rtl",
        "the letters of right-to-left pages are UTF-8 twice over",
        ALL_PAGES,
        _encoded_twice,
        needs="rtl",
    ),
    content(
        "page-escaped-twice",
        "the letters of one locale's desktop page are entities, which were escaped once more",
        DESKTOP,
        _element("h1", "Sant&amp;eacute;"),
        reach="one locale",
    ),
    content(
        "page-markup-escaped",
        "the markup of a text of the mobile page is escaped",
        ["mobile/"],
        swap("</h1>", " &lt;strong&gt;now&lt;/strong&gt;</h1>"),
    ),
    content(
        "page-text-not-filled-in",
        "a placeholder of C is left in the heading of one locale's v4 page",
        ["v4/"],
        swap("</h1>", " %1$s</h1>"),
        reach="one locale",
    ),
    content(
        "page-text-in-markup-of-xliff",
        "the heading of one locale's v4 page holds what stands for a placeholder in XLIFF",
        ["v4/"],
        swap("</h1>", ' &lt;x id="1"/&gt;</h1>'),
        reach="one locale",
    ),
    content(
        "page-not-translated",
        "the translation of one locale was not found: its pages have English texts",
        ALL_PAGES,
        _english_texts,
        reach="one locale",
    ),
    content(
        "page-include-left",
        "an include of the desktop page was never carried out",
        DESKTOP,
        swap("<footer>", '<footer><!--#include virtual="/footer.html" -->'),
    ),
    content(
        "page-link-quote-lost",
        "the element that loads the styles of the mobile page has lost a quote",
        ["mobile/"],
        swap('rel="stylesheet" href="css/main.css"', 'rel="stylesheet href="css/main.css"'),
    ),
    content(
        "page-local-file",
        "an image of the v4 page lies on a developer's own machine",
        ["v4/"],
        swap("img/logo.svg", "file:///C:/fhr/img/logo.svg"),
    ),
    content(
        "page-title-is-key",
        "the title of every page is the key of its text",
        ALL_PAGES,
        _element("title", "fhr.page_title"),
    ),
    content(
        "page-heading-is-key",
        "the heading of one locale's desktop page is the key of its text",
        DESKTOP,
        _element("h1", "FHR_GREETING"),
        reach="one locale",
    ),
    content(
        "page-heading-is-none",
        "the heading of every mobile page is what Python prints for nothing",
        ["mobile/"],
        _element("h1", "None"),
    ),
    content(
        "page-heading-empty",
        "one locale's v4 page has an empty heading",
        ["v4/"],
        _element("h1", ""),
        reach="one locale",
    ),
    content(
        "page-link-not-filled-in",
        "half a placeholder is left in a link of one locale's desktop page",
        DESKTOP,
        swap("http://www.example.org/privacy/", "%(privacy_url"),
        reach="one locale",
    ),
    content(
        "page-question-marks",
        "the letters of right-to-left pages are question marks",
        ALL_PAGES,
        _question_marks,
        needs="rtl",
    ),
    content(
        "page-link-no-url",
        "the text of a link of one locale's mobile page stands in the place of its URL",
        ["mobile/"],
        swap("http://www.example.org/privacy/", "privacy policy"),
        reach="one locale",
    ),
    content(
        "page-link-quoted",
        "the URL of a link of one locale's v4 page stands in quotes of its language",
        ["v4/"],
        swap('"http://www.example.org/privacy/"', '"„http://www.example.org/privacy/“"'),
        reach="one locale",
    ),
    content(
        "page-link-other-percent",
        "a placeholder is left in a link, for its percent sign is that of Arabic",
        DESKTOP,
        swap("http://www.example.org/privacy/", "٪(privacy_url)s"),
        reach="one locale",
    ),
    content(
        "page-fragment-missing",
        "a link of the v4 page leads to a place in it that is not there",
        ["v4/"],
        swap("<footer>", '<footer><a href="#help">?</a>'),
    ),
    content(
        "page-other-language",
        "one locale's desktop page has the texts of another language, under its own lang",
        DESKTOP,
        _other_texts,
        reach="one locale",
    ),
    content(
        "page-no-translation",
        "the heading of one locale's v4 page is what gettext has for an empty text",
        ["v4/"],
        _element("h1", "Project-Id-Version: fhr PO-Revision-Date: 2014-04-01 12:00+0000"),
        reach="one locale",
    ),
    content(
        "page-express-trace",
        "a trace of Express stands in the mobile page",
        ["mobile/"],
        swap("<footer>", "<footer>TypeError: x<br> &nbsp; &nbsp;at /srv/fhr/app.js:3:4<br>"),
    ),
    content(
        "page-stack-trace",
        "the build's own stack trace stands in the mobile page",
        ["mobile/"],
        swap("<footer>", f"<footer>{_TRACE}"),
    ),
    content(
        "page-php-warning",
        "a warning of PHP stands in the v4 page of one locale",
        ["v4/"],
        swap(
            "<main>",
            "<main><b>Warning</b>:  include(nav.php): failed to open stream in"
            " <b>/srv/fhr/v4.php</b> on line <b>12</b>",
        ),
        reach="one locale",
    ),
    content(
        "page-include-failed",
        "the server could not carry out an include of the desktop page",
        DESKTOP,
        swap("<footer>", "<footer>[an error occurred while processing this directive]"),
    ),
]
