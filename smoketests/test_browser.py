"""In a browser: pages come up, and show the user's data."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.level("full")

HERE = Path(__file__).parent
ANSWERS = (HERE / "browser_answers.js").read_text("utf-8")
PAYLOADS = {"": "v2", "mobile/": "mobile"}
"""What Firefox answers with, by page. The scripts of the telemetry page are in Mozilla's dialect of
2015, which other engines do not run: it shows nothing here.
"""


def show(page, environment, path):
    """Open ``page`` again, answered as by Firefox; wait until it shows what it is to show then.

    Without names of months the scripts fail where they draw the graph, as the environment accepts.
    """
    locale = urlsplit(page.url).path.split("/")[1]
    if environment.target(locale) in environment.params.get("without_date_format", ()):
        return
    payload = (HERE / "payloads" / f"{PAYLOADS[path]}.json").read_text("utf-8")
    page.add_init_script(ANSWERS.replace("PAYLOAD", json.dumps(payload)))
    page.reload()
    for where, element in environment.pairs("shows"):
        if where == path:
            page.wait_for_selector(f"#{element}")
    for where, selector in environment.pairs("waits"):
        if where == path:
            page.wait_for_selector(selector, state="detached")


@pytest.mark.catches("page-calls-nothing", "script-misspelt")
@pytest.mark.catches("mobile-script-misspelt", "v4-script-fails")
@pytest.mark.browser("content:/{locale}/{page}", sample=9)
def test_each_page_comes_up(page, environment, case):
    """Each page comes up without an error and shows what Firefox tells it."""
    assert page.title()
    path = case["page"].partition("?")[0]
    if path in PAYLOADS:
        show(page, environment, path)


@pytest.mark.catches("script-misspelt")
@pytest.mark.browser("content:/{rtl}/", sample=1)
def test_a_page_from_right_to_left_comes_up(page, environment):
    """A page from right to left comes up and shows what Firefox tells it."""
    show(page, environment, "")
