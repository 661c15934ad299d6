"""Start one Chromium for a process."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

from ..safety import RunnerError, one_line

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

NAMES: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The programs that are looked for on PATH, the lightest first."""

_ARGUMENTS: Final = ("--host-resolver-rules=MAP * ~NOTFOUND", "--disable-gpu")
"""The first keeps the browser itself off the network: the run answers what a page asks for."""

_VIEWPORT: Final = {"width": 1024, "height": 768}


class BrowserUnavailable(RunnerError):
    """There is no browser, or it does not start: this shows nothing of the deployment."""


class Browser:
    """One Chromium, which starts with the first page.

    Attributes:
        executable: the path or name of the program; empty for the first of ``NAMES`` that is there.
    """

    def __init__(self, executable: str = "") -> None:
        self.executable = executable
        self._playwright: Any = None
        self._chromium: Any = None

    def context(self, user_agent: str = "") -> BrowserContext:
        """Return a new context, which shares nothing with others. Raises BrowserUnavailable."""
        if self._chromium is None:
            self._start()
        from playwright.sync_api import Error

        try:
            context: BrowserContext = self._chromium.new_context(
                service_workers="block", user_agent=user_agent or None, viewport=_VIEWPORT
            )
        except Error as error:
            raise BrowserUnavailable(
                f"the browser has ended: {one_line(str(error), 300)}"
            ) from None
        return context

    def close(self) -> None:
        """End the browser, if it was started."""
        if self._chromium is not None:
            self._chromium.close()
        if self._playwright is not None:
            self._playwright.stop()
        self._chromium = self._playwright = None

    def _start(self) -> None:
        try:
            from playwright.sync_api import Error, sync_playwright
        except ImportError:
            raise BrowserUnavailable(
                "pages are opened with Playwright, which is not installed: run "
                "`pip install 'knowngood[browser]'`"
            ) from None
        program = self._program()
        try:
            self._playwright = self._playwright or sync_playwright().start()
            self._chromium = self._playwright.chromium.launch(
                executable_path=program, args=list(_ARGUMENTS)
            )
        except (Error, OSError) as error:
            first = str(error).strip().partition("\n")[0]
            raise BrowserUnavailable(f"{program} does not start: {one_line(first, 300)}") from None

    def _program(self) -> str:
        names = (self.executable,) if self.executable else NAMES
        program = next(filter(None, map(shutil.which, names)), None)
        if program is None:
            looked_for = self.executable or ", ".join(NAMES)
            raise BrowserUnavailable(
                f"no browser is installed: looked for {looked_for}; install Chromium (on Debian "
                "`apt install chromium`), or name yours in [browser] executable"
            )
        return program
