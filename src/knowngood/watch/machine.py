"""Decide how a run changes the state, and which news it brings. Pure: no clock, no file.

The state becomes FAILED after ``confirm`` runs in a row, and PASSED again after ``recover``. An
INCONCLUSIVE run neither lengthens nor ends a row. If runs change their verdict so often that
neither becomes certain, the state is flapping.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ..environment import WatchSettings
from ..verdict import VerdictKind
from .run import RunCause, WatchedRun
from .state import Blindness, News, NewsKind, Row, Status, WatchState

RECENT: Final = 20
"""How many of the last runs count for flapping."""

CHANGES: Final = 6
"""How many changes of the verdict among ``RECENT`` runs are flapping: three failures, each with a
recovery. An hour of failure with one good run in it makes four."""

STEADY: Final = 6
"""How many runs in a row that ended alike end flapping: half an hour, a run every five minutes."""

_Step = tuple[WatchState, tuple[News, ...]]


def step(state: WatchState, run: WatchedRun, settings: WatchSettings) -> _Step:
    """Return the state after ``run``, and the news that it brings, in the order to report them."""
    state = state.not_after(run.began)
    if run.is_judged:
        blind, state = state.told_blindness, _counted(replace(state, blind=None), run)
        judged_again = _judged_again(blind, state, run)
        state, changes = _judged(state, run, settings)
        state, released = _released(state, run, bool(judged_again or changes))
        news = (*judged_again, *changes, *released)
    else:
        state, news = _not_judged(state, run, settings)
    if news:
        return state, tuple(news)
    return _reminded(state, run, settings)


def needs_confirmation(state: WatchState, settings: WatchSettings) -> bool:
    """Return whether more runs at once could make a failure or a new cause certain."""
    row = next(reversed(state.rows), None)
    if row is None or row.verdict is not VerdictKind.FAILED or state.status is Status.FLAPPING:
        return False
    if state.status is Status.FAILED:
        return any(runs < settings.confirm for runs in state.candidates.values())
    return row.runs < settings.confirm


def _counted(state: WatchState, run: WatchedRun) -> WatchState:
    """Return ``state`` with ``run`` in its counts, before any decision."""
    candidates = {
        cause.key: state.candidates.get(cause.key, 0) + 1
        for cause in run.causes
        if cause.key not in state.causes
    }
    is_new = run.release is not None and run.release != state.seen
    is_failed = state.status is Status.FAILED
    return replace(
        state,
        cause=state.cause if is_failed else next(iter(run.causes), state.cause),
        rows=_rows(state.rows, run),
        candidates=candidates,
        failed=state.failed + (run.verdict is VerdictKind.FAILED),
        seen=run.release if is_new else state.seen,
        seen_since=run.began if is_new else state.seen_since,
    )


def _rows(rows: tuple[Row, ...], run: WatchedRun) -> tuple[Row, ...]:
    """Return ``rows`` with ``run`` at their end, cut to the last ``RECENT`` runs."""
    if rows and rows[-1].verdict is run.verdict:
        rows = (*rows[:-1], replace(rows[-1], runs=rows[-1].runs + 1))
    else:
        rows = (*rows, Row(run.verdict, run.began, 1))
    if sum(row.runs for row in rows) <= RECENT:
        return rows
    first, *others = rows
    return (replace(first, runs=first.runs - 1), *others) if first.runs > 1 else tuple(others)


def _judged(state: WatchState, run: WatchedRun, settings: WatchSettings) -> _Step:
    """Return the state and news after a run that could judge; ``state`` has its counts already."""
    row = state.rows[-1]
    if state.status is Status.FLAPPING:
        needed = STEADY
    elif len(state.rows) > CHANGES:
        return _flapping(state, run)
    elif row.verdict is VerdictKind.FAILED:
        needed = settings.confirm
    else:
        needed = settings.recover if state.status is Status.FAILED else 1
    if row.runs < needed:
        return state, ()
    if row.verdict is VerdictKind.FAILED:
        failed_before = state.status is Status.FAILED
        return (_new_cause if failed_before else _failed)(state, run, settings)
    return _passed(state, run)


def _failed(state: WatchState, run: WatchedRun, settings: WatchSettings) -> _Step:
    """Return the state and news of a deployment that certainly FAILED."""
    row = state.rows[-1]
    certain = _certain_causes(state, run, settings) or list(run.causes)
    state = replace(
        state,
        status=Status.FAILED,
        since=row.since,
        last_news=run.ended,
        failed=row.runs,
        cause=certain[0] if certain else None,
        causes=tuple(cause.key for cause in certain),
        candidates={},
        rows=(row,) if state.status is Status.FLAPPING else state.rows,
    )
    news = _news(NewsKind.FAILED, state, run, runs=row.runs, more_causes=run.cause_count - 1)
    return state, (news,)


def _new_cause(state: WatchState, run: WatchedRun, settings: WatchSettings) -> _Step:
    """Return the state and news of causes that became certain, if any."""
    certain = _certain_causes(state, run, settings)
    if not certain:
        return state, ()
    keys = tuple(cause.key for cause in certain)
    candidates = {key: runs for key, runs in state.candidates.items() if key not in keys}
    state = replace(
        state,
        last_news=run.ended,
        causes=state.causes + keys,
        candidates=candidates,
    )
    news = _news(NewsKind.CAUSE, state, run, cause=certain[0], more_causes=run.cause_count - 1)
    return state, (news,)


def _certain_causes(state: WatchState, run: WatchedRun, settings: WatchSettings) -> list[RunCause]:
    """Return the causes of ``run`` that ``confirm`` runs in a row had, and no news before."""
    runs = state.candidates
    return [cause for cause in run.causes if runs.get(cause.key, 0) >= settings.confirm]


def _passed(state: WatchState, run: WatchedRun) -> _Step:
    """Return the state and news of a deployment that certainly PASSED."""
    row = state.rows[-1]
    if state.status is Status.PASSED:
        return replace(state, failed=0), ()
    before = state
    state = WatchState(
        status=Status.PASSED,
        since=row.since,
        last_news=run.ended,
        rows=(row,) if before.status is Status.FLAPPING else before.rows,
        release=before.release,
        seen=before.seen,
        seen_since=before.seen_since,
    )
    if before.status is None:
        return state, (_news(NewsKind.BEGUN, state, run),)
    news = _news(
        NewsKind.RECOVERED,
        state,
        run,
        since=before.since,
        until=row.since,
        failed=before.failed,
        cause=before.cause,
    )
    return state, (news,)


def _flapping(state: WatchState, run: WatchedRun) -> _Step:
    """Return the state and news of a deployment that FAILED in some of the last runs."""
    failing = [row for row in state.rows if row.verdict is VerdictKind.FAILED]
    state = replace(
        state,
        status=Status.FLAPPING,
        since=failing[0].since,
        failed=sum(row.runs for row in failing),
        last_news=run.ended,
        causes=(),
        candidates={},
    )
    runs = sum(row.runs for row in state.rows)
    return state, (_news(NewsKind.FLAPPING, state, run, runs=runs),)


def _released(state: WatchState, run: WatchedRun, is_named: bool) -> _Step:
    """Return the news of a new release, once the verdict on it is certain.

    ``is_named`` is whether other news of this run names the release already.
    """
    is_certain = state.status is Status.FLAPPING or state.status == run.verdict.value
    if state.seen == state.release or not is_certain:
        return state, ()
    is_first = state.release is None
    news = _news(NewsKind.RELEASE, state, run)
    silent = is_first or is_named
    return replace(state, release=state.seen), () if silent else (news,)


def _judged_again(blind: Blindness | None, state: WatchState, run: WatchedRun) -> tuple[News, ...]:
    """Return the news that runs can judge again, if there was news that they could not: ``blind``
    are these.
    """
    if blind is None:
        return ()
    news = _news(
        NewsKind.JUDGED_AGAIN,
        state,
        run,
        status=Status(run.verdict.value),
        since=blind.since,
        until=run.began,
        runs=blind.runs,
    )
    return (news,)


def _not_judged(state: WatchState, run: WatchedRun, settings: WatchSettings) -> _Step:
    """Return the state after a run that could not judge."""
    before = state.blind or Blindness(run.began, 0, "")
    blind = replace(before, runs=before.runs + 1, reason=run.reason)
    if blind.last_news or run.ended - blind.since < settings.stale * 60:
        return replace(state, blind=blind), ()
    blind = replace(blind, last_news=run.ended)
    return replace(state, blind=blind), (_blind_news(NewsKind.BLIND, state, run, blind),)


def _reminded(state: WatchState, run: WatchedRun, settings: WatchSettings) -> _Step:
    """Return a reminder of trouble that lasts, ``remind`` hours after the last news of it; that it
    still FAILED, by a run that saw it: one that PASSED may be the first of the recovery.
    """

    def is_due(last_news: float) -> bool:
        return run.ended - last_news >= settings.remind * 3600

    blind = state.told_blindness
    if blind is not None:
        if not is_due(blind.last_news):
            return state, ()
        news = _blind_news(NewsKind.REMINDER, state, run, blind)
        return replace(state, blind=replace(blind, last_news=run.ended)), (news,)
    if state.status in (None, Status.PASSED) or not is_due(state.last_news):
        return state, ()
    if state.status is Status.FAILED and run.verdict is not VerdictKind.FAILED:
        return state, ()
    news = _news(NewsKind.REMINDER, state, run)
    return replace(state, last_news=run.ended), (news,)


def _blind_news(kind: NewsKind, state: WatchState, run: WatchedRun, blind: Blindness) -> News:
    fields = {"since": blind.since, "runs": blind.runs, "reason": blind.reason}
    return _news(kind, state, run, status=None, cause=None, **fields)


def _news(kind: NewsKind, state: WatchState, run: WatchedRun, **fields: Any) -> News:
    """Return news about ``state`` after ``run``, with other values for ``fields``."""
    is_new = state.release is not None and state.seen != state.release
    news = News(
        kind=kind,
        status=state.status,
        at=run.ended,
        since=state.since,
        failed=state.failed,
        cause=state.cause,
        release=state.seen,
        release_since=state.seen_since if is_new else 0.0,
    )
    return replace(news, **fields)
