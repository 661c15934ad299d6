"""Faults of the whole content side: what is not below a locale, headers, connections."""

from dataclasses import replace

from fhr_standin.faults.changes import (
    CONFIGS,
    content,
    dropped,
    every,
    gone,
    once,
    says,
    status,
    swap,
    with_header,
    without,
)
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource, message
from fhr_standin.site import HEARTBEATS, VERSION

_HEARTBEAT, _LBHEARTBEAT = HEARTBEATS
_DOWN = status(503, "Service unavailable")


def _english(ask: Ask, resource: Resource) -> Resource:
    """Answer a page of ours where the locale is unknown."""
    if ask.locale is not None or resource.status != 404 or not ask.path.endswith("/"):
        return resource
    codes = [locale.code for locale in ask.site.locales.values() if locale.target is None]
    return ask.site.page("en-US" if "en-US" in codes else codes[0], "")


def _soft(ask: Ask, resource: Resource) -> Resource:
    """Answer a page for any file that is missing below a locale."""
    missing = resource.status == 404 and ask.locale is not None
    return message(200, "Nothing to see here") if missing else resource


def _revalidates_never(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, conditional=False)


def _zipped_twice(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, zips=2)


def _no_commit(_ask: Ask, resource: Resource) -> Resource:
    kept = [part for part in resource.body.split(b", ") if b'"commit"' not in part]
    return replace(resource, body=b", ".join(kept))


FAULTS = [
    content(
        "version-wavers",
        "each third version document comes from an edge with another release",
        [VERSION],
        every(3, swap('"version": "', '"version": "other-')),
        reach="whole site",
    ),
    content(
        "git-exposed",
        "the checkout's own .git folder is published",
        ["/.git/HEAD"],
        says("ref: refs/heads/master"),
        reach="whole site",
    ),
    content(
        "missing-file-200",
        "any file that is not there answers 200 and a page",
        None,
        _soft,
        reach="whole site",
    ),
    content("robots-missing", "robots.txt is 404", ["/robots.txt"], gone, reach="whole site"),
    content(
        "robots-allows",
        "robots.txt disallows nothing",
        ["/robots.txt"],
        swap("Disallow: /", "Disallow:"),
        reach="whole site",
    ),
    content(
        "unknown-locale-200",
        "a locale that is not there answers 200",
        None,
        _english,
        reach="whole site",
    ),
    content(
        "conditional-ignored",
        "If-None-Match is answered 200 and the whole body",
        None,
        _revalidates_never,
        reach="whole site",
    ),
    content("etag-missing", "no ETag is sent", None, without("etag"), reach="whole site"),
    content(
        "cache-a-year",
        "config.json may be cached for a year",
        CONFIGS,
        with_header("cache-control", "max-age=31536000"),
    ),
    content(
        "header-missing",
        "X-Content-Type-Options is not sent",
        None,
        without("x-content-type-options"),
        reach="whole site",
    ),
    content(
        "gzip-twice",
        "gzipped bodies are gzipped again, under one Content-Encoding",
        None,
        _zipped_twice,
        reach="whole site",
    ),
    content("version-missing", "/__version__ is 404", [VERSION], gone, reach="whole site"),
    content(
        "version-incomplete",
        "/__version__ names no commit",
        [VERSION],
        _no_commit,
        reach="whole site",
    ),
    content("heartbeat-down", f"{_HEARTBEAT} is 503", [_HEARTBEAT], _DOWN, reach="whole site"),
    content(
        "lbheartbeat-down", f"{_LBHEARTBEAT} is 503", [_LBHEARTBEAT], _DOWN, reach="whole site"
    ),
    content(
        "content-503-once",
        "the first request of three files of one locale is 503, then all is well",
        ["", "css/styles.css", "js/fhr.js"],
        once(_DOWN),
        verdict="PASSED",
        reach="one locale",
    ),
    content(
        "content-reset-once",
        "the first request of one file is closed unanswered, then all is well",
        ["js/fhr.js"],
        once(dropped),
        verdict="PASSED",
        reach="one locale",
    ),
]
