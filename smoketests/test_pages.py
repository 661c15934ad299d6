"""Pages: desktop, v4 and mobile come whole, in their own language, with nothing left unrendered."""

import re

import pytest

from knowngood import script

pytestmark = pytest.mark.get("content:/{locale}/{*page}")

UNRENDERED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|%\(\w+\)[sd]")


@pytest.mark.catches(
    "locale-missing",
    "mobile-missing",
    "page-login-redirect",
    "page-other-origin-redirect",
    "v4-missing",
)
def test_page_is_there(responses):
    """Every locale that Firefox ships has its pages, answered directly."""
    for page in responses:
        assert page.status_code == 200


@pytest.mark.catches("page-no-charset", "page-wrong-type")
def test_page_is_html_in_a_known_charset(responses):
    """A page without a charset shows most languages as garbage."""
    for page in responses:
        assert page.media_type == "text/html"
        declared = page.charset_encoding or page.html.css_first("meta[charset]")
        assert declared or page.html.css_first('meta[http-equiv="content-type" i]')


@pytest.mark.catches("locale-swapped", "page-nginx-welcome", "page-wrong-lang")
def test_page_is_in_its_own_language(responses, case, environment):
    """`<html lang>` is the locale asked for, or the one it is an alias of."""
    for page in responses:
        assert page.html.css_first("html").attributes.get("lang") == environment.target(
            case["locale"]
        )


@pytest.mark.catches("page-wrong-dir")
def test_page_runs_in_its_language_s_direction(responses, case, environment):
    """Arabic, Persian and Urdu run from right to left, all others from left to right."""
    rtl = environment.target(case["locale"]) in environment.params["rtl"]
    for page in responses:
        assert page.html.css_first("html").attributes.get("dir") == ("rtl" if rtl else "ltr")


@pytest.mark.catches("page-no-title")
def test_page_has_a_title(responses):
    """The title is not empty."""
    for page in responses:
        titles = [title.text(strip=True) for title in page.html.css("head > title")]
        assert any(titles)


@pytest.mark.catches("gzip-twice", "page-empty", "page-truncated")
def test_page_is_complete(responses):
    """It ends with `</html>`, comments aside: a page cut short still answers 200."""
    for page in responses:
        end = re.sub(r"<!--.*?-->", "", page.text[-2000:], flags=re.S).rstrip().lower()
        assert end.endswith("</html>")


@pytest.mark.catches("page-unrendered")
def test_page_has_nothing_left_to_render(responses):
    """No placeholder of the templates or of the translations is left."""
    for page in responses:
        assert UNRENDERED.findall(page.text) == []


@pytest.mark.catches("inline-script-broken")
def test_inline_scripts_parse(responses):
    """An apostrophe in a translation can end a string of the page's own script."""
    for page in responses:
        for node in page.html.css("script:not([src])"):
            kind = node.attributes.get("type") or ""
            source = node.text(deep=True).encode()
            if script.is_javascript(kind) and source.strip():
                assert script.trouble(source, mozilla=script.is_mozilla(kind)) is None
