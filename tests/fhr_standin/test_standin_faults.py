"""Each fault changes what it says, and leaves everything else sound."""

import gzip
import http.client
import json
import re
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pytest
from wire import eventually

import fhr_standin
from fhr_standin.content import Content
from fhr_standin.faults import FAULTS, ContentFault, Request, SubmissionFault, arm
from fhr_standin.faults.changes import gone
from fhr_standin.locales import choose
from fhr_standin.resource import NOT_FOUND
from fhr_standin.site import PAGES, VERSION, Site

# The plain locale in the middle of de, fr, pl (ja is a target, en-US too) and ar.
ONE = "fr"
ID = "0b3dd3ae-6c9e-4d2f-8a51-8f6f0f4a2d11"
SUBMIT = f"/1.0/submit/metrics/{ID}"
CONTENT = [name for name, fault in FAULTS.items() if isinstance(fault, ContentFault)]
SUBMISSION = [name for name, fault in FAULTS.items() if isinstance(fault, SubmissionFault)]
HTML = "text/html; charset=utf-8"
JSON = "application/json"
CSS = "text/css; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
ENGLISH = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
JAVASCRIPT = "application/javascript; charset=utf-8"

# What is only there under a fault.
PUBLISHED = [
    *("/.git/HEAD", "/.env", "/.svn/entries"),
    *(f"/{code}/js/{name}" for code in ("fr", "pl") for name in ("", "config.json~")),
]

# One telling request for each content fault: path, status, media type, words of the body.
TELLING: dict[str, tuple[str, int, str, str]] = {
    "config-missing": ("/pl/js/config.json", 404, HTML, "Not found"),
    "config-missing-one-locale": (f"/{ONE}/js/config.json", 404, HTML, "Not found"),
    "config-is-html": ("/pl/js/config.json", 200, HTML, "<html>"),
    "config-wrong-type": ("/pl/js/config.json", 200, HTML, '"debug": "false"'),
    "config-debug-on": ("/pl/js/config.json", 200, "application/json", '"debug": "true"'),
    "config-unrendered": ("/pl/js/config.json", 200, "application/json", '"${FHR_JSON_URL}"'),
    "config-undefined": ("/pl/v4/js/config.json", 200, "application/json", '"undefined"'),
    "config-extra-key": ("/pl/js/config.json", 200, "application/json", '"apiKey": "'),
    "config-duplicate-keys": ("/pl/js/config.json", 200, "application/json", '"true", "debug"'),
    "config-nan": ("/pl/js/config.json", 200, "application/json", ": NaN,"),
    "config-huge-number": ("/pl/js/config.json", 200, "application/json", ": 1e999,"),
    "config-empty": ("/pl/js/config.json", 200, "application/json", ""),
    "config-null": ("/pl/js/config.json", 200, "application/json", "null\n"),
    "config-braces": ("/pl/js/config.json", 200, "application/json", "{}\n"),
    "config-bom": ("/pl/js/config.json", 200, "application/json", "\ufeff{"),
    "config-other-environment": (f"/{ONE}/js/config.json", 200, "application/json", "fhr-dev."),
    "config-hostile-text": (f"/{ONE}/js/config.json", 200, "application/json", "]]></failure>"),
    "body-five-megabytes": (f"/{ONE}/js/data.js", 200, JAVASCRIPT, "and so on " * 9),
    "body-ten-megabytes": (f"/{ONE}/js/data.js", 200, JAVASCRIPT, "and so on " * 9),
    "page-hostile-text": (f"/{ONE}/v4/", 200, HTML, ' lang="\0\x1b[2J'),
    "page-http-redirect": ("/pl/", 301, HTML, ""),
    "page-redirect-loop": ("/pl/", 302, HTML, ""),
    "config-debug-boolean": ("/pl/js/config.json", 200, JSON, '"debug": true,'),
    "config-debug-spaced": ("/pl/js/config.json", 200, JSON, '"debug": " false"'),
    "v4-config-debug-on": ("/pl/v4/js/config.json", 200, JSON, '"debug": "true"'),
    "v4-config-extra-key": ("/pl/v4/js/config.json", 200, JSON, '"apiKey": "'),
    "gzip-cut-off": ("/pl/v4/css/styles.css", 200, CSS, "\x1f"),
    "script-wrong-type": (f"/{ONE}/js/data.js", 200, "text/plain; charset=utf-8", "DATA_VERSION"),
    "stylesheet-bom-inside": ("/pl/css/styles.css", 200, CSS, "}\n\ufeff"),
    "months-alike": ("/pl/js/locale/date_format.json", 200, JSON, ",".join(["sty"] * 12)),
    "months-english": ("/pl/js/locale/date_format.json", 200, JSON, ENGLISH),
    "months-quoted": ("/pl/js/locale/date_format.json", 200, JSON, "'"),
    "months-printed": ("/pl/js/locale/date_format.json", 200, JSON, "\"['sty', 'lut', "),
    "months-twice": ("/pl/js/locale/date_format.json", 200, JSON, "sty,lut,lut,kwi"),
    "months-sorted": ("/pl/js/locale/date_format.json", 200, JSON, "Apr,Aug,Dec,Feb,Jan"),
    "date-format-wrong-charset": (
        "/pl/js/locale/date_format.json",
        200,
        "application/json; charset=iso-8859-1",
        '"monthNameShort"',
    ),
    "v4-date-format-eleven-months": ("/pl/v4/js/locale/date_format.json", 200, JSON, 'Oct,Nov"'),
    "folder-listed": ("/pl/js/", 200, HTML, "Index of /pl/js/"),
    "env-exposed": ("/.env", 200, TEXT, "API_KEY="),
    "svn-exposed": ("/.svn/entries", 200, TEXT, "12\n"),
    "passwords-exposed": ("/.htpasswd", 200, TEXT, "deploy:$apr1$"),
    "backup-exposed": ("/pl/js/config.json~", 200, TEXT, "{}\n"),
    "robots-is-html": ("/robots.txt", 200, HTML, "<html>"),
    "heartbeat-is-html": ("/__heartbeat__", 200, HTML, "Welcome to nginx"),
    "lbheartbeat-is-html": ("/__lbheartbeat__", 200, HTML, "Welcome to nginx"),
    "heartbeat-says-error": ("/__heartbeat__", 200, JSON, '"status": "error"'),
    "version-commit-head": ("/__version__", 200, JSON, '"commit": "HEAD"'),
    "page-title-is-key": ("/pl/v4/", 200, HTML, "<title>fhr.page_title</title>"),
    "page-heading-is-key": (f"/{ONE}/", 200, HTML, "<h1>FHR_GREETING</h1>"),
    "page-heading-is-none": ("/pl/mobile/", 200, HTML, "<h1>None</h1>"),
    "page-heading-empty": (f"/{ONE}/v4/", 200, HTML, "<h1></h1>"),
    "page-link-not-filled-in": (f"/{ONE}/", 200, HTML, 'href="%(privacy_url"'),
    "page-encoded-twice-rtl": ("/ar/", 200, HTML, "\u00d8"),
    "page-question-marks": ("/ar/mobile/", 200, HTML, "?????"),
    "page-stack-trace": ("/pl/mobile/", 200, HTML, "Traceback (most recent call last)"),
    "page-php-warning": (f"/{ONE}/v4/", 200, HTML, "</b> on line <b>12</b>"),
    "page-include-failed": ("/pl/", 200, HTML, "[an error occurred while processing"),
    "script-stub": ("/pl/js/fhr.js", 200, JAVASCRIPT, "(function () {\n}());\n"),
    "page-calls-nothing": ("/pl/", 200, HTML, 'onload="begin()"'),
    "script-not-called": ("/pl/js/fhr.js", 200, JAVASCRIPT, "    });\n});"),
    "script-never-started": ("/pl/js/fhr.js", 200, JAVASCRIPT, "function init() {"),
    "script-misspelt": ("/pl/js/fhr.js", 200, JAVASCRIPT, "= string.greeting"),
    "mobile-script-misspelt": ("/pl/mobile/js/fhr.js", 200, JAVASCRIPT, "? string.on"),
    "v4-script-fails": ("/pl/v4/", 200, HTML, "dataset.locale.code"),
    "library-missing": ("/pl/", 200, HTML, "$('#toggle').hide();"),
    "plug-in-missing": ("/pl/", 200, HTML, "$.plot('#graph');"),
    "page-onload-replaced": (f"/{ONE}/mobile/", 200, HTML, "onload = function () { scroll(0, 0)"),
    "script-named-twice": (f"/{ONE}/", 200, HTML, '<script src="js/fhr.js"></script></body>'),
    "script-twice": ("/pl/js/lib/graph.js", 200, JAVASCRIPT, "Bridge"),
    "library-comment-only": ("/pl/mobile/js/lib/touch.js", 200, JAVASCRIPT, "// moved"),
    "stylesheet-comment-only": ("/pl/css/graph.css", 200, "text/css; charset=utf-8", "/* see"),
    "page-class-missing": ("/de/", 200, HTML, "<div></div><script>"),
    "script-opt-out-lost": ("/pl/js/fhr.js", 200, JAVASCRIPT, '*/ "EnableDataSubmission");'),
    "script-carries-nothing": ("/pl/js/lib/bridge.js", 200, JAVASCRIPT, "detail.order = command"),
    "script-listens-to-nothing": ("/pl/js/lib/bridge.js", 200, JAVASCRIPT, '"messages"'),
    "script-answer-misspelt": ("/pl/js/fhr.js", 200, JAVASCRIPT, 'Bridge.on("payloads"'),
    "date-format-of-another-lang": ("/pl/", 200, HTML, '<html lang="pl-001"'),
    "v4-script-shows-no-ping": ("/pl/v4/js/fhr_v4.js", 200, JAVASCRIPT, '"RequestPing"'),
    "script-comment-only": ("/pl/js/lib/bridge.js", 200, JAVASCRIPT, "/* bridge */\n"),
    "script-other-page": ("/pl/v4/js/fhr_v4.js", 200, JAVASCRIPT, "ShowSettings"),
    "script-type-unknown": ("/pl/mobile/", 200, HTML, 'type="text/javascirpt" src="js/fhr.js"'),
    "script-integrity-stale": ("/pl/", 200, HTML, 'src="js/fhr.js" integrity="sha384-'),
    "stylesheets-say-nothing": ("/pl/v4/css/table.css", 200, CSS, "* {\n}\n"),
    "v4-is-desktop": ("/pl/v4/", 200, HTML, 'src="js/lib/graph.js"'),
    "page-id-missing": (f"/{ONE}/", 200, HTML, 'id="chart"'),
    "page-base-leads-nowhere": ("/pl/", 200, HTML, '<base href="/static" target'),
    "page-wrong-base": ("/pl/", 200, HTML, '<base href="https://fhr-dev.example.org/en-US/">'),
    "page-noscript-unclosed": (f"/{ONE}/", 200, HTML, "<noscript><p>JavaScript</p><main>"),
    "script-before-its-library": ("/pl/", 200, HTML, 'fhr.js"></script><script src="js/lib/req'),
    "script-nomodule": ("/pl/mobile/", 200, HTML, "<script nomodule"),
    "inline-script-lost": (f"/{ONE}/", 200, HTML, "</footer>"),
    "page-link-no-url": (f"/{ONE}/mobile/", 200, HTML, 'href="privacy policy"'),
    "page-link-quoted": (f"/{ONE}/v4/", 200, HTML, 'href="„http://'),
    "page-link-other-percent": (f"/{ONE}/", 200, HTML, 'href="٪(privacy_url)s"'),
    "page-fragment-missing": ("/pl/v4/", 200, HTML, 'href="#help"'),
    "folder-listed-plainly": ("/pl/js/", 200, TEXT, "config.json"),
    "date-format-escaped": ("/pl/js/locale/date_format.json", 200, "application/json", "&eacute;"),
    "page-escaped-twice": (f"/{ONE}/", 200, HTML, "Sant&amp;eacute;"),
    "page-markup-escaped": ("/pl/mobile/", 200, HTML, "&lt;strong&gt;"),
    "page-lang-in-small-letters": ("/en-US/v4/", 200, HTML, 'lang="en-us"'),
    "page-text-in-markup-of-xliff": (f"/{ONE}/v4/", 200, HTML, '&lt;x id="1"/&gt;</h1>'),
    "page-text-not-filled-in": (f"/{ONE}/v4/", 200, HTML, " %1$s</h1>"),
    "page-not-translated": (f"/{ONE}/", 200, HTML, "How your browser has been doing"),
    "page-include-left": ("/pl/", 200, HTML, "<!--#include"),
    "page-link-quote-lost": ("/pl/mobile/", 200, HTML, 'rel="stylesheet href='),
    "page-local-file": ("/pl/v4/", 200, HTML, 'src="file:///C:/'),
    "script-not-referred-to-at-all": ("/pl/", 200, HTML, "</script>\n    \n"),
    "script-modules": ("/pl/mobile/", 200, HTML, '<script type="module" src'),
    "stylesheet-wrong-charset": ("/pl/css/styles.css", 200, "text/css; charset=utf-16", "body"),
    "files-are-pointers": ("/pl/v4/img/on.png", 200, "image/png", "version https://git-lfs"),
    "page-iframe-unclosed": ("/pl/", 200, HTML, '<iframe src="about:blank"><main>'),
    "page-select-unclosed": (f"/{ONE}/", 200, HTML, "<select><main>"),
    "page-template-unclosed": ("/pl/v4/", 200, HTML, "<template><main>"),
    "page-body-dir": ("/ar/", 200, HTML, '<body dir="ltr" '),
    "page-target-lost": (f"/{ONE}/", 200, HTML, "<head>\n    \n"),
    "page-button-disabled": (f"/{ONE}/", 200, HTML, 'id="toggle" disabled>'),
    "page-id-hidden": (f"/{ONE}/", 200, HTML, '<div hidden><p id="graph">'),
    "page-ids-exchanged": (f"/{ONE}/", 200, HTML, '<div id="notice">'),
    "page-handler-broken": ("/pl/", 200, HTML, 'onclick="this.blur(">'),
    "page-link-nowhere": (f"/{ONE}/mobile/", 200, HTML, '<a href="">'),
    "page-link-no-colon": (f"/{ONE}/v4/", 200, HTML, '<a href="http//www.'),
    "page-text-is-key": (f"/{ONE}/", 200, HTML, "<p>health.notice.reading</p>"),
    "stylesheet-in-element": ("/pl/css/graph.css", 200, CSS, "<style>\n"),
    "image-no-namespace": ("/pl/img/logo.svg", 200, "image/svg+xml", "<svg width="),
    "script-strict-octal": ("/pl/js/data.js", 200, JAVASCRIPT, "DATA_VERSION = 03;"),
    "script-strict-undeclared": ("/pl/js/data.js", 200, JAVASCRIPT, "use strict"),
    "script-space-unseen": ("/pl/mobile/js/data.js", 200, JAVASCRIPT, "var Data\u200b = {"),
    "script-redeclares": ("/pl/js/data.js", 200, JAVASCRIPT, "const Bridge ="),
    "script-export-lost": ("/pl/", 200, HTML, "import { Graph } from"),
    "inline-script-twice": (f"/{ONE}/", 200, HTML, "const strings = {};\nconst strings"),
    "inline-script-too-new": (f"/{ONE}/", 200, HTML, "greeting: '\u2028"),
    "sound-texts-apart": ("/pl/mobile/js/data.js", 200, JAVASCRIPT, "var texts = {"),
    "library-async": ("/pl/", 200, HTML, '<script async src="js/lib/request.js">'),
    "library-deferred": ("/pl/", 200, HTML, '<script defer src="js/lib/request.js">'),
    "sound-deferred": ("/pl/", 200, HTML, '<script defer src="js/fhr.js">'),
    "script-too-new": ("/pl/js/data.js", 200, JAVASCRIPT, "payload?.data"),
    "inline-script-key-lost": (f"/{ONE}/", 200, HTML, "\n            waiting: '"),
    "page-script-unclosed": ("/pl/", 200, HTML, 'js/lib/graph.js">\n'),
    "page-other-language": (f"/{ONE}/", 200, HTML, f'lang="{ONE}"'),
    "script-large-broken": ("/pl/js/lib/graph.js", 200, JAVASCRIPT, "var broken = ;"),
    "page-comment-unclosed": ("/pl/v4/", 200, HTML, "<body><!-- new header"),
    "script-is-html": ("/pl/js/fhr.js", 200, HTML, "<html>"),
    "script-missing": ("/pl/js/lib/bridge.js", 404, HTML, ""),
    "script-truncated": ("/pl/js/fhr.js", 200, "application/javascript; charset=utf-8", "func"),
    "script-stale": (f"/{ONE}/js/data.js", 200, "application/javascript; charset=utf-8", "= 2;"),
    "stylesheet-missing": ("/pl/css/styles.css", 404, HTML, ""),
    "stylesheet-truncated": ("/pl/css/styles.css", 200, "text/css; charset=utf-8", "{"),
    "stylesheet-wrong-type": ("/pl/css/graph.css", 200, HTML, "#graph"),
    "css-image-missing": ("/pl/mobile/img/tile.png", 404, HTML, ""),
    "css-import-missing": ("/pl/css/fonts.css", 404, HTML, ""),
    "font-missing": ("/pl/v4/fonts/standin-bold.woff", 404, HTML, ""),
    "image-missing": ("/pl/mobile/img/gear.png", 404, HTML, ""),
    "image-empty": ("/pl/v4/img/on.png", 200, "image/png", ""),
    "image-is-html": ("/pl/img/off.png", 200, "image/png", "<html>"),
    "date-format-missing": ("/pl/js/locale/date_format.json", 404, HTML, ""),
    "inline-script-broken": (f"/{ONE}/", 200, HTML, "greeting: 'l'"),
    "locale-missing": (f"/{ONE}/mobile/", 404, HTML, ""),
    "locale-swapped": (f"/{ONE}/", 200, HTML, 'lang="ja"'),
    "alias-differs": ("/he/", 200, HTML, "<!-- "),
    "page-truncated": (f"/{ONE}/", 200, HTML, "<!DOCTYPE html>"),
    "page-empty": (f"/{ONE}/mobile/", 200, HTML, ""),
    "page-nginx-welcome": ("/pl/v4/", 200, HTML, "Welcome to nginx"),
    "page-maintenance": ("/pl/", 200, HTML, "maintenance"),
    "page-refreshes": ("/pl/", 200, HTML, 'http-equiv="refresh"'),
    "page-encoded-twice": ("/pl/", 200, HTML, "Sant\u00c3\u00a9"),
    "script-not-referred-to": (f"/{ONE}/", 200, HTML, 'src="js/data.js"'),
    "page-wrong-charset": ("/pl/", 200, "text/html; charset=iso-8859-1", "<title>"),
    "page-foreign-reference": ("/pl/", 200, HTML, "https://fhr-dev.example.org/"),
    "page-warning-first": ("/pl/", 200, HTML, "Warning: "),
    "page-conflict-markers": ("/pl/", 200, HTML, "<<<<<<< HEAD"),
    "page-merge-half-done": ("/pl/", 200, HTML, "\n=======\n"),
    "page-ends-twice": (f"/{ONE}/", 200, HTML, "</html>\n</html>"),
    "page-body-twice": ("/pl/mobile/", 200, HTML, "</body>\n<body>\n</body>"),
    "page-no-translation": (f"/{ONE}/v4/", 200, HTML, "Project-Id-Version: fhr"),
    "page-express-trace": ("/pl/mobile/", 200, HTML, "at /srv/fhr/app.js:3:4"),
    "page-styles-for-print": ("/pl/v4/", 200, HTML, '<link rel="stylesheet" media="print" href'),
    "page-styles-less": ("/pl/v4/", 200, HTML, '<link rel="stylesheet/less" type="text/less"'),
    "policy-nonce-of-files": ("/pl/", 200, HTML, '<script nonce="c0ffee">'),
    "policy-blocks-other-hosts": ("/pl/", 200, HTML, '<link rel="stylesheet" href="//fonts.'),
    "image-truncated": ("/pl/img/off.png", 200, "image/png", ""),
    "image-damaged": ("/pl/img/off.png", 200, "image/png", "IEND"),
    "stylesheet-braces-doubled": ("/pl/css/styles.css", 200, "text/css; charset=utf-8", "{{"),
    "stylesheet-import-late": (
        "/pl/css/styles.css",
        200,
        "text/css; charset=utf-8",
        "0; }\n@import",
    ),
    "stylesheet-conflict-markers": ("/pl/css/graph.css", 200, "text/css; charset=utf-8", "<<<<"),
    "script-conflict-markers": ("/pl/v4/js/data_v4.js", 200, JAVASCRIPT, ">>>>>>> topic"),
    "git-exposed": ("/.git/HEAD", 200, HTML, "ref: refs"),
    "missing-file-200": ("/pl/js/no-such-file.js", 200, HTML, "Nothing"),
    "missing-debug-page": ("/xx-unknown/", 404, HTML, "DEBUG = True"),
    "site-maintenance": ("/pl/js/config.json", 200, HTML, "back soon"),
    "link-to-localhost": ("/pl/mobile/", 200, HTML, "http://localhost:8000/"),
    "script-of-localhost": ("/pl/js/data.js", 200, JAVASCRIPT, "http://localhost:8000/a.json"),
    "link-to-other-environment": ("/pl/mobile/", 200, HTML, "https://fhr-dev.example.org/"),
    "script-is-json": ("/pl/js/fhr.js", 200, JAVASCRIPT, '"debug": "false"'),
    "stylesheet-is-json": ("/pl/mobile/css/main.css", 200, CSS, '"debug": "false"'),
    "stylesheet-is-script": (f"/{ONE}/css/styles.css", 200, CSS, "$(function() {"),
    "script-as-written": ("/pl/js/data.js", 200, JAVASCRIPT, "export "),
    "script-of-other-environment": ("/pl/js/data.js", 200, JAVASCRIPT, "FHR-dev."),
    "script-throws-at-once": ("/pl/js/fhr.js", 200, JAVASCRIPT, "throw new Error("),
    "stylesheet-is-error": ("/pl/css/graph.css", 200, CSS, "File to import not found"),
    "config-of-another-host": ("/pl/js/fhr.js", 200, JAVASCRIPT, "//localhost:8000/js/config"),
    "v4-script-too-new": ("/pl/v4/js/data_v4.js", 200, JAVASCRIPT, "months?.length"),
    "page-div-closed-twice": (f"/{ONE}/", 200, HTML, '</div><p id="notice">'),
    "page-attribute-misspelt": ("/pl/", 200, HTML, 'herf="css/graph.css"'),
    "page-var-unclosed": (f"/{ONE}/mobile/", 200, HTML, "distribution.id<var>"),
    "months-one-digit": ("/pl/js/locale/date_format.json", 200, JSON, "sty0,"),
    "page-tag-unseen-mark": (f"/{ONE}/", 200, HTML, '<div\u00a0id="graph">'),
    "page-tag-typographic": ("/pl/v4/", 200, HTML, "id=\u201cnotice\u201d"),
    "page-link-unseen-mark": (f"/{ONE}/v4/", 200, HTML, "\u200e"),
    "script-caller-forgotten": ("/pl/js/fhr.js", 200, JAVASCRIPT, "function startPage("),
    "script-function-renamed": ("/pl/mobile/js/fhr.js", 200, JAVASCRIPT, "function byId("),
    "script-of-node": ("/pl/mobile/js/data.js", 200, JAVASCRIPT, "require("),
    "stylesheet-templated": ("/pl/v4/css/table.css", 200, "text/css; charset=utf-8", "{{ STATIC"),
    "page-unrendered": (f"/{ONE}/", 200, HTML, "{{ _('ON') }}"),
    "page-wrong-lang": (f"/{ONE}/", 200, HTML, 'lang="tlh"'),
    "page-wrong-dir": ("/ar/", 200, HTML, 'lang="ar" dir="ltr"'),
    "page-no-title": (f"/{ONE}/v4/", 200, HTML, "<title></title>"),
    "page-wrong-type": ("/pl/", 200, "text/plain", "<title>"),
    "page-no-charset": ("/pl/", 200, "text/html", "<title>"),
    "page-http-reference": ("/pl/", 200, HTML, 'src="http://'),
    "page-login-redirect": ("/pl/", 302, HTML, ""),
    "page-other-origin-redirect": ("/pl/", 302, HTML, ""),
    "v4-missing": ("/pl/v4/", 404, HTML, ""),
    "mobile-missing": (f"/{ONE}/mobile/", 404, HTML, ""),
    "robots-missing": ("/robots.txt", 404, HTML, ""),
    "robots-allows": ("/robots.txt", 200, "text/plain; charset=utf-8", "Disallow:\n"),
    "unknown-locale-200": ("/xx/", 200, HTML, 'lang="en-US"'),
    "version-missing": ("/__version__", 404, HTML, ""),
    "heartbeat-down": ("/__heartbeat__", 503, HTML, ""),
    "lbheartbeat-down": ("/__lbheartbeat__", 503, HTML, ""),
}
# Told over real sockets, in test_standin_transport.py.
TRANSPORT = {
    "body-drips",
    "body-endless",
    "chunks-broken",
    "content-short-body-once",
    "file-silent",
    "gzip-bomb",
    "headers-200-kilobytes",
    "headers-drip",
    "interim-endless",
    "lengths-differ",
    "status-line-broken",
}
# Told in test_standin_releases.py.
RELEASES = {
    "edge-config-missing",
    "edge-differs",
    "release-changes",
    "release-old",
    "release-old-one-edge",
    "release-old-one-in-three",
}
HEADERS = {
    "page-attachment": ("/pl/", "content-disposition", "attachment"),
    "page-refresh-header": ("/pl/v4/", "refresh", "1;url=/elsewhere"),
    "policy-blocks-scripts": (
        "/pl/",
        "content-security-policy",
        "default-src 'self'; script-src https://cdn.example.org 'unsafe-inline'",
    ),
    "policy-sandbox": ("/pl/", "content-security-policy", "sandbox allow-same-origin"),
    "page-framed-by-others-only": (
        "/pl/v4/",
        "content-security-policy",
        "frame-ancestors https://www.example.org",
    ),
    "policy-blocks-fonts": (
        "/pl/",
        "content-security-policy",
        "font-src https://fonts.example.org",
    ),
    "policy-nonce-alone": (
        "/pl/",
        "content-security-policy",
        "script-src 'self' 'unsafe-inline' 'nonce-c0ffee'",
    ),
    "policy-blocks-inline": ("/pl/", "content-security-policy", "default-src 'self'; style-src *"),
    "policy-blocks-requests": ("/pl/", "content-security-policy", "connect-src 'none'"),
    "cookie-set": ("/robots.txt", "set-cookie", "visitor=0b3dd3ae; Path=/; Max-Age=31536000"),
}
TWICE = {
    "page-frame-options-twice": ("/pl/", "x-frame-options", ["ALLOWALL", "SAMEORIGIN"]),
    "content-type-twice": ("/pl/v4/js/fhr_v4.js", "content-type", [JAVASCRIPT, "text/plain"]),
    "cache-control-twice": (
        "/pl/js/config.json",
        "cache-control",
        ["max-age=600", "max-age=31536000"],
    ),
}
# Less changes than may be named: a script's page lacks what it uses, a survey is in English.
LESS_CHANGES = {
    "config-of-another-host": r"/[\w-]+/js/fhr\.js",
    "date-format-of-another-lang": r"/(?!xx)[\w-]+/(v4/|mobile/)?",
    "page-lang-in-small-letters": r"/(en-US|en-ZA|he)/(v4/|mobile/)?",
    "script-caller-forgotten": r"/[\w-]+/js/fhr\.js",
    "script-function-renamed": r"/[\w-]+/mobile/js/fhr\.js",
    "script-of-localhost": r"/[\w-]+/js/data\.js",
    "script-strict-undeclared": r"/[\w-]+/js/data\.js",
    "script-of-node": r"/[\w-]+/mobile/js/data\.js",
    "sound-survey": r"/(en-US|en-ZA|he)/|/[\w-]+/js/fhr\.js",
}
# What is answered depends on who asks, and how: requests that are answered otherwise.
ASKED = {
    "firefox-turned-away": ("/pl/v4/", {"user-agent": "Mozilla/5.0 Gecko Firefox/38.0"}, 200),
    "unknown-locale-200-for-browsers": ("/xx/", {"accept": "text/html,*/*;q=0.8"}, 200),
    "firefox-script-missing": ("/pl/v4/js/fhr_v4.js", {"user-agent": "Firefox/38.0"}, 404),
    "language-script-stale": (f"/{ONE}/js/data.js", {"accept-language": "de,en;q=0.5"}, 200),
    "newer-script-refused": ("/pl/js/fhr.js", {"user-agent": "Firefox/150.0"}, 403),
    "android-script-missing": ("/pl/mobile/js/fhr.js", {"user-agent": "(Android; Mobile)"}, 404),
    "page-refused-across-sites": ("/pl/v4/", {"sec-fetch-site": "cross-site"}, 403),
    "page-refused-in-frames": ("/pl/", {"sec-fetch-dest": "iframe"}, 403),
    "gzip-stale-beside-brotli": ("/pl/js/data.js", {"accept-encoding": "gzip, deflate"}, 200),
    "brotli-not-offered": ("/pl/js/data.js", {"accept-encoding": "gzip"}, 200),
    "gzip-cut-off-beside-brotli": ("/pl/mobile/js/data.js", {"accept-encoding": "gzip"}, 200),
    "page-upgraded": ("/pl/v4/", {"upgrade-insecure-requests": "1"}, 307),
    "config-refused-to-scripts": (
        "/pl/js/config.json",
        {"x-requested-with": "XMLHttpRequest"},
        403,
    ),
    "months-as-jsonp": ("/pl/js/locale/date_format.json", {"accept": "text/javascript"}, 200),
    "referer-refused": ("/pl/js/data.js", {"referer": "http://fhr.example.org/pl/"}, 403),
    "language-page-english": ("/pl/", {"accept-language": "pl,en;q=0.5"}, 200),
    "script-never-compared": ("/pl/js/data.js", {"if-none-match": '"another"'}, 304),
    "etag-never-compared": ("/pl/v4/", {"if-none-match": '"another"'}, 304),
    "date-never-compared": ("/pl/v4/", {"if-modified-since": "yesterday"}, 304),
    "etag-length-compared": ("/pl/v4/", {"if-none-match": f'"{"0" * 32}"'}, 304),
    "date-hardly-compared": (
        "/pl/v4/",
        {"if-modified-since": "Thu, 13 Jun 2013 18:00:00 GMT"},
        304,
    ),
    "language-mobile-english": ("/pl/mobile/", {"accept-language": "pl,en;q=0.5"}, 200),
    "android-sent-away": ("/pl/mobile/", {"user-agent": "Mozilla/5.0 (Android; Mobile)"}, 302),
    "english-sent-home": ("/pl/", {"accept-language": "en-US,en;q=0.5"}, 302),
    "query-refused": ("/pl/mobile/?v=1", {}, 404),
}
ELSEWHERE = {
    "unchanged-in-no-frame",
    "unchanged-kept-a-year",
    "unchanged-scriptless",
    "etag-changes",
    "gzip-stale",
    "config-debug-on-one-in-three",
    "page-cannot-be-framed",
    "version-wavers",
    "config-one-in-three",
    "config-503-every-second",
    "content-503-once",
    "content-reset-once",
    "script-connection-closed",
    "content-short-body",
    "conditional-ignored",
    "validators-missing",
    "sound-absolute",
    "sound-right-to-left",
    "sound-inlined",
    "sound-survey",
    "sound-bundled",
    "sound-expires",
    "config-expires-in-years",
    "files-without-types",
    "image-twice",
    "sound-gone",
    "sound-html",
    "sound-new-each-time",
    "sound-one-validator",
    "sound-says-more",
    "sound-servers-named",
    "cache-a-year",
    "header-missing",
    "gzip-twice",
    "version-incomplete",
    "date-format-entry-missing",
    "v4-date-format-entry-missing",
    "months-are-keys",
    "date-format-eleven-months",
    "date-format-empty-month",
}


def test_every_content_fault_is_told() -> None:
    """Each has its telling request or a test of its own below."""
    others = {*ELSEWHERE, *TRANSPORT, *RELEASES, *HEADERS, *TWICE, *ASKED}
    assert set(TELLING) | others == set(CONTENT)
    assert not set(TELLING) & others


@pytest.mark.parametrize("name", TELLING)
def test_a_content_fault_does_what_it_says(
    content: Callable[..., Content], ask: Callable[..., Any], site: Site, name: str
) -> None:
    """The telling path answers the fault, with an ETag and a length that fit it."""
    path, status, media, words = TELLING[name]
    answer = ask(content(name), path)
    assert (answer.status, answer.headers["content-type"]) == (status, media)
    assert words.encode() in answer.body
    assert answer.body != site.find(path).body or media != site.find(path).media
    assert answer.headers["content-length"] == str(len(answer.body))
    if not words and status == 200 and not name.endswith("-truncated"):
        assert answer.body == b""


@pytest.mark.parametrize("name", CONTENT)
def test_a_content_fault_leaves_everything_else_sound(
    content: Callable[..., Content], site: Site, name: str
) -> None:
    """What differs, over three rounds of all paths, is what the fault touches, all of it; what is
    200 on a sound site answers the status that the fault declares.
    """
    fault = FAULTS[name]
    assert isinstance(fault, ContentFault)
    app, sound = content(name), site.find
    paths = [*site.paths(), "/xx/", "/xx/js/config.json", "/fr", "/pl/js/none.js", *PUBLISHED]
    rounds = [(path, app.resource(path, Request(str(turn)))) for turn in range(3) for path in paths]
    changed = {path: answer for path, answer in rounds if answer != sound(path)}
    if name == "missing-file-200":
        assert set(changed) == {"/pl/js/none.js", *(path for path in PUBLISHED if "/js/" in path)}
    elif name in {"sound-gone", "missing-debug-page"}:
        assert set(changed) == {path for path in paths if sound(path) == NOT_FOUND}
    elif name in LESS_CHANGES:
        assert set(changed) == {path for path in paths if re.fullmatch(LESS_CHANGES[name], path)}
    elif name not in ASKED:
        assert set(changed) == {path for path in paths if _touches(fault, path, site)}
    statuses = {answer.status for path, answer in changed.items() if sound(path).status == 200}
    assert statuses <= {200 if fault.error else fault.status or 200}


def _touches(fault: ContentFault, path: str, site: Site) -> bool:
    code = path[1:].partition("/")[0]
    locale = site.locales.get(code)
    if not any(_matches(pattern, path, site.locales) for pattern in fault.touches):
        return False
    if fault.reach == "one locale" and code != ONE:
        return False
    if fault.needs == "alias":
        return locale is not None and locale.target is not None
    if fault.needs == "rtl":
        return locale is not None and locale.rtl and locale.target is None
    return fault.act is not gone or site.find(path) != NOT_FOUND


def _matches(pattern: str, path: str, locales: Iterable[str]) -> bool:
    """Whether a path is one of those that a fault touches; `{unknown}` is a locale not there."""
    return _expression(pattern, tuple(locales)).fullmatch(path) is not None


@cache  # it takes longer to make than the faults take to act
def _expression(pattern: str, locales: tuple[str, ...]) -> re.Pattern[str]:
    codes = "|".join(map(re.escape, locales))
    segments = {"{locale}": f"(?:{codes})", "{unknown}": f"(?!(?:{codes})/)[^/]+", "*": ".*"}
    parts = re.split(r"({\w+}|\*)", pattern)
    return re.compile(
        "".join(
            segments.get(part, "[^/]+" if part[:1] == "{" else re.escape(part)) for part in parts
        )
    )


def test_one_locale_can_be_chosen(content: Callable[..., Content], site: Site) -> None:
    """NAME@LOCALE keeps a fault of all locales to one."""
    app = content("config-missing@pl")
    assert app.resource("/pl/js/config.json").status == 404
    assert app.resource("/fr/js/config.json") == site.find("/fr/js/config.json")


def test_the_default_locale_is_plain_and_in_the_middle() -> None:
    """No alias, no alias's target: only the users of that locale see the fault."""
    (armed,) = arm(["page-empty"], choose(100))
    assert armed.locale not in (None, "en-US", "en-ZA", "he", "ja", "ja-JP-mac")
    codes = [locale.code for locale in choose(100)]
    assert 40 < codes.index(str(armed.locale)) < 60


@pytest.mark.parametrize(
    ("name", "count", "statuses"),
    [
        ("config-one-in-three", 6, [200, 200, 404, 200, 200, 404]),
        ("config-503-every-second", 4, [200, 503, 200, 503]),
    ],
)
def test_a_fault_that_comes_and_goes(
    content: Callable[..., Content],
    ask: Callable[..., Any],
    name: str,
    count: int,
    statuses: list[int],
) -> None:
    """Each path counts for itself, whatever its query."""
    app = content(name)
    for code in ("fr", "pl"):
        found = [ask(app, f"/{code}/js/config.json?{n}").status for n in range(count)]
        assert found == statuses


def test_a_503_that_passes(content: Callable[..., Content], ask: Callable[..., Any]) -> None:
    """The first request of three paths is 503; a reset starts over."""
    app = content("content-503-once")
    for _ in range(2):
        paths = [f"/{ONE}/{rest}" for rest in ("", "css/styles.css", "js/fhr.js", "js/data.js")]
        assert [ask(app, path).status for path in paths] == [503, 503, 503, 200]
        assert [ask(app, path).status for path in paths] == [200] * 4
        app.reset()


@pytest.mark.parametrize("change", ["entry-missing", "eleven-months", "empty-month"])
def test_months_of_one_locale(
    content: Callable[..., Content], ask: Callable[..., Any], change: str
) -> None:
    """The file of every locale has the fault in one locale's entry."""
    app = content(f"date-format-{change}")
    entries = json.loads(ask(app, "/pl/v4/js/locale/date_format.json").body)
    names = entries.pop(ONE, {"monthNameShort": ""})["monthNameShort"].split(",")
    assert (len(names), names.count("")) == {
        "entry-missing": (1, 1),
        "eleven-months": (11, 0),
        "empty-month": (12, 1),
    }[change]
    assert all(len(entry["monthNameShort"].split(",")) == 12 for entry in entries.values())


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("config-debug-on-one-in-three", "/pl/js/config.json", b'"debug": "true"'),
        ("version-wavers", "/__version__", b'"version": "other-'),
    ],
)
def test_an_edge_that_is_another(
    content: Callable[..., Content], ask: Callable[..., Any], name: str, path: str, words: bytes
) -> None:
    """Each third answer comes from there."""
    app = content(name)
    assert [words in ask(app, path).body for _ in range(6)] == [False, False, True] * 2


@pytest.mark.parametrize("name", sorted(name for name in CONTENT if name.startswith("sound-")))
def test_what_is_sound_differs_from_the_stand_in(
    content: Callable[..., Content], ask: Callable[..., Any], name: str
) -> None:
    """Otherwise nothing would show that checks put up with it."""
    paths = ("/pl/", "/ar/v4/", "/en-US/", "/pl/mobile/js/data.js", "/robots.txt", "/xx/", VERSION)
    assert [ask(content(name), path) for path in paths] != [ask(content(), path) for path in paths]


@pytest.mark.parametrize("validator", ["etag", "last-modified"])
def test_a_file_is_known_again_by_either_validator(
    content: Callable[..., Content], ask: Callable[..., Any], validator: str
) -> None:
    """Where the other one is not sent."""
    asked = {"etag": "if-none-match", "last-modified": "if-modified-since"}[validator]
    path = {"etag": "/fr/js/config.json", "last-modified": "/fr/"}[validator]
    headers = ask(content("sound-one-validator"), path).headers
    assert {"etag", "last-modified"} & set(headers) == {validator}
    again = ask(content("sound-one-validator"), path, headers={asked: headers[validator]})
    assert again.status == 304
    other = ask(content("sound-one-validator"), path, headers={asked: "another"})
    assert other.status == 200


def test_a_page_that_cannot_be_framed(
    content: Callable[..., Content], ask: Callable[..., Any]
) -> None:
    """The header alone forbids it."""
    assert ask(content("page-cannot-be-framed"), "/pl/").headers["x-frame-options"] == "DENY"


def test_header_faults(content: Callable[..., Content], ask: Callable[..., Any]) -> None:
    """Each takes or changes its own header, on what it is about."""
    path = "/fr/js/config.json"
    sound = ask(content(), path)
    etag = {"if-none-match": sound.headers["etag"]}
    assert ask(content("conditional-ignored"), path, headers=etag) == sound
    bare = ask(content("validators-missing"), path).headers
    validators = {name: sound.headers[name] for name in ("etag", "last-modified")}
    assert sound.headers == {**bare, **validators}
    bare = ask(content("header-missing"), path).headers
    assert sound.headers == {**bare, "x-content-type-options": "nosniff"}
    aged = ask(content("cache-a-year"), path).headers
    assert aged == {**sound.headers, "cache-control": "max-age=31536000"}
    late = ask(content("config-expires-in-years"), "/pl/js/config.json").headers
    assert ("cache-control" in late, late["expires"][-17:]) == (False, "2038 00:00:00 GMT")


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_sent(
    content: Callable[..., Content], ask: Callable[..., Any], name: str
) -> None:
    """It is all that differs."""
    path, header, value = HEADERS[name]
    sound, faulty = ask(content(), path), ask(content(name), path)
    assert faulty.headers == {**sound.headers, header: value}
    assert faulty.body == sound.body


@pytest.mark.parametrize("name", TWICE)
def test_a_header_that_is_sent_twice(name: str, standin: fhr_standin.Standin) -> None:
    """Both lines go out, the sound one first."""
    path, header, values = TWICE[name]
    standin.arm(name)
    connection = http.client.HTTPConnection(standin.origins["content"][7:], timeout=400)
    connection.request("GET", path)
    assert connection.getresponse().headers.get_all(header) == values
    connection.close()


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_that_depends_on_who_asks(
    content: Callable[..., Content], ask: Callable[..., Any], name: str
) -> None:
    """Others get the sound answer."""
    path, headers, status = ASKED[name]
    plain = path.partition("?")[0]
    faulty = ask(content(name), path, headers=headers)
    assert faulty.status == status
    assert faulty.body != ask(content(), path, headers=headers).body
    assert ask(content(name), plain) == ask(content(), plain)


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("unchanged-kept-a-year", "cache-control", "max-age=31536000"),
        ("unchanged-in-no-frame", "x-frame-options", "DENY"),
        ("unchanged-scriptless", "content-security-policy", "script-src 'none'"),
    ],
)
def test_a_304_with_headers_of_its_own(
    content: Callable[..., Content], ask: Callable[..., Any], name: str, header: str, value: str
) -> None:
    """Who does not hold the file gets the sound answer."""
    path = "/pl/js/config.json" if name == "unchanged-kept-a-year" else "/pl/"
    again = ask(content(name), path, headers={"if-none-match": "*"})
    assert (again.status, again.headers[header]) == (304, value)
    assert ask(content(name), path) == ask(content(), path)


def test_an_etag_that_changes(content: Callable[..., Content], ask: Callable[..., Any]) -> None:
    """Who holds the one before gets the whole body again."""
    app = content("etag-changes")
    tags = [ask(app, "/fr/").headers["etag"] for _ in range(2)]
    again = ask(app, "/fr/", headers={"if-none-match": ", ".join(tags)})
    assert again.status == 200
    assert len({*tags, again.headers["etag"]}) == 3


def test_a_stale_gzip(content: Callable[..., Content], ask: Callable[..., Any]) -> None:
    """Who takes gzip gets older bytes than who does not."""
    app = content("gzip-stale")
    plain = ask(app, "/fr/css/styles.css")
    packed = ask(app, "/fr/css/styles.css", headers={"accept-encoding": "gzip"})
    assert plain.body == ask(content(), "/fr/css/styles.css").body
    assert b"release before" in gzip.decompress(packed.body)


def test_gzip_twice(content: Callable[..., Content], ask: Callable[..., Any]) -> None:
    """One Content-Encoding over two layers; plain answers stay sound."""
    app = content("gzip-twice")
    sound = ask(content(), "/fr/").body
    zipped = ask(app, "/fr/", headers={"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(gzip.decompress(zipped.body)) == sound
    assert ask(app, "/fr/").body == sound


def test_version_incomplete(content: Callable[..., Content], ask: Callable[..., Any]) -> None:
    """Everything but the commit is there."""
    version = json.loads(ask(content("version-incomplete"), "/__version__").body)
    assert set(version) == {"source", "version", "build"}


def test_connections_that_close_early(
    standin: fhr_standin.Standin, fetch: Callable[..., Any]
) -> None:
    """No answer at all, once or always, and a body short of its length, over real sockets."""
    standin.arm("content-reset-once", "script-connection-closed", "content-short-body")
    content = standin.origins["content"]
    with pytest.raises(http.client.RemoteDisconnected):
        fetch(f"{content}/{ONE}/js/fhr.js")
    assert fetch(f"{content}/{ONE}/js/fhr.js").status == 200
    for _ in range(2):
        with pytest.raises(http.client.RemoteDisconnected):
            fetch(f"{content}/pl/mobile/js/data.js")
        with pytest.raises(http.client.IncompleteRead):
            fetch(f"{content}/pl/css/print.css")
    assert fetch(f"{content}/pl/css/print.css", "HEAD").status == 200
    assert fetch(f"{content}/pl/").status == 200


# Requests on which a sound server answers 201, 200 or a refusal; each fault answers some of them
# otherwise. Statuses in the order of REQUESTS; 0 is a connection closed without an answer.
REQUESTS: list[tuple[str, str, str, bytes, dict[str, str]]] = [
    ("post", "POST", SUBMIT, b"{}", {"content-type": "application/json"}),
    ("delete", "DELETE", SUBMIT, b"", {}),
    ("deflated", "POST", SUBMIT, b"x", {"content-type": "application/json+zlib; charset=utf-8"}),
    ("put", "PUT", SUBMIT, b"x", {"content-type": "application/json+zlib"}),
    ("versionless", "POST", SUBMIT[4:], b"x", {"content-type": "application/json+zlib"}),
    ("no id", "POST", "/1.0/submit/metrics", b"x", {"content-type": "application/json+zlib"}),
    ("obsolete", "POST", SUBMIT, b"x", {"content-type": "json+zlib", "x-obsolete-document": ID}),
    ("delete again", "DELETE", SUBMIT, b"", {}),
    ("namespace", "POST", f"/1.0/submit/other/{ID}", b"x", {}),
    ("bad id", "POST", "/1.0/submit/metrics/abc", b"x", {}),
    ("id with an ending", "POST", f"{SUBMIT}.json", b"x", {}),
    ("endpoint", "POST", f"/1.0/query/metrics/{ID}", b"x", {}),
    ("oversize", "POST", SUBMIT, b"x" * 1_048_577, {}),
    ("empty", "POST", SUBMIT, b"", {}),
    ("get", "GET", SUBMIT, b"", {}),
    ("root", "GET", "/", b"", {}),
]
SOUND = dict(
    zip(
        (name for name, *_ in REQUESTS),
        [201, 200, 201, 201, 201, 201, 201, 200, 404, 404, 404, 404, 413, 400, 403, 200],
        strict=True,
    )
)
STORED = ("post", "deflated", "put", "versionless", "no id", "obsolete")
WRITES = [name for name, method, *_ in REQUESTS if method != "GET"]
DIFFERS: dict[str, dict[str, int]] = {
    "submit-no-id": {},
    "submit-other-id": {},
    "submit-500-after-storing": dict.fromkeys(STORED, 500),
    "submit-503-every-second": dict.fromkeys(WRITES[1::2], 503),
    "submit-202": dict.fromkeys(STORED, 202),
    "submit-redirects": dict.fromkeys(STORED, 302),
    "submit-login-page": dict.fromkeys(STORED, 200),
    "submit-refuses-several-obsolete": {},
    "submit-refuses-deflate": dict.fromkeys(STORED[1:], 400),
    "submit-refuses-plain": {"post": 400},
    "submit-refuses-put": {"put": 403},
    "submit-refuses-versionless": {"versionless": 404},
    "submit-refuses-no-id": {"no id": 404},
    "submit-refuses-obsolete": {"obsolete": 400},
    "namespace-unchecked": {"namespace": 201},
    "id-unchecked": {"bad id": 201, "id with an ending": 201},
    "id-with-an-ending": {"id with an ending": 201},
    "endpoint-unchecked": {"endpoint": 201},
    "oversize-accepted": {"oversize": 201},
    "empty-accepted": {"empty": 201},
    "get-allowed": {"get": 200},
    "delete-refused": {"delete": 403, "delete again": 403},
    "delete-not-found": {"delete": 404, "delete again": 404},
    "delete-broken": {"delete": 500, "delete again": 500},
    "submit-reply-lost-once": {"post": 0},
    "submit-503-once": {"post": 503},
    "delete-reply-lost-once": {"delete": 0, "delete again": 404},
    "submit-401": dict.fromkeys(WRITES, 401),
    "submit-firewall": dict.fromkeys(WRITES, 403),
    "sound-line-end": {},
    "sound-refusal-page": {},
    "submit-429-a-day": dict.fromkeys(WRITES, 429),
    "get-stored-allowed": {"get": 200},
    "submit-refuses-newer": {},
    "submit-refuses-android": {},
    "delete-refuses-newer": {},
    "submit-refuses-unversioned-measurements": {},
    "submit-refuses-errors": {},
    "submit-refuses-long-obsolete": {},
    "submit-refuses-obsolete-twice": {},
    "submit-500-some-kilobytes": {},
    "submit-500-many-kilobytes": {},
    "get-versionless-allowed": {},
    "head-stored-allowed": {},
    "documents-listed": {},
    "delete-firewall": {"delete": 403, "delete again": 403},
    "submit-deflate-firewall": dict.fromkeys(STORED[1:], 403),
    "delete-202": {"delete": 202, "delete again": 202},
    "delete-204": {"delete": 204, "delete again": 204},
    "delete-is-html": {},
    "delete-says-error": {},
    "delete-says-why": {},
    "sound-deleted-again": {},
    "delete-again-500": {},
    "delete-versionless-not-found": {},
    "submit-refuses-non-ascii": {},
    "submit-new-id-no-uuid": {},
    "submit-new-id-same": {},
    "submit-large-no-id": {},
    "submit-deflated-limit-lowered": {},
    "submit-inflated-limit": {},
}


def test_every_submission_fault_is_told() -> None:
    """Each is in the table above, or has a test of its own below."""
    assert {*DIFFERS, "submit-limit-lowered", "submit-slow"} == set(SUBMISSION)


@pytest.mark.parametrize(("size", "status"), [(100_000, 201), (100_001, 413)])
def test_a_lowered_limit(
    submissions: Callable[..., Any], ask: Callable[..., Any], size: int, status: int
) -> None:
    """Small documents are taken as ever, large ones refused."""
    app = submissions("submit-limit-lowered")
    assert ask(app, SUBMIT, "POST", {}, b"x" * size).status == status


ONE_DAY = b'"data": {"days": {"2013-06-14": {"places": {"pages": 1}}}}'


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("submit-refuses-non-ascii", b"\xc3\xb6", 500),
        ("submit-refuses-non-ascii", zlib.compress(b"\xc3\xb6"), 500),
        ("submit-refuses-non-ascii", zlib.compress(b"o"), 201),
        ("submit-deflated-limit-lowered", zlib.compress(b"o" * 200_000, 0), 413),
        ("submit-deflated-limit-lowered", zlib.compress(b"o" * 200_000), 201),
        ("submit-deflated-limit-lowered", b"o" * 200_000, 201),
        ("submit-inflated-limit", zlib.compress(b"o" * 2_000_000), 413),
        ("submit-inflated-limit", zlib.compress(b"o" * 1_000_000), 201),
        ("submit-refuses-errors", b'{"errors": []}', 400),
        ("submit-refuses-errors", zlib.compress(b'{"notInitialized": 1}'), 400),
        ("submit-refuses-errors", b'["errors"]', 201),
        ("submit-refuses-unversioned-measurements", b'{"version": 2, %s}' % ONE_DAY, 400),
        ("submit-refuses-unversioned-measurements", b'{"version": 3, %s}' % ONE_DAY, 201),
        ("submit-500-some-kilobytes", b"o" * 8_000, 500),
        ("submit-500-some-kilobytes", b"o" * 40_000, 201),
        ("submit-500-many-kilobytes", b"o" * 40_000, 500),
        ("submit-500-many-kilobytes", b"o" * 8_000, 201),
    ],
)
def test_what_a_document_holds(
    submissions: Callable[..., Any], ask: Callable[..., Any], name: str, body: bytes, status: int
) -> None:
    """A fault of the inflated document sees it, and leaves the others alone."""
    assert ask(submissions(name), SUBMIT, "POST", {}, body).status == status


def test_several_obsolete_documents(
    submissions: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """One is taken, several are refused."""
    app = submissions("submit-refuses-several-obsolete")
    found = [
        ask(app, SUBMIT, "POST", {"x-obsolete-document": each}, b"x").status
        for each in (ID, f"{ID},{ID}")
    ]
    assert found == [201, 500]


@pytest.mark.parametrize(
    ("name", "headers", "status"),
    [
        ("submit-refuses-newer", {"user-agent": "Gecko/20100101 Firefox/150.0"}, 403),
        ("submit-refuses-newer", {"user-agent": "Gecko/20100101 Firefox/38.0"}, 201),
        ("submit-refuses-android", {"user-agent": "(Android; Mobile) Firefox/38.0"}, 403),
        ("submit-refuses-android", {"user-agent": "Gecko/20100101 Firefox/38.0"}, 201),
        ("submit-refuses-long-obsolete", {"x-obsolete-document": ",".join([ID] * 5)}, 431),
        ("submit-refuses-long-obsolete", {"x-obsolete-document": ",".join([ID] * 4)}, 201),
        ("submit-refuses-obsolete-twice", {"x-obsolete-document": f"{ID},{ID}"}, 201),
    ],
)
def test_who_sends_a_document(
    submissions: Callable[..., Any],
    ask: Callable[..., Any],
    name: str,
    headers: dict[str, str],
    status: int,
) -> None:
    """A fault of what a client sends beside the document sees it, and leaves the others alone."""
    assert ask(submissions(name), SUBMIT, "POST", headers, b"{}").status == status


@pytest.mark.parametrize(
    ("name", "method", "path", "statuses"),
    [
        ("get-versionless-allowed", "GET", SUBMIT[4:], [403, 200]),
        ("get-versionless-allowed", "GET", SUBMIT, [403, 403]),
        ("head-stored-allowed", "HEAD", SUBMIT, [403, 200]),
        ("documents-listed", "GET", "/1.0/submit/metrics", [200, 200]),
        ("sound-deleted-again", "DELETE", SUBMIT, [404, 200]),
        ("delete-again-500", "DELETE", SUBMIT, [500, 200]),
        ("delete-versionless-not-found", "DELETE", SUBMIT[4:], [404, 404]),
    ],
)
def test_before_and_after_a_document_is_stored(
    submissions: Callable[..., Any],
    ask: Callable[..., Any],
    name: str,
    method: str,
    path: str,
    statuses: list[int],
) -> None:
    """What is answered depends on whether the document is there, where the fault says so."""
    app = submissions(name)
    before = ask(app, path, method)
    ask(app, SUBMIT, "POST", {}, b"{}")
    after = ask(app, path, method)
    assert [before.status, after.status] == statuses
    assert (ID.encode() in after.body) == (name == "documents-listed")


@pytest.mark.parametrize("name", DIFFERS)
def test_a_submission_fault_changes_what_it_says(
    submissions: Callable[..., Any], ask: Callable[..., Any], name: str
) -> None:
    """The answers named differ, where the fault says so; all others are as on a sound server."""
    app, fault = submissions(name), FAULTS[name]
    statuses = {
        label: ask(app, path, method, headers, body).status
        for label, method, path, body, headers in REQUESTS
    }
    assert statuses == SOUND | DIFFERS[name]
    paths = [path for label, _, path, *_ in REQUESTS if label in DIFFERS[name]]
    assert all(_matches(pattern, path, ()) for pattern in fault.touches for path in paths)
    first = next(iter(DIFFERS[name].values()), fault.status)
    assert first == (0 if fault.error else fault.status or first)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("submit-no-id", True),
        ("submit-other-id", True),
        ("submit-500-after-storing", True),
        ("submit-reply-lost-once", True),
        ("submit-503-once", False),
        ("submit-refuses-deflate", False),
        ("submit-401", False),
        ("submit-redirects", False),
        ("submit-login-page", False),
        ("submit-firewall", False),
        ("submit-429-a-day", False),
    ],
)
def test_whether_a_fault_leaves_a_document(
    submissions: Callable[..., Any], ask: Callable[..., Any], name: str, stored: bool
) -> None:
    """Some faults store what they do not confirm; that is what a clean-up has to find."""
    app = submissions(name)
    answer = ask(app, SUBMIT, "POST", {"content-type": "application/json+zlib"}, b"x")
    assert (ID in app.documents) == stored
    assert answer.body != ID.encode()


def test_a_lost_delete_has_deleted(
    submissions: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """The reply is lost, the document gone; only the repeat of that delete is 404."""
    app = submissions("delete-reply-lost-once")
    ask(app, SUBMIT, "POST", body=b"x")
    assert ask(app, SUBMIT, "DELETE").dropped
    assert app.documents == {}
    assert [ask(app, SUBMIT, "DELETE").status for _ in range(2)] == [404, 200]


def test_inconclusive_answers_say_why(
    submissions: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """A firewall answers with a page, a limit with the time to wait, 401 with a challenge."""
    firewall = ask(submissions("submit-firewall"), SUBMIT, "PUT", body=b"x")
    assert firewall.headers["content-type"] == HTML
    assert b"blocked" in firewall.body
    limited = ask(submissions("submit-429-a-day"), SUBMIT, "PUT", body=b"x")
    assert limited.headers["retry-after"] == "86400"
    assert "www-authenticate" in ask(submissions("submit-401"), SUBMIT, "PUT", body=b"x").headers


def test_a_slow_answer_is_stored_at_once(standin: fhr_standin.Standin) -> None:
    """The client gives up, the document is there, and the server goes on."""
    standin.arm("submit-slow")
    port = int(standin.origins["submission"].rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    connection.request("POST", SUBMIT, b"x")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    assert eventually(lambda: list(standin.documents()) == [ID], 30)


def test_every_page_has_a_fault() -> None:
    """Faults are spread over the pages, so that no page can go unwatched."""
    places = {rest for fault in FAULTS.values() for rest in getattr(fault, "at", None) or ()}
    assert set(PAGES) <= places
    for prefix in ("v4/", "mobile/"):
        assert any(rest.startswith(f"{prefix}img/") for rest in places)
