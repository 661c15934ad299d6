"""What each piece of news says, to the letter."""

from __future__ import annotations

import pytest
from verdict_documents import HOSTILE
from watched_runs import DAY, LOST, MINUTE, TITLE, after, row, run

from knowngood.notify import EventKind
from knowngood.watch import news_text
from knowngood.watch.run import RunCause, WatchedRun
from knowngood.watch.state import News, NewsKind

ROLL_BACK = "knowngood rollback --env=prod"


def last(runs: list[WatchedRun], kind: NewsKind) -> News:
    """Return the last news of this kind that the runs bring."""
    return [piece for piece in after(runs)[1] if piece.kind is kind][-1]


NEWS = {
    "begun": last(row("P"), NewsKind.BEGUN),
    "begun-without-a-release": last(row("P", release=None), NewsKind.BEGUN),
    "failed": last(row("PFF"), NewsKind.FAILED),
    "failed-with-a-release": last(
        [*row("P"), *row("FF", 5, release="v8", causes=(LOST, TITLE))], NewsKind.FAILED
    ),
    "failed-overnight": last([*row("P"), run("F", 1437), run("F", 1442)], NewsKind.FAILED),
    "cause": last([*row("PFF"), *row("FF", 15, causes=(LOST, TITLE))], NewsKind.CAUSE),
    "flapping": last(row("PFPFPFPFP"), NewsKind.FLAPPING),
    "recovered": last([*row("PFF"), *row("PP", 47)], NewsKind.RECOVERED),
    "blind": last([*row("P"), *row("I" * 9, 5)], NewsKind.BLIND),
    "sighted": last([*row("P"), *row("I" * 9, 5), *row("P", 50)], NewsKind.JUDGED_AGAIN),
    "release": last([*row("P"), *row("PP", 5, release="v8")], NewsKind.RELEASE),
    "reminder": last([*row("PFF"), *row("F", 1460)], NewsKind.REMINDER),
    "reminder-flapping": last([*row("PFPFPFP"), *row("P", 1480)], NewsKind.REMINDER),
    "reminder-blind": last([*row("P"), *row("I" * 9, 5), *row("I", 1500)], NewsKind.REMINDER),
}
LOOK = f"    look: {LOST.curl}"
BACK = f"    roll back: {ROLL_BACK}"
LINES = {
    "begun": ["prod is watched from now on: PASSED, release v7"],
    "begun-without-a-release": ["prod is watched from now on: PASSED"],
    "failed": [
        f"prod FAILED since 00:05 UTC: {LOST.sentence}",
        "    2 runs in a row, release v7",
        LOOK,
        BACK,
    ],
    "failed-with-a-release": [
        f"prod FAILED since 00:05 UTC: {LOST.sentence}",
        "    2 runs in a row, release v8 since 00:05 UTC; 1 more cause",
        LOOK,
        BACK,
    ],
    "failed-overnight": [
        f"prod FAILED since 2023-11-15 23:57 UTC: {LOST.sentence}",
        "    2 runs in a row, release v7",
        LOOK,
        BACK,
    ],
    "cause": [
        f"prod FAILED since 00:05 UTC, and now also: {TITLE.sentence}",
        "    4 runs FAILED, release v7; 1 more cause",
        f"    look: {TITLE.curl}",
        BACK,
    ],
    "flapping": [
        f"prod is flapping since 00:05 UTC: 3 of the last 7 runs FAILED: {LOST.sentence}",
        "    told again when it is steady, release v7",
        LOOK,
        BACK,
    ],
    "recovered": [
        "prod recovered after 42 min: PASSED since 00:47 UTC, release v7",
        f"    since 00:05 UTC 2 runs FAILED: {LOST.sentence}",
    ],
    "blind": [
        "prod cannot be judged since 00:05 UTC (7 runs): no control answers, so silence proves "
        "nothing",
        "    whether it works is not known",
    ],
    "sighted": ["prod is judged again after 45 min: PASSED, release v7"],
    "release": ["prod PASSED, v8 since 00:05 UTC"],
    "reminder": [
        f"prod still FAILED, for 24 h: {LOST.sentence}",
        "    3 runs FAILED, release v7",
        LOOK,
        BACK,
    ],
    "reminder-flapping": [
        f"prod still flapping, for 25 h: {LOST.sentence}",
        "    3 runs FAILED, release v7",
        LOOK,
        BACK,
    ],
    "reminder-blind": [
        "prod still cannot be judged, for 25 h (10 runs): no control answers, so silence proves "
        "nothing",
    ],
}
EVENTS = {
    "failed": EventKind.FAILED,
    "cause": EventKind.FAILED,
    "flapping": EventKind.FAILED,
    "reminder": EventKind.FAILED,
    "recovered": EventKind.RECOVERED,
    "sighted": EventKind.RECOVERED,
    "blind": EventKind.BLIND,
    "reminder-blind": EventKind.BLIND,
    "begun": None,
    "release": None,
}


@pytest.mark.parametrize("case", LINES)
def test_words(case: str) -> None:
    """One line says what is the matter; the others say more, and what to do."""
    assert news_text.lines(NEWS[case], "prod", ROLL_BACK) == LINES[case]


@pytest.mark.parametrize("case", EVENTS)
def test_event(case: str) -> None:
    """Its title is the first line, its body the others; some news is no event."""
    made = news_text.event(NEWS[case], "prod", ROLL_BACK)
    assert (made.kind if made else None) == EVENTS[case]
    if made is not None:
        assert [made.title, *(f"    {line}" for line in made.body)] == LINES[case]
        assert made.release == "v7"


def test_no_way_back() -> None:
    """An environment that nothing deploys to has no line for it."""
    assert news_text.lines(NEWS["failed"], "prod", "") == LINES["failed"][:-1]


def test_sighted_while_it_fails() -> None:
    """That is no recovery."""
    news = last([*row("P"), *row("I" * 9, 5), *row("F", 50)], NewsKind.JUDGED_AGAIN)
    assert news_text.event(news, "prod", ROLL_BACK) is None
    assert news_text.lines(news, "prod", "") == [
        "prod is judged again after 45 min: FAILED, release v7"
    ]


def test_hostile_words() -> None:
    """What a server said cannot forge a line of a mail."""
    cause = RunCause("key", HOSTILE + "\nprod recovered", "curl x\nrm -rf /")
    news = last([*row("P"), *row("FF", 5, causes=(cause,), release=HOSTILE)], NewsKind.FAILED)
    assert all(line.isprintable() for line in news_text.lines(news, "prod", ""))


def test_time_of_day() -> None:
    """A time of another day has its date."""
    at = DAY + 12 * 60 * MINUTE
    assert news_text.time_of_day(DAY + 65 * MINUTE, at) == "01:05 UTC"
    assert news_text.time_of_day(DAY - 65 * MINUTE, at) == "2023-11-14 22:55 UTC"
