"""Faults of the answer to a path that is not there."""

from fhr_standin.faults.changes import content
from fhr_standin.faults.model import Ask
from fhr_standin.resource import Resource, message


def english(ask: Ask, resource: Resource) -> Resource:
    """Answer a page of ours where the locale is unknown."""
    if ask.locale is not None or resource.status != 404 or not ask.path.endswith("/"):
        return resource
    codes = [locale.code for locale in ask.site.locales.values() if locale.target is None]
    return ask.site.page("en-US" if "en-US" in codes else codes[0], "")


def _debug_page(_ask: Ask, resource: Resource) -> Resource:
    text = "You see this because you have <code>DEBUG = True</code> in your settings"
    return message(404, text) if resource.status == 404 else resource


def _soft(ask: Ask, resource: Resource) -> Resource:
    """Answer a page for any file that is missing below a locale."""
    missing = resource.status == 404 and ask.locale is not None
    return message(200, "Nothing to see here") if missing else resource


FAULTS = [
    content(
        "missing-debug-page",
        "whatever is not there answers 404 and the page of a framework in its debug mode",
        None,
        _debug_page,
        reach="whole site",
        touches=["/xx-unknown/", "/{locale}/*"],
        status=404,
    ),
    content(
        "missing-file-200",
        "any file that is not there answers 200 and a page",
        None,
        _soft,
        reach="whole site",
        touches=["/{locale}/*"],
    ),
    content(
        "unknown-locale-200",
        "a locale that is not there answers 200",
        None,
        english,
        reach="whole site",
        touches=["/{unknown}/"],
    ),
]
