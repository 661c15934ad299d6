"""Pages that vary by themselves are told from edges that differ, by asking both again."""

import itertools
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from wire import Play, Serve, Talk, answer, close, in_turn, page

from knowngood.environment.model import Environment
from knowngood.readiness import varying


def with_nonce(*texts: str) -> Play:
    """A page that holds another number each time, and these texts in turn."""
    numbers, turns = itertools.count(10_000), itertools.cycle(texts)

    def play(talk: Talk) -> None:
        body = f'<script nonce="{next(numbers)}"></script><p>{next(turns)}</p>'
        page(body)(talk)

    return play


@pytest.mark.parametrize(
    ("one", "other", "sound"),
    [
        (with_nonce("new"), with_nonce("new"), True),
        (with_nonce("new"), with_nonce("old"), False),
        (with_nonce("new"), page("new"), False),
        (page("new"), page("new"), False),
        (with_nonce("new"), close, False),
        (with_nonce("new"), answer(status=503), False),
        (in_turn(*[page("new"), page("old")] * 9), in_turn(*[page("old"), page("new")] * 9), False),
    ],
    ids=["nonce", "release", "other-page", "late", "silent", "down", "taking-turns"],
)
def test_what_varies_by_itself(
    environment: Callable[..., Environment],
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    one: Play,
    other: Play,
    sound: bool,
) -> None:
    """It does so at every edge, with the same words beside what varies."""
    monkeypatch.setattr("knowngood.readiness.variation_at_edges.PAUSE", 0)
    servers = [serve(one), serve(other)]
    edges = {f"{servers[0].url}/a": [urlsplit(server.url).netloc for server in servers]}
    found = varying(environment(servers[0]), "run-1", time.time() + 60, edges)
    assert found == (set(edges) if sound else set())
