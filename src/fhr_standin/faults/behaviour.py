"""Faults by which a page that is whole does nothing: scripts and styles that are others' or
nobody's, or an integrity that keeps the browser from loading them.
"""

import re
from dataclasses import replace

from fhr_standin.faults.changes import ALL_PAGES, DESKTOP, body, content, swap, with_header
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import Resource

_CSS = {
    "": ("fonts", "graph", "print", "styles"),
    "v4/": ("fonts", "styles", "table"),
    "mobile/": ("fonts", "main", "small", "wide"),
}
_STYLES = [f"{prefix}css/{name}.css" for prefix, names in _CSS.items() for name in names]
# Of an empty file: what a script had when its hash was last written down.
_OLD_HASH = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb"


def _file(path: str) -> ContentAct:
    """Answer another file of the site, sound in itself."""
    return lambda ask, _resource: ask.site.shared[path]


def _desktop(ask: Ask, resource: Resource) -> Resource:
    """Answer the desktop page of the same locale."""
    locale = ask.site.locales[ask.locale or ""]
    return replace(resource, body=ask.site.page(locale.target or locale.code, "").body)


def _without_class(ask: Ask, resource: Resource) -> Resource:
    """Let a script of every page look for a class, and leave that out of the German one."""
    attribute = b"" if ask.locale == "de" else b' class="chart"'
    text = b"<div%s></div><script>document.querySelector('#graph .chart');" % attribute
    return replace(resource, body=resource.body.replace(b"<script>", text, 1))


def _library_last(ask: Ask, resource: Resource) -> Resource:
    """Move a script that js/fhr.js uses behind it."""
    library = b'<script src="js/lib/request.js"></script>'
    own = b'<script src="js/fhr.js"></script>'
    body = resource.body.replace(library, b"", 1).replace(own, own + library, 1)
    return replace(resource, body=body)


def _without_inline_script(_ask: Ask, resource: Resource) -> Resource:
    body = re.sub(rb"<script>.*?</script>", b"", resource.body, count=1, flags=re.S)
    return replace(resource, body=body)


def _without_text_for_off(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=re.sub(rb"\n\s+off: '.*',", b"", resource.body))


def _as_modules(_ask: Ask, resource: Resource) -> Resource:
    body = resource.body.replace(b"<script src", b'<script type="module" src')
    return replace(resource, body=body)


def _never_started(_ask: Ask, resource: Resource) -> Resource:
    """All of a script stands in a function that nobody calls."""
    return replace(resource, body=b"function init() {\n" + resource.body + b"}\n")


FAULTS = [
    content(
        "page-calls-nothing",
        "the desktop page starts by a function that no script of it has",
        DESKTOP,
        swap("<body", '<body onload="begin()"'),
    ),
    content(
        "script-never-started",
        "js/fhr.js does all it does in a function init, and nobody calls that",
        ["js/fhr.js"],
        _never_started,
    ),
    content(
        "script-misspelt",
        "a name is misspelt in js/fhr.js, where the page shows the user's data",
        ["js/fhr.js"],
        swap("strings.greeting", "string.greeting"),
        caught_by="browser",
    ),
    content(
        "mobile-script-misspelt",
        "a name is misspelt in the script of the mobile page, where it shows the preference",
        ["mobile/js/fhr.js"],
        swap("strings.on", "string.on"),
        caught_by="browser",
    ),
    content(
        "v4-script-fails",
        "the v4 page runs a script that fails in every browser",
        ["v4/"],
        swap("</body>", "<script>document.body.dataset.locale.code = 1;</script></body>"),
        caught_by="browser",
    ),
    content(
        "library-missing",
        "the desktop page uses $, and no script of it makes that",
        DESKTOP,
        swap("var strings", "$('#toggle').hide();\nvar strings"),
    ),
    content(
        "plug-in-missing",
        "the desktop page uses a plug-in of $ that no script of it makes",
        DESKTOP,
        swap("var strings", "var $ = {};\n$.plot('#graph');\nvar strings"),
    ),
    content(
        "script-twice",
        "in place of js/lib/graph.js is another copy of js/lib/bridge.js",
        ["js/lib/graph.js"],
        _file("js/lib/bridge.js"),
    ),
    content(
        "script-named-twice",
        "the desktop page runs js/fhr.js twice, so that each click counts twice",
        DESKTOP,
        swap("</body>", '<script src="js/fhr.js"></script></body>'),
    ),
    content(
        "library-comment-only",
        "nothing but a comment is left of js/lib/touch.js, which the mobile page can do without",
        ["mobile/js/lib/touch.js"],
        body(b"// moved\n"),
    ),
    content(
        "stylesheet-comment-only",
        "nothing but a comment is left of css/graph.css",
        ["css/graph.css"],
        body(b"/* see graph.less */\n"),
    ),
    content(
        "script-stub",
        "js/fhr.js is an empty function",
        ["js/fhr.js"],
        body(b"(function () {\n}());\n"),
    ),
    content(
        "script-opt-out-lost",
        "js/fhr.js no longer says to the browser that sharing is to end",
        ["js/fhr.js"],
        swap('prefs.enabled ? "DisableDataSubmission" : ', '/* "DisableDataSubmission" */ '),
    ),
    content(
        "script-comment-only",
        "nothing but a comment is left of js/lib/bridge.js",
        ["js/lib/bridge.js"],
        body(b"/* bridge */\n"),
    ),
    content(
        "script-other-page",
        "the v4 page gets the script of the mobile page, which knows nothing of telemetry",
        ["v4/js/fhr_v4.js"],
        _file("mobile/js/fhr.js"),
    ),
    content(
        "v4-script-shows-no-ping",
        "v4/js/fhr_v4.js no longer asks for a ping that the user chooses",
        ["v4/js/fhr_v4.js"],
        swap("RequestTelemetryPingData", "RequestPing"),
    ),
    content(
        "script-before-its-library",
        "js/lib/request.js stands behind js/fhr.js, which uses it at once",
        DESKTOP,
        _library_last,
    ),
    content(
        "script-nomodule",
        "the element of mobile/js/fhr.js is for browsers without modules, of which there are none",
        ["mobile/"],
        swap('<script src="js/fhr.js">', '<script nomodule src="js/fhr.js">'),
    ),
    content(
        "inline-script-key-lost",
        "a text is missing from the inline script of one locale's desktop page",
        DESKTOP,
        _without_text_for_off,
        reach="one locale",
    ),
    content(
        "inline-script-lost",
        "one locale's desktop page has lost the script with its texts",
        DESKTOP,
        _without_inline_script,
        reach="one locale",
    ),
    content(
        "script-type-unknown",
        "the element of mobile/js/fhr.js has a type that no browser runs",
        ["mobile/"],
        swap('<script src="js/fhr.js">', '<script type="text/javascirpt" src="js/fhr.js">'),
    ),
    content(
        "script-integrity-stale",
        "the desktop page says which hash js/fhr.js has to have, and it is an older one's",
        DESKTOP,
        swap('src="js/fhr.js"', f'src="js/fhr.js" integrity="{_OLD_HASH}"'),
    ),
    content(
        "stylesheets-say-nothing",
        "nothing but an empty rule is left of every stylesheet",
        _STYLES,
        body(b"* {\n}\n"),
    ),
    content(
        "v4-is-desktop",
        "the v4 page is the desktop page",
        ["v4/"],
        _desktop,
        # The desktop page refers to files that are not there below v4/.
        touches=["/{locale}/v4/", "/{locale}/v4/js/lib/graph.js", "/{locale}/v4/css/graph.css"],
        status=None,
    ),
    content(
        "page-id-missing",
        "one locale's desktop page has no element for the graph",
        DESKTOP,
        swap('id="graph"', 'id="chart"'),
        reach="one locale",
    ),
    content(
        "page-class-missing",
        "the German desktop page has no element of a class that a script looks for",
        DESKTOP,
        _without_class,
    ),
    content(
        "page-wrong-base",
        "the base of the desktop page is the development site",
        DESKTOP,
        swap('<base target="_blank">', '<base href="https://fhr-dev.example.org/en-US/">'),
    ),
    content(
        "page-base-leads-nowhere",
        "the base of the desktop page lacks its last slash, so that no file of it is there",
        DESKTOP,
        swap('<base target="_blank">', '<base href="/static" target="_blank">'),
    ),
    content(
        "page-comment-unclosed",
        "a comment that is never closed swallows the body of the v4 page",
        ["v4/"],
        swap("<body>", "<body><!-- new header"),
    ),
    content(
        "page-attachment",
        "pages are sent to be saved, not shown",
        ALL_PAGES,
        with_header("content-disposition", "attachment"),
    ),
    content(
        "page-refresh-header",
        "a header leads pages elsewhere after a second",
        ALL_PAGES,
        with_header("refresh", "1;url=/elsewhere"),
    ),
    content(
        "script-not-referred-to-at-all",
        "no locale's desktop page loads js/data.js any more, which another script uses",
        DESKTOP,
        swap('<script src="js/data.js"></script>', ""),
    ),
    content(
        "script-modules",
        "the scripts of the mobile page are modules, and so cannot see each other",
        ["mobile/"],
        _as_modules,
    ),
    content(
        "script-too-new",
        "a script has syntax that only a Firefox of years later reads",
        ["js/data.js"],
        swap(
            "return payload && payload.data && payload.data.days ?", "return payload?.data?.days ?"
        ),
    ),
    content(
        "page-script-unclosed",
        "the element that loads js/lib/graph.js is not closed and takes in the next script",
        DESKTOP,
        swap('js/lib/graph.js"></script>', 'js/lib/graph.js">'),
    ),
    content(
        "page-noscript-unclosed",
        "one locale's desktop page has a <noscript> without an end, which swallows its scripts",
        DESKTOP,
        swap("<main>", "<noscript><p>JavaScript</p><main>"),
        reach="one locale",
    ),
]
