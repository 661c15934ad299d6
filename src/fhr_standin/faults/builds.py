"""Faults of a build: files as they are written, or as another environment has them."""

from dataclasses import replace

from fhr_standin.faults.changes import content, swap
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource


def _exporting(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=resource.body + b"\nexport default Data;\n")


def _for_development(_ask: Ask, resource: Resource) -> Resource:
    line = b'\nvar place = "https://FHR-dev.example.org:8443/data";\n'
    return replace(resource, body=resource.body + line)


def _requiring(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=b'var settings = require("./settings");\n' + resource.body)


FAULTS = [
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
