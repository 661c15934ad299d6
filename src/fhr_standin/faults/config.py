"""Faults of `js/config.json`, which the page reads before it does anything else."""

from dataclasses import replace

from fhr_standin.faults.changes import (
    CONFIGS,
    body,
    content,
    every,
    gone,
    says,
    status,
    swap,
    typed,
)
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource
from fhr_standin.site import CONFIG

_OFF = '"debug": "false"'
_URL = '"jsonurl": "http://localhost:8000/en-US/json/payload.json"'


def _expires_late(_ask: Ask, resource: Resource) -> Resource:
    """Say by Expires alone how long the file may be kept."""
    late = (*resource.headers, ("expires", "Fri, 01 Jan 2038 00:00:00 GMT"))
    return replace(resource, headers=late, without=resource.without | {"cache-control"})


FAULTS = [
    content("config-missing", "config.json is 404 everywhere", CONFIGS, gone, status=404),
    content(
        "config-expires-in-years",
        "config.json may be cached for years, by its Expires",
        CONFIGS,
        _expires_late,
    ),
    content(
        "config-debug-on-one-in-three",
        "each third config.json comes from an edge with debug on",
        CONFIGS,
        every(3, swap('"debug": "false"', '"debug": "true"')),
    ),
    content(
        "config-missing-one-locale",
        "config.json is 404 in one locale",
        CONFIGS,
        gone,
        reach="one locale",
        status=404,
    ),
    content(
        "config-one-in-three",
        "each third request of a config.json is 404",
        CONFIGS,
        every(3, gone),
        status=404,
    ),
    content(
        "config-503-every-second",
        "each second request of a config.json is 503",
        CONFIGS,
        every(2, status(503, "Service unavailable")),
        status=503,
    ),
    content("config-is-html", "an HTML page with 200 for config.json", CONFIGS, says("Welcome")),
    content(
        "config-wrong-type",
        "the right config.json, sent as text/html",
        CONFIGS,
        typed("text/html; charset=utf-8"),
    ),
    content(
        "config-debug-on", "config.json turns debug mode on", CONFIGS, swap(_OFF, '"debug": "true"')
    ),
    content(
        "config-debug-boolean",
        "debug is a boolean, which the page does not know",
        CONFIGS,
        swap(_OFF, '"debug": true'),
    ),
    content(
        "config-debug-spaced",
        "a blank stands before the word in debug",
        CONFIGS,
        swap(_OFF, '"debug": " false"'),
    ),
    content(
        "v4-config-debug-on",
        "the config.json of the v4 page alone turns debug mode on",
        [f"v4/{CONFIG}"],
        swap(_OFF, '"debug": "true"'),
    ),
    content(
        "v4-config-extra-key",
        "the config.json of the v4 page alone has a field nobody knows",
        [f"v4/{CONFIG}"],
        swap(_OFF, f'"apiKey": "c0ffee00c0ffee00", {_OFF}'),
    ),
    content(
        "config-unrendered",
        "a template variable is left in jsonurl",
        CONFIGS,
        swap(_URL, '"jsonurl": "${FHR_JSON_URL}"'),
    ),
    content(
        "config-undefined",
        "debug holds the word undefined",
        CONFIGS,
        swap(_OFF, '"debug": "undefined"'),
    ),
    content(
        "config-extra-key",
        "a field nobody knows, named as a key to another service",
        CONFIGS,
        swap(_OFF, f'"apiKey": "c0ffee00c0ffee00", {_OFF}'),
    ),
    content(
        "config-duplicate-keys",
        "debug stands twice, first on, then off",
        CONFIGS,
        swap(_OFF, f'"debug": "true", {_OFF}'),
    ),
    content(
        "config-nan",
        "a NaN, which no JSON parser of a browser takes",
        CONFIGS,
        swap('{\n    "fhr"', '{"built": NaN, "fhr"'),
    ),
    content(
        "config-huge-number",
        "a number that becomes infinity when read",
        CONFIGS,
        swap('{\n    "fhr"', '{"built": 1e999, "fhr"'),
    ),
    content("config-empty", "config.json has no bytes", CONFIGS, body(b"")),
    content("config-null", "config.json is null", CONFIGS, body(b"null\n")),
    content("config-braces", "config.json is {}", CONFIGS, body(b"{}\n")),
    content(
        "config-bom",
        "a byte-order mark stands before the JSON",
        CONFIGS,
        swap('{\n    "fhr"', '\ufeff{\n    "fhr"'),
    ),
    content(
        "config-other-environment",
        "jsonurl of one locale names another environment's host",
        CONFIGS,
        swap("http://localhost:8000", "https://fhr-dev.example.org"),
        reach="one locale",
    ),
]
