"""Faults of a build: files as they are written, or as another environment has them."""

import json
import re
from dataclasses import replace

from fhr_standin.faults.changes import ALL_PAGES, body, content, swap, typed
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource
from fhr_standin.words import strings


def _exporting(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=resource.body + b"\nexport default Data;\n")


def _for_development(_ask: Ask, resource: Resource) -> Resource:
    line = b'\nvar place = "https://FHR-dev.example.org:8443/data";\n'
    return replace(resource, body=resource.body + line)


def _requiring(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=b'var settings = require("./settings");\n' + resource.body)


def _with_texts(ask: Ask, resource: Resource) -> Resource:
    locale = ask.site.locales[ask.locale or ""]
    texts = json.dumps(strings(locale.target or locale.code), ensure_ascii=False)
    return replace(resource, body=resource.body + f"\nvar texts = {texts};\n".encode())


def _twice(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=resource.body * 2)


def _bundled(ask: Ask, resource: Resource) -> Resource:
    """Load the scripts of a page ahead, and write one of them as bundlers do."""
    if ask.inner.endswith("data.js"):
        body = resource.body.replace(b"var Data =", b"root.Data =", 1)
        return replace(resource, body=b"!function (root) {\n%b}(this);\n" % body)
    ahead = b"".join(
        b'<link rel="preload" as="script" href="%b">' % path
        for path in re.findall(rb'<script[^>]* src="([^"]+)"', resource.body)
    )
    return replace(resource, body=resource.body.replace(b"</title>", b"</title>" + ahead, 1))


_SASS = b"""/*
Error: File to import not found or unreadable: _colours.scss.
*/
body:before {
  white-space: pre;
  content: "Error: File to import not found or unreadable: _colours.scss."; }
"""
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
        "sound-bundled",
        "nothing is wrong: scripts are loaded ahead, and js/data.js sets its global as UMD does",
        [*ALL_PAGES, "js/data.js"],
        _bundled,
        verdict="PASSED",
    ),
    content(
        "sound-texts-apart",
        "nothing is wrong: the texts of each language stand in its mobile/js/data.js as well",
        ["mobile/js/data.js"],
        _with_texts,
        verdict="PASSED",
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
        "link-to-localhost",
        "a link of the mobile page leads to the machine of whoever reads it",
        ["mobile/"],
        swap("</footer>", '<a href="http://localhost:8000/">?</a></footer>'),
    ),
    content(
        "script-of-localhost",
        "js/data.js was built on a developer's machine, and asks that",
        ["js/data.js"],
        swap(
            "days: function (payload) {",
            'renew: function (request) { request.open("GET", "http://localhost:8000/a.json"); },\n'
            "    days: function (payload) {",
        ),
        # A page is held against the hosts that it, and what it loads, may lead to.
        touches=["/{locale}/js/data.js", "/{locale}/"],
    ),
    content(
        "script-throws-at-once",
        "js/fhr.js is what a bundler writes whose build has failed",
        ["js/fhr.js"],
        body(b'throw new Error("Module build failed: SyntaxError: js/fhr.js: (12:3)");\n'),
    ),
    content(
        "stylesheet-is-error",
        "css/graph.css is what Sass writes where it fails: its message, above the page",
        ["css/graph.css"],
        body(_SASS),
    ),
    content(
        "config-of-another-host",
        "js/fhr.js asks a developer's machine for the settings",
        ["js/fhr.js"],
        swap('"js/config.json"', '"http://localhost:8000/js/config.json"'),
        touches=["/{locale}/js/fhr.js", "/{locale}/"],
    ),
    content(
        "script-function-renamed",
        "mobile/js/fhr.js calls a function by the name that it had before",
        ["mobile/js/fhr.js"],
        swap("function element(", "function byId("),
        # Whether the script or its page is wrong cannot be told: the page lacks what it uses.
        touches=["/{locale}/mobile/js/fhr.js", "/{locale}/mobile/"],
    ),
    content(
        "script-caller-forgotten",
        "js/fhr.js calls a function by its old name once its settings are there",
        ["js/fhr.js"],
        swap("function start(", "function startPage("),
        touches=["/{locale}/js/fhr.js", "/{locale}/"],
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
