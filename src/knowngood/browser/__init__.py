"""Open pages in Chromium, and say what a browser finds wrong with them.

The browser itself reaches no network: the fetcher makes every request of a page. So guard, budgets,
retries, edges and secrets are those of declared probes. This room knows no check and no verdict.
Playwright is imported when the first page is opened.
"""

from .browser import Browser
from .opened_page import SCREENSHOTS, OpenedPage, opened

__all__ = ["SCREENSHOTS", "Browser", "OpenedPage", "opened"]
