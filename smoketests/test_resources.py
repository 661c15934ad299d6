"""What pages refer to: scripts, styles, images, fonts and the JSON that scripts load."""

import pytest

from knowngood import checks

from . import mozilla_javascript

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)


@pytest.mark.catches("css-image-missing", "css-import-missing", "date-format-missing")
@pytest.mark.catches("font-missing", "image-missing", "script-missing", "stylesheet-missing")
@pytest.mark.catches("page-comment-unclosed", "page-wrong-base", "v4-is-desktop")
@pytest.mark.catches("page-base-leads-nowhere")
@pytest.mark.catches("page-styles-for-print", "page-styles-less")
@pytest.mark.catches("page-maintenance", "page-nginx-welcome")
@pytest.mark.catches("firefox-script-missing", "firefox-turned-away", "referer-refused")
@pytest.mark.catches("body-drips", "body-endless", "body-ten-megabytes", "content-short-body")
@pytest.mark.catches("chunks-broken", "interim-endless", "lengths-differ", "status-line-broken")
@pytest.mark.catches("file-silent", "script-connection-closed", "gzip-bomb", "gzip-cut-off")
@pytest.mark.catches("headers-200-kilobytes", "headers-drip")
def test_everything_a_page_needs_is_there(responses, resources, case, environment):
    """Every script, style, image and font that a page needs of our own origins is there.

    A page without any script or style is somebody else's: a welcome, an error, maintenance.
    """
    for page in responses:
        kinds = {resource.kind for resource in checks.own(resources, page)}
        rest = page.path.removeprefix(f"/{case['locale']}/")
        unstyled = rest in environment.params.get("without_stylesheet", ())
        scripted = "script" in kinds or checks.script_sources(page, resources)
        assert scripted, "the page loads no script; pages of FHR do"
        styles = checks.stylesheets_in_force(page, resources) or checks.styles_itself(page)
        assert checks.base_problems(page, resources) == []
        assert unstyled or styles, "the page loads no stylesheet for screens; pages of FHR do"
    for resource in checks.own(resources):
        assert resource.response.status_code == 200


@pytest.mark.catches("content-type-twice", "script-wrong-type", "stylesheet-wrong-type")
@pytest.mark.catches("files-are-pointers", "files-without-types", "stylesheet-wrong-charset")
@pytest.mark.catches("image-damaged", "image-empty", "image-is-html", "image-truncated")
@pytest.mark.catches("image-no-namespace", "image-twice")
@pytest.mark.catches("script-is-html", "script-is-json", "stylesheet-is-json")
def test_everything_is_what_its_name_says(resources):
    """Every file has the media type, the first and the last bytes that its name promises."""
    for resource in checks.own(resources):
        assert checks.file_problems(resource) == []


@pytest.mark.catches("config-bom", "config-empty", "script-truncated", "stylesheet-truncated")
@pytest.mark.catches("script-conflict-markers", "stylesheet-conflict-markers")
@pytest.mark.catches("script-as-written", "stylesheet-braces-doubled", "stylesheet-templated")
@pytest.mark.catches("script-space-unseen", "script-strict-octal")
@pytest.mark.catches("script-large-broken", "stylesheet-bom-inside", "stylesheet-import-late")
@pytest.mark.catches("stylesheet-in-element", "stylesheet-is-script")
@pytest.mark.catches("stylesheet-is-error", "script-throws-at-once", "script-not-called")
def test_scripts_styles_and_json_are_whole(resources):
    """Scripts and JSON parse to their end, and styles close what they open."""
    for resource in checks.own(resources):
        assert checks.syntax_problems(resource, mozilla_javascript.trouble) == []


@pytest.mark.catches("script-named-twice", "stylesheets-say-nothing")
@pytest.mark.catches("library-comment-only", "script-twice", "stylesheet-comment-only")
def test_each_file_has_its_own_to_say(responses, resources):
    """No script or style is nothing but comments, none is a copy of another or runs twice."""
    for page in responses:
        assert checks.repeated_script_problems(page, resources) == []
        for kind in ("script", "stylesheet"):
            files = [file for file in checks.own(resources, page) if file.kind == kind]
            for file in files:
                assert checks.content_problems(file) == []
                twin = next(
                    twin for twin in files if twin.response.content == file.response.content
                )
                assert file is twin, f"the same bytes as {twin.response.path}"


@pytest.mark.catches("policy-blocks-inline", "policy-blocks-requests", "policy-blocks-scripts")
@pytest.mark.catches("policy-blocks-fonts", "policy-blocks-other-hosts", "policy-nonce-alone")
@pytest.mark.catches("policy-sandbox", "policy-nonce-of-files")
def test_no_policy_forbids_what_a_page_needs(responses, resources):
    """No page's Content-Security-Policy forbids what the page itself loads."""
    for page in responses:
        assert checks.policy_problems(page, resources) == []


@pytest.mark.catches("script-integrity-stale")
def test_integrity_is_that_of_what_is_there(responses, resources):
    """Every file has the hash that its element's integrity names; browsers run no other."""
    for page in responses:
        for resource in checks.own(resources, page):
            assert checks.integrity_problems(page, resource) == []
