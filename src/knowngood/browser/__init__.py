"""Open pages in Chromium, and say what a browser finds wrong with them.

Every request of a page goes through the fetcher, so the guard, the budgets, the retries, the edges
and the secrets of declared probes hold for it, too; the browser itself reaches no network. This
room knows no check and no verdict. Playwright is imported when the first page is opened.
"""

from .browser import Browser
from .opened_page import SCREENSHOTS, OpenedPage, opened

__all__ = ["SCREENSHOTS", "Browser", "OpenedPage", "opened"]
