"""Look for what is not accessible on a page, with axe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


def axe_results(page: Page) -> Any:
    """Return what axe says of a page of which all parts are unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    return Axe().run(page)
