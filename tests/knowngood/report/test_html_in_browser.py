"""The HTML report in a real browser: Debian's Chromium, and axe for what is not accessible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_audit import axe_results, reloaded
from verdict_documents import HOSTILE, cause, claim, document, failed, inconclusive, passed

from knowngood.report import Report, html_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCUMENTS = {"passed": passed, "failed": failed, "inconclusive": inconclusive}
SMUGGLE = """() => {
    window.refused = new Set();
    document.onsecuritypolicyviolation = (event) => refused.add(event.effectiveDirective);
    document.body.insertAdjacentHTML("beforeend",
        '<img src="http://127.0.0.1:9/x"><p style="color: red" onclick="x()">x</p>');
    const script = document.createElement("script");
    script.textContent = "document.title = 'run'";
    document.body.append(script);
}"""
FOCUS = "[document.activeElement.localName, getComputedStyle(document.activeElement).outlineStyle]"

Open = Callable[..., "Page"]


@pytest.fixture
def show(open_file: Open, tmp_path: Path) -> Open:
    """Open the page of a document; options are Playwright's, for a context of its own."""

    def start(content: dict[str, Any], **options: Any) -> Page:
        html_page.write(tmp_path / "verdict.html", Report(content))
        return open_file(tmp_path / "verdict.html", **options)

    return start


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_axe_finds_nothing(show: Open, name: str, scheme: str) -> None:
    """Landmarks, headings, names, contrast: nothing is wrong, and nothing is left to be judged."""
    page = show(DOCUMENTS[name](), color_scheme=scheme)
    results = axe_results(page)
    assert results.violations_count == 0, results.generate_report()
    assert [rule["id"] for rule in results.response["incomplete"]] == []
    assert "color-contrast" in [rule["id"] for rule in results.response["passes"]]


def test_schemes_differ(show: Open) -> None:
    """The page is light or dark as the reader likes it."""
    colour = "getComputedStyle(document.body).backgroundColor"
    assert show(passed(), color_scheme="light").evaluate(colour) == "rgb(255, 255, 255)"
    assert show(passed(), color_scheme="dark").evaluate(colour) == "rgb(20, 22, 26)"


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(show: Open, width: int) -> None:
    """Long names, URLs and words of a server are broken, also on the smallest telephone."""
    long = "x" * 300
    content = document(cause(long, claims=[claim(1, long)]), text=long, reason=long)
    page = show(content, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_expected_stands_beside_got(show: Open) -> None:
    """Side by side where there is room, one below the other on a telephone."""
    wide, narrow = (
        show(failed(), viewport={"width": width, "height": 700}) for width in (1280, 320)
    )
    for page, beside in ((wide, True), (narrow, False)):
        expected, got = (
            page.locator(f".{side}").first.bounding_box() for side in ("expected", "got")
        )
        assert expected is not None
        assert got is not None
        assert (expected["y"] == got["y"]) is beside


def test_search(show: Open) -> None:
    """The policy lets the script run: rows without all the words go, and the count says so."""
    content = document()
    content["checks"] = {
        f"test_{name}.py::test_it": {
            "claim": words,
            "ran": 5,
            "bad": bad,
            "advisory": 0,
            "unsteady": False,
        }
        for name, words, bad in (("a", "Pages are fresh.", 0), ("b", "Pages are whole.", 2))
    }
    page = show(content)
    rows, count = page.locator("#claims tbody tr"), page.locator("#claims output")
    assert count.text_content() == "3 of 3 claims"
    for words, left in (("PAGES", 2), ("pages fail", 1), ("test_a.py", 1), ("nothing", 0), ("", 3)):
        page.get_by_label("Search").fill(words)
        assert rows.locator("visible=true").count() == left
        assert count.text_content() == f"{left} of 3 claims"


def test_page_without_script(show: Open) -> None:
    """The table is whole, and no field stands there that does nothing."""
    page = show(failed(), java_script_enabled=False)
    assert page.locator("#claims tbody tr").locator("visible=true").count() == 2
    assert not page.get_by_label("Search").is_visible()
    assert page.locator("article").count() == 4


def test_paper(show: Open) -> None:
    """Black on white also for readers of the dark scheme, unfolded, without what one clicks."""
    page = show(failed(), color_scheme="dark")
    assert not page.get_by_text("Claim 8 holds.").is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.get_by_text("Claim 8 holds.").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 29, 33)"


def test_keyboard(show: Open) -> None:
    """Tab reaches links, folds and the search in their order, and one sees where one is."""
    page = show(failed())
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(FOCUS)
        if name == "body":
            break
        assert outline == "solid"
        reached += [name] if name not in reached[-1:] else []
    assert reached == ["a", "summary", "input"]


def test_one_click_selects_the_curl_line(show: Open) -> None:
    """All of it, and nothing else."""
    page = show(failed())
    page.locator("pre.command").first.click()
    assert page.evaluate("String(getSelection())") == "curl -sSg -i https://fhr.example/fr/"


def test_hostile_words_load_and_run_nothing(show: Open) -> None:
    """Even if the page were opened where there is a network, it asks for nothing."""
    content = document(cause(HOSTILE), text=HOSTILE, reason=HOSTILE)
    page = show(content)
    assert reloaded(page) == ([page.url], [])


def test_policy_refuses_what_is_not_ours(show: Open) -> None:
    """Were something to slip through the escaping, it would neither run nor load."""
    page = show(passed())
    page.evaluate(SMUGGLE)
    page.wait_for_function("refused.size === 4", timeout=120_000)
    directives = ["img-src", "script-src-attr", "script-src-elem", "style-src-attr"]
    assert page.evaluate("[...refused].sort()") == directives
    assert page.title() == "PASSED: stage"
