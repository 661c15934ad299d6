"""Look at a page in a browser: what it asks for and runs, and what is not accessible, by axe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


def axe_results(page: Page) -> Any:
    """Return what axe says of a page of which all parts are unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    return Axe().run(page)


def reloaded(page: Page) -> tuple[list[str], list[str]]:
    """Load a page again; return the URLs that it asks for, and the words of its dialogs, console
    and errors.
    """
    asked: list[str] = []
    events: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: events.append(message.text))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.reload()
    return asked, events
