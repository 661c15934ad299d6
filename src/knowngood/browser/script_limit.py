"""Give up a page whose scripts do not end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

_EVERY: Final = 1.0  # seconds from one answer of the page to the next question
_GRACE: Final = 0.5  # seconds for an answer that has come while the check itself was busy


class ScriptLimit:
    """Asks a page regularly whether it answers, and closes it once it does not.

    Playwright has no timeout for ``page.evaluate``, ``page.title`` and others that a busy page does
    not answer. They end when the page is closed.

    Attributes:
        seconds: how long the page may take to answer.
        is_exceeded: whether the page was closed.
    """

    def __init__(self, page: Page, seconds: float) -> None:
        self.seconds = seconds
        self.is_exceeded = False
        self._page = page
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def start(self) -> None:
        """Begin to ask. Playwright's loop does it, whenever a check waits for the page."""
        self._in(0, self._ask)

    def stop(self) -> None:
        """Ask no more."""
        self._is_over = True
        self._cancel()

    def _in(self, seconds: float, step: Callable[[], None]) -> None:
        """Do ``step`` later, in a greenlet, where Playwright's functions may be called."""
        from greenlet import greenlet  # type: ignore[import-untyped]  # Playwright brings it

        if not self._is_over:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, lambda: greenlet(step).switch())

    def _ask(self) -> None:
        from playwright.sync_api import Error

        self._in(max(0.0, self.seconds - _GRACE), lambda: self._in(_GRACE, self._close))
        with suppress(Error):  # as when it is on its way to another page
            self._page.evaluate("0")
        if not self.is_exceeded:
            self._cancel()
            self._in(_EVERY, self._ask)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _close(self) -> None:
        from playwright.sync_api import Error

        self.is_exceeded = True
        with suppress(Error):
            self._page.close()
