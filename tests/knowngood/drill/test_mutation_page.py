"""A drill of mutations as a page, in a real browser: Debian's Chromium, and axe."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mutants import drill, mutant, remedy
from page_audit import axe_results, reloaded
from verdict_documents import HOSTILE

from knowngood.drill import mutation_page
from knowngood.drill.mutant_results import MutationDrill
from knowngood.drill.remedy import Place, Remedy
from knowngood.safety import hide_secrets

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]


def every_way(text: str = "", **fields: Any) -> MutationDrill:
    """Return a drill of mutants that came out in every way; ``text`` is in all its words."""
    notices = ("caught", "misnamed", "missed", "accepted", "left out")
    words = {
        "kind": f"api:/users/{{id}}{text}",
        "stands_for": f"a key was renamed{text}",
        "remedy": remedy(f'assert "email" in response.json(){text}'),
        "reason": f"nobody reads it{text}",
        "named": f"https://api.example/teams{text}",
        "checks": (f"test_users.py::test_user{text}",),
    }
    results = [mutant(notice, mutation=f"m{n}", **words) for n, notice in enumerate(notices)]
    light = mutant(mutation="header-gone", predicate=f"lacks a header{text}", weight=0.3)
    teams = [mutant(kind="api:/teams", urls=("https://api.example/teams",)), mutant("caught")]
    return drill(*results, light, *teams, **{"warnings": (f"beware{text}",), **fields})


@pytest.fixture
def show(open_file: Open, tmp_path: Path) -> Open:
    """Open the page of a drill; options are Playwright's, for a context of its own."""

    def start(drilled: MutationDrill, fail_under: float | None = None, **options: Any) -> Page:
        path = tmp_path / "drill.html"
        path.write_text(mutation_page.page(drilled, fail_under), "utf-8")
        return open_file(path, **options)

    return start


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Open, scheme: str) -> None:
    """Landmarks, headings, names, contrast: nothing is wrong."""
    page = show(every_way(), 95, color_scheme=scheme)
    results = axe_results(page)
    assert results.violations_count == 0, results.generate_report()
    assert "color-contrast" in [rule["id"] for rule in results.response["passes"]]


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(show: Open, width: int) -> None:
    """Long names and words are broken; a grid that is too wide scrolls by itself."""
    many = [mutant(mutation=f"mutation-number-{n}") for n in range(60)]
    page = show(
        drill(*many, *every_way("x" * 300).results), viewport={"width": width, "height": 700}
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_grid(show: Open) -> None:
    """A row for each kind of URL, a column for each mutation; what does not apply is empty."""
    page = show(every_way())
    heads = page.locator(".grid thead th").all_text_contents()
    assert heads == [
        *("kind of URL", "score", "header-gone", "json-key-gone"),
        *("m0", "m1", "m2", "m3", "m4"),
    ]
    rows = [
        [cell.strip() for cell in row.split("\t")]
        for row in page.locator(".grid tbody tr").all_inner_texts()
    ]
    assert rows == [
        ["api:/users/{id}", "46.5 %", "✕1", "✓", "✓", "≠1", "✕1", "○", "–"],
        ["api:/teams", "0.0 %", "", "✕1", "", "", "", "", ""],
    ]


def test_cell_says_what_it_shows_without_its_colour(show: Open) -> None:
    """To a screen reader and below the pointer; the worst of its mutants gives the sign."""
    both = [mutant("caught", "name"), mutant("missed"), mutant("caught", "id")]
    cell = show(drill(*both)).locator(".grid td a")
    words = "json-key-gone at api:/users/{id}: 2 caught, 1 missed"
    assert cell.get_attribute("aria-label") == words
    assert (cell.inner_text(), cell.get_attribute("class")) == ("✕1", "failed")


def test_cell_leads_to_its_mutants(show: Open) -> None:
    """A click opens what is folded, without a script."""
    page = show(every_way())
    assert page.locator("script").count() == 0
    row = page.locator("#mutants tbody tr", has_text="misnamed")
    assert not row.is_visible()
    page.get_by_role("link", name="m1 at api:/users/{id}: 1 misnamed").click()
    row.wait_for(state="visible", timeout=120_000)
    assert "test_users.py::test_user" in row.inner_text()


def test_blind_spots_in_words(show: Open) -> None:
    """Each with its line to paste, those of less weight apart."""
    page = show(every_way())
    titles = page.locator("section h2").all_text_contents()
    assert titles[2:7] == [
        "Missed, the worst first, each with what would catch it (2)",
        "Misnamed: a check fails, and the first cause names another URL (1)",
        "Missed, and of less weight: users may not notice these either (1)",
        "Accepted (1)",
        "Left out (1)",
    ]
    spot = page.locator("#s1 li").first.inner_text()
    assert 'nothing notices when /teams lacks the key "email"' in spot
    assert 'assert "email" in response.json()' in spot


def test_what_to_paste_has_its_lines() -> None:
    """A schema of a hundred keys is whole, and what a server named stands there as text."""
    keys = {f"key{number:02}": {"type": "string"} for number in range(100)}
    schema = {"properties": {**keys, HOSTILE: {"type": "<script>alert()"}}}
    place = Place("smoketests/test_api.py", "test_users")
    text = mutation_page.page(
        drill(mutant(remedy=Remedy(place, schema=schema, schema_file="schemas/users.json")))
    )
    pasted = html.unescape(text.partition('<pre class="command">{')[2].partition("</pre>")[0])
    assert pasted.count("\n") == 104
    assert '\n    "key98": {"type": "string"},\n' in pasted
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("notices", "fail_under", "colour"),
    [
        (["caught"], None, "passed"),
        (["caught", "missed"], None, "unsettled"),
        (["caught", "missed"], 50.0, "passed"),
        (["caught", "missed"], 51.0, "failed"),
        ([], None, "unsettled"),
        ([], 0.0, "failed"),
    ],
)
def test_colour_of_the_score(notices: list[str], fail_under: float | None, colour: str) -> None:
    """It is that of what was asked for; nothing known is no reason for green."""
    page = mutation_page.page(drill(*map(mutant, notices)), fail_under)
    assert f'<section class="verdict {colour}"' in page


def test_hostile_words_load_and_run_nothing(show: Open) -> None:
    """Whatever a server said, the page asks for nothing and runs nothing."""
    page = show(every_way(HOSTILE, environment=HOSTILE, release=HOSTILE))
    assert reloaded(page) == ([page.url], [])
    assert page.locator("script, img").count() == 0


def test_secrets_are_redacted() -> None:
    """Wherever a server has repeated one."""
    secret = "hunter2-" * 3
    hide_secrets({"API_TOKEN": secret})
    page = mutation_page.page(every_way(secret))
    assert "hunter2" not in page
    assert "***" in page
