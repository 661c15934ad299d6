"""Controls, over real sockets: what they say of this machine's network, and what they do not."""

import gzip
import re
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from wire import (
    Authority,
    Play,
    Serve,
    answer,
    by_path,
    close,
    drip,
    hang,
    in_turn,
    page,
    redirect,
    refusing,
    reset,
)

from knowngood.environment.model import Environment
from knowngood.environment.serve_settings import Control
from knowngood.fetch.attempt_error import AttemptError
from knowngood.fetch.probe import Answer, Attempt, Exchange, Probe
from knowngood.readiness import network_control
from knowngood.readiness.network_control import ControlLook

pytestmark = pytest.mark.usefixtures("no_waits")

BODY = "This network works."
PORTAL = page("<html>Please log in to the hotel's network</html>")


@pytest.fixture
def ask(environment: Callable[..., Environment]) -> Callable[..., ControlLook]:
    """Look at controls; the environment's own origin is one that nobody serves."""

    def ask(*controls: Control, ca: Path | None = None, connections: int = 1) -> ControlLook:
        site = environment({"content": "http://content.invalid"}, ca=ca)
        site = replace(site, control=controls)
        return network_control.look_at_controls(site, "run-1", None, connections)

    return ask


def test_a_control_that_answers_as_known(serve: Serve, ask: Callable[..., ControlLook]) -> None:
    """Nothing to say against the network, but nothing either on its TLS."""
    look = ask(Control(f"{serve(answer(BODY)).url}/c", body=BODY))
    assert (look.trouble, look.forged, look.secure) == ("", False, False)
    assert look.began == pytest.approx(time.time(), abs=30)


@pytest.mark.parametrize(
    ("play", "known", "message"),
    [
        (PORTAL, {"body": BODY}, f"its body lacks '{BODY}'"),
        (redirect("http://login.example/"), {"body": BODY}, "answered 302; expected 2xx"),
        (answer(BODY, status=404), {"body": BODY}, "answered 404; expected 2xx"),
        (page(BODY), {"header": "X-Control: yes"}, "its header X-Control is not 'yes'"),
    ],
    ids=["body", "redirect", "error", "header"],
)
def test_a_captive_portal(
    serve: Serve, ask: Callable[..., ControlLook], play: Play, known: dict[str, str], message: str
) -> None:
    """Whoever answers everything does not know what is to be answered: trouble, and forged."""
    url = f"{serve(play).url}/c"
    look = ask(Control(url, **known))  # type: ignore[arg-type]
    assert look.trouble == f"{url}: {message}"
    assert look.forged


@pytest.mark.parametrize("status", [200, 204])
def test_known_by_a_header(serve: Serve, ask: Callable[..., ControlLook], status: int) -> None:
    """Its name has no case and its value no margins; an answer without a body has one, too."""
    server = serve(answer(status=status, headers={"X-Control": "yes"}))
    assert ask(Control(server.url, header="x-control:  yes ")).trouble == ""


def test_a_control_that_compresses(serve: Serve, ask: Callable[..., ControlLook]) -> None:
    """The text is looked for in what the answer says, not in how it was sent."""
    packed = answer(gzip.compress(BODY.encode()), headers={"Content-Encoding": "gzip"})
    assert ask(Control(serve(packed).url, body=BODY)).trouble == ""


OUT_OF_TIME = ": timeout: |: no answer within 3 s"  # by which of two limits, is chance


@pytest.mark.parametrize(("play", "error"), [(reset, ": reset: "), (hang, OUT_OF_TIME)])
def test_a_control_that_does_not_answer(
    serve: Serve,
    ask: Callable[..., ControlLook],
    monkeypatch: pytest.MonkeyPatch,
    play: Play,
    error: str,
) -> None:
    """Trouble, named as what it is, and nobody has forged anything."""
    monkeypatch.setattr(network_control, "SECONDS", 3.0)
    look = ask(Control(serve(play).url, body=BODY))
    assert re.search(error, look.trouble)
    assert not look.forged


def test_nobody_listens(ask: Callable[..., ControlLook]) -> None:
    """Refused is no answer."""
    with refusing() as url:
        look = ask(Control(url, body=BODY))
    assert look.trouble.startswith(f"{url}: refused: ")
    assert not look.forged


def test_a_control_without_end(
    serve: Serve, ask: Callable[..., ControlLook], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then is no answer in time."""
    monkeypatch.setattr(network_control, "SECONDS", 3.0)
    server = serve(drip(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"))
    began = time.monotonic()
    assert re.search(OUT_OF_TIME, ask(Control(server.url, body=BODY)).trouble)
    assert time.monotonic() - began < 30


def test_a_control_whose_time_is_up_does_not_blame_the_run() -> None:
    """The run has time of its own, and plenty of it."""
    attempt = Attempt(NOW, 1.0, error=AttemptError.BUDGET, detail="the run's time was used up")
    control = Control("http://c/", body=BODY)
    look = network_control.judge(NOW, [(control, Exchange(Probe("c", "http://c/"), (attempt,)))])
    assert look.trouble == "http://c/: no answer within 10 s"


def test_one_of_several_is_enough(serve: Serve, ask: Callable[..., ControlLook]) -> None:
    """Somebody else's outage is not ours."""
    sound = serve(answer(BODY))
    portal = serve(PORTAL)
    look = ask(Control(portal.url, body=BODY), Control(sound.url, body=BODY))
    assert (look.trouble, look.forged) == ("", False)


def test_several_in_trouble_are_all_named(serve: Serve, ask: Callable[..., ControlLook]) -> None:
    """So that one sees whether they have something in common."""
    servers = serve(PORTAL), serve(PORTAL)
    trouble = ask(*(Control(server.url, body=BODY) for server in servers)).trouble
    assert all(server.url in trouble for server in servers)


@pytest.mark.parametrize(
    ("play", "reached"), [(in_turn(reset, answer(BODY)), True), (reset, False), (PORTAL, False)]
)
def test_a_control_in_reach(
    serve: Serve, ask: Callable[..., ControlLook], play: Play, reached: bool
) -> None:
    """Its known answer may have taken a retry: that is trouble, but no network that is gone."""
    look = ask(Control(serve(play).url, body=BODY))
    assert look.trouble
    assert look.reached is reached


def test_a_network_that_loses_connections(serve: Serve, ask: Callable[..., ControlLook]) -> None:
    """A control that needs a retry shows it; one that needs none excuses nobody else's."""
    lossy = serve(in_turn(close, *[answer(BODY)] * 9))
    look = ask(Control(lossy.url, body=BODY), connections=4)
    assert look.trouble == f"{lossy.url}: 1 of 4 requests needed a retry"
    assert not look.forged
    lossy = serve(in_turn(close, *[answer(BODY)] * 9))
    sound = serve(answer(BODY))
    controls = [Control(server.url, body=BODY) for server in (lossy, sound)]
    assert ask(*controls, connections=4).trouble == ""
    assert len(sound.requests) == 4


def test_two_controls_of_one_host(serve: Serve, ask: Callable[..., ControlLook]) -> None:
    """Each is asked for its own path."""
    server = serve(by_path({"/a": PORTAL, "/b": answer(BODY)}))
    look = ask(Control(f"{server.url}/a", body=BODY), Control(f"{server.url}/b", body=BODY))
    assert look.trouble == ""
    assert sorted(server.targets) == ["/a", "/b"]


def test_a_control_over_tls(
    serve: Serve, ask: Callable[..., ControlLook], authority: Authority
) -> None:
    """It shows that certificates can be judged here."""
    server = serve(answer(BODY), tls=authority.context()[0])
    look = ask(Control(server.url, body=BODY), ca=authority.pem)
    assert (look.trouble, look.secure) == ("", True)


def test_the_environments_authority_comes_beside_the_usual_ones(
    serve: Serve,
    ask: Callable[..., ControlLook],
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A public control stays trusted where the deployment has an authority of its own."""
    monkeypatch.setattr("knowngood.fetch.transport.certifi.where", lambda: str(authority.pem))
    public = serve(answer(BODY), tls=authority.context()[0])
    own = Authority(tmp_path)
    private = serve(answer(BODY), tls=own.context()[0])
    for server in (public, private):
        look = ask(Control(server.url, body=BODY), ca=own.pem)
        assert (look.trouble, look.secure) == ("", True)


@pytest.mark.parametrize(
    ("host", "trusted", "phase"),
    [("127.0.0.1", False, "neither trusted"), ("example.org", True, "another host")],
    ids=["untrusted", "wrong-host"],
)
def test_somebody_elses_certificate(
    serve: Serve,
    ask: Callable[..., ControlLook],
    authority: Authority,
    tmp_path: Path,
    host: str,
    trusted: bool,
    phase: str,
) -> None:
    """A portal that answers in a control's place over TLS has no certificate for it: forged."""
    server = serve(PORTAL, tls=authority.context(host)[0])
    ca = authority.pem if trusted else Authority(tmp_path).pem
    look = ask(Control(server.url, body=BODY), ca=ca)
    assert f"tls: the {'certificate' if trusted else 'issuer'}" in look.trouble
    assert phase in look.trouble
    assert look.forged


def test_a_controls_certificate_that_has_expired_is_its_own(
    serve: Serve, ask: Callable[..., ControlLook], authority: Authority
) -> None:
    """Trouble, but nobody stands in its place: its operator was late, or our clock is wrong."""
    server = serve(answer(BODY), tls=authority.context(begins=-9, ends=-2)[0])
    look = ask(Control(server.url, body=BODY), ca=authority.pem)
    assert "has expired" in look.trouble
    assert not look.forged


NOW = 1_700_000_000.0


def answered(*headers: tuple[str, str], body: str = BODY) -> Exchange:
    """A control's answer with these headers, that ended at NOW by our clock."""
    pairs = tuple((name.encode(), value.encode()) for name, value in headers)
    attempt = Attempt(NOW - 1, 1.0, 200)
    received = Answer(200, "http://c/", pairs, body.encode())
    return Exchange(Probe("control-0", "http://c/"), (attempt,), received)


KNOWN = Control("http://c/", body=BODY)


@pytest.mark.parametrize(
    ("headers", "skew"),
    [
        ([("date", formatdate(NOW, usegmt=True))], 0),
        ([("Date", formatdate(NOW - 3600, usegmt=True))], 3600),
        ([("date", formatdate(NOW + 3600, usegmt=True))], -3600),
        ([("date", formatdate(NOW - 3600, usegmt=True)), ("age", "3600")], 0),
        ([], 0),
        ([("date", "yesterday")], 0),
        ([("date", formatdate(NOW, usegmt=True)), ("age", "old")], 0),
        ([("date", formatdate(NOW, usegmt=True)), ("age", "nan")], 0),
        ([("date", formatdate(NOW, usegmt=True)), ("age", "1e999")], 0),
    ],
    ids=["none", "ahead", "behind", "cached", "no-date", "garbage", "age", "nan", "infinite"],
)
def test_how_far_the_clock_is_off(headers: list[tuple[str, str]], skew: float) -> None:
    """By the control's Date, an answer from a cache being older by its Age; garbage is nothing."""
    assert network_control.judge(NOW, [(KNOWN, answered(*headers))]).skew == pytest.approx(
        skew, abs=1
    )


def test_the_clock_nearest_to_ours_counts() -> None:
    """One control's clock that is off does not condemn this machine's."""
    far, near = (answered(("date", formatdate(NOW - off, usegmt=True))) for off in (9000, 2))
    assert network_control.judge(NOW, [(KNOWN, far), (KNOWN, near)]).skew == pytest.approx(2, abs=1)


def test_what_is_in_trouble_says_nothing_of_the_clock() -> None:
    """A portal's Date is a portal's."""
    portal = answered(("date", formatdate(0, usegmt=True)), body="log in")
    assert network_control.judge(NOW, [(KNOWN, portal)]).skew == 0


def test_what_a_portal_says_is_plain() -> None:
    """Its words reach the terminal in the reason of the verdict."""
    failed = Attempt(NOW, 1.0, error=AttemptError.RESET, detail="\x1b[2J98 passed\n")
    message = network_control.judge(
        NOW, [(KNOWN, Exchange(Probe("c", "http://c/"), (failed,)))]
    ).trouble
    assert "\x1b" not in message
    assert "\n" not in message
