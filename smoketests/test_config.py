"""js/config.json: the page reads it before anything else; without it FHR is blank."""

import pytest

PATH = "/js/config.json"
CONFIG = "content:/{locale}" + PATH

# What the pages load tells whether there must be settings.
pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)


@pytest.mark.catches(
    "config-503-every-second",
    "config-missing",
    "config-missing-one-locale",
    "config-one-in-three",
    "query-refused",
)
@pytest.mark.get(CONFIG + "?{nonce}", samples=3)
def test_config_json_never_404s(loaded):
    r"""It is there in every locale, every time, asked for past the caches as the page does.

    $ for l in $locale; do
    >   url="$content/$l/js/config.json?$(date +%s)"
    >   curl -sS -o /dev/null -w '%{http_code} %{url_effective}\n' "$url"
    > done | sed '/^200 /d'
    """
    for response in loaded(PATH):
        assert response.status_code == 200


@pytest.mark.catches(
    "config-bom",
    "config-braces",
    "config-debug-boolean",
    "config-debug-spaced",
    "config-duplicate-keys",
    "config-empty",
    "config-extra-key",
    "config-hostile-text",
    "config-huge-number",
    "config-is-html",
    "config-nan",
    "config-null",
    "config-undefined",
    "config-unrendered",
    "config-wrong-type",
)
@pytest.mark.get(CONFIG)
def test_config_json_matches_its_schema(loaded, schema):
    r"""Sent as JSON, it holds the two settings that the page reads, rendered, and nothing else.

    $ setting='"(debug|jsonurl)":"[^"{}$]+"'
    > curl -sS -w '%{content_type}' "$content/en-US/js/config.json" | tr -d ' \r\n' |
    >   grep -Eqx "[{]\"fhr\":[{]$setting,$setting[}][}]application/json.*" && echo sound
    sound
    """
    for response in loaded(PATH):
        assert response.media_type == "application/json"
        schema("config").check(response.json())


@pytest.mark.catches("config-debug-on", "config-debug-on-one-in-three")
@pytest.mark.get(CONFIG + "?{nonce}", samples=3)
def test_debug_is_off(loaded, environment):
    r"""With debug on the page shows a developer's data in place of the user's own; on one edge of
    three, now and then.

    $ for l in $locale; do
    >   found=$(curl -sS "$content/$l/js/config.json" | sed -n 's/.*"debug" *: *"\([^"]*\)".*/\1/p')
    >   case " ${debug:-false} " in *" $found "*) ;; *) echo "$l: $found" ;; esac
    > done
    """
    for response in loaded(PATH):
        assert response.json()["fhr"]["debug"] in environment.params.get("debug", ["false"])


@pytest.mark.catches("config-other-environment")
@pytest.mark.get("content:/en-US/js/config.json", CONFIG)
def test_config_json_is_the_same_in_every_locale(loaded):
    """All locales share one copy; another one came from another environment or release.

    $ english=$(curl -sS "$content/en-US/js/config.json")
    > for l in $locale; do
    >   test "$(curl -sS "$content/$l/js/config.json")" = "$english" || echo "$l"
    > done
    """
    first, *others = [response.json() for response in loaded(PATH)] or [None]
    assert all(each == first for each in others)


@pytest.mark.catches("v4-config-debug-on", "v4-config-extra-key")
def test_every_config_json_a_page_loads_is_sound(resources, schema, environment):
    r"""The v4 page has settings of its own, to the same rules.

    $ debug_is="\"debug\":\"($(echo ${debug:-false} | tr ' ' '|'))\""
    > curl -sS "$content/en-US/v4/js/config.json" | tr -d ' \r\n' |
    >   grep -Eqx "[{]\"fhr\":[{]$debug_is,\"jsonurl\":\"[^\"{}$]+\"[}][}]" && echo sound
    sound
    """
    for resource in resources:
        if resource.exchange is not None and resource.url.partition("?")[0].endswith(
            "/config.json"
        ):
            settings = resource.response.json()
            schema("config").check(settings)
            assert settings["fhr"]["debug"] in environment.params.get("debug", ["false"]), resource
