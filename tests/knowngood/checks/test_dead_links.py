"""Links of a page that lead to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from wire import Play, Server, answer, by_path, page

from knowngood import checks
from knowngood.fetch import Client, Fetcher, Response

SOUND = page("<title>b</title>")
PLAYS = {
    "/b": SOUND,
    "/closed": answer("no", 401),
    "/login": answer(status=302, headers={"Location": "/gone"}),
    "/broken": answer("Traceback", 500),
    "/old": answer("gone", 410),
}


@pytest.fixture
def problems(
    serve: Callable[[Play], Server], fetchers: Callable[..., Fetcher]
) -> Callable[..., list[str]]:
    """What is wrong with the links of a page."""

    def of(body: str, **plays: Play) -> list[str]:
        home = page(f"<!doctype html><title>a</title>{body}")
        server = serve(by_path({"/": home, **PLAYS, **{f"/{name}": plays[name] for name in plays}}))
        client = Client(fetchers(server), "content", server.url)
        return checks.dead_link_problems(cast(Response, client.get("/")), client)

    return of


def links(*hrefs: str) -> str:
    """Elements that link there."""
    return "".join(f'<a href="{href}">x</a>' for href in hrefs)


@pytest.mark.parametrize(("path", "status"), [("/a", 404), ("/old", 410), ("/broken", 500)])
def test_link_to_nothing(problems: Callable[..., list[str]], path: str, status: int) -> None:
    """It is named once, however often it stands there, and with its status."""
    found = problems(links("/b", path, f"{path}#x", path[1:]))
    assert found == [f"a link to {path}, which is {status}"]


@pytest.mark.parametrize(
    "body",
    [
        links("/b", "/closed", "/login", "/", "#x", ""),
        links("https://example.org/gone", "mailto:a@example.org", "javascript:void(0)", "//["),
        links("/gone?delete=1"),
        '<a href="/gone" rel="nofollow ugc">x</a>',
        f'<base href="https://example.org/">{links("gone")}',
        "<a>x</a>",
    ],
)
def test_link_that_is_sound_or_not_followed(problems: Callable[..., list[str]], body: str) -> None:
    """A login, a redirect, another host; a query may do something."""
    assert problems(body) == []


def test_page_that_is_not_there_by_head(problems: Callable[..., list[str]]) -> None:
    """Some servers answer 404 or 405 to HEAD."""

    def play(talk: object) -> None:
        is_head = talk.request.method == "HEAD"  # type: ignore[attr-defined]
        (answer(status=405) if is_head else SOUND)(talk)  # type: ignore[arg-type]

    assert problems(links("/post-only"), **{"post-only": play}) == []


def test_page_of_many_links(problems: Callable[..., list[str]]) -> None:
    """No more than sixty are asked for."""
    assert len(problems(links(*(f"/{number}" for number in range(80))))) == 60
