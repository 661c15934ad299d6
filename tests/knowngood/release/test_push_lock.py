"""The lock of a push: who may take it over, that it is renewed, and that it never stays untold."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from clones import Clone
from release_side import git

from knowngood.release import lock_holder, push_lock
from knowngood.release.git import GitError, Repository
from knowngood.release.push_lock import PushLocked
from knowngood.safety import process_identity

REF = "refs/knowngood/lock/prod"
WAIT = (
    "wait for its end: a push that FAILED goes back by itself; then see: knowngood status; if "
    "nobody is at work, to break it: "
)
Lock = Callable[..., None]


@pytest.fixture
def locked(site: Repository) -> Lock:
    """Have somebody hold the lock of prod since so many minutes; ``beat`` is the same of the last
    sign of life.
    """

    def lock(since: float, beat: float | None = None, **more: str) -> None:
        now = datetime.now(UTC)
        note: dict[str, Any] = {
            "who": "Bob <bob@example.org>",
            "where": "ci-7",
            "since": (now - timedelta(minutes=since)).isoformat(),
            "for": "knowngood push",
            **more,
        }
        if beat is not None:
            note["beat"] = (now - timedelta(minutes=beat)).isoformat()
        blob = git(site.path, "hash-object", "-w", "--stdin", stdin=json.dumps(note)).strip()
        git(site.path, "update-ref", REF, blob)

    return lock


@pytest.fixture
def lines() -> list[str]:
    """What is said about the lock."""
    return []


def take(site: Repository, lines: list[str]) -> None:
    """Take the lock and give it back."""
    with push_lock.held(site, "prod", "a test", lines.append):
        holder = lock_holder.holder(site, "prod")
        assert holder is not None
        assert "a test" in holder.words
    assert lock_holder.holder(site, "prod") is None


@pytest.fixture
def short_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """A holder renews its lock a hundred times in a second."""
    monkeypatch.setattr(push_lock, "BEAT", 0.01)


@pytest.mark.usefixtures("short_beats")
@pytest.mark.parametrize(
    ("since", "beat", "why"),
    [
        (60, 11, "its last sign of life was 11 min ago"),
        (61, None, "its last sign of life was 61 min ago"),
    ],
)
def test_a_lock_that_has_expired(
    site: Repository, locked: Lock, lines: list[str], since: float, beat: float | None, why: str
) -> None:
    """Nobody has renewed it for ten minutes, nor does while it is watched; one taken by hand counts
    for an hour.
    """
    locked(since, beat)
    take(site, lines)
    *watched, taken = lines
    assert taken == (
        f"the lock of prod was left behind by Bob <bob@example.org> on ci-7, for {since:.0f} min: "
        f"knowngood push; {why}, so it is taken over"
    )
    expected = ["it is watched for 0 s"] if beat is not None else []
    assert [line.rpartition(", so ")[2].partition("; ")[0] for line in watched] == expected


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something happen while somebody watches a lock."""

    def happens(what: Callable[[], object]) -> None:
        monkeypatch.setattr(push_lock, "time", SimpleNamespace(sleep=lambda _: what()))

    return happens


def test_a_clock_that_is_an_hour_ahead(
    site: Repository, locked: Lock, lines: list[str], meanwhile: Callable[..., None]
) -> None:
    """By it a lock that is renewed looks left behind: it is not taken over."""
    locked(65, 60)
    meanwhile(lambda: locked(65, 59.5))
    with pytest.raises(PushLocked, match="it is renewed, so one of the two clocks is wrong"):
        take(site, lines)
    assert "another push is under way" not in lines[0]
    assert lock_holder.holder(site, "prod") is not None


def test_a_lock_that_is_given_back_while_it_is_watched(
    site: Repository, locked: Lock, lines: list[str], meanwhile: Callable[..., None]
) -> None:
    """It is free."""
    locked(65, 60)
    meanwhile(lambda: site.run("update-ref", "-d", REF))
    take(site, lines)
    assert not any("was left behind" in line for line in lines)


@pytest.mark.parametrize("watched", [True, False])
def test_a_lock_that_somebody_else_takes_over(
    site: Repository,
    locked: Lock,
    lines: list[str],
    meanwhile: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    watched: bool,
) -> None:
    """While it is watched, or in the moment after: who has it now is told, and no clock blamed."""
    locked(65, 60, id="former")
    if not watched:  # the other one is faster by a moment
        monkeypatch.setattr(push_lock._Lock, "watch", lambda _, former: locked(0, 0) or former)
    meanwhile(lambda: locked(0, 0))
    with pytest.raises(PushLocked, match="another push is under way, by Bob") as raised:
        take(site, lines)
    assert "clock" not in str(raised.value)


def test_interrupted_while_it_watches(
    site: Repository, locked: Lock, lines: list[str], meanwhile: Callable[..., None]
) -> None:
    """At once, and the lock stays as it is."""
    locked(65, 60)
    meanwhile(lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        take(site, lines)
    assert lock_holder.holder(site, "prod") is not None


@pytest.mark.parametrize(("since", "beat"), [(60, 9), (59, None), (0, 0)])
def test_a_lock_that_counts(
    site: Repository, locked: Lock, lines: list[str], since: float, beat: float | None
) -> None:
    """However long it is held, if there was a sign of life; and how to break it."""
    locked(since, beat)
    with pytest.raises(PushLocked, match=rf"for \d+ (s|min): knowngood push\n{WAIT}git"):
        take(site, lines)
    assert lines == []


@pytest.mark.parametrize("beat", [-179, None])
def test_a_lock_of_a_clock_that_is_ahead(
    site: Repository,
    locked: Lock,
    lines: list[str],
    meanwhile: Callable[..., None],
    beat: float | None,
) -> None:
    """Nobody holds it for -179 minutes. It counts if it is renewed, or was taken by hand: nobody
    knows when.
    """
    locked(-179, beat)
    meanwhile(lambda: locked(-179, -179.5))
    what = r"on ci-7, dated 3 h from now, so one of the two clocks is wrong: knowngood push"
    with pytest.raises(PushLocked, match=f"{what}\n{WAIT}git"):
        take(site, lines)


@pytest.mark.usefixtures("short_beats")
def test_a_lock_that_a_clock_ahead_left_behind(
    site: Repository, locked: Lock, lines: list[str]
) -> None:
    """Years ahead, it would count for years: that nobody renews it is seen, whatever clocks say."""
    locked(-1_000_000, -1_000_000)
    take(site, lines)
    assert "its last sign of life is dated 694 days from now, so it is watched" in lines[0]
    assert lines[1].endswith("dated 694 days from now, so it is taken over")


@pytest.mark.parametrize("kind", ["blob", "commit"])
def test_a_lock_without_a_note(clone: Clone, server: Clone, lines: list[str], kind: str) -> None:
    """Whatever its ref points at, somebody may be at work: how to break it is told."""
    note = clone.git("hash-object", "-w", "--stdin", stdin=b"hello") if kind == "blob" else "HEAD"
    clone.put(f"{note}:{REF}")
    with pytest.raises(
        PushLocked, match=rf"somebody who left no note that can be read\n{WAIT}git .* push"
    ):
        take(Repository(clone.path), lines)
    assert server.git("for-each-ref", REF) != ""


def test_a_holder_that_has_ended(site: Repository, locked: Lock, lines: list[str]) -> None:
    """A process of this machine that is gone holds nothing."""
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    machine = process_identity.own().rsplit(" ", 2)[0]
    locked(0, 0, process=f"{machine} {child} 1")
    take(site, lines)
    assert "that process has ended, so it is taken over" in lines[0]


@pytest.mark.parametrize("process", ["", "another machine 1 1", "nonsense", None])
def test_a_holder_elsewhere(
    site: Repository, locked: Lock, lines: list[str], process: str | None
) -> None:
    """What runs on another machine, or is this very process, may go on."""
    locked(0, 0, process=process_identity.own() if process is None else process)
    with pytest.raises(PushLocked):
        take(site, lines)


def test_it_is_renewed(site: Repository, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is held its note gets a newer sign of life; it is given back all the same."""
    monkeypatch.setattr(push_lock, "BEAT", 0.01)
    with push_lock.held(site, "prod", "a test", lines.append):
        first = json.loads(git(site.path, "cat-file", "blob", REF))
        never = threading.Event()
        while json.loads(git(site.path, "cat-file", "blob", REF))["beat"] == first["beat"]:
            never.wait(0.01)
    assert git(site.path, "for-each-ref", REF) == ""
    assert lines == []


def test_it_cannot_be_given_back(clone: Clone, server: Clone, lines: list[str]) -> None:
    """That it is left at the server is told, and how long it counts."""
    site = Repository(clone.path)
    with push_lock.held(site, "prod", "a test", lines.append):
        server.path.rename(server.path.with_name("away"))
    [line] = lines
    assert line.startswith("the lock of prod was left behind: git push")
    assert "it ends by itself 10 minutes from now, or: git -C " in line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_is_taken(
    clone: Clone, server: Clone, lines: list[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The signal waits until the server has answered, so that the lock is known, and given back."""
    site, run = Repository(clone.path), Repository.run

    def interrupted(self: Repository, *words: str, **options: Any) -> str:
        if words[0] == "push" and not words[-1].startswith(":"):
            signal.raise_signal(number)
        return run(self, *words, **options)

    monkeypatch.setattr(Repository, "run", interrupted)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            push_lock.held(site, "prod", "a test", lines.append),
        ):
            pytest.fail("it went on")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert server.git("for-each-ref", "refs/knowngood/") == ""


@pytest.mark.parametrize("beat", [0.01, 30.0])
def test_a_lock_that_somebody_else_has_broken(
    site: Repository,
    locked: Lock,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
    beat: float,
) -> None:
    """Theirs is not taken away, nor is it said how; whose it is, when it is renewed or given back,
    is told, and the command holds.
    """
    monkeypatch.setattr(push_lock, "BEAT", beat)
    theirs = "the lock of prod is held by Bob <bob@example.org> on ci-7, for "

    def lose() -> None:
        with push_lock.held(site, "prod", "a test", lines.append):
            locked(0, 0)
            never = threading.Event()
            while beat < 1 and not lines:
                never.wait(0.01)

    with pytest.raises(PushLocked, match=re.escape(theirs)):
        lose()
    [line] = lines
    assert line.startswith(theirs)
    assert "git -C" not in line
    holder = lock_holder.holder(site, "prod")
    assert holder is not None
    assert "Bob" in holder.words


def test_nothing_of_a_lock_at_the_origin_stays_here(
    clone: Clone, server: Clone, lines: list[str]
) -> None:
    """Who asks for its holder has no ref of it afterwards, which a clone of this one would take for
    a lock.
    """
    site = Repository(clone.path)
    with push_lock.held(site, "prod", "a test", lines.append):
        assert lock_holder.holder(site, "prod") is not None
        with pytest.raises(PushLocked), push_lock.held(site, "prod", "another", lines.append):
            pytest.fail("it goes ahead")
        assert clone.git("for-each-ref", "refs/knowngood/") == ""
    assert server.git("for-each-ref", "refs/knowngood/") == ""


def test_nowhere_to_lock(clone: Clone, lines: list[str]) -> None:
    """An origin that does not answer holds no lock."""
    clone.git("remote", "add", "origin", str(clone.path / "nowhere"))
    with pytest.raises(GitError, match="cannot lock: "):
        take(Repository(clone.path), lines)


def test_an_answer_of_the_server_that_is_lost(
    clone: Clone, server: Clone, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has taken, renewed or given back the lock knows it, although the push seems to have
    failed each time.
    """
    hook = server.path / "hooks" / "reference-transaction"
    hook.write_text('#!/bin/sh\n[ "$1" != committed ] || kill -9 $PPID\n')
    hook.chmod(0o755)
    site = Repository(clone.path)
    monkeypatch.setattr(push_lock, "BEAT", 0.01)
    with push_lock.held(site, "prod", "a test", lines.append):
        first = server.git("cat-file", "blob", REF)
        never = threading.Event()
        while server.git("cat-file", "blob", REF) == first:
            never.wait(0.01)
    assert server.git("for-each-ref", "refs/knowngood/") == ""
    assert lines == []
