"""Pages: desktop, v4 and mobile come whole, in their own language, with nothing left unrendered."""

import codecs
import re

import pytest

from knowngood.content import javascript

from . import mozilla_javascript

pytestmark = pytest.mark.get("content:/{locale}/{*page}")

INSIDE = r"[\u0080-\u009f\u00a1-\u00aa\u00ac-\u00b6\u00b8-\u00ba\u00bc-\u00bf]"
UNRENDERED = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\{#[^{}]*#\}|<%=?[^%]*%>|%\(\w+\)[sd]"  # templates, translations
    r"|^<{7} .*|^={7}\r?$|^>{7} .*"  # a merge that was not finished
    r"|\ufffd|[\u00c2\u00c3][\u0080-\u00bf]"  # letters lost, UTF-8 encoded twice
    # The same of other alphabets; but French has \u00e9\u00a0\u00bb, and Catalan l\u00b7l.
    rf"|(?:[\u00c4-\u00df]{INSIDE}){{2}}|[\u00e0-\u00ef]{INSIDE}{{2}}"
    r"|\?{4,}"  # converted to a charset without these letters
    r"|Traceback \(most recent call last\)|an error occurred while processing this directive"
    r"|(?:Warning|Notice|Fatal error|Parse error)(?:</b>)?: .{1,300} on line (?:<b>)?\d+",  # PHP
    re.M,
)
# The key of a text, shown in the text's place.
KEY = re.compile(r"[a-z][a-z0-9]*([._][a-z][a-z0-9]*)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")

# What a program writes where it has nothing to write.
NOTHING = {"None", "null", "undefined", "NaN", "[object Object]"}
HEADINGS = "h1, h2, h3, h4, h5, h6, figcaption, dt, th, label, button, a[href]"

COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)")  # one without an end hides the rest


def charsets(page):
    """The charsets that the header and the page itself declare."""
    declared = {page.charset_encoding}
    declared |= {meta.attributes["charset"] for meta in page.html.css("meta[charset]")}
    for meta in page.html.css('meta[http-equiv="content-type" i]'):
        declared |= set(re.findall(r"charset\s*=\s*([\w-]+)", meta.attributes["content"], re.I))
    return {codecs.lookup(name.strip()).name for name in declared if name}


@pytest.mark.catches(
    "locale-missing",
    "mobile-missing",
    "page-attachment",
    "page-cannot-be-framed",
    "page-http-redirect",
    "page-login-redirect",
    "page-no-charset",
    "page-other-origin-redirect",
    "page-redirect-loop",
    "page-refresh-header",
    "page-wrong-charset",
    "page-wrong-type",
    "v4-missing",
)
def test_page_is_there(responses):
    r"""Every locale that Firefox ships has its pages, answered directly, as HTML, in the charset
    that they are declared in: without one, or with two, most languages are garbage. Nothing
    forbids the frame in which about:healthreport shows them.

    $ for l in $locale; do
    >   for page in "" v4/ "mobile/?v=1"; do
    >     url="$content/$l/$page"
    >     curl -sS -o /dev/null -w '%{http_code} %{content_type} %{url_effective}\n' "$url"
    >   done
    > done | sed '/^200 text\/html/d'
    """
    for page in responses:
        assert page.status_code == 200
        assert page.media_type == "text/html"
        assert charsets(page) == {"utf-8"}
        page.content.decode("utf-8")
        assert page.headers.get("x-frame-options", "").upper() not in ("DENY", "SAMEORIGIN")
        policy = page.headers.get("content-security-policy", "")
        assert not re.search(r"frame-ancestors\s+'none'", policy, re.I)
        assert not page.headers.get("content-disposition", "").lower().startswith("attachment")
        assert "refresh" not in page.headers


@pytest.mark.catches(
    "locale-swapped",
    "page-hostile-text",
    "page-nginx-welcome",
    "page-wrong-dir",
    "page-wrong-lang",
)
def test_page_is_in_its_own_language(responses, case, environment):
    r"""`<html lang>` is the locale asked for or the one it is an alias of, and `dir` is that
    language's direction: from right to left in Arabic, Persian and Urdu. A page that nobody has
    translated yet may be another locale's, where the environment says so.

    $ for l in $locale; do
    >   wanted=$(printf '%s\n' $aliases | sed -n "s/^$l=//p")
    >   lang=$(curl -sS "$content/$l/" | sed -n 's/.*<html[^>]* lang="\([^"]*\)".*/\1/p')
    >   test "$lang" = "${wanted:-$l}" || echo "$l: $lang"
    > done
    """
    borrowed = dict(each.split("=") for each in environment.params.get("borrowed", ()))
    target = environment.target(case["locale"])
    for page in responses:
        place = page.path.replace(f"/{case['locale']}/", f"{target}/", 1)
        language = borrowed.get(place, target)
        direction = "rtl" if language in environment.params["rtl"] else "ltr"
        root = page.html.css_first("html").attributes
        assert (root.get("lang"), (root.get("dir") or "").lower()) == (language, direction)


@pytest.mark.catches(
    "gzip-twice",
    "page-body-twice",
    "page-empty",
    "page-ends-twice",
    "page-no-title",
    "page-truncated",
    "page-warning-first",
)
def test_page_is_complete(responses):
    r"""It begins with its doctype, has a title and ends with `</html>`, comments aside: cut short
    it still answers 200. There is one of each: a page written twice is two.

    $ for l in $locale; do
    >   for page in "" v4/ "mobile/?v=1"; do
    >     curl -sS "$content/$l/$page" | tr '\r\n' '  ' |
    >       grep -Eiq '^ *<!doctype html.*<title>[^<]*[^< ][^<]*</title>.*</html> *$' ||
    >       echo "$l/$page"
    >   done
    > done
    """
    for page in responses:
        bare = COMMENT.sub("", page.text)
        assert re.match(r"\ufeff?\s*<!doctype html", bare[:200], re.I)
        assert any(title.text(strip=True) for title in page.html.css("head > title"))
        assert page.text.lower().count("<!doctype") == 1
        assert len(re.findall(r"</html\b", bare, re.I)) == 1
        assert len(re.findall(r"</body\b", bare, re.I)) <= 1
        assert re.search(r"</html\s*>\s*\Z", bare[-100:], re.I)


@pytest.mark.catches(
    "page-conflict-markers",
    "page-encoded-twice",
    "page-encoded-twice-rtl",
    "page-heading-is-key",
    "page-heading-is-none",
    "page-include-failed",
    "page-link-not-filled-in",
    "page-merge-half-done",
    "page-php-warning",
    "page-question-marks",
    "page-refreshes",
    "page-stack-trace",
    "page-title-is-key",
    "page-unrendered",
)
def test_page_has_nothing_left_to_render(responses):
    """No placeholder of the templates or of the translations is left, no key of a text in its
    place, no half-done merge, no trace of a crash.

    $ left='[{][{]|[{]%|%[(][a-z_]+[)]|^<<<<<<< |^>>>>>>> |[?]{4}|Traceback|an error occurred'
    > for l in $locale; do
    >   for page in "" v4/ "mobile/?v=1"; do
    >     curl -sS "$content/$l/$page" | grep -E "$left" | sed "s|^|$l/$page: |"
    >   done
    > done
    """
    for page in responses:
        left = UNRENDERED.search(page.text)
        assert left is None, left[0][:200]
        shown = page.html.css("title, h1, h2, h3, button, label")
        texts = [node.text(strip=True) for node in shown]
        assert [text for text in texts if KEY.fullmatch(text)] == []
        titles = [node.text(strip=True) for node in page.html.css("title, h1, h2, h3")]
        assert NOTHING.isdisjoint(titles)
        assert page.html.css('[href*="%("], [src*="%("], [href*="% ("], [src*="% ("]') == []
        assert page.html.css('script[src=""], img[src=""], link[href=""]') == []
        assert page.html.css('meta[http-equiv="refresh" i]') == []


@pytest.mark.catches("page-heading-empty")
@pytest.mark.get("content:/en-US/{*page}")
def test_what_is_said_in_english_is_said_in_every_language(responses, case):
    """All pages of a kind come from one template: what is empty in one language, and not in
    English, is a text that was lost.
    """
    empty = {}
    for page in responses:
        nodes = page.html.css(HEADINGS)
        lost = [node for node in nodes if not node.text(strip=True) and not node.css("*")[1:]]
        empty[page.path] = len(lost)
    for path in [path for path in empty if path.startswith(f"/{case['locale']}/")]:
        assert empty[path] <= empty[path.replace(f"/{case['locale']}/", "/en-US/", 1)], path


@pytest.mark.catches("inline-script-broken")
def test_inline_scripts_parse(responses):
    """An apostrophe in a translation can end a string of the page's own script."""
    for page in responses:
        for node in page.html.css("script:not([src])"):
            kind = node.attributes.get("type") or ""
            source = node.text(deep=True).encode()
            if javascript.is_javascript(kind) and source.strip():
                assert mozilla_javascript.trouble(source, kind) is None
