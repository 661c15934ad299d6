"""Whole runs against deployments that are sound but unusual, and those that only look so."""

import itertools
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from suite_run import OPTIONS, SuiteRun
from tenacity import wait_fixed
from wire import Play, Serve, Talk, answer, by_path, close, hang, in_turn, reset

from knowngood.readiness.edges import Addresses

CHECKS = '''
"""A small site."""
import pytest


@pytest.mark.get("content:/{page}")
def test_page_is_there(response):
    """Every page is there."""
    assert response.status_code == 200
'''

HTML = {"Content-Type": "text/html"}
FORBIDDEN = answer("<h1>Forbidden</h1>", 403, HTML)

Run = Callable[..., SuiteRun]


@pytest.fixture
def run(
    tmp_path: Path, serve: Serve, suite_here: Run, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., SuiteRun]:
    """Run a check with forty cases, or another number, at a server that plays something."""
    monkeypatch.setattr("knowngood.fetch.retry._growing", lambda: wait_fixed(0.01))
    monkeypatch.setattr("knowngood.fetch.second_look.PAUSE", 0.01)
    (tmp_path / "environments").mkdir()
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/test_small.py").write_text(CHECKS)

    def start(
        play: Play, budget: str = "settle = 0", top: str = "", cases: int = 40, **options: Any
    ) -> SuiteRun:
        server = serve(play, **options)
        pages = [str(number) for number in range(cases)]
        (tmp_path / "environments/small.toml").write_text(
            f'description = "x"\n{top}\n[params]\npage = {pages}\n'
            f'[origins]\ncontent = "{server.url}"\n'
            f"[budget]\n{budget}\n" + ("" if "probe" in budget else "probe = 30\n")
        )
        return suite_here("--env=small", "checks", cwd=tmp_path)

    return start


def test_an_origin_that_forbids_everything_may_be_behind_a_firewall(run: Run) -> None:
    """The run is turned away: nothing is known of the deployment."""
    result = run(FORBIDDEN)
    assert result.code == 75, result.output
    assert "turned every request away" in result.verdict["reason"]


def test_an_origin_that_forbids_all_but_its_version_document(run: Run) -> None:
    """No wall stands before it: it names its release, before the checks and after them, as where a
    deployment left files behind that its server may not read.
    """
    version = answer('{"version": "v1"}', headers={"Content-Type": "application/json"})
    pages = {f"/{number}": FORBIDDEN for number in range(40)}
    top = '[release]\nurl = "content:/__version__"\nfield = "version"'
    result = run(by_path(pages | {"/__version__": version}), top=top)
    assert result.code == 1, result.output
    wall = in_turn(*[version] * 3, FORBIDDEN)
    result = run(by_path(pages | {"/__version__": wall}), top=top)
    assert result.code == 75, result.output


def test_an_origin_that_forbids_something_forbids_it_to_its_users(run: Run) -> None:
    """Other pages answer, so nobody stands before it."""
    pages = {f"/{number}": answer() for number in range(39)} | {"/39": FORBIDDEN}
    assert run(by_path(pages)).code == 1


def test_a_firewall_that_comes_in_the_middle_of_a_run(run: Run) -> None:
    """Some ban a machine for a while that asked for /.git: pages from before are refused, too."""
    result = run(in_turn(*[answer()] * 20, FORBIDDEN))
    assert result.code == 75, result.output
    assert "content came to turn away what it had served before" in result.verdict["reason"]


def test_a_firewall_does_not_excuse_what_was_wrong_before_it(run: Run) -> None:
    """The page that is gone is gone."""
    result = run(in_turn(answer("gone", 404), *[answer()] * 20, FORBIDDEN))
    assert result.code == 1, result.output


UNPUBLISHED = '''

@pytest.mark.get("content:/.git/HEAD", "content:/.env", unpublished=True)
def test_checkout_is_not_published(responses):
    """No history and no settings are published."""
    for response in responses:
        assert response.status_code >= 400
'''


@pytest.mark.parametrize("banned", [reset, close, FORBIDDEN])
def test_a_firewall_that_bans_who_asks_for_hidden_files(
    run: Run, tmp_path: Path, banned: Play
) -> None:
    """They are asked for last, when nothing else is under way; that nobody answers is a refusal."""
    head, page = CHECKS.split("\n\n\n")
    (tmp_path / "checks/test_small.py").write_text(f"{head}{UNPUBLISHED}\n\n{page}")
    asked = threading.Event()

    def play(talk: Talk) -> None:
        if "/." in talk.request.target:
            asked.set()
        (banned if asked.is_set() else answer())(talk)

    result = run(play)
    assert result.code == 0, result.output
    assert asked.is_set()


@pytest.mark.parametrize("play", [in_turn(answer()), reset])
def test_hidden_files_that_are_published_or_not_known(run: Run, tmp_path: Path, play: Play) -> None:
    """Who answers nothing at all refuses nothing."""
    (tmp_path / "checks/test_small.py").write_text(CHECKS + UNPUBLISHED)
    result = run(play, cases=1)
    check = result.verdict["checks"]["test_small.py::test_checkout_is_not_published"]
    assert result.code != 0, result.output
    assert check["bad"] or check["unsteady"]


def test_a_rate_limit_in_the_middle_of_a_run(run: Run) -> None:
    """Half of the pages answered before."""
    limited = answer("slow down", 403, {"X-RateLimit-Remaining": "0"})
    result = run(in_turn(*[answer()] * 20, limited))
    assert result.code == 75, result.output


def test_a_deployment_that_settles_passes_with_a_warning(run: Run) -> None:
    """Its load balancer has no target for a moment."""
    settles = in_turn(*[answer(status=503)] * 60, answer())
    result = run(settles, "settle = 50\nattempts = 2")
    assert result.code == 0, result.output
    assert "the deployment was settling" in "".join(result.verdict["warnings"])


def test_a_deployment_that_does_not_settle_fails(run: Run) -> None:
    """After the time it has for that."""
    assert run(answer(status=503), "settle = 0.3\nattempts = 2").code == 1


def test_trouble_that_lasts_is_not_taken_for_settling(run: Run) -> None:
    """Each third answer is 503, all the time."""
    lasting = in_turn(*[answer(), answer(), answer(status=503)] * 1000)
    result = run(lasting, "settle = 0.5\nattempts = 20")
    assert result.code == 1, result.output
    assert "unsteady" in result.verdict["reason"]


def test_a_backend_of_two_that_is_dead_behind_a_few_checks(run: Run) -> None:
    """Four requests cannot tell: more of them do."""
    result = run(in_turn(*[answer(status=502), answer()] * 1000), "settle = 0", cases=4)
    assert result.code == 1, result.output
    assert "unsteady: " in result.verdict["reason"]
    assert result.verdict["requests"]["sent"] == 36


def test_trouble_that_has_passed_by_the_end_of_a_few_checks(run: Run) -> None:
    """More requests show that as well."""
    result = run(in_turn(*[answer(status=502)] * 3, answer()), "settle = 0", cases=4)
    assert result.code == 0, result.output
    assert result.verdict["requests"]["sent"] == 36


def test_a_server_that_closes_the_fifth_connection_passes_with_a_warning(run: Run) -> None:
    """The run asks with fewer at once, and says so."""
    places, refused, crowded = threading.Semaphore(4), itertools.count(1), threading.Event()

    def greet(talk: Talk) -> None:
        if not places.acquire(blocking=False):
            talk.close()
            if next(refused) == 16:
                crowded.set()

    def play(talk: Talk) -> None:
        crowded.wait(10)  # on a slow machine they would come one by one
        talk.server.stopped.wait(0.05)
        places.release()
        answer(close=True)(talk)

    result = run(play, greet=greet)
    assert result.code == 0, result.output
    assert "at once" in "".join(result.verdict["warnings"])


# -- the network of this machine


CONTROLLED = 'settle = 0\nprobe = 3\nattempts = 2\n[[control]]\nurl = "{url}"\nbody = "known"\n'
UNHURRIED = CONTROLLED.replace("probe = 3", "probe = 30")


@pytest.mark.parametrize("lost", [close, hang, reset], ids=["closed", "silent", "reset"])
@pytest.mark.parametrize(("shared", "code"), [(True, 75), (False, 1)], ids=["shared", "not"])
def test_a_network_that_is_lost_in_mid_run(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, lost: Play, shared: bool, code: int
) -> None:
    """Where the control is lost as well, it is not the deployment that is gone."""
    monkeypatch.setattr("knowngood.readiness.network_control.SECONDS", 2)
    gone = threading.Event()
    numbers = itertools.count()

    def content(talk: Talk) -> None:
        if next(numbers) == 20:
            gone.set()
        (lost if gone.is_set() else answer())(talk)

    def control(talk: Talk) -> None:
        (lost if shared and gone.is_set() else answer("known"))(talk)

    result = run(content, CONTROLLED.format(url=serve(control).url), cases=24)
    assert result.code == code, result.output
    if shared:
        assert "this machine's network is in trouble" in result.verdict["reason"]


@pytest.mark.parametrize(("shared", "code"), [(True, 75), (False, 1)], ids=["shared", "not"])
def test_a_network_that_loses_one_in_three(run: Run, serve: Serve, shared: bool, code: int) -> None:
    """Where the control meets the same, it is not the deployment that is unsteady."""
    lossy = in_turn(*[answer("known"), answer("known"), close] * 400)
    control = serve(lossy if shared else answer("known"))
    asked: Counter[str] = Counter()

    def content(talk: Talk) -> None:
        """Lose one in three requests, as by chance: in turn, those that were lost at first would
        all be answered when they are asked again at the same time.
        """
        target = talk.request.target
        asked[target] += 1
        (answer() if crc32(f"{target} {asked[target]}".encode()) % 3 else close)(talk)

    result = run(content, UNHURRIED.format(url=control.url))
    assert result.code == code, result.output


def test_a_control_that_needs_a_retry_does_not_keep_a_run_from_its_checks(
    run: Run, serve: Serve
) -> None:
    """The network is there: nothing failed, so nothing has to be doubted."""
    control = serve(in_turn(answer(status=503), answer("known")))
    result = run(answer(), UNHURRIED.format(url=control.url))
    assert result.code == 0, result.output


def test_nothing_is_asked_where_no_control_is_in_reach(run: Run, serve: Serve) -> None:
    """It would say nothing of the deployment."""
    control = serve(close)
    result = run(answer(), UNHURRIED.format(url=control.url))
    assert result.code == 75, result.output
    assert result.verdict["counts"]["ran"] == 0


# -- marks


def checks(tmp_path: Path, text: str) -> None:
    """Let the suite have this check in place of the other."""
    (tmp_path / "checks/test_small.py").write_text("import pytest\n" + text)


LATE = """
@pytest.mark.get("content:/a", within={within})
def test_it_comes_right(response):
    assert response.text == "new"
"""


@pytest.mark.parametrize(("within", "code"), [(20, 0), (0, 1)])
def test_an_answer_may_take_a_while_to_come_right(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: int, code: int
) -> None:
    """Where its mark says so; it is told how long it took."""
    monkeypatch.setattr("knowngood.readiness.convergence.FIRST_PAUSE", 0.01)
    checks(tmp_path, LATE.format(within=within))
    result = run(in_turn(answer("old"), answer("old"), answer("new")))
    assert result.code == code, result.output
    assert ("at look 3" in "".join(result.verdict["warnings"])) == (code == 0)


def test_no_answer_may_take_a_while_to_come_right(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is restarted says nothing at all for a moment."""
    monkeypatch.setattr("knowngood.readiness.convergence.FIRST_PAUSE", 0.01)
    checks(tmp_path, LATE.format(within=20))
    result = run(in_turn(*[close] * 4, answer("new")), "settle = 0\nattempts = 2")
    assert result.code == 0, result.output
    assert "at look 3" in "".join(result.verdict["warnings"])


def test_an_answer_that_never_comes_right_fails(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the last answer in the report, and after no more time than it was given."""
    monkeypatch.setattr("knowngood.readiness.convergence.FIRST_PAUSE", 0.01)
    checks(tmp_path, LATE.format(within=3))
    result = run(in_turn(answer("old"), answer("older")))
    assert result.code == 1, result.output
    assert "older" in result.output


LOGIN = """
@pytest.fixture(scope="session")
def user(shared_client, environment):
    client = shared_client(next(iter(environment.origins)))
    client.post("/login", content=b"me")
    return client

@pytest.mark.parametrize("number", range(3))
def test_page_of_the_user(user, number):
    assert user.put(f"/pages/{number}", content=b"x").status_code == 201
    assert user.get("/").text == "a=b"
"""


def test_one_login_serves_the_whole_run(run: Run, tmp_path: Path, serve: Serve) -> None:
    """Its cookie stays, and what it wrote is deleted at the end, the last first."""
    checks(tmp_path, LOGIN)
    asked: list[str] = []

    def play(talk: Talk) -> None:
        request = talk.request
        asked.append(f"{request.method} {request.target}")
        if request.method == "GET":
            answer(request.headers.get("cookie", ""))(talk)
        elif request.method == "POST":
            answer(headers={"Set-Cookie": "a=b"})(talk)
        else:
            answer(status=201)(talk)

    result = run(play, top="writes = true")
    assert result.code == 0, result.output
    assert asked.count("POST /login") == 1
    assert asked[-3:] == [f"DELETE /pages/{number}" for number in (2, 1, 0)]


LOGIN_REFUSED = """
@pytest.fixture(scope="session")
def token(shared_client):
    answer = shared_client("content").post("/token", expect=400)
    assert answer.status_code == 200
    return answer.json()["token"]

@pytest.fixture(scope="session")
def menu(shared_client):
    return shared_client("content").get("/menu")

@pytest.mark.parametrize("number", range(3))
def test_token_is_taken(token, number):
    assert token

@pytest.mark.parametrize("number", range(3))
def test_menu_names_the_page(menu, number):
    assert menu.status_code == 200
"""


def test_an_answer_of_a_session_fixture_fails_each_check_that_takes_it(
    run: Run, tmp_path: Path
) -> None:
    """The login is refused once, and so three checks fail, as do three that read one answer."""
    checks(tmp_path, LOGIN_REFUSED)
    plays = {"/token": answer("no", 400), "/menu": answer("no", 404)}
    result = run(by_path(plays), top="writes = true")
    assert result.code == 1, result.output
    causes = [(cause["sentence"], len(cause["cases"])) for cause in result.verdict["causes"]]
    assert sorted(causes) == [("/menu is 404", 3), ("POST /token is 400", 3)]


SMALL = """
@pytest.mark.get("content:/a")
def test_a(response):
    assert response.status_code == 200

@pytest.mark.get("content:/b")
def test_b(response):
    assert response.status_code == 200
"""


@pytest.mark.parametrize("silent", [close, hang], ids=["closed", "silent"])
@pytest.mark.parametrize("first", ["/a", "/b"])
def test_an_origin_that_answers_one_check_and_not_another(
    run: Run, tmp_path: Path, silent: Play, first: str
) -> None:
    """Two requests and no control are enough: a part of it is gone while the rest answers."""
    checks(tmp_path, SMALL)
    plays = {"/a": silent, "/b": silent} | {first: answer()}
    result = run(by_path(plays), "settle = 0\nprobe = 4\nattempts = 2")
    assert result.code == 1, result.output


@pytest.mark.parametrize(("again", "code"), [(answer(), 75), (close, 1)], ids=["passed", "lasts"])
def test_silence_at_the_end_of_the_time_of_a_run(
    run: Run, monkeypatch: pytest.MonkeyPatch, again: Play, code: int
) -> None:
    """It is asked about once more all the same: a busy machine and a deployment look alike."""

    def use_up_the_time(fetcher: Any) -> None:
        object.__setattr__(fetcher._attempts, "deadline", time.time())

    monkeypatch.setattr("knowngood.session.item_fetcher.excuse_passed", use_up_the_time)
    plays = {f"/{number}": answer() for number in range(39)} | {"/39": in_turn(close, again)}
    result = run(by_path(plays), "settle = 0\nattempts = 1")
    assert result.code == code, result.output


POSTED = """
from knowngood.checks import REPEATABLE

@pytest.mark.origin("content", writes=True)
def test_order(client):
    assert client.get("/a").status_code == 200
    assert client.post("/orders", json={{}}{more}).status_code == 201
"""


def reads_for(seconds: float) -> Play:
    """A server that answers no write, and reads for some seconds."""
    began = time.monotonic()

    def play(talk: Talk) -> None:
        reads = talk.request.method == "GET" and time.monotonic() - began < seconds
        (answer() if reads else hang)(talk)

    return play


@pytest.mark.parametrize(
    ("more", "seconds", "code"),
    [(", extensions=REPEATABLE", 600, 1), (", extensions=REPEATABLE", 1, 75), ("", 600, 75)],
    ids=["writes alone", "everything", "sent once"],
)
def test_a_write_that_hangs(run: Run, tmp_path: Path, more: str, seconds: float, code: int) -> None:
    """It is the deployment's fault if it does so again and again while reads are answered. Where it
    is the last check, nobody else asks for them.
    """
    checks(tmp_path, POSTED.format(more=more))
    result = run(reads_for(seconds), "settle = 0\nprobe = 6", top="writes = true")
    assert result.code == code, result.output


@pytest.mark.parametrize(
    ("later", "code"), [(answer(), 75), (answer(status=404), 75), (answer(status=504), 1)]
)
def test_a_page_that_hangs_and_is_asked_once_more(run: Run, later: Play, code: int) -> None:
    """A gateway that got no answer in its turn does not say that the page is back."""
    changing = in_turn(hang, later)
    result = run(
        lambda talk: (changing if talk.request.target == "/7" else answer())(talk),
        "settle = 0\nprobe = 2\nattempts = 1",
    )
    assert result.code == code, result.output


IN_TWO_WAYS = """
import pytest


@pytest.mark.get("content:/a", headers={"User-Agent": "Firefox/4.0"})
@pytest.mark.get("content:/a")
def test_in_two_ways(responses):
    for response in responses:
        assert response.status_code == 200
"""


@pytest.mark.parametrize(
    ("gone", "beside"),
    [
        ([True], ", but 200 with other headers (User-Agent)"),
        ([True, False], ", but 200 in "),
    ],
    ids=["each time", "once"],
)
def test_a_success_with_other_headers_is_tried_again(
    run: Run, tmp_path: Path, gone: list[bool], beside: str
) -> None:
    """It may be one of several backends, or a deploy in the middle of the run."""
    checks(tmp_path, IN_TWO_WAYS)
    old = in_turn(*[answer(status=404 if lost else 200) for lost in gone])
    result = run(lambda t: (old if t.request.headers["user-agent"][-3:] == "4.0" else answer())(t))
    assert result.code == 1, result.output
    assert f"/a is 404{beside}" in result.verdict["reason"]


# -- addresses of a name


@pytest.mark.parametrize("among", ["alike", "families"])
@pytest.mark.parametrize(
    ("play", "code"),
    [(answer(), 0), (by_path({f"/{n}": answer() for n in range(39)}), 1), (hang, 1)],
    ids=["alike", "one-file-lacks", "silent"],
)
def test_every_address_of_a_name_serves_what_one_does(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, play: Play, code: int, among: str
) -> None:
    """Clients choose among them by chance."""
    other = f"127.0.0.1:{serve(play).port}"
    addresses = Addresses(**{among: (other,)})
    monkeypatch.setattr("knowngood.session.item_fetcher.addresses_of", lambda *_: addresses)
    result = run(answer(), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == code, result.output
    if code:
        assert other in result.verdict["failures"][0]["message"]


def by_address(monkeypatch: pytest.MonkeyPatch, serve: Serve, *plays: Play) -> list[str]:
    """The addresses of a name, each of which plays something."""
    places = [f"127.0.0.1:{serve(play).port}" for play in plays]
    addresses = Addresses(alike=tuple(places))
    monkeypatch.setattr("knowngood.session.item_fetcher.addresses_of", lambda *_: addresses)
    return places


@pytest.mark.parametrize(
    ("status", "refusal"), [(403, FORBIDDEN), (401, answer("who are you?", 401))]
)
def test_an_address_that_refuses_what_others_serve_lacks_it(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, status: int, refusal: Play
) -> None:
    """Its files may lack permissions, or it may ask for the password of staging."""
    _, refusing = by_address(monkeypatch, serve, answer(), refusal)
    result = run(answer(), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == 1, result.output
    assert f" and 39 more are {status} at {refusing}" in result.verdict["reason"]


def test_a_firewall_that_comes_while_addresses_are_asked(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses at all of them."""
    banned = in_turn(*[answer()] * 60, FORBIDDEN)  # the name is asked for 40, the first for 40
    by_address(monkeypatch, serve, banned, banned)
    result = run(banned, "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == 0, result.output


def test_a_ban_of_a_moment_while_addresses_are_asked(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address serves by now what it refused."""
    by_address(monkeypatch, serve, answer(), in_turn(*[FORBIDDEN] * 80, answer()))
    result = run(answer(), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == 0, result.output


def test_an_address_that_limits_requests_is_told(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says itself that it lacks nothing."""
    limited = answer("slow down", 403, HTML | {"Retry-After": "60"})
    _, limiting = by_address(monkeypatch, serve, answer(), limited)
    result = run(answer(), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == 0, result.output
    words = "turned this machine away, and so was not compared with the others: 403 with Retry-"
    assert f"{limiting}, an address of content, {words}" in result.output


DATED = {"Last-Modified": "Fri, 14 Jun 2013 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("by_name", "headers", "code"),
    [
        (DATED, DATED, 1),
        ({}, {}, 0),
        (DATED | {"Age": "60"}, DATED, 0),
    ],
    ids=["file", "made-for-each", "cached"],
)
def test_every_address_of_a_name_serves_the_same_files(
    run: Run,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    by_name: dict[str, str],
    headers: dict[str, str],
    code: int,
) -> None:
    """An answer that is made for each request may differ, and a cache may be behind."""
    places = [
        f"127.0.0.1:{serve(answer(body=body, headers=headers)).port}" for body in (b"old", b"new")
    ]
    addresses = Addresses(alike=tuple(places))
    monkeypatch.setattr("knowngood.session.item_fetcher.addresses_of", lambda *_: addresses)
    result = run(answer(headers=by_name), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == code, result.output
    differing = f"differs between {' and '.join(sorted(places))}"
    assert (differing in result.output) == bool(code)


def test_a_file_that_an_address_lacks_is_asked_for_once(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By GET at once, and so not by GET again."""
    other = serve(answer(status=404))
    addresses = Addresses(alike=(f"127.0.0.1:{other.port}",))
    monkeypatch.setattr("knowngood.session.item_fetcher.addresses_of", lambda *_: addresses)
    result = run(answer(headers=DATED), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == 1, result.output
    assert other.methods == ["GET"] * len({*other.targets})


UNREADABLE = """
@pytest.mark.get("content:/reports")
def test_nobody_reads_them(response):
    assert response.status_code == 405
"""


@pytest.mark.parametrize(("status", "code"), [(405, 0), (404, 1), (200, 1)])
def test_an_origin_that_nobody_may_read(
    run: Run,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    status: int,
    code: int,
) -> None:
    """It must answer the same at each address."""
    checks(tmp_path, UNREADABLE)
    addresses = Addresses(alike=(f"127.0.0.1:{serve(answer(status=status)).port}",))
    monkeypatch.setattr("knowngood.session.item_fetcher.addresses_of", lambda *_: addresses)
    result = run(answer(status=405), "settle = 0\nprobe = 5\nattempts = 1")
    assert result.code == code, result.output


def test_an_address_that_takes_no_connection_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients try the others; some wait first."""
    addresses = Addresses(dead=("192.0.2.1",))
    monkeypatch.setattr("knowngood.session.item_fetcher.addresses_of", lambda *_: addresses)
    result = run(answer())
    assert result.code == 0, result.output
    assert "192.0.2.1 takes no connection; it is an address of content" in result.output


def test_a_backend_of_five_that_hangs_is_seen(run: Run) -> None:
    """It accepts connections, and retries elsewhere are answered; for users they are not."""
    numbers = itertools.count()

    def greet(talk: Talk) -> None:
        if next(numbers) % 5 == 0:
            talk.hang()

    result = run(answer(close=True), "settle = 0\nprobe = 2.1\n", greet=greet)
    assert result.code == 1, result.output
    assert "connections to content were accepted and never answered" in result.verdict["reason"]


def test_a_machine_with_64_file_descriptors(run: Run, tmp_path: Path) -> None:
    """It asks with fewer connections at once, and holds nothing against the deployment."""
    run(answer())
    command = 'ulimit -n 64; exec "$0" -m pytest --env=small checks -n 2 "$@"'
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    ended = subprocess.run(
        ["bash", "-c", command, sys.executable, *OPTIONS],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=400,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout.decode()
