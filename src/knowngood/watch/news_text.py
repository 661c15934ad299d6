"""Write news as text and as events: first what changed, then what to do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from ..notify import Event, EventKind
from ..safety import duration, one_line, plural
from .state import News, NewsKind, Status

_WIDEST: Final = 1000  # characters of a line; no command that a run remembers is longer

_EVENT_KINDS: Final = {
    NewsKind.FAILED: EventKind.FAILED,
    NewsKind.CAUSE: EventKind.FAILED,
    NewsKind.FLAPPING: EventKind.FAILED,
    NewsKind.RECOVERED: EventKind.RECOVERED,
    NewsKind.BLIND: EventKind.BLIND,
}


def lines(news: News, environment: str, roll_back: str) -> list[str]:
    """Return ``news`` of an environment as lines.

    ``roll_back`` is the command that puts the last release back; empty if there is none.
    """
    head, *details = _WORDS[news.kind](news)
    if news.status in (Status.FAILED, Status.FLAPPING) and news.kind in _ALARMS:
        details += _what_to_do(news, roll_back)
    return [
        one_line(f"{environment} {head}", _WIDEST),
        *(f"    {one_line(line, _WIDEST)}" for line in details),
    ]


def event(news: News, environment: str, roll_back: str) -> Event | None:
    """Return the event to send for ``news``; None if it is only printed, as for a watch that begins
    or a release that PASSED. ``roll_back`` is as in :func:`lines`.
    """
    kind = _event_kind(news)
    if kind is None:
        return None
    title, *body = lines(news, environment, roll_back)
    return Event(
        kind=kind,
        environment=environment,
        title=title,
        moment=news.at,
        body=tuple(line.strip() for line in body),
        release=news.release,
    )


def _event_kind(news: News) -> EventKind | None:
    if news.kind is NewsKind.REMINDER:
        return EventKind.BLIND if news.reason else EventKind.FAILED
    if news.kind is NewsKind.JUDGED_AGAIN:  # if it FAILED, another event says so
        return EventKind.RECOVERED if news.status is Status.PASSED else None
    return _EVENT_KINDS.get(news.kind)


def _begun(news: News) -> Iterator[str]:
    yield f"is watched from now on: {news.status}{_release(news)}"


def _failed(news: News) -> Iterator[str]:
    yield f"FAILED since {time_of_day(news.since, news.at)}: {_cause(news)}"
    yield f"{plural(news.runs, 'run')} in a row{_release(news)}{_more(news)}"


def _new_cause(news: News) -> Iterator[str]:
    yield f"FAILED since {time_of_day(news.since, news.at)}, and now also: {_cause(news)}"
    yield f"{plural(news.failed, 'run')} FAILED{_release(news)}{_more(news)}"


def _flapping(news: News) -> Iterator[str]:
    yield (
        f"is flapping since {time_of_day(news.since, news.at)}: {news.failed} of the last "
        f"{plural(news.runs, 'run')} FAILED: {_cause(news)}"
    )
    yield f"told again when it is steady{_release(news)}"


def _recovered(news: News) -> Iterator[str]:
    yield (
        f"recovered after {duration(news.until - news.since)}: PASSED since "
        f"{time_of_day(news.until, news.at)}{_release(news)}"
    )
    yield (
        f"since {time_of_day(news.since, news.at)} {plural(news.failed, 'run')} FAILED: "
        f"{_cause(news)}"
    )


def _blind(news: News) -> Iterator[str]:
    yield (
        f"cannot be judged since {time_of_day(news.since, news.at)} ({plural(news.runs, 'run')}): "
        f"{news.reason}"
    )
    yield "whether it works is not known"


def _judged_again(news: News) -> Iterator[str]:
    yield (
        f"is judged again after {duration(news.until - news.since)}: {news.status}{_release(news)}"
    )


def _released(news: News) -> Iterator[str]:
    yield f"{news.status}, {news.release} since {time_of_day(news.release_since, news.at)}"


def _reminder(news: News) -> Iterator[str]:
    lasts = duration(news.at - news.since)
    if news.reason:
        yield f"still cannot be judged, for {lasts} ({plural(news.runs, 'run')}): {news.reason}"
        return
    state = "FAILED" if news.status is Status.FAILED else "flapping"
    yield f"still {state}, for {lasts}: {_cause(news)}"
    yield f"{plural(news.failed, 'run')} FAILED{_release(news)}"


_WORDS: Final[dict[NewsKind, Callable[[News], Iterator[str]]]] = {
    NewsKind.BEGUN: _begun,
    NewsKind.FAILED: _failed,
    NewsKind.CAUSE: _new_cause,
    NewsKind.FLAPPING: _flapping,
    NewsKind.RECOVERED: _recovered,
    NewsKind.BLIND: _blind,
    NewsKind.JUDGED_AGAIN: _judged_again,
    NewsKind.RELEASE: _released,
    NewsKind.REMINDER: _reminder,
}
_ALARMS: Final = {NewsKind.FAILED, NewsKind.CAUSE, NewsKind.FLAPPING, NewsKind.REMINDER}


def _what_to_do(news: News, roll_back: str) -> Iterator[str]:
    if news.cause is not None and news.cause.curl:
        yield f"look: {news.cause.curl}"
    if roll_back:
        yield f"roll back: {roll_back}"


def _cause(news: News) -> str:
    return news.cause.sentence if news.cause is not None else "no cause is named"


def _more(news: News) -> str:
    return f"; {plural(news.more_causes, 'more cause')}" if news.more_causes > 0 else ""


def _release(news: News) -> str:
    if news.release is None:
        return ""
    since = f" since {time_of_day(news.release_since, news.at)}" if news.release_since else ""
    return f", release {news.release}{since}"


def time_of_day(seconds: float, at: float) -> str:
    """Return the time ``seconds`` in UTC, with its date unless ``at`` is on the same day."""
    then, now = (datetime.fromtimestamp(time, UTC) for time in (seconds, at))
    return f"{then:%H:%M} UTC" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M} UTC"
