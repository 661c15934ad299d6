"""Pages: desktop, v4 and mobile come whole, in their own language, with nothing left unrendered."""

import pytest

from knowngood import checks

from . import mozilla_javascript

FRAME = "about:healthreport"  # what shows the pages

pytestmark = pytest.mark.get("content:/{locale}/{*page}")


@pytest.mark.catches("locale-missing", "mobile-missing", "v4-missing")
@pytest.mark.catches("page-http-redirect", "page-login-redirect", "page-other-origin-redirect")
@pytest.mark.catches("page-redirect-loop", "page-refresh-header", "page-refreshes")
@pytest.mark.catches("page-no-charset", "page-wrong-charset", "page-wrong-type")
@pytest.mark.catches("page-attachment", "page-cannot-be-framed")
@pytest.mark.catches("page-framed-by-others-only", "page-frame-options-twice")
def test_page_is_there(responses):
    """Every locale has its pages: HTML in UTF-8, not redirected, free to be shown in a frame.

    Without a charset, or with two, most languages are garbage.
    """
    for page in responses:
        assert page.status_code == 200
        assert page.media_type == "text/html"
        assert checks.charset_problems(page) == []
        assert checks.framing_problems(page, FRAME) == []
        assert checks.refresh_problems(page) == []


@pytest.mark.catches("locale-swapped", "page-wrong-dir", "page-wrong-lang")
@pytest.mark.catches("page-lang-in-small-letters")
@pytest.mark.catches("page-body-dir", "page-hostile-text", "page-nginx-welcome")
def test_page_is_in_its_own_language(responses, language_of, environment):
    """Each page says which language it is in, and in which direction that is read.

    An alias has its target's language. A page that nobody has translated yet may be in another
    one, where the environment says so.
    """
    for page in responses:
        language = language_of(page)
        direction = "rtl" if language in environment.params["rtl"] else "ltr"
        assert checks.language_problems(page, language, direction) == []


@pytest.mark.catches("page-empty", "page-no-title", "page-truncated", "gzip-twice")
@pytest.mark.catches("page-body-twice", "page-ends-twice", "page-warning-first")
@pytest.mark.catches("page-noscript-unclosed", "page-script-unclosed")
@pytest.mark.catches("page-iframe-unclosed", "page-select-unclosed", "page-template-unclosed")
def test_page_is_complete(responses):
    """Each page begins with a doctype, has a title, and is whole to its end, each of them once."""
    for page in responses:
        assert checks.page_problems(page) == []


@pytest.mark.catches("page-unrendered", "page-link-not-filled-in")
@pytest.mark.catches(
    "page-link-no-colon", "page-link-no-url", "page-link-quoted", "page-link-other-percent"
)
@pytest.mark.catches("page-heading-is-key", "page-heading-is-none", "page-title-is-key")
@pytest.mark.catches("page-encoded-twice", "page-encoded-twice-rtl", "page-question-marks")
@pytest.mark.catches("page-conflict-markers", "page-merge-half-done")
@pytest.mark.catches("page-include-failed", "page-php-warning", "page-stack-trace")
@pytest.mark.catches("page-express-trace", "page-no-translation")
@pytest.mark.catches("page-include-left", "page-link-quote-lost", "page-local-file")
@pytest.mark.catches("page-link-unseen-mark", "page-attribute-misspelt")
@pytest.mark.catches("page-tag-unseen-mark", "page-tag-typographic")
def test_page_has_nothing_left_to_render(responses):
    """No page shows a placeholder, a key in place of a text, garbled letters or a crash."""
    for page in responses:
        assert checks.leftover_problems(page) == []


@pytest.mark.catches("page-escaped-twice", "page-markup-escaped", "page-text-not-filled-in")
@pytest.mark.catches("page-text-in-markup-of-xliff")
def test_nothing_raw_is_to_be_read(responses):
    """Readers see no markup, no `&eacute;` and no `%s` in the texts of a page."""
    for page in responses:
        assert checks.raw_text_problems(page) == []


@pytest.mark.catches("inline-script-broken", "inline-script-twice", "page-handler-broken")
def test_inline_scripts_parse(responses):
    """Scripts that stand in a page parse.

    An apostrophe in a translation can end a string of theirs.
    """
    for page in responses:
        assert checks.inline_script_problems(page, mozilla_javascript.trouble) == []
