"""Scripts together: they talk to the browser, and what one uses another defines."""

import pytest

from knowngood import checks

from . import messages, mozilla_javascript

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)


@pytest.mark.catches("script-comment-only", "script-other-page", "script-stub")
@pytest.mark.catches("script-nomodule", "script-type-unknown")
@pytest.mark.catches("script-answer-misspelt", "script-listens-to-nothing", "script-opt-out-lost")
@pytest.mark.catches("script-carries-nothing", "v4-script-shows-no-ping")
def test_scripts_talk_to_the_browser(responses, resources, case, environment):
    """Each page's scripts ask the browser for the data that the page shows, and hear its answers.

    They name an event and the commands that it carries, those that switch sharing on and off too,
    and listen to messages. A script that parses but is another one leaves the page blank.
    """
    for page in responses:
        if page.html.css_first("script[data-main]") is not None:
            continue  # RequireJS loads scripts by names that only a browser knows: --level=full
        rest = page.path.removeprefix(f"/{case['locale']}/")
        commands = [command for path, command in environment.pairs("asks_for") if path == rest]
        scripts = [file for file in checks.own(resources, page) if file.kind == "script"]
        unnamed = messages.unsaid(page, resources, commands)
        unheard = messages.unheard(page, resources, commands)
        for script in scripts if unnamed or unheard else ():
            wrong = messages.misspelt(script.response.content, (*unnamed, *unheard))
            lines = [f'it says "{said}" in place of "{word}"' for said, word in wrong.items()]
            assert lines == []
        unnamed += [word for word in unheard if word == "message"]
        # a page's own code stands behind its libraries, or in the page
        senders = messages.senders(scripts) if set(messages.CARRIERS) & set(unnamed) else scripts
        for last in (senders or [page])[-1:] if unnamed else ():
            assert checks.script_type_problems(page) == []
            name = str(last.url).rpartition("/")[2]
            none = f"neither {name} nor a script before it" if scripts else "no script of the page"
            assert [f"{none} names {word}" for word in unnamed] == []


@pytest.mark.catches("script-too-new", "inline-script-too-new", "v4-script-too-new")
def test_the_oldest_firefox_reads_every_script(responses, resources, environment):
    """No script holds what the oldest Firefox that the environment names cannot read."""
    for oldest in map(int, environment.params.get("oldest_firefox", ())):
        for page in responses:
            assert checks.inline_new_syntax_problems(page, oldest) == []
        for script in checks.own(resources):
            rewrite = mozilla_javascript.rewritten
            assert checks.new_syntax_problems(script, oldest, rewrite) == []


@pytest.mark.catches("page-calls-nothing", "page-fragment-missing", "script-never-started")
@pytest.mark.catches("page-onload-replaced")
def test_what_a_page_starts_is_there(responses, resources):
    """Functions that a page calls and places that its links lead to are there; `init` is called."""
    for page in responses:
        assert checks.fragment_problems(page, resources) == []
        assert checks.start_problems(page, resources, "init") == []
        for script in checks.own(resources, page):
            assert checks.uncalled_problems(script, page, resources, "init") == []


@pytest.mark.catches("script-modules", "script-not-referred-to-at-all", "script-other-page")
@pytest.mark.catches("library-missing", "plug-in-missing", "script-before-its-library")
@pytest.mark.catches("library-async", "library-deferred", "script-export-lost", "script-of-node")
@pytest.mark.catches("script-redeclares", "script-function-renamed", "script-caller-forgotten")
@pytest.mark.catches("script-strict-undeclared")
def test_the_libraries_that_scripts_use_are_referred_to(responses, resources):
    """A page whose scripts use jQuery, a plug-in, or another script at once loads that before."""
    for page in responses:
        for script in checks.own(resources, page):
            if script.kind == "script":
                assert checks.stray_script_problems(script, page, resources) == []
                assert checks.redeclaration_problems(script, page, resources) == []
        assert checks.order_problems(page, resources) == []
        assert checks.inline_redeclaration_problems(page, resources) == []
        assert checks.library_problems(page, resources) == []
        assert checks.missing_definition_problems(page, resources) == []
