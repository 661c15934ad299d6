"""What pages refer to: scripts, styles, images, fonts and the JSON that scripts load."""

import re

import httpx
import pytest

from knowngood import script, stylesheet

pytestmark = pytest.mark.get("content:/{locale}/{*page}", references=True)

# Fonts are not listed: browsers do not look at their media type, and servers differ.
MEDIA_TYPES = {
    "css": "text/css",
    "gif": "image/gif",
    "htm": "text/html",
    "html": "text/html",
    "ico": "image/(x-icon|vnd.microsoft.icon)",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "(text|application)/(x-)?(java|ecma)script",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg[+]xml",
    "webp": "image/webp",
}
BEGINNINGS = {
    "gif": b"GIF8",
    "jpg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "woff": b"wOFF",
    "woff2": b"wOF2",
}
ENDINGS = {"gif": b";", "png": b"IEND", "svg": b"</svg>"}  # in the last bytes
HTML = re.compile(rb"\s*<(!doctype html|html)", re.I)
MARKERS = re.compile(r"^<{7} |^>{7} ", re.M)  # of a merge that was not finished


def ours(references):
    """Those on the environment's own origins."""
    return [needed for needed in references if needed.exchange is not None]


def below(locale, references):
    """What the pages of a locale refer to below it, by page and path without the locale."""
    found = {}
    for needed in ours(references):
        page, path = httpx.URL(needed.page).path, httpx.URL(needed.url).path
        if page.startswith(f"/{locale}/") and path.startswith(f"/{locale}/"):
            found[page.removeprefix(f"/{locale}/"), path.removeprefix(f"/{locale}/")] = needed
    return found


def suffix(needed):
    """`css` of `/fr/css/styles.css?1`."""
    return needed.response.path.rpartition("/")[2].rpartition(".")[2].lower()


@pytest.mark.catches(
    "body-drips",
    "body-endless",
    "body-ten-megabytes",
    "chunks-broken",
    "content-short-body",
    "css-image-missing",
    "css-import-missing",
    "date-format-missing",
    "file-silent",
    "font-missing",
    "gzip-bomb",
    "headers-200-kilobytes",
    "headers-drip",
    "image-missing",
    "interim-endless",
    "lengths-differ",
    "page-maintenance",
    "page-nginx-welcome",
    "script-connection-closed",
    "script-missing",
    "status-line-broken",
    "stylesheet-missing",
)
def test_everything_a_page_needs_is_there(responses, references):
    """Every reference on our own origin answers 200. A page without any script or style is
    somebody else's: a welcome, an error, a maintenance page.
    """
    for page in responses:
        kinds = {needed.kind for needed in ours(references) if needed.page == str(page.url)}
        assert {"script", "stylesheet"} <= kinds
    for needed in ours(references):
        assert needed.response.status_code == 200, needed


@pytest.mark.catches(
    "image-empty", "image-is-html", "image-truncated", "script-is-html", "stylesheet-wrong-type"
)
def test_everything_is_what_its_name_says(references):
    """By media type and by its first and last bytes: not empty, not cut short, and no error page
    in its place.
    """
    for needed in ours(references):
        kind = suffix(needed)
        body = needed.response.content
        assert re.fullmatch(MEDIA_TYPES.get(kind, "(?!text/html).+"), needed.response.media_type)
        assert body, needed
        assert body.startswith(BEGINNINGS.get(kind, b"")), needed
        assert ENDINGS.get(kind, b"") in (body if kind == "svg" else body[-64:]), needed
        if kind.startswith("woff"):
            assert int.from_bytes(body[8:12]) == len(body), needed  # its own length
        assert needed.kind == "frame" or not HTML.match(body[:200]), needed


@pytest.mark.catches(
    "config-bom",
    "config-empty",
    "script-truncated",
    "stylesheet-conflict-markers",
    "stylesheet-truncated",
)
def test_scripts_styles_and_json_are_whole(references):
    """Scripts parse to their end, styles close what they open, JSON is what a browser takes."""
    for needed in ours(references):
        if needed.kind == "script":
            source = needed.response.content
            assert script.trouble(source, mozilla=script.is_mozilla(needed.type)) is None, needed
        elif needed.kind == "json":
            needed.response.json()
        elif needed.response.media_type == "text/css":
            assert stylesheet.trouble(needed.response.content) is None, needed
            assert not MARKERS.search(needed.response.text), needed


@pytest.mark.catches("page-foreign-reference", "page-http-reference")
def test_nothing_is_asked_for_elsewhere_or_in_clear(responses, references, environment):
    """Only the hosts that the environment names serve what a page needs, and a secure page needs
    nothing by http://, or it is shown without.
    """
    elsewhere = [needed.url for needed in references if needed.exchange is None]
    hosts = {httpx.URL(url).host for url in elsewhere}
    assert hosts <= set(environment.params.get("elsewhere", hosts))
    if all(page.url.scheme == "https" for page in responses):
        assert [url for url in elsewhere if url.startswith("http:")] == []


@pytest.mark.catches("body-five-megabytes", "script-not-referred-to", "script-stale")
@pytest.mark.get("content:/en-US/{*page}", references=True)
def test_shared_files_are_the_same_in_every_locale(references, case):
    """Scripts, styles and images are links to one copy, and every locale's pages refer to all of
    them; another one is an old release's.
    """
    reference = below("en-US", references)
    here = below(case["locale"], references)
    assert sorted(reference.keys() ^ here.keys()) == []
    for place, needed in here.items():
        assert reference[place].response.content == needed.response.content, needed
