"""Faults by which a header keeps the browser from running, loading or showing a sound page."""

from dataclasses import replace

from fhr_standin.faults.changes import ALL_PAGES, DESKTOP, content, swap, with_another, with_header
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource

_POLICY = "content-security-policy"


def _framed_twice(ask: Ask, resource: Resource) -> Resource:
    allowed = with_header("x-frame-options", "ALLOWALL")(ask, resource)
    return with_another("x-frame-options", "SAMEORIGIN")(ask, allowed)


def _styled_elsewhere(ask: Ask, resource: Resource) -> Resource:
    """Have a page load styles of another host, and its policy allow none but its own."""
    link = '<link rel="stylesheet" href="//fonts.example.org/css?family=Fira">'
    styled = swap("</head>", f"{link}</head>")(ask, resource)
    return with_header(_POLICY, "style-src 'self' 'unsafe-inline'")(ask, styled)


def _with_nonce_in_the_page(ask: Ask, resource: Resource) -> Resource:
    """Give a nonce to the scripts that stand in a page, and not to those in files."""
    named = replace(resource, body=resource.body.replace(b"<script>", b'<script nonce="c0ffee">'))
    return with_header(_POLICY, "script-src 'nonce-c0ffee'")(ask, named)


FAULTS = [
    content(
        "policy-blocks-other-hosts",
        "a policy forbids the styles that the desktop page loads from another host",
        DESKTOP,
        _styled_elsewhere,
    ),
    content(
        "policy-blocks-scripts",
        "the policy allows scripts of a CDN that the pages do not use",
        ALL_PAGES,
        with_header(
            _POLICY, "default-src 'self'; script-src https://cdn.example.org 'unsafe-inline'"
        ),
    ),
    content(
        "policy-sandbox",
        "the policy puts pages into a sandbox, in which no script runs",
        ALL_PAGES,
        with_header(_POLICY, "sandbox allow-same-origin"),
    ),
    content(
        "page-framed-by-others-only",
        "the policy lets a site show the pages that is not the one that does",
        ALL_PAGES,
        with_header(_POLICY, "frame-ancestors https://www.example.org"),
    ),
    content(
        "page-frame-options-twice",
        "X-Frame-Options is sent twice, and browsers take the two for a refusal",
        ALL_PAGES,
        _framed_twice,
    ),
    content(
        "policy-blocks-inline",
        "the policy forbids the inline script that every page has",
        ALL_PAGES,
        with_header(_POLICY, "default-src 'self'; style-src *"),
    ),
    content(
        "policy-blocks-fonts",
        "a policy forbids the fonts that the styles load",
        ALL_PAGES,
        with_header(_POLICY, "font-src https://fonts.example.org"),
    ),
    content(
        "policy-nonce-alone",
        "the policy names a nonce, and the scripts in the pages have none",
        ALL_PAGES,
        with_header(_POLICY, "script-src 'self' 'unsafe-inline' 'nonce-c0ffee'"),
    ),
    content(
        "policy-nonce-of-files",
        "the policy names a nonce and no host, and the elements of script files have none",
        ALL_PAGES,
        _with_nonce_in_the_page,
    ),
    content(
        "policy-blocks-requests",
        "the policy forbids the request for config.json",
        DESKTOP,
        with_header(_POLICY, "connect-src 'none'"),
    ),
]
