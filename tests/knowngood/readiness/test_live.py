"""What is live is asked of every edge, and those that do not tell are named."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from wire import Play, Serve, answer, in_turn

from knowngood.environment.model import Environment
from knowngood.environment.release_settings import Release
from knowngood.readiness import convergence
from knowngood.readiness.live import look_at_release

V1 = answer(json.dumps({"version": "v1"}))
MISSING, BUSY = answer(status=404), answer(status=503)


@pytest.mark.parametrize(
    ("play", "named", "trouble"),
    [
        (V1, True, ""),
        (BUSY, True, "1 of 2 edges names no release: EDGE (answered 503)"),
        (BUSY, False, ""),
        (MISSING, True, "1 of 2 edges names no release: EDGE (answered 404)"),
        (MISSING, False, "1 of 2 edges names no release: EDGE (answered 404)"),
        (in_turn(BUSY, BUSY, BUSY, V1), True, ""),
    ],
)
def test_an_edge_that_names_no_release(
    environment: Callable[..., Environment],
    monkeypatch: pytest.MonkeyPatch,
    serve: Serve,
    play: Play,
    named: bool,
    trouble: str,
) -> None:
    """One that is silent counts if the environment names it: to an address of a name this machine
    may have no way. What passes is no trouble.
    """
    edges = tuple(f"127.0.0.1:{serve(each).port}" for each in (V1, play))
    monkeypatch.setattr(convergence, "edge_addresses", lambda *_: edges)
    site = environment({"content": "http://content.test"})
    listed = {"content": edges} if named else {}
    look = look_at_release(replace(site, edges=listed, release=Release("content:/__version__")))
    assert look.names == [("v1",)]
    assert look.trouble == trouble.replace("EDGE", edges[1])
