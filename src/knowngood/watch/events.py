"""Which news is sent to those whom ``[[notify]]`` names, and as what. Pure."""

from __future__ import annotations

from typing import Final

from ..notify import Event, EventKind
from . import news_text
from .state import News, NewsKind, Status

_KINDS: Final = {
    NewsKind.FAILED: EventKind.FAILED,
    NewsKind.CAUSE: EventKind.FAILED,
    NewsKind.FLAPPING: EventKind.FAILED,
    NewsKind.RECOVERED: EventKind.RECOVERED,
    NewsKind.BLIND: EventKind.BLIND,
}


def event(news: News, environment: str, roll_back: str) -> Event | None:
    """Return what to send of ``news``; None for what is only printed: that a watch has begun, and a
    release that PASSED. ``roll_back`` is as in :func:`.news_text.lines`.
    """
    kind = _kind(news)
    if kind is None:
        return None
    title, *body = news_text.lines(news, environment, roll_back)
    return Event(
        kind=kind,
        environment=environment,
        title=title,
        moment=news.at,
        body=tuple(line.strip() for line in body),
        release=news.release,
    )


def _kind(news: News) -> EventKind | None:
    if news.kind is NewsKind.REMINDER:
        return EventKind.BLIND if news.reason else EventKind.FAILED
    if news.kind is NewsKind.JUDGED_AGAIN:  # of one that FAILED the alarm stands, or comes
        return EventKind.RECOVERED if news.status is Status.PASSED else None
    return _KINDS.get(news.kind)
