"""The HTML report shows the whole verdict, loads nothing, and runs only its own script."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from verdict_documents import HOSTILE, cause, claim, document, exchange, failed, silence

from knowngood.report import Report, html_page, json_file
from knowngood.verdict import VerdictKind

ALLOWED = frozenset(
    {"html", "head", "meta", "title", "style", "script", "body", "header", "main", "section"}
    | {"nav", "article", "h1", "h2", "h3", "p", "div", "span", "strong", "small", "a", "details"}
    | {"summary", "dl", "dt", "dd", "ul", "ol", "li", "pre", "code", "table", "caption", "thead"}
    | {"tbody", "tr", "th", "td", "svg", "rect", "label", "input", "output"}
)
ATTRIBUTES = frozenset(
    {"class", "id", "lang", "charset", "http-equiv", "content", "name", "href", "hidden", "scope"}
    | {"aria-hidden", "aria-label", "aria-labelledby", "for", "type", "autocomplete", "spellcheck"}
    | {"width", "height", "viewbox", "preserveaspectratio", "x"}
)


def parsed(content: dict[str, Any]) -> LexborHTMLParser:
    """The page as a browser has it; its bytes are UTF-8."""
    return LexborHTMLParser(html_page.page(content).encode("utf-8"))


def words(node: Any) -> str:
    return re.sub(r"\s+", " ", node.text()).strip()


def facts_of(node: Any) -> list[tuple[str, str]]:
    """The names of a description list, each with what stands beside it."""
    names, values = node.css("dl.facts > dt"), node.css("dl.facts > dd")
    return [(words(name), words(value)) for name, value in zip(names, values, strict=True)]


@pytest.mark.parametrize(
    ("kind", "look", "advice"),
    [
        (VerdictKind.PASSED, "passed", "proceed (exit 0)"),
        (VerdictKind.FAILED, "failed", "roll back (exit 1)"),
        (
            VerdictKind.INCONCLUSIVE,
            "unsettled",
            "hold: do not promote, do not roll back, run again (exit 75)",
        ),
        (VerdictKind.INTERRUPTED, "unsettled", "hold (exit 2)"),
        (VerdictKind.INTERNAL_ERROR, "unsettled", "hold (exit 3)"),
        (VerdictKind.NOTHING_CHECKED, "unsettled", "hold (exit 5)"),
    ],
)
def test_first_screen(kind: VerdictKind, look: str, advice: str) -> None:
    """Environment, verdict in its colour, what to do, exit code and reason come first."""
    page = parsed(document(kind=kind, reason="this is why"))
    header, main, *_ = page.css("body > *")
    assert words(header) == "stage 2023-11-14 22:13:20 UTC"
    verdict = main.css_first("section")
    assert verdict.attributes["class"] == f"verdict {look}"
    assert words(verdict) == f"{kind} {advice} this is why"
    assert page.css_first("title").text() == f"{kind}: stage"
    assert f".{look}" in page.css_first("style").text()


def test_figures() -> None:
    """How much ran, held and failed is seen at a glance; what is nought is not coloured."""
    figures = parsed(document()).css(".figures div")
    shown = {words(figure.css_first("dt")): words(figure.css_first("dd")) for figure in figures}
    assert shown["cases ran"] == "2 of 2"
    assert (shown["passed"], shown["failed"], shown["requests"]) == ("1", "1", "10")
    assert "skipped" not in shown
    coloured = [words(figure.css_first("dt")) for figure in figures if figure.attributes["class"]]
    assert coloured == ["passed", "failed"]


def test_facts_of_the_run() -> None:
    """What was asked, how long it took, when, where, in which run."""
    content = document()
    content["manifest"] = {"digest": "a" * 64, "compared": 3}
    content["release"] = {"expected": "v8", "seen": "v7", "edges": {"": "v7", "192.0.2.7": "v8"}}
    facts = dict(facts_of(parsed(content).css_first("#facts")))
    assert facts["cases"].endswith(
        "ran: 1 passed, 1 failed, 0 advisory, 0 inconclusive, 0 skipped, 0 deselected"
    )
    assert facts["requests"] == "10, 2 retries, 0 flaky, 1.5 MB"
    assert facts["place"] == "fra"
    assert facts["origin content"] == "https://fhr.example"
    assert facts["manifest"] == f"{'a' * 64}, 3 URLs compared"
    assert (facts["release expected"], facts["edge 192.0.2.7"]) == ("v8", "v8")
    assert "0123456789ab" in facts["run"]


def test_cause() -> None:
    """The fault in a sentence, expected beside got, the evidence, what rests on it."""
    article = parsed(document(cause())).css_first("article.failed")
    assert words(article.css_first("h3")) == "/{locale}/ is 404 in 3 of 100 locales"
    assert words(article.css_first(".tags")) == "failed status"
    assert words(article.css_first(".sides .expected")) == "expected200"
    assert words(article.css_first(".sides .got")) == "got404"
    assert [words(item) for item in article.css("article > ul li")] == [
        "the first problem",
        "the second",
    ]
    facts = dict(facts_of(article))
    assert facts["asked"] == "GET https://fhr.example/fr/"
    assert (
        facts["answer"] == "404 Not Found, text/html, 5 bytes from 192.0.2.1 in 0.50 s, 3 attempts"
    )
    assert facts["repeat"] == "curl -sSg -i https://fhr.example/fr/"
    assert facts["claim"] == "Claim 1 holds. 3 cases · checks/test_config.py:1"
    assert facts["also"] == "Claim 2 holds. 3 cases · checks/test_config.py:2"
    assert facts["cases"] == "ar, de, fr"
    assert facts["URLs"].startswith("3 URLs https://fhr.example/ar/")
    assert article.css_first("dd pre").text() == "200"
    assert "<h1>not found</h1>\nand more" in [node.text() for node in article.css("pre")]


def test_attempts_on_an_axis_of_time() -> None:
    """Each with its error or status, its phase, its time, and a bar for where it lies."""
    items = parsed(document(cause())).css("article .timeline li")
    assert [words(item) for item in items] == [
        "timeout (connect) after 0.25 s",
        "timeout (connect) after 0.25 s",
        "404 Not Found after 0.25 s",
    ]
    assert [item.css_first("rect").attributes["x"] for item in items] == ["0.0", "47.1", "94.1"]
    assert [item.css_first("svg").attributes["class"] for item in items] == [
        "bar failed",
        "bar failed",
        "bar plain",
    ]


def test_a_single_attempt_needs_no_axis() -> None:
    """The line above says it all, unless there was no answer: then how it ended stands there."""
    page = parsed(document(cause(exchanges=[exchange()]), cause(exchanges=[silence()])))
    answered, silent = page.css("article")
    assert answered.css_first(".timeline") is None
    assert words(silent.css_first(".timeline")) == "timeout (connect) after 0.25 s no route"
    assert "no usable answer: timeout (connect) in 0.50 s" in words(silent)


def test_cause_without_sides_evidence_or_body() -> None:
    """What a cause does not have leaves no empty box."""
    bare = cause(expected="", got="", problems=[], exchanges=[], urls=[], cases=["fr"], claims=[])
    article = parsed(document(bare)).css_first("article")
    assert words(article) == "/{locale}/ is 404 in 3 of 100 locales failed status"
    assert not article.css("dl, ul")
    older = parsed(document(cause(exchanges=[exchange()]))).css_first("article")
    assert "body" not in dict(facts_of(older))


def test_two_exchanges_that_are_compared() -> None:
    """Both are shown, in their order."""
    article = parsed(document(cause(exchanges=[exchange(), exchange("b")]))).css_first("article")
    facts = dict(facts_of(article))
    assert facts["asked"] == "GET https://fhr.example/fr/"
    assert facts["against"] == "GET https://fhr.example/fr/b"


def test_causes_stand_in_the_documents_order() -> None:
    """Each says in words whether it failed, failed before, is unsettled, or decides nothing."""
    states = [words(node) for node in parsed(failed()).css("article .tags strong")]
    assert states == [
        "failed",
        "failed in the baseline, too",
        "unsettled",
        "advisory: decides nothing",
    ]


def test_an_advisory_cause() -> None:
    """It says until when and why it decides nothing."""
    article = parsed(document(cause(state="advisory"))).css_first("article.advisory")
    assert "accepted until 2026-12-31: bug 1" in words(article)


def test_long_lists_are_collapsed() -> None:
    """Three claims are seen, the others are one click away; so are more than twelve cases."""
    many = [f"l{number}" for number in range(400)]
    content = document(cause(claims=[claim(number) for number in range(1, 9)], cases=many))
    article = parsed(content).css_first("article")
    claims, cases, _ = article.css("details")
    assert words(claims.css_first("summary")) == "5 more claims"
    assert len(claims.css("li")) == 5
    assert words(cases.css_first("summary")) == "400 cases"
    assert "l299 and 100 more" in words(cases)


def test_claims() -> None:
    """Each claim with its cases, what failed first, and what does not apply with the reason."""
    content = document()
    rest = {"bad": 0, "advisory": 0, "unsteady": False}
    content["checks"] = {
        "test_a.py::test_held": {**rest, "claim": "A holds.", "ran": 5},
        "test_b.py::test_bad": {**rest, "claim": "B holds.", "ran": 5, "bad": 2, "advisory": 1},
        "test_c.py::test_plain": {**rest, "claim": "", "ran": 5, "unsteady": True},
        "test_d.py::test_old": {**rest, "claim": "D holds.", "ran": 5, "bad": 2, "advisory": 2},
    }
    rows = [words(row) for row in parsed(content).css("#claims tbody tr")]
    assert rows == [
        "FAIL3 of 5B holds. test_b.py::test_bad",
        "FAIL5 of 5test_c.py::test_plain (unsteady: too many retries) test_c.py::test_plain",
        "warn3 of 5D holds. test_d.py::test_old",
        "ok5 of 5A holds. test_a.py::test_held",
        "n/ano origin test_x.py::test_y",
    ]


def test_requests_and_controls() -> None:
    """What was slow, what was sent again, what to see to, and what the controls said."""
    page = parsed(document())
    assert [words(row) for row in page.css("#slowest tbody tr")] == [
        "1.25 sGET https://fhr.example/slow",
        "0.25 sGET https://h/",
    ]
    widths = [node.attributes["width"] for node in page.css("#slowest rect")]
    assert widths == ["100.0", "20.0"]
    assert "timeout (connect) after 0.25 s 404 Not Found after 0.25 s" in words(
        page.css_first("#retried tbody")
    )
    assert [words(item) for item in page.css("#warnings li")] == [
        "a warning",
        "left behind, could not be deleted: https://fhr.example/left",
    ]
    assert words(page.css_first("#controls tbody")) == "2023-11-14 22:13:20 UTCsilent-0.5 s"


def test_further_retried_requests_are_folded() -> None:
    """Where a server turned everything away one still reaches what comes below; the five that
    took longest are seen.
    """
    content = document()
    longest = exchange("long", tries=2, seconds=9.0)
    content["requests"]["retried"] = [*[exchange(tries=2)] * 63, longest]
    section = parsed(content).css_first("#retried")
    assert words(section.css_first("h2")) == "64 retried requests"
    assert [len(table.css("tbody tr")) for table in section.css("table")] == [5, 45]
    assert words(section.css_first("tbody tr")).startswith("9.00 sGET https://fhr.example/fr/long")
    assert words(section.css_first("details summary")) == "59 more requests"
    assert "and 14 more in the verdict file" in words(section)


def test_doubts_beyond_the_reason() -> None:
    """The reason stands on top, a cause in its card: neither is repeated."""
    unsteady = cause(sentence="unsteady")
    content = document(unsteady, reason="first", doubts=("first", "unsteady", "third"))
    assert [words(item) for item in parsed(content).css("#doubts li")] == ["third"]


def test_only_sections_with_content_are_linked() -> None:
    """Each link leads to a section of this page, and each section is linked."""
    content = document(doubts=())
    content["control"] = []
    page = parsed(content)
    links = [node.attributes["href"] for node in page.css("nav a")]
    assert links == [f"#{node.attributes['id']}" for node in page.css("main > section[id]")]
    assert links == ["#claims", "#slowest", "#retried", "#warnings", "#facts"]


def test_headings_are_in_order() -> None:
    """One of the first level, and none skips a level."""
    levels = [int(node.tag[1]) for node in parsed(failed()).css("h1, h2, h3, h4, h5, h6")]
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_policy_allows_this_style_and_this_script_alone() -> None:
    """Both by their digests; nothing is loaded from anywhere but screenshots from the page."""
    text = html_page.page(failed())
    page = LexborHTMLParser(text)
    [style], [script] = page.css("style"), page.css("script")
    digests = [
        b64encode(sha256(node.text().encode()).digest()).decode() for node in (style, script)
    ]
    [policy] = page.css('meta[http-equiv="Content-Security-Policy"]')
    assert policy.attributes["content"] == (
        "default-src 'none'; img-src data:; "
        f"style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not script.attributes
    assert not page.css("link, img, iframe, object, form, base, [src], [style], [onclick]")
    assert not page.css('a:not([href^="#"])')
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("kind", [VerdictKind.PASSED, VerdictKind.FAILED])
def test_hostile_text_stays_text(kind: VerdictKind) -> None:
    """Wherever it stands in a document, no element, attribute or control character comes of it."""
    bad = [cause(HOSTILE, state) for state in ("failed", "known", "unsettled")]
    content = document(
        *bad, cause(exchanges=[silence(HOSTILE)]), text=HOSTILE, kind=kind, reason=HOSTILE,
        doubts=(HOSTILE, f"2{HOSTILE}"),
    )  # fmt: skip
    text = html_page.page(content)
    page = LexborHTMLParser(text.encode("utf-8"))
    tags = {node.tag for node in page.root.traverse()} if page.root else set()
    assert tags <= ALLOWED
    assert {name.lower() for node in page.css("*") for name in node.attributes} <= ATTRIBUTES
    assert len(page.css("script")) == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800-\udfff]", text)
    assert "alert(1)" in page.css_first("article pre").text()


def test_page_of_a_verdict_file(tmp_path: Path) -> None:
    """It can be made later, from the JSON alone."""
    json_file.write(tmp_path / "verdict.json", Report(failed()))
    read = json.loads((tmp_path / "verdict.json").read_text())
    assert html_page.page(read) == html_page.page({**failed(), "seconds": read["seconds"]})


def test_page_of_many_causes_is_bounded() -> None:
    """A run in which everything failed in its own way is still a page that one can open."""
    page = parsed(document(*(cause(f" {number}") for number in range(300))))
    assert len(page.css("article")) == 100
    assert "and 200 more in the verdict file" in words(page.css_first("#causes"))
    assert words(page.css_first("#causes h2")) == "300 causes"


def test_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A page that cannot be made leaves the old one, and nothing beside it."""
    path = tmp_path / "report.html"
    content = document(cause())
    html_page.write(path, Report(content))
    assert path.read_text("utf-8") == html_page.page(content)
    with pytest.raises(KeyError):
        html_page.write(path, Report({**content, "counts": {}}))
    assert path.read_text("utf-8") == html_page.page(content)
    assert list(tmp_path.iterdir()) == [path]
