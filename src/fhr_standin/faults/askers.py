"""Faults by which it depends on who asks what is answered: on the browser and its language."""

import re
from dataclasses import replace
from email.utils import parsedate_to_datetime

from fhr_standin.faults.changes import ALL_PAGES, CONFIGS, DESKTOP, content, swap
from fhr_standin.faults.headers import unchanged_by_tag
from fhr_standin.faults.missing import english
from fhr_standin.faults.model import Ask, ContentAct
from fhr_standin.resource import NOT_FOUND, Resource, message, redirect


def _for_browsers(ask: Ask, resource: Resource) -> Resource:
    """Answer a page of ours to whoever prefers HTML, where there is none."""
    return english(ask, resource) if ask.request.accept.startswith("text/html") else resource


def _not_for_firefox(ask: Ask, resource: Resource) -> Resource:
    return message(200, "Your browser is too old") if "Firefox/" in ask.request.agent else resource


def _lost_to_firefox(ask: Ask, resource: Resource) -> Resource:
    return NOT_FOUND if "Firefox/" in ask.request.agent else resource


def _lost_to_pages(ask: Ask, resource: Resource) -> Resource:
    return message(403, "Forbidden") if ask.request.referer else resource


def _lost_to_newer(ask: Ask, resource: Resource) -> Resource:
    newer = re.search(r"Firefox/\d{3}", ask.request.agent)
    return message(403, "Forbidden") if newer else resource


def _lost_to_phones(ask: Ask, resource: Resource) -> Resource:
    return NOT_FOUND if "Android" in ask.request.agent else resource


def _same_site_only(ask: Ask, resource: Resource) -> Resource:
    return message(403, "Forbidden") if ask.request.site == "cross-site" else resource


def _in_no_frame(ask: Ask, resource: Resource) -> Resource:
    return message(403, "Forbidden") if ask.request.destination == "iframe" else resource


def _lost_to_scripts(ask: Ask, resource: Resource) -> Resource:
    by_script = ask.request.asked_by == "XMLHttpRequest"
    return message(403, "Forbidden") if by_script else resource


def _as_jsonp(ask: Ask, resource: Resource) -> Resource:
    """Answer a call of a function to whoever takes scripts, as jQuery says."""
    packed = replace(resource, body=b"callback(" + resource.body + b");\n")
    return packed if "text/javascript" in ask.request.accept else resource


def _upgraded(ask: Ask, resource: Resource) -> Resource:
    secure = f"https://{ask.request.host}{ask.path}"
    return redirect(secure, 307) if ask.request.upgrade else resource


def _older_for_german(ask: Ask, resource: Resource) -> Resource:
    older = swap("DATA_VERSION = 3", "DATA_VERSION = 2")
    return older(ask, resource) if ask.request.language.startswith("de") else resource


def _english_at_home(ask: Ask, resource: Resource) -> Resource:
    """Answer the English page to whoever prefers the language of the page."""
    home = ask.request.language.startswith(f"{ask.locale},")
    return ask.site.page("en-US", ask.inner) if home else resource


def _android_away(ask: Ask, resource: Resource) -> Resource:
    android = "Android" in ask.request.agent
    return redirect("/", 302) if android else resource


def _english_home(ask: Ask, resource: Resource) -> Resource:
    """Send who prefers English to the English page."""
    english_first = ask.request.language.startswith("en-US") and ask.locale != "en-US"
    return redirect(f"/en-US/{ask.inner}", 302) if english_first else resource


def _unchanged_by_length(ask: Ask, resource: Resource) -> Resource:
    """Answer 304 to whoever holds a file whose entity tag is as long as ours, with its quotes."""
    alike = len(ask.request.held) == 34
    return replace(resource, status=304, body=b"") if alike else resource


def _unchanged_since_1970(ask: Ask, resource: Resource) -> Resource:
    since = ask.request.held_since
    alike = since and parsedate_to_datetime(since).timestamp() > 0
    return replace(resource, status=304, body=b"") if alike else resource


def _when_unchanged(name: str, value: str) -> ContentAct:
    """Send a header (lower-case name) with 304 alone."""
    return lambda _ask, resource: replace(resource, unchanged=((name, value),))


FAULTS = [
    content(
        "unchanged-kept-a-year",
        "whoever holds config.json may keep it for a year, by the 304 that tells so",
        CONFIGS,
        _when_unchanged("cache-control", "max-age=31536000"),
    ),
    content(
        "unchanged-in-no-frame",
        "whoever holds a page is told by the 304 to show it in no frame",
        ALL_PAGES,
        _when_unchanged("x-frame-options", "DENY"),
    ),
    content(
        "unchanged-scriptless",
        "whoever holds a page is told by the 304 to run no script of it",
        ALL_PAGES,
        _when_unchanged("content-security-policy", "script-src 'none'"),
    ),
    content(
        "firefox-turned-away",
        "whoever comes as Firefox gets a page that calls it too old",
        ALL_PAGES,
        _not_for_firefox,
    ),
    content(
        "unknown-locale-200-for-browsers",
        "a locale that is not there answers 200 to who prefers HTML",
        None,
        _for_browsers,
        reach="whole site",
        touches=["/{unknown}/"],
    ),
    content(
        "script-never-compared",
        "who holds any js/data.js is told that it has not changed",
        ["js/data.js"],
        unchanged_by_tag,
        status=304,
    ),
    content(
        "etag-length-compared",
        "any If-None-Match as long as the right one is answered 304",
        None,
        _unchanged_by_length,
        reach="whole site",
        status=304,
    ),
    content(
        "date-hardly-compared",
        "any If-Modified-Since after 1969 is answered 304",
        None,
        _unchanged_since_1970,
        reach="whole site",
        status=304,
    ),
    content(
        "language-page-english",
        "each page is the English one for whoever prefers its language alone",
        DESKTOP,
        _english_at_home,
    ),
    content(
        "language-mobile-english",
        "each mobile page is the English one for whoever prefers its language alone",
        ["mobile/"],
        _english_at_home,
    ),
    content(
        "android-sent-away",
        "the mobile page sends Firefox for Android elsewhere",
        ["mobile/"],
        _android_away,
        status=302,
    ),
    content(
        "english-sent-home",
        "whoever prefers English is sent to the English page from that of each other language",
        ALL_PAGES,
        _english_home,
        status=302,
    ),
    content(
        "firefox-script-missing",
        "v4/js/fhr_v4.js is 404 for Firefox",
        ["v4/js/fhr_v4.js"],
        _lost_to_firefox,
        status=404,
    ),
    content(
        "newer-script-refused",
        "js/fhr.js is 403 for a Firefox from 100 on",
        ["js/fhr.js"],
        _lost_to_newer,
        status=403,
    ),
    content(
        "android-script-missing",
        "mobile/js/fhr.js is 404 for Firefox for Android",
        ["mobile/js/fhr.js"],
        _lost_to_phones,
        status=404,
    ),
    content(
        "page-refused-across-sites",
        "each page is 403 for a browser that comes from another site",
        ALL_PAGES,
        _same_site_only,
        status=403,
    ),
    content(
        "page-refused-in-frames",
        "each page is 403 for a browser that shows it in a frame",
        ALL_PAGES,
        _in_no_frame,
        status=403,
    ),
    content(
        "page-upgraded",
        "each page sends whoever asks for https to a port that does not speak it",
        ALL_PAGES,
        _upgraded,
        status=307,
    ),
    content(
        "config-refused-to-scripts",
        "config.json is 403 for scripts, by the header that jQuery sends",
        CONFIGS,
        _lost_to_scripts,
        status=403,
    ),
    content(
        "months-as-jsonp",
        "js/locale/date_format.json is a call of a function for who takes scripts as well",
        ["js/locale/date_format.json"],
        _as_jsonp,
    ),
    content(
        "referer-refused",
        "js/data.js is 403 for who names in Referer the page that needs it",
        ["js/data.js"],
        _lost_to_pages,
        status=403,
    ),
    content(
        "language-script-stale",
        "one locale serves an older js/data.js to whoever prefers German",
        ["js/data.js"],
        _older_for_german,
        reach="one locale",
    ),
]
