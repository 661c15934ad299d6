"""js/config.json: the page reads it before anything else; without it FHR is blank."""

import re

import pytest

from knowngood import checks

PATH = "/js/config.json"
CONFIG = "content:/{locale}" + PATH
OF_A_HOST = re.compile(r"""["']((?:https?:)?//[^"'\s]{1,200}/config\.json)""")

# What the pages load tells whether there must be settings.
pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)


def debug_problems(settings, environment):
    """Return what is wrong with the debug mode; only a developer's environment allows it."""
    allowed = environment.params.get("debug", ["false"])
    debug = settings["fhr"]["debug"]
    return [] if debug in allowed else [f'$.fhr.debug: expected "false", found "{debug}"']


def other_settings(settings, english):
    """Return the settings that are other than those of en-US."""
    ours, theirs = settings["fhr"], english["fhr"]
    return [
        f'$.fhr.{key}: expected "{theirs[key]}" as in en-US, found "{ours.get(key)}"'
        for key in theirs
        if ours.get(key) != theirs[key]
    ]


@pytest.mark.catches("config-missing", "config-missing-one-locale", "query-refused")
@pytest.mark.catches("config-503-every-second", "config-one-in-three")
@pytest.mark.get(CONFIG + "?{nonce}", samples=3)
def test_config_json_never_404s(loaded):
    """Every locale has js/config.json, each time it is asked for, also past the caches."""
    for response in loaded(PATH):
        assert response.status_code == 200


@pytest.mark.catches("config-is-html", "config-wrong-type")
@pytest.mark.catches("config-bom", "config-duplicate-keys", "config-huge-number", "config-nan")
@pytest.mark.catches("config-braces", "config-undefined", "config-unrendered")
@pytest.mark.catches("config-empty", "config-extra-key", "config-hostile-text", "config-null")
@pytest.mark.catches("config-debug-boolean", "config-debug-spaced")
@pytest.mark.get(CONFIG)
def test_config_json_matches_its_schema(loaded, schema):
    """js/config.json is JSON with the two settings that the page reads, and with no secret."""
    for response in loaded(PATH):
        assert response.media_type == "application/json"
        schema("config").check(response.json())


@pytest.mark.catches("config-debug-on", "config-debug-on-one-in-three")
@pytest.mark.get(CONFIG + "?{nonce}", samples=3)
def test_debug_is_off(loaded, schema, environment):
    """Debug mode is off; with it users see a developer's data in place of their own."""
    for response in loaded(PATH):
        schema("config").check(response.json())
        assert debug_problems(response.json(), environment) == []


@pytest.mark.catches("config-other-environment")
@pytest.mark.get("content:/en-US/js/config.json", CONFIG)
def test_config_json_is_the_same_in_every_locale(loaded, schema):
    """js/config.json is the same in every locale.

    Another copy is from another environment or release.
    """
    answers = loaded(PATH)
    for response in answers:
        schema("config").check(response.json())
        english = answers[0]
        assert other_settings(response.json(), english.json()) == []


@pytest.mark.catches("v4-config-debug-on", "v4-config-extra-key")
def test_every_config_json_a_page_loads_is_sound(resources, schema, environment):
    """Every config.json that a page loads, such as v4's own, follows the same rules."""
    for resource in checks.own(resources):
        if resource.url.partition("?")[0].endswith("/config.json"):
            schema("config").check(resource.response.json())
            assert debug_problems(resource.response.json(), environment) == []


@pytest.mark.catches("config-of-another-host")
def test_scripts_ask_for_our_own_config_json(resources, environment):
    """No script asks another host for config.json, such as a developer's machine."""
    for script in checks.own(resources):
        asked = OF_A_HOST.search(script.response.text) if script.kind == "script" else None
        if asked is not None:
            ours = asked[1].startswith(tuple(environment.origins.values()))
            assert ours, f"it asks for {asked[1]}, which is not ours"
