"""The history as a page, in a real browser: Debian's Chromium, and axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_audit import axe_results, reloaded
from verdict_documents import HOSTILE
from watched_runs import DAY, LOST, run

from knowngood.environment import Environment
from knowngood.safety import UsageError
from knowngood.watch import history_page
from knowngood.watch.run import RunCause, WatchedRun

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
NOW = DAY + 2.5 * 86400


def two_days(**more: Any) -> list[WatchedRun]:
    """Return runs of two days and a half: a 404 for an hour, nothing for two, a new release."""
    runs = []
    for minute in range(0, 60 * 60, 5):
        hour = minute / 60
        verdict = "F" if 6 <= hour < 7 else "I" if 30 <= hour < 31 else "P"
        release = "v7" if hour < 42 else "v8"
        if not 10 <= hour < 12:
            fields = {"release": release, "p50": 0.02, "p95": 0.1 + 0.001 * (minute % 60), **more}
            runs.append(run(verdict, minute, **fields))
    return runs


def environment(text: str = "") -> Environment:
    """Return an environment whose words hold ``text``."""
    path = Path("environments/prod.toml")
    return Environment(name=f"prod{text}", path=path, description=f"what all see{text}")


@pytest.fixture
def show(open_file: Open, tmp_path: Path) -> Open:
    """Open the page of runs; options are Playwright's, for a context of its own."""

    def start(runs: list[WatchedRun], text: str = "", **options: Any) -> Page:
        path = tmp_path / "history.html"
        history_page.write(path, environment(text), runs, NOW)
        return open_file(path, **options)

    return start


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Open, scheme: str) -> None:
    """Landmarks, headings, names, contrast: nothing is wrong."""
    page = show(two_days(), color_scheme=scheme)
    results = axe_results(page)
    assert results.violations_count == 0, results.generate_report()
    assert "color-contrast" in [rule["id"] for rule in results.response["passes"]]


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(show: Open, width: int) -> None:
    """Long names and words are broken; a table that is too wide scrolls by itself."""
    long = "x" * 300
    cause = RunCause("key", f"/{long} is 404")
    page = show(two_days(causes=(cause,)), long, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_strip_shows_when_it_was(show: Open) -> None:
    """An hour at six of the first day is red there, and says what it was."""
    page = show(two_days(), viewport={"width": 1280, "height": 900})
    assert page.locator(".days li strong").all_text_contents() == [
        "2023-11-17",
        "2023-11-16",
        "2023-11-15",
    ]
    strip = page.locator(".strip").last
    red = strip.locator("rect.failed")
    assert red.locator("title").text_content() == f"06:00–07:00 FAILED, v7: {LOST.sentence}"
    whole, part = strip.bounding_box(), red.bounding_box()
    assert whole is not None
    assert part is not None
    assert (part["x"] - whole["x"]) / whole["width"] == pytest.approx(6 / 24, abs=0.01)
    assert part["width"] / whole["width"] == pytest.approx(1 / 24, abs=0.01)


def test_release_is_marked(show: Open) -> None:
    """A line where it was met first, and its name below."""
    page = show(two_days())
    assert page.locator(".strip line").count() == 1
    words = page.locator(".days .labels text").all_text_contents()
    assert words == ["v8 since 18:00"]


def test_answer_times_are_drawn(show: Open) -> None:
    """Both lines are there, from one end to the other; without times there is no chart."""
    page = show(two_days())
    for share in ("p50", "p95"):
        box = page.locator(f".chart polyline.{share}").evaluate("(line) => line.getBBox().width")
        assert box > 950
    assert show(two_days(p50=None, p95=None)).locator("#answers").count() == 0


def test_incidents_are_listed(show: Open) -> None:
    """The last one first, with beginning, end and cause."""
    rows = show(two_days()).locator("#incidents tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == ["blind", "FAILED"]
    assert rows[1].split("\t")[1:] == [
        "2023-11-15 06:00",
        "2023-11-15 07:00",
        "60 min",
        "v7",
        LOST.sentence,
    ]


def test_hostile_words_load_and_run_nothing(show: Open) -> None:
    """Whatever a server said, the page asks for nothing and runs nothing."""
    cause = RunCause("key", HOSTILE)
    page = show([run("F", 5 * n, causes=(cause,), release=HOSTILE) for n in range(9)], HOSTILE)
    assert reloaded(page) == ([page.url], [])
    assert page.locator("script, img").count() == 0


def test_no_runs(show: Open) -> None:
    """A page without a run says so."""
    assert "There is no run yet." in show([]).inner_text("main")


def test_page_that_cannot_be_written(tmp_path: Path) -> None:
    """The message names option, file and reason."""
    path = tmp_path / "nowhere" / "history.html"
    with pytest.raises(UsageError, match=r"--html .*history\.html: not written: No such file"):
        history_page.write(path, environment(), [], NOW)
