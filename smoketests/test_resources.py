"""What pages refer to: scripts, styles, images, fonts and the JSON that scripts load."""

from urllib.parse import urlsplit

import pytest

from knowngood import checks

from . import mozilla_javascript

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)


@pytest.mark.catches("css-image-missing", "css-import-missing", "date-format-missing")
@pytest.mark.catches("font-missing", "image-missing", "script-missing", "stylesheet-missing")
@pytest.mark.catches("page-comment-unclosed", "page-wrong-base", "v4-is-desktop")
@pytest.mark.catches("page-maintenance", "page-nginx-welcome")
@pytest.mark.catches("body-drips", "body-endless", "body-ten-megabytes", "content-short-body")
@pytest.mark.catches("chunks-broken", "interim-endless", "lengths-differ", "status-line-broken")
@pytest.mark.catches("file-silent", "script-connection-closed", "gzip-bomb", "gzip-cut-off")
@pytest.mark.catches("headers-200-kilobytes", "headers-drip")
def test_everything_a_page_needs_is_there(responses, resources):
    """Every script, style, image and font on our own origin answers 200.

    A page without any script or style is somebody else's: a welcome, an error, maintenance.
    """
    for page in responses:
        kinds = {resource.kind for resource in checks.own(resources, page)}
        assert {"script", "stylesheet"} <= kinds
    for resource in checks.own(resources):
        assert resource.response.status_code == 200, resource


@pytest.mark.catches("content-type-twice", "script-wrong-type", "stylesheet-wrong-type")
@pytest.mark.catches("image-empty", "image-is-html", "image-truncated", "script-is-html")
def test_everything_is_what_its_name_says(resources):
    """Every file has the media type, first and last bytes of its name's ending."""
    for resource in checks.own(resources):
        assert checks.file_problems(resource) == [], resource


@pytest.mark.catches("config-bom", "config-empty", "script-truncated", "stylesheet-truncated")
@pytest.mark.catches("script-conflict-markers", "stylesheet-conflict-markers")
@pytest.mark.catches("stylesheet-bom-inside")
def test_scripts_styles_and_json_are_whole(resources):
    """Scripts and JSON parse to their end, and styles close what they open."""
    for resource in checks.own(resources):
        assert checks.syntax_problems(resource, mozilla_javascript.trouble) == [], resource


@pytest.mark.catches("stylesheets-say-nothing")
@pytest.mark.catches("library-comment-only", "script-twice", "stylesheet-comment-only")
def test_each_file_has_its_own_to_say(responses, resources):
    """No script or style is nothing but comments, and none is a copy of another."""
    for page in responses:
        for kind in ("script", "stylesheet"):
            files = [file for file in checks.own(resources, page) if file.kind == kind]
            for file in files:
                assert checks.has_content(file), file
            assert len({file.response.content for file in files}) == len(files)


@pytest.mark.catches("policy-blocks-inline", "policy-blocks-requests", "policy-blocks-scripts")
def test_no_policy_forbids_what_a_page_needs(responses, resources):
    """No page's Content-Security-Policy forbids what the page itself loads."""
    for page in responses:
        assert checks.policy_problems(page, resources) == []


@pytest.mark.catches("script-integrity-stale")
def test_integrity_is_that_of_what_is_there(responses, resources):
    """Every file has the hash that its element names; browsers do not run another."""
    for page in responses:
        for resource in checks.own(resources, page):
            assert checks.integrity_problems(page, resource) == [], resource


@pytest.mark.catches("page-foreign-reference", "page-http-reference")
def test_nothing_is_asked_for_elsewhere_or_in_clear(responses, resources, environment):
    """Pages load from no host but ours and those that the environment names, and not by http://."""
    elsewhere = [resource.url for resource in resources if resource.exchange is None]
    hosts = {urlsplit(url).hostname for url in elsewhere}
    assert hosts <= set(environment.params.get("elsewhere", hosts))
    if all(page.url.scheme == "https" for page in responses):
        assert [url for url in elsewhere if url.startswith("http:")] == []
