"""What pages refer to: scripts, styles, images, fonts and the JSON that scripts load."""

import re

import pytest

from knowngood import script

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
    "js": "(text|application)/(x-)?javascript",
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


def ours(references):
    """Those on the environment's own origins."""
    return [needed for needed in references if needed.exchange is not None]


def suffix(needed):
    """`css` of `/fr/css/styles.css?1`."""
    return needed.response.path.rpartition("/")[2].rpartition(".")[2].lower()


@pytest.mark.catches(
    "content-short-body",
    "css-image-missing",
    "css-import-missing",
    "date-format-missing",
    "font-missing",
    "image-missing",
    "script-connection-closed",
    "script-missing",
    "stylesheet-missing",
)
def test_everything_a_page_refers_to_is_there(references):
    """Every reference on our own origin answers 200."""
    for needed in ours(references):
        assert needed.response.status_code == 200, needed


@pytest.mark.catches("page-maintenance", "page-nginx-welcome")
def test_every_page_brings_its_scripts_and_styles(responses, references):
    """A page without them is somebody else's: a welcome, an error, a maintenance page."""
    for page in responses:
        kinds = {needed.kind for needed in ours(references) if needed.page == str(page.url)}
        assert {"script", "stylesheet"} <= kinds


@pytest.mark.catches("script-is-html", "stylesheet-wrong-type")
def test_everything_has_its_own_media_type(references):
    """Browsers refuse a stylesheet or a script that is sent as something else."""
    for needed in ours(references):
        expected = MEDIA_TYPES.get(suffix(needed), "(?!text/html).+")
        assert re.fullmatch(expected, needed.response.media_type), needed


@pytest.mark.catches("image-empty", "image-is-html", "script-is-html")
def test_nothing_is_empty_or_an_error_page(references):
    """What is named an image, a font or a script begins like one."""
    for needed in ours(references):
        body = needed.response.content
        assert body, needed
        assert body.startswith(BEGINNINGS.get(suffix(needed), b"")), needed
        if needed.kind != "frame":
            assert not re.match(rb"\s*<(!doctype html|html)", body[:200], re.I), needed


@pytest.mark.catches("script-truncated")
def test_scripts_are_whole(references):
    """Every script parses to its end."""
    for needed in ours(references):
        if needed.kind == "script":
            source = needed.response.content
            assert script.trouble(source, mozilla=script.is_mozilla(needed.type)) is None, needed


@pytest.mark.catches("stylesheet-truncated")
def test_stylesheets_are_whole(references):
    """Every block that a stylesheet opens, it closes."""
    for needed in ours(references):
        if needed.response.media_type == "text/css":
            bare = re.sub(
                r"""/\*.*?(\*/|\Z)|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'""",
                "",
                needed.response.text,
                flags=re.S,
            )
            assert bare.count("{") == bare.count("}"), needed


@pytest.mark.catches("config-bom", "config-empty")
def test_json_that_scripts_load_parses(references):
    """What a script loads as JSON, the browser's parser takes."""
    for needed in ours(references):
        if needed.kind == "json":
            needed.response.json()


@pytest.mark.catches("page-http-reference")
def test_nothing_is_asked_for_in_clear(responses, references):
    """A secure page that refers to http:// is shown without what it refers to."""
    if all(page.url.scheme == "https" for page in responses):
        assert [needed for needed in references if needed.url.startswith("http:")] == []


@pytest.mark.catches("script-stale")
@pytest.mark.get("content:/en-US/{*page}", references=True)
def test_shared_files_are_the_same_in_every_locale(references, case):
    """Scripts, styles and images are links to one copy; another one is an old release's."""
    reference = {
        needed.response.path.removeprefix("/en-US/"): needed.response.content
        for needed in ours(references)
        if needed.page.partition("/en-US/")[1]
    }
    for needed in ours(references):
        path = needed.response.path.removeprefix(f"/{case['locale']}/")
        if path in reference:
            assert needed.response.content == reference[path], needed
