"""Waiting for a release, over real sockets: every edge, several answers in a row, in time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from wire import Authority, Play, Serve, Server, Talk, answer, close, hang, in_turn, refusing

from knowngood.environment.model import Environment
from knowngood.environment.release_settings import Release
from knowngood.fetch.fetcher import Fetcher
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.readiness import convergence, edges
from knowngood.readiness.convergence import Convergence, Edge, ReleaseWatch, with_single_attempts
from knowngood.readiness.edges import edge_addresses
from knowngood.readiness.version_document import ReleaseSighting, missing_field, sight

RELEASE = Release("content:/__version__")
COMMIT = "3f53a08f0e9c1d2b3a4f5e6d7c8b9a0f1e2d3c4b"


def version(name: str, **more: str) -> Play:
    """The version document of a release."""
    return answer(json.dumps({"version": name, **more}))


V1, V2 = version("v1"), version("v2")


class Clock:
    """Goes on by nothing but pauses, which take no time."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def monotonic(self) -> float:
        """How long the pauses were so far."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Pause, but not for ever."""
        self._seconds += seconds
        assert self._seconds < 600


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow at once, and three answers are enough."""
    monkeypatch.setattr(convergence, "AGREE", 3)
    monkeypatch.setattr(convergence, "time", Clock())


Converge = Callable[..., Convergence]


@pytest.fixture
def converge(environment: Callable[..., Environment]) -> Converge:
    """Waits for v2 at these edges of an origin that nobody else serves."""

    @contextmanager
    def watching(
        edges: tuple[str, ...], named: bool, probe: float, **release: Any
    ) -> Iterator[ReleaseWatch]:
        site = environment({"content": "http://content.test"}, probe=probe)
        site = replace(site, edges={"content": edges} if named else {}, release=RELEASE)
        with Fetcher(with_single_attempts(site), "run-1", time.time() + 60) as fetcher:
            yield ReleaseWatch(site, RELEASE, fetcher, addresses=edges, **release)

    def run(
        *edges: Server | str,
        expected: str = "v2",
        within: float = 5.0,
        named: bool = True,
        probe: float = 30.0,
        lines: list[str] | None = None,
        commit_of: Callable[[str], str] = lambda _: "",
    ) -> Convergence:
        places = tuple(e if isinstance(e, str) else f"127.0.0.1:{e.port}" for e in edges)
        release = {"expected": expected, "commit_of": commit_of}
        with watching(places, named, probe, **release) as watch:
            return watch.converge(within, [].append if lines is None else lines.append)

    return run


def test_there_at_once(serve: Serve, converge: Converge) -> None:
    """Each edge is asked as often as answers must agree, and no more; the name stays."""
    one, two = serve(V2), serve(V2)
    result = converge(one, two, within=30)
    assert [edge.in_a_row for edge in result.there] == [3, 3]
    assert not result.missing
    assert len(one.requests) == len(two.requests) == 3
    assert {request.headers["host"] for request in one.requests} == {"content.test"}
    assert one.connections == 3, "another backend may stand behind each connection"


@pytest.mark.parametrize("digits", [40, 12, 7])
def test_a_deployment_that_names_its_commit(serve: Serve, converge: Converge, digits: int) -> None:
    """The commit that the tag is on is the release; another commit, and fewer digits, are not."""
    commits = {"v2": COMMIT, "v1": COMMIT[::-1]}
    server = serve(version(COMMIT[:digits]))
    result = converge(server, commit_of=commits.__getitem__)
    assert [edge.last.label for edge in result.there if edge.last] == [COMMIT[:digits]]
    assert converge(server, expected="v1", commit_of=commits.__getitem__).missing
    assert converge(server).missing, "nobody knows which commit v2 is on"
    assert converge(serve(version(COMMIT[:6])), commit_of=commits.__getitem__).missing


def test_it_arrives(serve: Serve, converge: Converge) -> None:
    """An edge that serves the old release for a while is waited for; each round is told."""
    lines: list[str] = []
    result = converge(serve(V2), serve(in_turn(V1, V1, V1, V2)), within=30, lines=lines)
    assert len(result.there) == 2
    assert lines[0].startswith("1 of 2 edges serve v2 (")
    assert lines[-1].startswith("2 of 2 edges serve v2 (")


def test_it_arrives_in_the_last_pause(
    serve: Serve, converge: Converge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is used up: the last look is at its end, however long the pause would be."""
    monkeypatch.setattr("knowngood.readiness.convergence.pauses", lambda: repeat(30.0))
    assert converge(serve(in_turn(V1, V2)), within=0.2).there


def test_it_never_arrives(serve: Serve, converge: Converge) -> None:
    """The table names the edge and what it serves, first of all."""
    result = converge(serve(V2), old := serve(V1))
    assert [edge.address for edge in result.missing] == [f"127.0.0.1:{old.port}"]
    head, first, second = result.table().splitlines()
    assert head.split() == ["edge", "release", "seen"]
    assert first.split() == [f"127.0.0.1:{old.port}", "v1"]
    assert second.endswith("v2, 3 in a row")


def test_one_in_three_is_old(serve: Serve, converge: Converge) -> None:
    """A row that is broken begins anew: behind one address, one backend in three is stale."""
    turn = threading.Semaphore(0)
    count = iter(range(10_000))

    def play(talk: Talk) -> None:
        turn.release()
        (V1 if next(count) % 3 == 2 else V2)(talk)

    result = converge(serve(play))
    assert not result.there
    assert result.missing[0].in_a_row < 3
    assert result.missing[0].is_mixed
    assert (result.missing[0].other, result.alike) == ("v1", False)


@pytest.mark.parametrize(("elsewhere", "alike"), [(V1, True), (answer(status=404), False)])
def test_one_answer_for_every_url(
    serve: Serve, converge: Converge, elsewhere: Play, alike: bool
) -> None:
    """A server that has nothing but a welcome is told from one with an old release."""

    def play(talk: Talk) -> None:
        (V1 if talk.request.target == "/__version__" else elsewhere)(talk)

    assert converge(serve(play)).alike is alike


def test_not_now_breaks_no_row(serve: Serve, converge: Converge) -> None:
    """503 and a closed connection say nothing of the release."""
    play = in_turn(V2, answer(status=503), V2, close, V2)
    assert converge(serve(play), within=30).there


@pytest.mark.parametrize("named", [True, False], ids=["edges", "name"])
def test_an_address_that_is_dead(serve: Serve, converge: Converge, named: bool) -> None:
    """Of [edges] it is missed; one of a name's many is given up, for clients go on to the next."""
    with refusing() as url:
        result = converge(dead := url.removeprefix("http://"), serve(V2), named=named)
    assert [edge.address for edge in (result.missing if named else result.given_up)] == [dead]
    assert len(result.there) == 1


def test_all_addresses_are_dead(converge: Converge) -> None:
    """Then nothing is given up: nobody serves the release."""
    with refusing() as one, refusing() as two:
        result = converge(*(u.removeprefix("http://") for u in (one, two)), named=False)
    assert len(result.missing) == 2
    assert "no answer: refused" in result.table()


def test_an_old_release_is_never_given_up(serve: Serve, converge: Converge) -> None:
    """An address that answers is one that clients see, of however many."""
    result = converge(serve(V1), serve(V2), named=False)
    assert [edge.last.label for edge in result.missing if edge.last] == ["v1"]


def test_an_edge_that_hangs(serve: Serve, converge: Converge) -> None:
    """A look ends with its own time, and so does waiting."""
    result = converge(serve(hang), within=0.1, probe=1.5)
    assert "timeout" in result.table()


def test_host_and_certificate_are_the_names(
    serve: Serve, environment: Callable[..., Environment], authority: Authority
) -> None:
    """An edge is asked by address for the name: SNI, certificate and Host are the origin's."""
    context, _ = authority.context("content.test")
    edge = serve(V2, tls=context)
    site = environment({"content": "https://content.test"}, ca=authority.pem)
    with Fetcher(with_single_attempts(site), "run-1", time.time() + 60) as fetcher:
        watch = ReleaseWatch(site, RELEASE, fetcher)
        [seen] = watch.look([f"127.0.0.1:{edge.port}"])[f"127.0.0.1:{edge.port}"]
    assert seen.names == ("v2",)


def seen(received: Answer | None, release: Release = RELEASE) -> ReleaseSighting:
    """What is made of an answer."""
    return sight(release, Exchange(Probe("content", "http://c/v"), (Attempt(1, 1),), received))


def read(body: str, status: int = 200, release: Release = RELEASE) -> ReleaseSighting:
    """What is made of an answer with this body."""
    return seen(Answer(status, "http://c/v", (), body.encode()), release)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("<html>", 200, "not JSON: a web page in its place"),
        ("{}", 200, "a document without 'version'"),
        ("[]", 200, "a document without 'version'"),
        ('{"version": 2}', 200, "a document without 'version'"),
        ('{"version": ""}', 200, "a document without 'version'"),
        ('{"commit": "3f53a08"}', 200, "a document without 'version'; it has: commit"),
        ("", 404, "answered 404"),
        ("", 429, "429 Too Many Requests"),
        ("[" * 50_000, 200, "nested"),
    ],
)
def test_documents_that_name_no_release(body: str, status: int, message: str) -> None:
    """They are no release, whichever is expected, and the table says what was there."""
    sighting = read(body, status)
    assert sighting.names == ()
    assert message in sighting.label


@pytest.mark.parametrize(
    ("release", "body", "headers", "names"),
    [
        (replace(RELEASE, field="build.tag"), '{"build": {"tag": "v2"}}', (), ("v2",)),
        (replace(RELEASE, field="a.b"), '{"a.b": "v1", "a": {"b": "v2"}}', (), ("v1",)),
        (
            replace(RELEASE, field="tag"),
            '{"tag": "v2", "commit": "3f53a08"}',
            (),
            ("v2", "3f53a08"),
        ),
        (replace(RELEASE, header="X-Release"), "<html>", ((b"x-release", b" v2 "),), ("v2",)),
    ],
    ids=["path", "key-with-a-dot", "beside-the-commit", "header"],
)
def test_where_the_release_stands(
    release: Release, body: str, headers: tuple[tuple[bytes, bytes], ...], names: tuple[str, ...]
) -> None:
    """In a key, below several keys, or in a header of any answer."""
    answer_with_it = Answer(200, "http://c/v", headers, body.encode())
    assert seen(answer_with_it, release).names == names


@pytest.mark.parametrize(
    ("release", "body", "has"),
    [
        (replace(RELEASE, field="tag"), '{"a": {"b": "c", "n": 1}, "v": "v2"}', "a.b, v"),
        (replace(RELEASE, header="X-Release"), "x", "none"),
    ],
)
def test_a_field_that_the_document_does_not_have(release: Release, body: str, has: str) -> None:
    """Renamed or misspelt: what there is in its place is named, and where to change it."""
    sighting = read(body, release=release)
    hint = missing_field(release, Path("environments/x.toml"), [sighting])
    assert f"it has: {has}; if the " in hint
    key = "header" if release.header else "field"
    assert hint.endswith(f"set [release] {key} in environments/x.toml")
    sound = seen(Answer(200, "http://c/v", ((b"x-release", b"v2"),), b'{"tag": "v2"}'), release)
    others = [[sighting, sound], [read("{}", release=replace(release, header=""))], []]
    assert [missing_field(release, Path("x.toml"), sightings) for sightings in others] == [""] * 3


def test_a_missing_field_is_waited_for(serve: Serve, converge: Converge) -> None:
    """The release on its way may have it; what there is in its place is told once, and at the end
    where it stays away.
    """
    lines: list[str] = []
    document = answer('{"tag": "v2"}')
    assert converge(serve(in_turn(document, document, V2)), within=30, lines=lines).there
    assert sum("it has: tag" in line for line in lines) == 1
    assert "it has: tag" in converge(serve(document)).hint


@pytest.mark.parametrize(
    ("expected", "document", "same"),
    [
        ("v2", {"version": "v2"}, True),
        ("v2", {"version": "v20"}, False),
        ("v2", {"version": "V2"}, False),
        (COMMIT, {"version": "v2", "commit": COMMIT}, True),
        (COMMIT[:7], {"version": "v2", "commit": COMMIT}, True),
        (COMMIT, {"version": "v2", "commit": COMMIT[:12]}, True),
        (COMMIT[:6], {"version": "v2", "commit": COMMIT}, False),
        (COMMIT[:7] + "0", {"version": "v2", "commit": COMMIT}, False),
        ("20130614", {"version": "2013061401"}, False),
        ("v2", {"version": "v1", "commit": "v2"}, True),
    ],
)
def test_the_same_release(expected: str, document: dict[str, str], same: bool) -> None:
    """By name, or by commit, of which seven digits will do; numbers alone must be equal."""
    assert read(json.dumps(document)).matches(expected) == same


def test_a_text_of_one_line() -> None:
    """Some deployments serve the name alone."""
    text = replace(RELEASE, shape="text")
    assert read(f"{COMMIT}\n", release=text).matches(COMMIT[:8])
    assert read(" \n", release=text).names == ()
    assert read("\n<br><b>Warning</b>: open(/tmp/sess_1)", release=text).names == ()


def test_a_row_of_answers() -> None:
    """Another release ends the row; what says nothing is not counted, and the last that said
    something is what the table shows.
    """
    edge = Edge("a")
    v2, v1, nothing = read('{"version":"v2"}'), read('{"version":"v1"}'), read("", 503)
    for sighting in (v2, v2, nothing, v2):
        edge.note(sighting, "v2")
    assert (edge.in_a_row, edge.mute) == (3, 0)
    edge.note(v1, "v2")
    assert edge.in_a_row == 0
    edge.note(nothing, "v2")
    assert (edge.mute, edge.last) == (1, v1)


@pytest.mark.parametrize(
    ("url", "edges", "expected"),
    [
        ("http://127.0.0.1:8000", (), ("",)),
        ("http://[::1]:8000", (), ("",)),
        ("http://nowhere.invalid", (), ("",)),
        ("http://content.test", ("192.0.2.1", "[2001:db8::1]"), ("192.0.2.1", "[2001:db8::1]")),
    ],
)
def test_where_to_ask(
    environment: Callable[..., Environment], url: str, edges: tuple[str, ...], expected: object
) -> None:
    """The environment's edges; else wherever the name leads, when that is one place or none."""
    site = environment({"content": url})
    site = replace(site, edges={"content": edges} if edges else {})
    assert edge_addresses(site, RELEASE) == expected


def test_every_address_of_a_name(
    environment: Callable[..., Environment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, those of version 6 in brackets."""
    monkeypatch.setattr(edges, "_lookup", lambda _: ["192.0.2.1", "2001:db8::1", "192.0.2.1"])
    site = environment({"content": "http://content.test"})
    assert edge_addresses(site, RELEASE) == ("192.0.2.1", "[2001:db8::1]")
