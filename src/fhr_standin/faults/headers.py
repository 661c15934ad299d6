"""Faults of the whole content side: what is not below a locale, headers, connections."""

import re
from dataclasses import replace

from fhr_standin.faults.changes import (
    CONFIGS,
    body,
    content,
    dropped,
    every,
    gone,
    once,
    says,
    status,
    swap,
    with_another,
    with_header,
    without,
)
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import NOT_FOUND, TEXT, Resource, message
from fhr_standin.site import HEARTBEATS, VERSION

_HEARTBEAT, _LBHEARTBEAT = HEARTBEATS
_DOWN = status(503, "Service unavailable")


def _revalidates_never(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, conditional=False)


def unchanged_by_tag(ask: Ask, resource: Resource) -> Resource:
    """Answer 304 to whoever holds any file."""
    return replace(resource, status=304, body=b"") if ask.request.held else resource


def _unchanged_by_date(ask: Ask, resource: Resource) -> Resource:
    return replace(resource, status=304, body=b"") if ask.request.held_since else resource


def _no_validators(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, without=resource.without | {"etag", "last-modified"})


def _zipped_twice(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, zips=2)


def _as_text(text: str) -> ContentAct:
    """Answer a file of text that should not be there."""
    return lambda _ask, _resource: Resource(text.encode(), TEXT)


def _commit_head(_ask: Ask, resource: Resource) -> Resource:
    return replace(resource, body=re.sub(rb"[0-9a-f]{40}", b"HEAD", resource.body))


def _no_commit(_ask: Ask, resource: Resource) -> Resource:
    parts = [part for part in resource.body.split(b", ") if b'"commit"' not in part]
    return replace(resource, body=b", ".join(parts))


def _another_tag(ask: Ask, resource: Resource) -> Resource:
    tag = f'"{ask.nth(ask.path)}"'
    return replace(resource, conditional=False, headers=(*resource.headers, ("etag", tag)))


def _listed(ask: Ask, _resource: Resource) -> Resource:
    return message(200, f"Index of {ask.path}")


def _no_queries(ask: Ask, resource: Resource) -> Resource:
    return NOT_FOUND if ask.request.query else resource


FAULTS = [
    content(
        "query-refused",
        "whatever has a query is 404",
        None,
        _no_queries,
        reach="whole site",
        touches=["/*?*"],
        status=404,
    ),
    content(
        "etag-changes",
        "the ETag is another one each time",
        None,
        _another_tag,
        reach="whole site",
    ),
    content(
        "cookie-set",
        "a cookie is set with every file",
        None,
        with_header("set-cookie", "visitor=0b3dd3ae; Path=/; Max-Age=31536000"),
        reach="whole site",
    ),
    content(
        "content-type-twice",
        "scripts come with two Content-Types that differ",
        ["js/fhr.js", "v4/js/fhr_v4.js", "mobile/js/fhr.js"],
        with_another("content-type", "text/plain"),
    ),
    content(
        "cache-control-twice",
        "config.json comes with two Cache-Controls, the second says a year",
        CONFIGS,
        with_another("cache-control", "max-age=31536000"),
    ),
    content(
        "env-exposed",
        "the file with the settings of the build is published",
        ["/.env"],
        _as_text("API_KEY=c0ffee00c0ffee00\n"),
        reach="whole site",
    ),
    content(
        "passwords-exposed",
        "the web server's own file of passwords is published",
        ["/.htpasswd"],
        _as_text("deploy:$apr1$c0ffee00$\n"),
        reach="whole site",
    ),
    content(
        "svn-exposed",
        "a Subversion checkout is published",
        ["/.svn/entries"],
        _as_text("12\n"),
        reach="whole site",
    ),
    content(
        "backup-exposed",
        "an editor's copy of config.json is published",
        ["js/config.json~"],
        _as_text("{}\n"),
    ),
    content("folder-listed", "the folder of scripts is listed", ["js/"], _listed),
    content(
        "folder-listed-plainly",
        "the folder of scripts is listed by a server that says so in no title",
        ["js/"],
        _as_text("config.json\nfhr.js\n"),
    ),
    content(
        "robots-is-html",
        "a page with 200 for robots.txt",
        ["/robots.txt"],
        says("Firefox Health Report"),
        reach="whole site",
    ),
    content(
        "heartbeat-says-error",
        f"{_HEARTBEAT} is 200 but says that the service is in error",
        [_HEARTBEAT],
        body(b'{"status": "error", "checks": {"store": "error"}}'),
        reach="whole site",
    ),
    content(
        "heartbeat-is-html",
        f"{_HEARTBEAT} is a page with 200",
        [_HEARTBEAT],
        says("Welcome to nginx!"),
        reach="whole site",
    ),
    content(
        "lbheartbeat-is-html",
        f"{_LBHEARTBEAT} is a page with 200",
        [_LBHEARTBEAT],
        says("Welcome to nginx!"),
        reach="whole site",
    ),
    content(
        "version-commit-head",
        "the commit in /__version__ is the word HEAD",
        [VERSION],
        _commit_head,
        reach="whole site",
    ),
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
        "robots-missing", "robots.txt is 404", ["/robots.txt"], gone, reach="whole site", status=404
    ),
    content(
        "robots-allows",
        "robots.txt disallows nothing",
        ["/robots.txt"],
        swap("Disallow: /", "Disallow:"),
        reach="whole site",
    ),
    content(
        "conditional-ignored",
        "If-None-Match is answered 200 and the whole body",
        None,
        _revalidates_never,
        reach="whole site",
    ),
    content(
        "etag-never-compared",
        "any If-None-Match is answered 304, also if a new file is there",
        None,
        unchanged_by_tag,
        reach="whole site",
        status=304,
    ),
    content(
        "date-never-compared",
        "any If-Modified-Since is answered 304, also if a new file is there",
        None,
        _unchanged_by_date,
        reach="whole site",
        status=304,
    ),
    content(
        "validators-missing",
        "neither ETag nor Last-Modified is sent",
        None,
        _no_validators,
        reach="whole site",
    ),
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
    content(
        "version-missing", "/__version__ is 404", [VERSION], gone, reach="whole site", status=404
    ),
    content(
        "version-incomplete",
        "/__version__ names no commit",
        [VERSION],
        _no_commit,
        reach="whole site",
    ),
    content(
        "heartbeat-down",
        f"{_HEARTBEAT} is 503",
        [_HEARTBEAT],
        _DOWN,
        reach="whole site",
        status=503,
    ),
    content(
        "lbheartbeat-down",
        f"{_LBHEARTBEAT} is 503",
        [_LBHEARTBEAT],
        _DOWN,
        reach="whole site",
        status=503,
    ),
    content(
        "content-503-once",
        "the first request of three files of one locale is 503, then all is well",
        ["", "css/styles.css", "js/fhr.js"],
        once(_DOWN),
        verdict="PASSED",
        reach="one locale",
        status=503,
    ),
    content(
        "content-reset-once",
        "the first request of one file is closed unanswered, then all is well",
        ["js/fhr.js"],
        once(dropped),
        verdict="PASSED",
        reach="one locale",
        error="reset",
    ),
]
