"""What a watch does with its runs: exit codes, a second run at once, and trouble with its file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none
from verdict_documents import cause, document
from watched_runs import Watched
from wire import Serve, answer

from knowngood.environment import NotifyEntry, WatchSettings
from knowngood.environment.alarm_settings import EVENTS
from knowngood.verdict import VerdictKind
from knowngood.watch import store
from knowngood.watch.state import Status
from knowngood.watch.store import StateUnusable

SUPPORT = Path(__file__).parents[2] / "support"
Put = Callable[..., Watched]
HEAD = "prod FAILED since 00:05 UTC: /{locale}/ is 404 in 3 of 100 locales"


def passed(_: float = 0.0) -> dict[str, Any]:
    """Return the document of a run that passed, without a warning."""
    run = document(kind=VerdictKind.PASSED, reason="every required check ran and held")
    return {**run, "warnings": []}


def failed(_: float = 0.0) -> dict[str, Any]:
    """Return the document of a run that failed."""
    one = cause()
    return document(one, kind=VerdictKind.FAILED, reason=one["sentence"])


def blind(_: float = 0.0) -> dict[str, Any]:
    """Return the document of a run that could not judge."""
    run = document(kind=VerdictKind.INCONCLUSIVE, reason="no control answers")
    return {**run, "warnings": []}


def by(verdicts: dict[float, Callable[[float], Any]]) -> Callable[[float], Any]:
    """Return a deployment with these verdicts from these minutes on."""

    def run(minute: float) -> Any:
        return verdicts[max(begin for begin in verdicts if begin <= minute)](minute)

    return run


def test_exit_codes(watched: Put) -> None:
    """Each change has its code once; before and after it is 0."""
    prod = watched(by({0: passed, 10: failed, 30: passed, 50: blind, 90: passed}))
    codes = [prod.look(minute) for minute in range(0, 95, 5)]
    assert codes == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 75, 0, 0]
    assert prod.runs[:5] == [0, 5, 10, 10.5, 15]


def test_a_single_bad_run(watched: Put) -> None:
    """It is made again at once, and nothing is said."""
    prod = watched(by({0: passed, 5: failed, 5.5: passed}))
    assert [prod.look(minute) for minute in (0, 5, 10)] == [0, 0, 0]
    assert prod.runs == [0, 5, 5.5, 10]
    assert len(prod.told) == 1


def test_confirm_bounds_the_runs(watched: Put) -> None:
    """Runs that cannot judge are not made again and again."""
    prod = watched(by({0: passed, 5: failed, 5.5: blind}), watch=WatchSettings(confirm=3))
    prod.look(0)
    prod.look(5)
    assert prod.runs == [0, 5, 5.5, 6]


def test_usage_error(watched: Put) -> None:
    """A mistake is 4 each time, and no run."""
    prod = watched(lambda _: None)
    assert prod.look(0) == 4
    with pytest.raises(StateUnusable):
        store.reading(prod.path, "prod").__enter__()


def test_interrupted(watched: Put) -> None:
    """Who stops the watch stops it: no further run, and 2."""

    def interrupted(_: float) -> dict[str, Any]:
        return document(kind=VerdictKind.INTERRUPTED, reason="SIGTERM")

    deployment = by({0: passed, 5: failed, 5.5: interrupted})
    prod = watched(deployment, watch=WatchSettings(confirm=3))
    assert [prod.look(minute) for minute in (0, 5)] == [0, 2]
    assert prod.runs == [0, 5, 5.5]


def test_killed_before_it_is_stored(watched: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """News that may not have arrived is told again: twice is better than never."""
    prod = watched(by({0: passed, 5: failed}))
    prod.look(0)
    with monkeypatch.context() as patch:
        patch.setattr(store.Store, "write", interrupted_after(1))
        with pytest.raises(KeyboardInterrupt):
            prod.look(5)
    assert prod.told[1] == HEAD
    assert prod.look(10) == 1
    assert prod.told.count(HEAD) == 2
    assert prod.look(15) == 0


def interrupted_after(count: int) -> Callable[..., None]:
    """Return a ``write`` that works so often, and then is interrupted."""
    write, calls = store.Store.write, []

    def once(*values: Any) -> None:
        calls.append(values)
        if len(calls) > count:
            raise KeyboardInterrupt
        write(*values)

    return once


def test_damaged_file(watched: Put) -> None:
    """Verdict and news stand; what stands in the way is said once, with the way out."""
    prod = watched(failed)
    prod.path.write_text("no database at all, and long enough to be looked at" * 10)
    assert prod.look(5) == 1
    assert prod.told[0] == HEAD
    (line,) = prod.complaints
    assert line.startswith(f"nothing is remembered, and news may be told again: {prod.path}: ")
    assert line.endswith("move the file away, and the watch begins anew")


def test_full_disk(watched: Put) -> None:
    """The state is read where it cannot be written: an incident that is known is told no more."""
    prod = watched(failed)
    prod.look(5)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "import knowngood.watch.watch as module; from watched_runs import Watched\n"
        "from verdict_documents import cause, document; from knowngood.verdict import VerdictKind\n"
        "def failed(_): return document(cause(), kind=VerdictKind.FAILED, reason='x')\n"
        "prod = Watched(failed, Path(sys.argv[1])); module.run_once = prod.run_once\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "code = prod.look(10)\n"
        "print(code, prod.told, *prod.complaints)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(prod.path)],
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    expected = f"0 [] nothing is remembered, and news may be told again: {prod.path}: "
    assert ended.stdout.startswith(expected), ended.stdout + ended.stderr


def test_state_that_is_lost_between_two_runs(watched: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be stored, an alarm still rests on both runs of one look."""
    prod = watched(by({0: passed, 5: failed}))
    prod.look(0)

    def full(*_: Any) -> None:
        raise StateUnusable("the disk is full")

    monkeypatch.setattr(store.Store, "write", full)
    monkeypatch.setattr(store, "writing", full)
    watch = prod.watch(5)
    assert watch.verify() == 1
    assert watch.state is not None
    assert watch.state.status is Status.FAILED
    assert prod.complaints == [
        "nothing is remembered, and news may be told again: the disk is full"
    ]


@pytest.fixture
def hook(serve: Serve) -> Any:
    """A webhook, and a switch: a server that takes everything."""
    return serve(answer("ok"))


def notified(hook: Any) -> dict[str, Any]:
    """Return the fields of an environment that tells the hook, and asks for it after each run."""
    return {
        "secrets": {"chat": f"json://127.0.0.1:{hook.port}/hook", "switch": f"{hook.url}/alive"},
        "notify": (NotifyEntry("chat", EVENTS),),
        "watch": WatchSettings(heartbeat="switch"),
    }


def test_others_are_told(watched: Put, hook: Any) -> None:
    """What is printed is sent as well, but that the watch began and which release passed."""
    prod = watched(by({0: passed, 5: failed, 20: passed}), **notified(hook))
    for minute in (0, 5, 20, 25):
        prod.look(minute)
    messages = [json.loads(r.body) for r in hook.requests if b"POST /hook" in r.head]
    assert [message["title"] for message in messages] == [
        HEAD,
        "prod recovered after 15 min: PASSED since 00:20 UTC",
    ]
    assert messages[0]["type"] == "failure"
    assert "roll back: knowngood rollback --env=prod" in messages[0]["message"]
    assert prod.complaints == []


def test_switch_is_asked_for_when_a_run_could_judge(watched: Put, hook: Any) -> None:
    """Once a look; not when the watch sees nothing."""
    prod = watched(by({0: passed, 5: failed, 10: blind}), **notified(hook))
    for minute in (0, 5, 10):
        prod.look(minute)
    assert sum(b"GET /alive" in r.head for r in hook.requests) == 2


def test_trouble_with_telling_is_told(
    watched: Put, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the error output; the verdict stands."""
    monkeypatch.setattr("knowngood.notify.delivery._WAIT", wait_none())
    prod = watched(failed, **notified(serve(answer(status=500))))
    assert prod.look(5) == 1
    assert [line.partition(":")[0] for line in prod.complaints] == [
        "notify.0 (secrets.chat) was not told",
        "watch.heartbeat (secrets.switch) was not reached",
    ]


def test_trouble_with_telling_is_counted(
    watched: Put, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the metrics, which the run had written before."""
    monkeypatch.setattr("knowngood.notify.delivery._WAIT", wait_none())
    prod = watched(failed, **notified(serve(answer(status=500))))
    metrics = tmp_path / "prod.prom"
    prod.options = replace(prod.options, reports={"--prometheus-file": metrics})
    prod.look(5)
    lines = [line for line in metrics.read_text().splitlines() if "_notifications{" in line]
    assert [line.rpartition(" ")[2] for line in lines] == ["0", "1"]


def test_news_that_nobody_took_is_told_again(
    watched: Put, serve: Serve, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the next run, once: the chat was down while the deployment broke."""
    monkeypatch.setattr("knowngood.notify.delivery._WAIT", wait_none())
    assert watched(failed, **notified(serve(answer(status=500)))).look(5) == 1
    prod = watched(failed, **notified(hook))
    assert [prod.look(minute) for minute in (10, 15)] == [1, 0]
    messages = [json.loads(r.body) for r in hook.requests if b"POST /hook" in r.head]
    (title,) = [message["title"] for message in messages]
    assert title.startswith("prod still FAILED, for 5 min: /{locale}/ is 404")


MONITORED = {
    "ok": (by({0: passed}), 0, "KNOWNGOOD OK - prod PASSED since 00:00 UTC|"),
    "warning": (
        lambda minute: {**passed(minute), "warnings": ["a warning | with a bar"]},
        1,
        "KNOWNGOOD WARNING - prod PASSED since 00:00 UTC, with a warning: a warning / with a bar|",
    ),
    "critical": (
        failed,
        2,
        "KNOWNGOOD CRITICAL - prod FAILED since 00:00 UTC: /{locale}/ is 404 in 3 of 100 locales|",
    ),
    "still-critical": (
        by({0: failed, 10: passed}),
        2,
        "KNOWNGOOD CRITICAL - prod FAILED since 00:00 UTC: /{locale}/ is 404 in 3 of 100 locales|",
    ),
    "not-yet-unknown": (
        by({0: passed, 10: blind}),
        0,
        "KNOWNGOOD OK - prod PASSED since 00:00 UTC; the last run could not judge: no control "
        "answers|",
    ),
    "critical-and-not-judged": (
        by({0: failed, 10: blind}),
        2,
        "KNOWNGOOD CRITICAL - prod FAILED since 00:00 UTC: /{locale}/ is 404 in 3 of 100 locales; "
        "the last run could not judge: no control answers|",
    ),
    "unknown": (
        blind,
        3,
        "KNOWNGOOD UNKNOWN - prod has no certain verdict yet: no control answers|",
    ),
    "usage-error": (lambda _: None, 3, "KNOWNGOOD UNKNOWN - usage error"),
}


@pytest.mark.parametrize("case", MONITORED)
def test_monitoring(watched: Put, case: str) -> None:
    """The exit code and the line are those of the state, whether it is news or not."""
    deployment, code, begin = MONITORED[case]
    prod = watched(deployment)
    for minute in (0, 5, 10):
        watch = prod.watch(minute)
        result = watch.plugin_result(watch.verify())
    assert result[0] == code
    assert result[1].startswith(begin)
    assert "\n" not in result[1]


def test_monitoring_of_a_blind_watch(watched: Put) -> None:
    """It says since when, and why."""
    prod = watched(by({0: passed, 5: blind}))
    for minute in range(0, 45, 5):
        watch = prod.watch(minute)
        result = watch.plugin_result(watch.verify())
    begin = "KNOWNGOOD UNKNOWN - prod cannot be judged since 00:05 UTC: no control answers|"
    assert (result[0], result[1].partition("|")[0] + "|") == (3, begin)


def test_perfdata(watched: Put) -> None:
    """Each figure has its unit and its minimum, as the guidelines have it."""
    watch = watched(failed).watch(0)
    watch.verify()
    perfdata = watch.plugin_result(1)[1].partition("|")[2]
    figures = dict(figure.split("=") for figure in perfdata.split(" "))
    assert figures.keys() >= {"time", "causes", "flaky"}
    assert figures["causes"] == "1;;;0"
    assert all(value.endswith(";;;0") for value in figures.values())
