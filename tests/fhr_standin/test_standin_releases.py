"""Faults of a release that is another, in time or on an edge, over real sockets."""

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest

import fhr_standin
from fhr_standin.faults import FAULTS

VERSION = "/__version__"
SCRIPT = "/fr/js/data.js"
ON_AN_EDGE = [name for name, fault in FAULTS.items() if fault.edge]


def release(fetch: Callable[..., Any], origin: str) -> tuple[str, str]:
    """What the version document names, and what kind of script there is."""
    version = json.loads(fetch(f"{origin}{VERSION}").body)
    assert set(version) == {"source", "version", "commit", "build"}
    script = fetch(f"{origin}{SCRIPT}").body.decode()
    return version["version"], script.partition("DATA_VERSION = ")[2].partition(";")[0]


def commit(fetch: Callable[..., Any], origin: str) -> str:
    """The commit that the version document names."""
    return str(json.loads(fetch(f"{origin}{VERSION}").body)["commit"])


def test_an_older_release_everywhere(fetch: Callable[..., Any]) -> None:
    """Version, commit and a script are another release's; there are no edges."""
    with (
        fhr_standin.running(locales=4, release="v7") as sound,
        fhr_standin.running(locales=4, release="v7", faults=["release-old"]) as standin,
    ):
        origins = sound.origins["content"], standin.origins["content"]
        assert [release(fetch, origin) for origin in origins] == [("v7", "3"), ("v7-old", "2")]
        assert commit(fetch, origins[0]) != commit(fetch, origins[1])
        assert standin.edges == {}


@pytest.mark.parametrize("name", ON_AN_EDGE)
def test_edges_are_announced(name: str) -> None:
    """Three different addresses, the first of them the origin's own."""
    with fhr_standin.running(locales=4, faults=[name]) as standin:
        assert set(standin.edges) == {"content"}
        first, *others = standin.edges["content"]
        assert standin.origins["content"] == f"http://{first}"
        assert len({first, *others}) == 3


def test_an_older_release_on_one_edge(fetch: Callable[..., Any]) -> None:
    """The third is old, the others are not; what they were asked is counted together."""
    with fhr_standin.running(locales=4, faults=["release-old-one-edge"]) as standin:
        edges = [f"http://{address}" for address in standin.edges["content"]]
        assert [release(fetch, edge) for edge in edges] == [
            ("v1", "3"),
            ("v1", "3"),
            ("v1-old", "2"),
        ]
        assert standin.requests()["content"] == {f"GET {VERSION}": 3, f"GET {SCRIPT}": 3}
        standin.reset()
        assert standin.requests()["content"] == {}


@pytest.mark.parametrize(
    ("name", "path", "words", "statuses"),
    [
        ("edge-config-missing@fr", "/fr/js/config.json", b"Not found", [200, 200, 404]),
        ("edge-differs", "/fr/css/styles.css", b"display: none;", [200, 200, 200]),
    ],
)
def test_an_edge_that_differs(
    name: str, path: str, words: bytes, statuses: list[int], fetch: Callable[..., Any]
) -> None:
    """The third lacks a file, or has another; the version is the same on all."""
    with fhr_standin.running(locales=4, faults=[name]) as standin:
        edges = [f"http://{address}" for address in standin.edges["content"]]
        answers = [fetch(f"{edge}{path}") for edge in edges]
        assert [answer.status for answer in answers] == statuses
        assert [words in answer.body for answer in answers] == [False, False, True]
        assert len({fetch(f"{edge}{VERSION}").body for edge in edges}) == 1


def test_an_edge_that_is_down(fetch: Callable[..., Any]) -> None:
    """Two answer, the third refuses."""
    with fhr_standin.running(locales=4, faults=["edge-down"]) as standin:
        *up, down = (f"http://{address}{VERSION}" for address in standin.edges["content"])
        assert [fetch(url).status for url in up] == [200, 200]
        with pytest.raises(ConnectionRefusedError):
            fetch(down)


def test_each_edge_counts_for_itself(fetch: Callable[..., Any]) -> None:
    """A fault that comes and goes does so on each edge alone."""
    faults = ["edge-differs", "config-one-in-three"]
    with fhr_standin.running(locales=4, faults=faults) as standin:
        for address in standin.edges["content"]:
            url = f"http://{address}/fr/js/config.json"
            assert [fetch(url).status for _ in range(3)] == [200, 200, 404]


def test_one_connection_in_three() -> None:
    """On a connection the answer stays the same; each third one gets the older release."""
    with fhr_standin.running(locales=4, faults=["release-old-one-in-three"]) as standin:
        host = standin.origins["content"].partition("//")[2]
        kept = [http.client.HTTPConnection(host, timeout=400) for _ in range(6)]
        seen = [[_asked(connection) for _ in range(2)] for connection in kept]
        for connection in kept:
            connection.close()
    assert seen == [[name] * 2 for name in ("v1", "v1", "v1-old") * 2]


def _asked(connection: http.client.HTTPConnection) -> str:
    connection.request("GET", VERSION)
    return str(json.loads(connection.getresponse().read())["version"])


def test_a_release_that_changes(fetch: Callable[..., Any]) -> None:
    """A third of a run later the version, a script and the pages are another release's."""
    with fhr_standin.running(locales=1, faults=["release-changes"]) as standin:
        origin = standin.origins["content"]
        page = fetch(f"{origin}/en-US/").body
        seen = []
        while "v1-next" not in seen:
            seen.append(json.loads(fetch(f"{origin}{VERSION}").body)["version"])
        assert 20 < len(seen) < 40, "a third of a hundred paths"
        assert seen.count("v1-next") == 1
        assert fetch(f"{origin}/en-US/").body != page
        assert b"DATA_VERSION = 4" in fetch(f"{origin}/en-US/js/data.js").body
