"""What a browser says of a page: exceptions, errors of its console, violations of policies."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..fetch import Exchange
from ..safety import DeploymentError, one_line

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Error, Page

_ECHO: Final = re.compile(r"Failed to load resource: ")
"""How Chromium repeats in the console that a request failed. The request itself is judged."""

_POLICY: Final = re.compile(r"Content Security Policy|Permissions policy|X-Frame-Options", re.I)
_RAISED_AT: Final = re.compile(r"\bat (?:.* \()?(?P<url>\S+):(?P<line>\d+):\d+\)?")
"""Where an exception was raised: the first line of its stack that names a place."""

_LONGEST: Final = 500  # characters of one message
_MOST: Final = 50  # messages that are kept
_MOST_HEARD: Final = 1000  # messages after which no more are asked for

_FEWER_LINES: Final = """
for (const name of ["debug", "info", "log", "trace", "warn", "error"]) {
  const write = console[name];
  let left = 100;
  Object.defineProperty(console, name, {
    configurable: true,
    get: () => (left-- > 0 ? write : () => {}),
    set: (value) => Object.defineProperty(console, name, { value, writable: true }),
  });
}
"""
"""Runs before the scripts of a page: after a hundred lines of a kind the console takes no more. A
hundred thousand would take half a minute, and their errors have to be heard all the same. The
functions stay the browser's own, so that a line still names the file that wrote it."""


class PageFault(DeploymentError):
    """A page that does not come up in a browser.

    Attributes:
        exchange: the exchange of the file that it comes from, or of the page.
    """

    def __init__(self, exchange: Exchange, message: str) -> None:
        super().__init__(message)
        self.exchange = exchange


class BrowserMessage(NamedTuple):
    """A message of the browser that something is wrong with a page.

    Attributes:
        text: what it says, in one line.
        url: the URL of the file that it says it of; empty if it names none.
    """

    text: str
    url: str = ""


@dataclass(slots=True)
class BrowserMessages:
    """What a browser says of one page, in order.

    Attributes:
        exceptions: what no script caught.
        errors: what scripts wrote to the console as an error.
        violations: what a policy of the page forbids.
        console: all lines of the console.
    """

    exceptions: list[BrowserMessage] = field(default_factory=list)
    errors: list[BrowserMessage] = field(default_factory=list)
    violations: list[BrowserMessage] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note what ``page`` says from now on."""
        page.add_init_script(_FEWER_LINES)
        page.on("pageerror", self._until_a_flood(page, "pageerror", self._note_exception))
        page.on("console", self._until_a_flood(page, "console", self._note_message))

    def _until_a_flood(
        self, page: Page, event: str, note: Callable[[Any], None]
    ) -> Callable[[Any], None]:
        """Return ``note``, which ends to listen after too many messages: Playwright itself keeps
        each of them.
        """
        heard = count(1)

        def listen(message: Any) -> None:
            note(message)
            if next(heard) == _MOST_HEARD:
                page.remove_listener(event, listen)
                self.console.append(f"more than {_MOST_HEARD} of {event}: the rest is not read")

        return listen

    def first(self, *, all_scripts_run: bool = True) -> BrowserMessage | None:
        """Return the first fault, in words; None if there is none. Where not all scripts of the
        page run in this browser, a name may be missing that one of them defines.
        """
        exceptions = [
            message
            for message in self.exceptions
            if all_scripts_run or not message.text.startswith("ReferenceError: ")
        ]
        for title, lines in (
            ("an exception that no script catches", exceptions),
            ("an error in the console", self.errors),
            ("forbidden by a policy", self.violations),
        ):
            if lines:
                return BrowserMessage(f"{title}: {lines[0].text}", lines[0].url)
        return None

    def _note_exception(self, error: Error) -> None:
        raised_at = _RAISED_AT.search(error.stack or "")
        where = f" (line {raised_at['line']})" if raised_at else ""
        text = f"{error.name or 'Error'}: {error.message}{where}"
        self._note(self.exceptions, text, "exception", raised_at["url"] if raised_at else "")

    def _note_message(self, message: ConsoleMessage) -> None:
        lines = self.violations if _POLICY.search(message.text) else self.errors
        if message.type != "error" or _ECHO.match(message.text):
            lines = []
        self._note(lines, message.text, message.type, message.location.get("url", ""))

    def _note(self, lines: list[BrowserMessage], text: str, kind: str, url: str) -> None:
        text = one_line(text, _LONGEST)
        if len(lines) < _MOST:
            lines.append(BrowserMessage(text, url))
        if len(self.console) < _MOST:
            self.console.append(f"{kind}: {text}")
