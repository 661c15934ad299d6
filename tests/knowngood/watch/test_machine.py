"""What a run changes, and what is worth saying: by runs that are made up, without a clock."""

from __future__ import annotations

import pytest
from watched_runs import DAY, LOST, MINUTE, TITLE, after, row, run

from knowngood.environment import WatchSettings
from knowngood.watch import machine
from knowngood.watch.run import RunCause
from knowngood.watch.state import News, NewsKind, Status, WatchState

SETTINGS = WatchSettings()


def kinds(news: list[News]) -> list[NewsKind]:
    """Return what news is about."""
    return [one.kind for one in news]


SOUND = after(row("P"))[0]
FAILED = after(row("PFF"))[0]


def test_first_passed_run_is_told() -> None:
    """Who has set up a cron job sees by it that the way to them works."""
    state, news = after(row("P"))
    assert (kinds(news), state.status) == ([NewsKind.BEGUN], Status.PASSED)


def test_silent_while_sound() -> None:
    """A day of good runs says nothing."""
    assert after(row("P" * 288), state=SOUND)[1] == []


def test_one_failed_run_is_no_news() -> None:
    """It is not certain, and wants another run at once; a good one ends it."""
    state, news = after(row("F", 5), state=SOUND)
    assert (news, state.status) == ([], Status.PASSED)
    assert machine.needs_confirmation(state, SETTINGS)
    state, news = after(row("P", 6), state=state)
    assert (news, machine.needs_confirmation(state, SETTINGS)) == ([], False)


def test_failed_runs_in_a_row_are_told_once() -> None:
    """With the first cause, since when, in how many runs, and the release."""
    state, news = after([run("F", 5), run("F", 5.5), run("F", 10), run("F", 15)], state=SOUND)
    assert kinds(news) == [NewsKind.FAILED]
    assert (news[0].cause, news[0].since, news[0].runs) == (LOST, DAY + 5 * MINUTE, 2)
    assert news[0].release == "v7"
    assert (state.failed, machine.needs_confirmation(state, SETTINGS)) == (4, False)


@pytest.mark.parametrize("confirm", [1, 3])
def test_confirm(confirm: int) -> None:
    """So many FAILED runs in a row make an alarm, and fewer none."""
    settings = WatchSettings(confirm=confirm)
    assert after(row("F" * (confirm - 1), 5), settings, SOUND)[1] == []
    state, news = after(row("F" * confirm, 5), settings, SOUND)
    assert (kinds(news), news[0].runs) == ([NewsKind.FAILED], confirm)
    assert not machine.needs_confirmation(state, settings)


def test_first_run_failed() -> None:
    """A watch that begins with a broken deployment says so."""
    assert kinds(after(row("FF"))[1]) == [NewsKind.FAILED]


def test_run_that_cannot_judge_does_not_end_a_row() -> None:
    """It proves nothing, neither that the deployment is broken nor that it is sound."""
    assert kinds(after(row("FIF", 5), state=SOUND)[1]) == [NewsKind.FAILED]
    assert kinds(after(row("PIP", 20), state=FAILED)[1]) == [NewsKind.RECOVERED]


def test_recovered() -> None:
    """After two good runs; it lasted until the first of them began."""
    assert after(row("P", 47), state=FAILED)[1] == []
    state, news = after(row("PP", 47), state=FAILED)
    assert (kinds(news), state.status) == ([NewsKind.RECOVERED], Status.PASSED)
    assert news[0].until - news[0].since == 42 * MINUTE
    assert (news[0].failed, news[0].cause) == (2, LOST)


@pytest.mark.parametrize("recover", [1, 4])
def test_recover(recover: int) -> None:
    """So many PASSED runs in a row end an alarm, and fewer do not."""
    settings = WatchSettings(recover=recover)
    assert after(row("P" * (recover - 1), 20), settings, FAILED)[1] == []
    assert kinds(after(row("P" * recover, 20), settings, FAILED)[1]) == [NewsKind.RECOVERED]


def test_flap_within_an_incident_is_no_news() -> None:
    """One good run in an hour of bad ones neither ends the incident nor begins another."""
    state, news = after(row("FFFFPFFFF", 20), state=FAILED)
    assert (news, state.status) == ([], Status.FAILED)


def test_new_cause_is_told_when_it_is_certain() -> None:
    """After two runs that have it; what was told before is told no more."""
    both = (LOST, TITLE)
    state, news = after([run("F", 20, causes=both)], state=FAILED)
    assert (news, machine.needs_confirmation(state, SETTINGS)) == ([], True)
    state, news = after([run("F", 21, causes=both), run("F", 25, causes=both)], state=state)
    assert (kinds(news), news[0].cause) == ([NewsKind.CAUSE], TITLE)
    assert not machine.needs_confirmation(state, SETTINGS)


def test_cause_that_comes_back_is_known() -> None:
    """In the same incident it is told once."""
    title = (TITLE,)
    runs = [
        *(run("F", 20 + n, causes=title) for n in range(2)),
        run("F", 25),
        *(run("F", 30 + n, causes=title) for n in range(2)),
    ]
    assert kinds(after(runs, state=FAILED)[1]) == [NewsKind.CAUSE]


def test_cause_of_one_run_is_dropped() -> None:
    """Twice with another run between is not in a row."""
    title = (TITLE,)
    runs = [run("F", 20, causes=title), run("F", 21), run("F", 25, causes=title)]
    assert after(runs, state=FAILED)[1] == []


def test_causes_that_differ_each_time() -> None:
    """That the deployment FAILED is certain even so; the last cause stands for it."""
    causes = [RunCause(f"key {n}", f"sentence {n}") for n in range(2)]
    runs = [run("F", 5 + n, causes=(cause,)) for n, cause in enumerate(causes)]
    news = after(runs, state=SOUND)[1]
    assert (kinds(news), news[0].cause) == ([NewsKind.FAILED], causes[1])


def test_next_incident_tells_its_causes_again() -> None:
    """What was told of an earlier one does not count."""
    state, _ = after(row("P" * 21, 20), state=FAILED)
    news = after(row("FF", 200), state=state)[1]
    assert (kinds(news), news[0].cause) == ([NewsKind.FAILED], LOST)
    assert news[0].since == DAY + 200 * MINUTE


def test_flapping_is_told_once() -> None:
    """A verdict that changes with every run is neither FAILED nor recovered."""
    state, news = after(row("FPFPFPFPFPFPFPFP", 5), state=SOUND)
    assert (kinds(news), state.status) == ([NewsKind.FLAPPING], Status.FLAPPING)
    assert (news[0].failed, news[0].runs, news[0].since) == (3, 7, DAY + 5 * MINUTE)
    assert news[0].cause == LOST, "also if a run that PASSED brings the news"
    assert not machine.needs_confirmation(state, SETTINGS)


def test_flapping_between_certain_states() -> None:
    """Two alarms are told with their ends; the next change is flapping."""
    news = after(row("FFPPFFPPFFPPFFPP", 5), state=SOUND)[1]
    told = [NewsKind.FAILED, NewsKind.RECOVERED] * 2 + [NewsKind.FAILED, NewsKind.FLAPPING]
    assert kinds(news) == told


@pytest.mark.parametrize(("verdict", "kind"), [("P", NewsKind.RECOVERED), ("F", NewsKind.FAILED)])
def test_flapping_ends_when_it_is_steady(verdict: str, kind: NewsKind) -> None:
    """After half an hour of one verdict; what was before does not count again."""
    state, _ = after(row("FPFPFP", 5), state=SOUND)
    assert state.status is Status.FLAPPING
    assert after(row(verdict * 4, 60), state=state)[1] == []
    state, news = after(row(verdict * machine.STEADY, 60), state=state)
    assert kinds(news) == [kind]
    assert after(row(verdict * 20, 120), state=state)[1] == []


def test_blind_after_a_while() -> None:
    """Runs that cannot judge are no news, until that has lasted half an hour."""
    assert after(row("IIIIII", 5), state=SOUND)[1] == []
    state, news = after(row("IIIIIIII", 5), state=SOUND)
    assert (kinds(news), news[0].since, news[0].runs) == ([NewsKind.BLIND], DAY + 5 * MINUTE, 7)
    assert "no control answers" in news[0].reason
    assert state.status is Status.PASSED
    assert state.told_blindness is not None


def test_blind_at_once() -> None:
    """``stale = 0`` tells the first run that cannot judge."""
    assert kinds(after(row("I", 5), WatchSettings(stale=0), SOUND)[1]) == [NewsKind.BLIND]


def test_a_verdict_starts_blindness_anew() -> None:
    """It has to last without one."""
    assert after(row("IIIIIPIIIII", 5), state=SOUND)[1] == []


def test_sighted_again() -> None:
    """The first verdict after it was said is told, with its verdict."""
    blind, _ = after(row("I" * 12, 5), state=SOUND)
    state, news = after(row("P", 65), state=blind)
    assert (kinds(news), news[0].status) == ([NewsKind.JUDGED_AGAIN], Status.PASSED)
    assert news[0].until - news[0].since == 60 * MINUTE
    assert state.told_blindness is None
    news = after(row("FF", 65), state=blind)[1]
    assert (kinds(news), news[0].status) == (
        [NewsKind.JUDGED_AGAIN, NewsKind.FAILED],
        Status.FAILED,
    )


def test_judged_again_with_a_new_release() -> None:
    """The release is the one that was met, not the one before, and is told once."""
    blind, _ = after(row("I" * 12, 5), state=SOUND)
    state, news = after(row("PP", 65, release="v8"), state=blind)
    assert (kinds(news), news[0].release) == ([NewsKind.JUDGED_AGAIN], "v8")
    assert news[0].release_since == DAY + 65 * MINUTE
    assert state.release == "v8"


def test_clock_that_is_put_back() -> None:
    """What was told in a year to come is told again in time, and no duration is negative."""
    year = 365 * 24 * 60
    broken, _ = after(row("FF", year), state=SOUND)
    assert kinds(after(row("F" * 3, 5, 12 * 60), state=broken)[1]) == [NewsKind.REMINDER]
    news = after(row("PP", 5), state=broken)[1]
    assert (kinds(news), news[0].until - news[0].since) == ([NewsKind.RECOVERED], 0)
    blind, _ = after(row("I", year), state=SOUND)
    assert kinds(after(row("I" * 8, 5), state=blind)[1]) == [NewsKind.BLIND]


def test_news_that_reached_nobody() -> None:
    """Of trouble that lasts the next run tells again; of what is over nothing is told."""
    broken = FAILED.undelivered()
    assert kinds(after(row("FF", 20), state=broken)[1]) == [NewsKind.REMINDER]
    blind = after(row("I" * 7, 5), state=SOUND)[0].undelivered()
    assert kinds(after(row("II", 40), state=blind)[1]) == [NewsKind.BLIND]
    assert after(row("PP", 40), state=blind)[1] == []


def test_new_release() -> None:
    """It is told with the first verdict on it."""
    state, news = after([run("I", 5, release="v8"), run("P", 10, release="v8")], state=SOUND)
    assert (kinds(news), news[0].release) == ([NewsKind.RELEASE], "v8")
    assert news[0].release_since == DAY + 10 * MINUTE
    assert after(row("PPP", 15, release="v8"), state=state)[1] == []


def test_new_release_that_fails() -> None:
    """One message says both."""
    news = after(row("FFF", 5, release="v8"), state=SOUND)[1]
    assert (kinds(news), news[0].release) == ([NewsKind.FAILED], "v8")
    assert news[0].release_since == DAY + 5 * MINUTE


def test_new_release_that_mends() -> None:
    """It is told with the recovery, and not before that is certain."""
    news = after(row("PPP", 20, release="v8"), state=FAILED)[1]
    assert (kinds(news), news[0].release) == ([NewsKind.RECOVERED], "v8")
    assert news[0].release_since == DAY + 20 * MINUTE


def test_deployment_without_a_release() -> None:
    """There is nothing to tell of it."""
    state, news = after(row("PP", release=None))
    assert (kinds(news), state.release) == ([NewsKind.BEGUN], None)
    assert after(row("PIP", 20, release=None), state=SOUND)[1] == []


@pytest.mark.parametrize("hours", [1, 24])
def test_reminder(hours: int) -> None:
    """Every so many hours, while it lasts; of what is sound there is none."""
    settings = WatchSettings(remind=hours)
    every = hours * 60 / 4
    assert kinds(after(row("F" * 9, 20, every), settings, FAILED)[1]) == [NewsKind.REMINDER] * 2
    assert after(row("P" * 9, 20, every), settings, SOUND)[1] == []


@pytest.mark.parametrize("verdict", ["P", "I"])
def test_a_run_that_did_not_fail_reminds_nobody(verdict: str) -> None:
    """Who is told to roll back at the first run of the recovery takes a sound release away."""
    state, news = after(row(verdict, 20), state=FAILED.undelivered())
    assert news == []
    assert kinds(after(row("F", 25), state=state)[1]) == [NewsKind.REMINDER]


def test_reminder_of_blindness() -> None:
    """Of a deployment that FAILED before, too, only what is known now is told again."""
    blind, _ = after(row("I" * 12, 20), state=FAILED)
    news = after(row("I" * 3, 24 * 60, 60), state=blind)[1]
    assert [(one.kind, bool(one.reason)) for one in news] == [(NewsKind.REMINDER, True)]


def test_state_travels_as_plain_data() -> None:
    """A state that has everything is the same after it was stored."""
    state, _ = after([*row("FF", 5), run("F", 20, causes=(TITLE,))], state=SOUND)
    state, _ = after(row("I" * 12, 25), state=state)
    assert state.candidates
    assert WatchState.from_json(state.to_json()) == state
    assert WatchState.from_json(WatchState().to_json()) == WatchState()


def test_rows_are_bounded() -> None:
    """A month of bad runs takes no more room than an hour."""
    state, _ = after(row("P" * 50 + "F" * 500), state=SOUND)
    assert sum(one.runs for one in state.rows) == machine.RECENT
    assert state.rows[-1].since == DAY + 250 * MINUTE
