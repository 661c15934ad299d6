"""What pages and scripts of a run ask for, and no check does."""

from __future__ import annotations

import pytest
from answered_site import SITE
from recorded_answers import answered

from knowngood.fetch import Attempt, Exchange, Probe
from knowngood.scaffold.unchecked import named


def exchange(path: str, body: str = "x", kind: str = "text/html") -> Exchange:
    """A request of the run, and what came."""
    probe = Probe("site", SITE + path)
    return Exchange(probe, (Attempt(0, 0.1, 200),), answered(body, kind, url=SITE + path))


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('<link rel=alternate type="application/rss+xml" href="/x">', "a feed of /"),
        ('<link rel=alternate type="application/atom+xml" href="x?a=1">', "a feed of /"),
        ('<div hx-get="/x" hx-trigger="load"></div>', "hx-get in /"),
        ("""<div x-init="a = await fetch('/x?query={a}')"></div>""", "asked for in /"),
        ("<script>fetch('/x').then(f)</script>", "asked for in /"),
    ],
)
def test_what_a_page_names(body: str, place: str) -> None:
    """By an element, an attribute or a script of its own; unless the run asked for it."""
    assert named([exchange("/", body)]) == [f"/x ({place})"]
    assert named([exchange("/", body), exchange("/x")]) == []


@pytest.mark.parametrize(
    "call", ["fetch(`/x`)", 'new EventSource("/x")', "axios.get('/x', f)", "$.get( '/x')"]
)
def test_what_a_script_asks_for(call: str) -> None:
    """As it stands in the call; the first script that does is named."""
    scripts = [exchange(path, call, "text/javascript") for path in ("/a.js", "/b.js")]
    assert named(scripts) == ["/x (asked for in /a.js)"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('<link rel=alternate hreflang=de href="/x"><a href="/x">a</a>', "text/html"),
        ('<link rel=alternate type="application/rss+xml" href="https://f.example/x">', "text/html"),
        ('<div hx-get="/x/{{ id }}"></div>', "text/html"),
        (
            "fetch('/x/' + id); fetch(`/x/${id}`); prefetch('/x'); fetch('//cdn/x')",
            "text/javascript",
        ),
        ("fetch('/x')", "text/plain"),
    ],
)
def test_what_nobody_knows_or_another_check_asks_for(body: str, kind: str) -> None:
    """A part of a path, another host, a link, which claims about links follow."""
    assert named([exchange("/", body, kind)]) == []
