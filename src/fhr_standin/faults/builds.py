"""Faults of a build: files as they are written, or as another environment has them."""

from dataclasses import replace

from fhr_standin.faults.changes import body, content, swap, typed
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource


def _exporting(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=resource.body + b"\nexport default Data;\n")


def _for_development(_ask: Ask, resource: Resource) -> Resource:
    line = b'\nvar place = "https://FHR-dev.example.org:8443/data";\n'
    return replace(resource, body=resource.body + line)


def _requiring(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=b'var settings = require("./settings");\n' + resource.body)


def _twice(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=resource.body * 2)


_SETTINGS = b'{\n    "fhr": {"debug": "false"}\n}\n'

FAULTS = [
    content(
        "script-is-json",
        "js/fhr.js holds settings",
        ["js/fhr.js"],
        body(_SETTINGS),
    ),
    content(
        "stylesheet-is-json",
        "mobile/css/main.css holds settings",
        ["mobile/css/main.css"],
        body(_SETTINGS),
    ),
    content(
        "files-without-types",
        "the server knows no media types but that of pages",
        ["css/styles.css", "js/data.js", "js/config.json", "js/locale/date_format.json"],
        typed("application/octet-stream"),
    ),
    content(
        "image-twice",
        "img/logo.svg stands twice in its file",
        ["img/logo.svg"],
        _twice,
    ),
    content(
        "stylesheet-is-script",
        "one locale's css/styles.css holds a script",
        ["css/styles.css"],
        body(b"$(function() {\n    document.title = 'Firefox';\n});\n"),
        reach="one locale",
    ),
    content(
        "script-as-written",
        "js/data.js is published as it is written, not as a build bundles it: it exports a name",
        ["js/data.js"],
        _exporting,
    ),
    content(
        "script-of-other-environment",
        "js/data.js was built for the development site, and asks that",
        ["js/data.js"],
        _for_development,
    ),
    content(
        "link-to-other-environment",
        "a link of the mobile page leads to the development site",
        ["mobile/"],
        swap("</footer>", '<a href="https://fhr-dev.example.org/">?</a></footer>'),
    ),
    content(
        "script-of-node",
        "mobile/js/data.js requires another file as it is loaded, as only builds can",
        ["mobile/js/data.js"],
        _requiring,
        # Whether the script or its page is wrong cannot be told: the page lacks what it uses.
        touches=["/{locale}/mobile/js/data.js", "/{locale}/mobile/"],
    ),
]
