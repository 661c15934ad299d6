"""Faults of scripts that parse and that no browser runs, or none of the time of FHR."""

from fhr_standin.faults.changes import DESKTOP, content, swap

FAULTS = [
    content(
        "script-strict-octal",
        "js/data.js was put in strict mode, which forbids an octal number that it has",
        ["js/data.js"],
        swap("var DATA_VERSION = 3;", '"use strict";\nvar DATA_VERSION = 03;'),
    ),
    content(
        "script-strict-undeclared",
        "js/data.js was put in strict mode, and lost the var before a name that it gives a value",
        ["js/data.js"],
        swap("var DATA_VERSION = 3;", '"use strict";\nDATA_VERSION = 3;'),
        # Whether the script or its page is wrong cannot be told: another script may declare it.
        touches=["/{locale}/js/data.js", "/{locale}/"],
    ),
    content(
        "script-space-unseen",
        "a space without a width was pasted into mobile/js/data.js",
        ["mobile/js/data.js"],
        swap("var Data = {", "var Data\u200b = {"),
    ),
    content(
        "script-not-called",
        "the function in brackets that js/fhr.js is lost the brackets that call it",
        ["js/fhr.js"],
        swap("}());", "});"),
    ),
    content(
        "script-redeclares",
        "js/data.js declares by const what js/lib/bridge.js has declared",
        ["js/data.js"],
        swap("var Data = {", "const Bridge = window.Bridge;\nvar Data = {"),
    ),
    content(
        "page-onload-replaced",
        "a script of the mobile page sets window.onload, where one before it has set it",
        ["mobile/"],
        swap(
            "</body>",
            "<script>window.onload = function () { focus(); };</script>"
            "<script>window.onload = function () { scroll(0, 0); };</script></body>",
        ),
    ),
    content(
        "script-export-lost",
        "a module of the desktop page imports what js/lib/graph.js does not export",
        DESKTOP,
        swap(
            "</body>",
            '<script type="module">import { Graph } from "./js/lib/graph.js";</script></body>',
        ),
    ),
    content(
        "inline-script-twice",
        "the inline script of one locale's desktop page declares its texts by const, and twice",
        DESKTOP,
        swap("var strings = {", "const strings = {};\nconst strings = {"),
        reach="one locale",
    ),
    content(
        "inline-script-too-new",
        "a line separator (U+2028) stands in a text of one locale's inline script",
        DESKTOP,
        swap("greeting: '", "greeting: '\u2028"),
        reach="one locale",
    ),
    content(
        "v4-script-too-new",
        "a script in Mozilla's own dialect has syntax of years later",
        ["v4/js/data_v4.js"],
        swap("months ? months[date.getMonth()]", "months?.length ? months[date.getMonth()]"),
    ),
    content(
        "library-deferred",
        "js/lib/request.js of the desktop page is deferred, and js/fhr.js uses it at once",
        DESKTOP,
        swap('<script src="js/lib/request.js">', '<script defer src="js/lib/request.js">'),
    ),
    content(
        "library-async",
        "js/fhr.js of the desktop page uses js/lib/request.js, and no longer waits for it",
        DESKTOP,
        swap('<script src="js/lib/request.js">', '<script async src="js/lib/request.js">'),
    ),
    content(
        "script-carries-nothing",
        "js/lib/bridge.js sends its command to the browser under another name",
        ["js/lib/bridge.js"],
        swap("detail.command", "detail.order"),
    ),
    content(
        "script-listens-to-nothing",
        "js/lib/bridge.js waits for the browser's answers by an event that there is not",
        ["js/lib/bridge.js"],
        swap('"message"', '"messages"'),
    ),
    content(
        "script-answer-misspelt",
        "js/fhr.js waits for an answer of a type that there is not",
        ["js/fhr.js"],
        swap('"payload"', '"payloads"'),
    ),
]
