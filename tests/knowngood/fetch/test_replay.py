"""A replay gives what a tape holds, with some of it changed, and asks nobody."""

import asyncio
import gzip
from dataclasses import replace

import pytest

from knowngood.fetch import ANEW, Answer, AttemptError, Exchange, Probe, exchange_with
from knowngood.fetch.probe import Attempt, walk_group
from knowngood.fetch.replay import Replay
from knowngood.fetch.tape import Tape

API = "http://api.example"


def exchange(
    method: str = "GET",
    path: str = "/",
    body: bytes = b"",
    sent: bytes | None = None,
    status: int = 200,
    walk: bool = True,
    began: float = 0.0,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Exchange:
    """Make a recorded exchange."""
    template = walk_group("api") if walk else f"api:{path}"
    probe = Probe("api", API + path, method, template=template, body=sent)
    answer = Answer(status, API + path, headers, body)
    return Exchange(probe, (Attempt(began, 0.1, status),), answer)


def ask(replay: Replay, probe: Probe) -> Exchange:
    """Ask a replay, as the fetcher does."""
    return asyncio.run(replay.until_answered(probe, None))


def taped(*walk: Exchange, nodeid: str = "a") -> Tape:
    """Return a tape with the walk of one item."""
    tape = Tape()
    tape.note_item(nodeid, (), walk)
    return tape


def body_of(exchange: Exchange) -> bytes:
    """Return the body of an answer that came."""
    assert exchange.answer is not None
    return exchange.answer.body


def test_a_declared_probe_gets_its_recorded_answer() -> None:
    """An equal probe gets the answer, and is noted as no changed one."""
    recorded = exchange(walk=False, body=b"here")
    tape = Tape()
    tape.keep(recorded)
    replay = Replay(tape)
    assert body_of(ask(replay, replace(recorded.probe))) == b"here"
    assert not replay.affected


def test_of_a_probe_that_is_asked_anew_the_last_answer_counts() -> None:
    """What came right after a while is right at once when it is replayed."""
    first = exchange(walk=False, body=b"not yet")
    tape = Tape()
    tape.keep(first)
    anew = replace(first.probe, sample=first.probe.sample + ANEW)
    tape.keep(replace(exchange(walk=False, body=b"right"), probe=anew))
    assert body_of(ask(Replay(tape), first.probe)) == b"right"


def test_a_changed_answer_takes_the_place_of_the_recorded_one() -> None:
    """The changed exchange is given, and the probe noted."""
    tape = Tape()
    tape.keep(exchange(walk=False))
    (recorded,) = tape.shared.values()
    assert recorded.answer is not None
    changed = exchange_with(recorded, replace(recorded.answer, status=404))
    replay = Replay(tape, {recorded: changed})
    got = ask(replay, recorded.probe)
    assert got.answer is not None
    assert got.answer.status == 404
    assert replay.affected == [recorded.probe]


def test_what_was_not_recorded_is_this_machines_trouble() -> None:
    """No answer is made up: the attempt ends in the runner's error, and the probe is noted."""
    replay = Replay(Tape())
    probe = exchange(walk=False).probe
    assert ask(replay, probe).error is AttemptError.RUNNER
    assert replay.unknown == [probe]


def test_a_walk_is_given_with_the_new_name_in_place_of_the_old() -> None:
    """What a check writes under a name that it makes up comes back under the new name."""
    tape = taped(
        exchange("PUT", "/doc/aaaa1111", sent=b'{"id": "aaaa1111", "at": "time-1234"}', began=1),
        exchange(
            "GET",
            "/doc/aaaa1111",
            b'{"id": "aaaa1111", "at": "time-1234"}',
            began=2,
            headers=((b"content-location", b"/doc/aaaa1111"),),
        ),
        exchange("DELETE", "/doc/aaaa1111", began=3, status=204),
        exchange("GET", "/doc/aaaa1111", began=4, status=404),
    )
    replay = Replay(tape)
    replay.begin("a")
    new = b'{"id": "bbbb2222", "at": "time-5678"}'
    ask(replay, exchange("PUT", "/doc/bbbb2222", sent=new).probe)
    got = ask(replay, exchange("GET", "/doc/bbbb2222").probe)
    assert body_of(got) == new
    assert got.answer is not None
    assert got.answer.headers[0][1] == b"/doc/bbbb2222"
    ask(replay, exchange("DELETE", "/doc/bbbb2222").probe)
    gone = ask(replay, exchange("GET", "/doc/bbbb2222").probe)
    assert gone.answer is not None
    assert gone.answer.status == 404
    assert not replay.unknown


def test_bytes_that_are_no_text_have_no_names() -> None:
    """What stands in compressed bodies by chance is no name that answers repeat."""
    replay = Replay(taped(exchange("POST", body=b"same", sent=b"\xff same")))
    replay.begin("a")
    assert body_of(ask(replay, exchange("POST", sent=b"\xff else").probe)) == b"same"


def test_a_compressed_answer_is_translated_too() -> None:
    """The body is unpacked to be translated, and sent as it is."""
    packed = gzip.compress(b"this is aaaa1111")
    headers = ((b"content-encoding", b"gzip"), (b"content-length", str(len(packed)).encode()))
    tape = taped(
        exchange("PUT", "/doc/aaaa1111", sent=b"x", began=1),
        exchange("GET", "/doc/aaaa1111", packed, began=2, headers=headers),
    )
    replay = Replay(tape)
    replay.begin("a")
    ask(replay, exchange("PUT", "/doc/bbbb2222", sent=b"x").probe)
    answer = ask(replay, exchange("GET", "/doc/bbbb2222").probe).answer
    assert answer is not None
    assert answer.body == b"this is bbbb2222"
    assert answer.headers == ((b"content-length", b"16"),)


@pytest.mark.parametrize("path", ["/doc/", "/other/aaaa1111", "/doc/aaaa1111/part"])
def test_a_walk_that_goes_elsewhere_gets_no_answer(path: str) -> None:
    """Only made-up names may differ."""
    replay = Replay(taped(exchange("PUT", "/doc/aaaa1111", sent=b"x")))
    replay.begin("a")
    assert ask(replay, exchange("PUT", path, sent=b"x").probe).error is AttemptError.RUNNER


def test_a_read_may_come_more_often_than_it_was_recorded() -> None:
    """A check that asks again after a bad answer gets the same one; a write is not repeated."""
    tape = taped(exchange("GET", "/list", b"[]", began=1), exchange("POST", "/list", began=2))
    replay = Replay(tape)
    replay.begin("a")
    for method in ("GET", "POST", "GET"):
        assert ask(replay, exchange(method, "/list").probe).answer is not None
    assert ask(replay, exchange("POST", "/list").probe).answer is None


def test_a_read_that_was_not_recorded_gets_what_a_declared_probe_got() -> None:
    """A check whose declared answer was changed looks once more; a write finds nothing there."""
    tape = Tape()
    tape.keep(exchange(path="/page", walk=False, body=b"changed"))
    replay = Replay(tape)
    replay.begin("a")
    assert body_of(ask(replay, exchange(path="/page").probe)) == b"changed"
    assert ask(replay, exchange("DELETE", "/page").probe).error is AttemptError.RUNNER


def test_a_read_that_comes_again_is_that_with_the_same_headers() -> None:
    """What a server answers depends on them: on Accept-Encoding, say."""
    asked = [exchange(body=body, began=began) for began, body in enumerate([b"packed", b"plain"])]
    plainly = replace(asked[1].probe, headers=(("Accept-Encoding", "identity"),))
    replay = Replay(taped(asked[0], replace(asked[1], probe=plainly)))
    replay.begin("a")
    probes = [asked[0].probe, plainly, asked[0].probe, plainly]
    assert [body_of(ask(replay, probe)) for probe in probes] == [b"packed", b"plain"] * 2


def test_a_read_that_comes_again_is_that_with_the_same_headers_also_before_others() -> None:
    """A check may ask several times with one ETag before it asks with a date."""
    bodies = {"If-None-Match": b"by tag", "If-Modified-Since": b"by date"}
    asked = [
        replace(made, probe=replace(made.probe, headers=((name, "x"),)))
        for began, (name, body) in enumerate(bodies.items())
        for made in [exchange(body=body, began=began)]
    ]
    replay = Replay(taped(*asked))
    replay.begin("a")
    probes = [asked[number].probe for number in (0, 0, 1, 1)]
    came = [body_of(ask(replay, probe)) for probe in probes]
    assert came == [b"by tag", b"by tag", b"by date", b"by date"]


def test_a_conditional_read_stands_for_no_other() -> None:
    """Who has no file gets it, as declared probes do, and no 304."""
    conditional = exchange(body=b"")
    tape = taped(
        replace(conditional, probe=replace(conditional.probe, headers=(("If-None-Match", "x"),)))
    )
    tape.keep(exchange(walk=False, body=b"the file"))
    replay = Replay(tape)
    replay.begin("a")
    assert body_of(ask(replay, exchange().probe)) == b"the file"


def test_a_shared_login_is_found_in_another_items_walk() -> None:
    """Only the first item logs in while it is recorded; each may be the first to do so again."""
    tape = taped(exchange("POST", "/login", sent=b"me", began=1), nodeid="first")
    tape.note_item("second", (), [exchange("GET", "/mine", b"ok", began=2)])
    replay = Replay(tape)
    replay.begin("second")
    assert ask(replay, exchange("POST", "/login", sent=b"me").probe).answer is not None
    assert body_of(ask(replay, exchange("GET", "/mine").probe)) == b"ok"


def test_names_of_an_earlier_item_are_known_to_those_behind() -> None:
    """Whoever logs in under a made-up name is called so in all that follows."""
    tape = taped(exchange("PUT", "/accounts/aaaa1111", sent=b"me", began=1), nodeid="first")
    tape.note_item("second", (), [exchange("GET", "/me", b"I am aaaa1111", began=2)])
    replay = Replay(tape)
    replay.begin("first")
    ask(replay, exchange("PUT", "/accounts/bbbb2222", sent=b"me").probe)
    replay.begin("second")
    assert body_of(ask(replay, exchange("GET", "/me").probe)) == b"I am bbbb2222"


def test_a_status_that_is_tried_again_was_tried_in_vain() -> None:
    """A 503 in a mutant is one that stays."""
    recorded = exchange(walk=False)
    assert recorded.answer is not None
    changed = exchange_with(recorded, replace(recorded.answer, status=503))
    assert [attempt.status for attempt in changed.attempts] == [503] * 3


def test_a_redirect_that_is_followed_leads_nowhere() -> None:
    """The page of a login lies outside: what follows redirects gets no answer."""
    recorded = exchange(walk=False)
    recorded = replace(recorded, probe=replace(recorded.probe, follow=True))
    login = Answer(302, API, ((b"location", b"https://login.example/"),), b"")
    assert exchange_with(recorded, login).error is AttemptError.REDIRECT
    not_followed = replace(recorded, probe=replace(recorded.probe, follow=False))
    assert exchange_with(not_followed, login).answer == login


def test_a_slow_answer_takes_as_many_times_as_long() -> None:
    """The attempt that brought the answer took so long."""
    recorded = exchange(walk=False)
    assert recorded.answer is not None
    assert exchange_with(recorded, recorded.answer, 10).seconds == pytest.approx(1.0)
