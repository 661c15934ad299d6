"""A page that is open in the browser."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from ..content import javascript
from ..environment import Environment
from ..fetch import AttemptError, Exchange, Fetcher, NoAnswer, PageLoad, respond
from ..safety import one_line
from .browser import Browser, BrowserUnavailable
from .browser_messages import BrowserMessages, PageFault
from .script_limit import ScriptLimit
from .traffic import Traffic

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCREENSHOTS: Final = 3
"""Failing cases of a check that a process takes a screenshot of. What fails alike looks alike, and
a hundred locales would be ten megabytes."""

_NO_SCREENSHOT: Final = f"only the first {SCREENSHOTS} failing cases of a check have one"

_QUALITY: Final = 50  # of the screenshot, of 100
_SHOT: Final = 5.0  # seconds that it may take
_URLS: Final = 20  # URLs of other hosts that the evidence lists

_NOT_LOADED: Final = re.compile(r"Page\.goto: Timeout (\d+)ms exceeded\.")
"""How Playwright says that a page does not end to load, as with a script that never ends."""

_IDLE: Final = 3.0  # seconds for a page to come to rest, once the check has done its part
_EMPTY_PAGE: Final = 1.0
"""Seconds to open an empty page, above which this machine is too busy. On two processors one took
0.2 s, and up to 0.5 s with sixteen busy processes beside it."""


class OpenedPage:
    """A page, what it asked for, and what the browser says of it.

    Attributes:
        page: Playwright's ``Page``, which a check reads and acts on.
        exchange: the exchange of the page.
    """

    def __init__(self, page: Page, exchange: Exchange, traffic: Traffic, seconds: float) -> None:
        """``seconds`` is how long each answer of the page may take."""
        self.page = page
        self.exchange = exchange
        self._traffic = traffic
        self._limit = ScriptLimit(page, seconds)
        page.set_default_timeout(seconds * 1000)
        self._messages = BrowserMessages()
        self._messages.watch(page)

    @property
    def exchanges(self) -> list[Exchange]:
        """What the page asked of the environment's origins so far, in order."""
        return self._traffic.exchanges

    def load(self) -> None:
        """Open it, and wait until it and all that it needs has loaded. Raises PageFault."""
        from playwright.sync_api import Error

        answer = self.exchange.answer
        assert answer is not None
        try:
            self.page.goto(answer.url, wait_until="load")
        except Error as error:
            self.refuse_faults()
            raise self._as_own(error) from None
        self._limit.start()

    def close(self) -> None:
        """Ask nothing more of it."""
        self._limit.stop()

    def refuse_faults(self) -> None:
        """Raise what is wrong with the page, if anything: WrongStatus, NoAnswer or Blocked for the
        first request of our own origins that failed, else PageFault for what the browser says.
        """
        if self._traffic.turned_away is not None:
            raise self._traffic.turned_away
        for exchange in self._traffic.exchanges:
            if exchange.error is AttemptError.GUARD:
                continue  # a write that the environment does not allow: no fault of the page
            if exchange.answer is None:
                raise NoAnswer(exchange)
            respond(exchange).raise_for_status()
        fault = self._messages.first(all_scripts_run=not self._has_other_dialects())
        if fault is not None:
            asked = {exchange.probe.url: exchange for exchange in self._traffic.exchanges}
            exchange = asked.get(fault.url, self.exchange)
            raise PageFault(exchange, fault.text + self._hosts_not_asked())

    def _has_other_dialects(self) -> bool:
        """Return whether the page has scripts such as ``type="text/javascript;version=1.8"``:
        Firefox ran Mozilla's dialects until version 59, and no other browser does.
        """
        scripts = respond(self.exchange).html.css("script[type]")
        kinds = (script.attributes.get("type") or "" for script in scripts)
        return any(map(javascript.is_old_dialect, kinds))

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Let a check read the page inside. Raise what is wrong with the page before an error of
        the check, which may follow from that.
        """
        from playwright.sync_api import Error

        try:
            yield
            self._settle()
        except (AssertionError, Error) as error:
            self.refuse_faults()
            if isinstance(error, Error) or "\nCall log:" in str(error):
                raise self._as_own(error) from None
            raise
        self.refuse_faults()

    def _settle(self) -> None:
        """Wait until the page has asked for nothing for half a second: what fails then fails for
        users, too. A page that never ends to ask is judged by what it has done so far. Raises Error
        for one whose scripts do not end.
        """
        from playwright.sync_api import Error

        try:
            self.page.wait_for_load_state("networkidle", timeout=_IDLE * 1000)
            self.page.evaluate("0")
        except Error:
            if self._limit.is_exceeded:
                raise

    def evidence(self, *, with_screenshot: bool) -> dict[str, Any]:
        """Return what reports show: console, failed requests, other hosts, a screenshot."""
        failed = [
            exchange.probe.url
            for exchange in self._traffic.exchanges
            if not 0 < exchange.status < 400
        ]
        return {
            "console": self._messages.console,
            "failed_requests": [one_line(url, 300) for url in failed[:_URLS]],
            "not_asked": [one_line(url, 300) for url in self._traffic.elsewhere[:_URLS]],
            "screenshot": self._screenshot() if with_screenshot else "",
            "no_screenshot": "" if with_screenshot else _NO_SCREENSHOT,
        }

    def _screenshot(self) -> str:
        """Return the page as a JPEG in base64; empty if the browser makes none."""
        from playwright.sync_api import Error

        try:
            shot = self.page.screenshot(type="jpeg", quality=_QUALITY, timeout=_SHOT * 1000)
        except Error:
            return ""
        return base64.b64encode(shot).decode()

    def _as_own(self, error: Exception) -> PageFault | BrowserUnavailable:
        """Return Playwright's error as one of ours: a timeout, or a failed expectation, is the
        page's fault; any other error is the browser's.
        """
        from playwright.sync_api import TimeoutError as TookTooLong

        text, _, log = str(error).partition("\nCall log:")
        text = _NOT_LOADED.sub(r"it has not loaded within \1 ms", text)
        if not (self._limit.is_exceeded or isinstance(error, AssertionError | TookTooLong)):
            return BrowserUnavailable(f"the browser: {one_line(text, 300)}")
        trouble = self._browser_trouble()
        if trouble:
            return BrowserUnavailable(trouble)
        if self._limit.is_exceeded:
            seconds = self._limit.seconds
            return PageFault(self.exchange, f"its scripts do not end: no answer for {seconds:g} s")
        subject = next((line.strip(" -") for line in log.split("\n") if "waiting for" in line), "")
        lines = (subject.removeprefix("waiting for "), *text.split("\n"))
        message = ": ".join(line.strip() for line in lines if line.strip())
        return PageFault(self.exchange, one_line(message, 500) + self._hosts_not_asked())

    def _browser_trouble(self) -> str:
        """Return what is wrong with the browser: if an empty page is late as well, this machine is
        too busy to judge a page by its time.
        """
        from playwright.sync_api import Error

        began = time.monotonic()
        try:
            page = self.page.context.new_page()
            page.evaluate("0")
            page.close()
        except Error as error:
            return f"the browser: {one_line(str(error), 300)}"
        seconds = time.monotonic() - began
        if seconds <= _EMPTY_PAGE:
            return ""
        return (
            f"the browser took {seconds:.1f} s to open an empty page: this machine is too busy for "
            "a late page to be judged"
        )

    def _hosts_not_asked(self) -> str:
        """Return which other hosts were not asked: the page may lack what comes from there."""
        hosts = sorted({url.split("/")[2] for url in self._traffic.elsewhere if "//" in url})
        if not hosts:
            return ""
        return f" (not asked, as [origins] has none of them: {one_line(', '.join(hosts), 200)})"


@contextmanager
def opened(
    browser: Browser,
    load: PageLoad,
    fetcher: Fetcher,
    environment: Environment,
    seconds_left: float,
) -> Iterator[OpenedPage]:
    """Open the page that ``load`` brought, in a context of its own, which ends with the block.

    What it asks for beyond ``load``, ``fetcher`` sends; ``left`` is how many seconds the run has.
    Raises BrowserUnavailable.
    """
    answer = load.exchange.answer
    assert answer is not None
    known = {resource.url: resource.exchange for resource in load.resources}
    known[answer.url] = load.exchange
    traffic = Traffic(load.exchange.probe, known, fetcher)
    context = browser.context(environment.send.get("User-Agent", ""))
    try:
        context.route("**/*", traffic.answer)
        context.route_web_socket("**/*", lambda socket: socket.close())
        seconds = max(1.0, min(environment.budget.probe, seconds_left))
        with closing(OpenedPage(context.new_page(), load.exchange, traffic, seconds)) as page:
            yield page
    finally:
        context.close()
