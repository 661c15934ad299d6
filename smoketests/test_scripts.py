"""Scripts together: they talk to the browser, and what one uses another defines."""

import pytest

from knowngood import checks

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)

EVENT = "RemoteHealthReportCommand"
# By page, what its scripts ask the browser for; without one of them it has nothing to show.
COMMANDS = {
    "": ["RequestCurrentPrefs", "RequestCurrentPayload"],
    "v4/": ["RequestCurrentEnvironment", "RequestTelemetryPingList"],
    "mobile/": ["RequestCurrentPayload"],
}


@pytest.mark.catches("script-comment-only", "script-other-page", "script-stub")
@pytest.mark.catches("script-type-unknown")
def test_scripts_talk_to_the_browser(responses, resources, case):
    """Each page's scripts ask the browser for the data that the page shows.

    They name an event and the commands that it carries. A script that parses but is another one
    leaves the page blank.
    """
    for page in responses:
        scripts = b"\n".join(checks.script_sources(page, resources)).decode("utf-8", "replace")
        commands = COMMANDS.get(page.path.removeprefix(f"/{case['locale']}/"), [])
        missing = [word for word in (EVENT, *commands) if word not in scripts]
        assert [f"no script of the page names {word}" for word in missing] == []


@pytest.mark.catches("page-calls-nothing", "script-never-started")
def test_what_a_page_starts_is_there(responses, resources):
    """Every function that a page calls is defined, and one called `init` is called."""
    for page in responses:
        assert checks.start_problems(page, resources, "init") == []
        for script in checks.own(resources, page):
            assert checks.uncalled_problems(script, page, resources, "init") == []


@pytest.mark.catches("library-missing", "plug-in-missing")
def test_the_libraries_that_scripts_use_are_referred_to(responses, resources):
    """A page whose scripts use jQuery, or a plug-in of it, loads that."""
    for page in responses:
        assert checks.library_problems(page, resources) == []
