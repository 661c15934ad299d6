"""Scripts, stylesheets, images and fonts are spoilt."""

import pytest
from recorded_answers import answered, changed, changes, document, page

from knowngood.mutation import Recorded

SCRIPT = Recorded("GET", answered("f(); {a}\n", "application/javascript"))
STYLE = Recorded("GET", answered("a { b: c }\nd { e: f }\n", "text/css", gzipped=True))


def test_the_last_brace_is_lost() -> None:
    """The last block is never closed."""
    assert changed("code-end-gone", SCRIPT).body == b"f(); {a"
    assert changed("code-end-gone", STYLE).body == b"a { b: c }\nd { e: f "


def test_a_brace_too_many() -> None:
    """It stands where it spoils something also in a stylesheet: before the first rule."""
    assert changed("code-stray-brace", SCRIPT).body == b"}\nf(); {a}\n"
    assert changed("code-stray-brace", STYLE).body.startswith(b"}\na {")


@pytest.mark.parametrize("mutation", ["code-end-gone", "code-stray-brace"])
def test_what_is_no_code_stays(mutation: str) -> None:
    """Pages, documents and empty scripts have no braces to lose."""
    empty = Recorded("GET", answered("", "text/javascript"))
    for recorded in (page(), document({"a": {}}), empty):
        assert not changes(mutation, recorded)


@pytest.mark.parametrize("kind", ["image/png", "font/woff2", "application/font-woff", "video/mp4"])
def test_a_page_in_place_of_a_file(kind: str) -> None:
    """It is sent under the media type of the file."""
    answer = changed("media-is-html", Recorded("GET", answered(b"\x89PNG", kind)))
    assert answer.body.startswith(b"<!doctype html>")
    assert answer.header("content-type") == kind


def test_what_is_no_picture_stays() -> None:
    """A script that is a page is another mutation's."""
    assert not changes("media-is-html", SCRIPT)
    assert not changes("media-is-html", Recorded("GET", answered(b"", "image/png")))
