"""Faults of the pages themselves."""

import re
from dataclasses import replace

from fhr_standin.faults.changes import (
    ALL_PAGES,
    DESKTOP,
    body,
    content,
    gone,
    halved,
    moved,
    says,
    swap,
    typed,
    with_header,
)
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import Resource, redirect

_META = '<meta charset="utf-8">'


def _left_to_right(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=resource.body.replace(b'dir="rtl"', b'dir="ltr"', 1))


def _other_lang(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=re.sub(rb'lang="[^"]*"', b'lang="tlh"', resource.body, count=1))


def _no_title(_ask: Ask, resource: Resource) -> Resource:
    return replace(
        resource, body=re.sub(rb"<title>.*?</title>", b"<title></title>", resource.body, count=1)
    )


def _no_charset(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, media="text/html", body=resource.body.replace(_META.encode(), b""))


def _swapped(ask: Ask, _resource: Resource) -> Resource:
    """Answer the page of the next locale that is neither an alias nor this one."""
    own = [locale.code for locale in ask.site.locales.values() if locale.target is None]
    others = [code for code in own if code != ask.locale]
    later = [code for code in others if code > (ask.locale or "")]
    return ask.site.page((later or others)[0], ask.inner)


def _outdated_alias(ask: Ask, resource: Resource) -> Resource:
    if ask.locale is None or ask.site.locales[ask.locale].target is None:
        return resource
    return swap("<body", "<!-- an earlier build -->\n<body")(ask, resource)


def _in_clear(ask: Ask, _resource: Resource) -> Resource:
    return redirect(f"http://{ask.request.host}{ask.path}")


def _styles(attributes: str) -> ContentAct:
    """Have every stylesheet of a page be linked with these attributes."""
    new = b"<link " + attributes.encode()
    return lambda _ask, res: replace(res, body=res.body.replace(b'<link rel="stylesheet"', new))


FAULTS = [
    content(
        "page-styles-for-print",
        "the styles of the v4 page are for print alone",
        ["v4/"],
        _styles('rel="stylesheet" media="print"'),
    ),
    content(
        "page-styles-less",
        "the styles of the v4 page are linked as what no browser reads",
        ["v4/"],
        _styles('rel="stylesheet/less" type="text/less"'),
    ),
    content(
        "page-cannot-be-framed",
        "pages are sent with X-Frame-Options: DENY, and are shown in a frame",
        ALL_PAGES,
        with_header("x-frame-options", "DENY"),
    ),
    content(
        "page-refreshes",
        "the desktop page leads elsewhere after a second",
        DESKTOP,
        swap("<head>", '<head><meta http-equiv="refresh" content="1;url=/elsewhere">'),
    ),
    content(
        "page-encoded-twice",
        "a page was encoded as UTF-8 twice",
        DESKTOP,
        swap("</body>", "<p>Sant\u00c3\u00a9</p></body>"),
    ),
    content(
        "script-not-referred-to",
        "one locale's desktop page has lost the element that loads js/fhr.js",
        DESKTOP,
        swap("js/fhr.js", "js/data.js"),
        reach="one locale",
    ),
    content(
        "page-wrong-charset",
        "pages are UTF-8 but sent as ISO-8859-1",
        ALL_PAGES,
        typed("text/html; charset=iso-8859-1"),
    ),
    content(
        "page-foreign-reference",
        "the desktop page refers to a script of the development site",
        DESKTOP,
        swap("</body>", '<script src="https://fhr-dev.example.org/js/x.js"></script></body>'),
    ),
    content(
        "page-warning-first",
        "a warning of the build stands before the doctype",
        DESKTOP,
        swap("<!DOCTYPE html>", "Warning: cache is stale\n<!DOCTYPE html>"),
    ),
    content(
        "page-conflict-markers",
        "a merge was not finished: its markers are in the page",
        DESKTOP,
        swap("</body>", "<<<<<<< HEAD\n=======\n>>>>>>> topic\n</body>"),
    ),
    content(
        "page-merge-half-done",
        "a merge was half finished: the line between the two sides is left in the page",
        DESKTOP,
        swap("</body>", "=======\n</body>"),
    ),
    content(
        "page-ends-twice",
        "one locale's desktop page has another </html> after its end",
        DESKTOP,
        swap("</html>", "</html>\n</html>"),
        reach="one locale",
    ),
    content(
        "page-body-twice",
        "the body of the mobile page ends twice",
        ["mobile/"],
        swap("</body>", "</body>\n<body>\n</body>"),
    ),
    content(
        "inline-script-broken",
        "an unescaped apostrophe ends a string of one locale's inline script too early",
        DESKTOP,
        swap("greeting: '", "greeting: 'l'"),
        reach="one locale",
    ),
    content(
        "locale-missing",
        "one locale is gone: everything below it is 404",
        None,
        gone,
        reach="one locale",
        status=404,
    ),
    content(
        "locale-swapped",
        "one locale serves the pages of another",
        ALL_PAGES,
        _swapped,
        reach="one locale",
    ),
    content(
        "alias-differs",
        "aliases serve other bytes than their targets",
        ALL_PAGES,
        _outdated_alias,
        needs="alias",
    ),
    content(
        "page-truncated",
        "the desktop page of one locale is cut in half, its length says so too",
        DESKTOP,
        halved,
        reach="one locale",
    ),
    content(
        "page-empty",
        "the mobile page of one locale has no bytes",
        ["mobile/"],
        body(b""),
        reach="one locale",
    ),
    content(
        "page-nginx-welcome",
        "the web server's own welcome page with 200 for each page",
        ALL_PAGES,
        says("Welcome to nginx!"),
    ),
    content(
        "site-maintenance",
        "a maintenance page with 200, whatever is asked for",
        None,
        says("We will be back soon"),
        reach="whole site",
    ),
    content(
        "page-maintenance",
        "a maintenance page with 200 for each page",
        ALL_PAGES,
        says("Down for maintenance, back soon"),
    ),
    content(
        "page-unrendered",
        "template syntax is left in the desktop page of one locale",
        DESKTOP,
        swap("<footer>", "<footer>{{ _('ON') }} <a href=\"%(privacy_url)s\">?</a>"),
        reach="one locale",
    ),
    content(
        "page-lang-in-small-letters",
        "the pages of en-US say en-us, by which scripts find no months",
        ALL_PAGES,
        swap('lang="en-US"', 'lang="en-us"'),
        touches=["/{locale}/*"],
    ),
    content(
        "page-wrong-lang",
        "the desktop page of one locale names another language",
        DESKTOP,
        _other_lang,
        reach="one locale",
    ),
    content(
        "page-wrong-dir",
        "right-to-left pages are sent as left-to-right",
        ALL_PAGES,
        _left_to_right,
        needs="rtl",
    ),
    content(
        "page-no-title",
        "the v4 page of one locale has an empty title",
        ["v4/"],
        _no_title,
        reach="one locale",
    ),
    content("page-wrong-type", "pages are sent as text/plain", ALL_PAGES, typed("text/plain")),
    content(
        "page-no-charset",
        "neither the header nor the page names a charset",
        ALL_PAGES,
        _no_charset,
    ),
    content(
        "page-http-reference",
        "pages refer to a script over http://",
        ALL_PAGES,
        swap("</body>", '    <script src="http://code.example.org/count.js"></script>\n</body>'),
        certificate="sound",
    ),
    content(
        "page-http-redirect",
        "pages of https redirect to http on the same host",
        ALL_PAGES,
        _in_clear,
        certificate="sound",
        status=301,
    ),
    content(
        "page-login-redirect", "pages redirect to /login", ALL_PAGES, moved("/login"), status=302
    ),
    content(
        "page-other-origin-redirect",
        "pages redirect to another origin",
        ALL_PAGES,
        moved("https://fhr.example.net/"),
        status=302,
    ),
    content("v4-missing", "the v4 page is 404 in every locale", ["v4/"], gone, status=404),
    content(
        "mobile-missing",
        "the mobile page of one locale is 404",
        ["mobile/"],
        gone,
        reach="one locale",
        status=404,
    ),
]
