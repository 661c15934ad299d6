"""Changes that content faults are put together from: each makes an act."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fhr_standin.faults.model import Ask, ContentAct, ContentFault, Reach, Verdict
from fhr_standin.raw import Raw
from fhr_standin.resource import NOT_FOUND, Resource, message, redirect
from fhr_standin.site import CONFIG, PAGES

DESKTOP = ("",)
ALL_PAGES = tuple(PAGES)
CONFIGS = (CONFIG, f"v4/{CONFIG}")


def content(
    name: str,
    doc: str,
    at: Iterable[str] | None,
    act: ContentAct,
    *,
    reach: Reach = "every locale",
    verdict: Verdict = "FAILED",
    touches: Iterable[str] = (),
    **more: Any,
) -> ContentFault:
    """Return a content fault; see ContentFault for what the arguments mean.

    It touches all that `at` and `reach` say, unless `touches` says that it is less.
    """
    paths = None if at is None else frozenset(at)
    touched = tuple(touches or touched_paths(at, reach))
    return ContentFault(name, verdict, "content", doc, act, paths, reach, touches=touched, **more)


def touched_paths(at: Iterable[str] | None, reach: Reach = "every locale") -> list[str]:
    """Return the paths of `at`, each in every locale; None stands for all paths."""
    if at is None:
        return ["/*"] if reach == "whole site" else ["/{locale}", "/{locale}/*"]
    return [path if path.startswith("/") else f"/{{locale}}/{path}" for path in at]


def gone(_ask: Ask, _resource: Resource) -> Resource:
    """Answer 404, as the server does for what is not there."""
    return NOT_FOUND


def dropped(_ask: Ask, resource: Resource) -> Resource:
    """Close the connection without an answer."""
    return replace(resource, drop=True)


def status(code: int, text: str) -> ContentAct:
    """Answer an error page with this status."""
    return lambda _ask, _resource: message(code, text)


def says(text: str) -> ContentAct:
    """Answer 200 and a small HTML page, whatever was asked for."""
    return lambda _ask, _resource: message(200, text)


def body(data: bytes) -> ContentAct:
    """Answer these bytes as the media type that was asked for."""
    return lambda _ask, resource: replace(resource, body=data)


def typed(media: str) -> ContentAct:
    """Answer the right bytes under another media type."""
    return lambda _ask, resource: replace(resource, media=media)


def moved(location: str) -> ContentAct:
    """Answer a temporary redirect to `location`."""
    return lambda _ask, _resource: redirect(location, 302)


def swap(old: str, new: str) -> ContentAct:
    """Replace the first `old` in the body, if another fault has left one there."""
    return lambda _ask, res: replace(res, body=res.body.replace(old.encode(), new.encode(), 1))


def every(number: int, act: ContentAct) -> ContentAct:
    """Act on each `number`th request of a path, and leave those between as they are."""
    return lambda ask, res: act(ask, res) if ask.nth(ask.path) % number == 0 else res


def once(act: ContentAct) -> ContentAct:
    """Act on the first request of a path only."""
    return lambda ask, res: act(ask, res) if ask.nth(ask.path) == 1 else res


def halved(_ask: Ask, resource: Resource) -> Resource:
    """Answer the first half of the body, with the length of that half."""
    return replace(resource, body=resource.body[: len(resource.body) // 2])


def error_page(_ask: Ask, resource: Resource) -> Resource:
    """Answer 200 and an HTML error page under the media type of the file itself."""
    return replace(resource, body=message(200, "Something went wrong").body)


def written(raw: Raw) -> ContentAct:
    """Let `raw` write the answer, past the server."""
    return lambda _ask, resource: replace(resource, raw=raw)


def without(header: str) -> ContentAct:
    """Leave out a header (lower-case name)."""
    return lambda _ask, res: replace(res, without=res.without | {header})


def with_another(name: str, value: str) -> ContentAct:
    """Send a header (lower-case name) a second time, with another value."""
    return lambda _ask, res: replace(res, added=(*res.added, (name, value)))


def with_header(name: str, value: str) -> ContentAct:
    """Set a header (lower-case name) to another value than the server's own."""
    return lambda _ask, res: replace(res, headers=(*res.headers, (name, value)))
