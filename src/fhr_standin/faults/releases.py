"""Faults of a push that did not arrive, or not everywhere: another release, an edge that differs.

For a fault of an edge the stand-in announces three edges. The origin's own address is the first,
and the third has the fault, so that only who asks each of them sees it. An older or newer release
is named after the one that the stand-in was started with: `v1-old`, `v1-next`.
"""

from collections.abc import Mapping
from typing import Any

from fhr_standin.faults.changes import ALL_PAGES, CONFIGS, content, gone, swap, touched_paths
from fhr_standin.faults.model import Ask, ContentAct, Fault, OriginFault, Reach
from fhr_standin.resource import Resource
from fhr_standin.site import VERSION, Site

_SCRIPT = "js/data.js"
_STYLES = "css/styles.css"
_PART = 3  # a release that changes under a run does so after one part in three


def _version(suffix: str) -> ContentAct:
    """Answer the version document of a release named after ours."""
    return lambda ask, _resource: Site((), f"{ask.site.release}-{suffix}").top[VERSION]


def _by_path(acts: Mapping[str, ContentAct]) -> ContentAct:
    """Act on each path below the locale, or whole path, by an act of its own."""
    return lambda ask, res: acts[ask.inner](ask, res) if ask.inner in acts else res


def _every_third_connection(act: ContentAct) -> ContentAct:
    """Act on each third connection that asks, however often it asks."""

    def acts(ask: Ask, resource: Resource) -> Resource:
        number = ask.counts[ask.request.client] or ask.nth("connections")
        ask.counts[ask.request.client] = number
        return act(ask, resource) if number % 3 == 0 else resource

    return acts


def _later(act: ContentAct) -> ContentAct:
    """Act once a third as many requests were seen as the site has files."""

    def acts(ask: Ask, resource: Resource) -> Resource:
        return act(ask, resource) if ask.nth("requests") > ask.site.size // _PART else resource

    return acts


def _release(
    name: str,
    doc: str,
    at: list[str] | None,
    act: ContentAct,
    *,
    reach: Reach = "whole site",
    **more: Any,
) -> Fault:
    return content(name, doc, at, act, reach=reach, caught_by="engine", **more)


_OLD = {VERSION: _version("old"), _SCRIPT: swap("DATA_VERSION = 3", "DATA_VERSION = 2")}
_NEXT = {
    VERSION: _version("next"),
    _SCRIPT: swap("DATA_VERSION = 3", "DATA_VERSION = 4"),
    **dict.fromkeys(ALL_PAGES, swap("<body", "<!-- the next release -->\n<body")),
}

FAULTS: list[Fault] = [
    _release(
        "release-old",
        "the version document and js/data.js are an older release's, everywhere",
        list(_OLD),
        _by_path(_OLD),
    ),
    _release(
        "release-old-one-edge",
        "one edge of three still has an older release",
        list(_OLD),
        _by_path(_OLD),
        edge=True,
    ),
    _release(
        "release-old-one-in-three",
        "behind the one address each third connection gets an older release's version document",
        [VERSION],
        _every_third_connection(_version("old")),
    ),
    _release(
        "release-changes",
        "after a third of a run the whole deployment answers as another release",
        None,
        _later(_by_path(_NEXT)),
        verdict="INCONCLUSIVE",
        touches=touched_paths(_NEXT),
    ),
    _release(
        "edge-config-missing",
        "one edge of three has no config.json in one locale",
        list(CONFIGS),
        gone,
        edge=True,
        reach="one locale",
        status=404,
    ),
    _release(
        "edge-differs",
        "one edge of three serves another css/styles.css, valid in itself, in every locale",
        [_STYLES],
        swap("}", "}\n\nmain {\n    display: none;\n}"),
        edge=True,
        reach="every locale",
    ),
    OriginFault(
        "edge-down",
        "FAILED",
        "content",
        "one edge of three refuses connections",
        "refuses",
        edge=True,
        caught_by="engine",
        touches=("/*",),
        error="refused",
    ),
]
