"""The HTML report shows the whole verdict, runs nothing and loads nothing, whatever is in it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from knowngood.environment.model import Environment
from knowngood.report import Report, html_page, json_file
from knowngood.verdict import VerdictKind
from knowngood.verdict.decide import fold
from knowngood.verdict.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from knowngood.verdict.run_results import RunResults

HOSTILE = (
    "</title></style><script>alert(1)</script><img src=x onerror=y>\"'"
    "\x1b[2J\x00\ud800\u202e]]>&lt;"
)
ALLOWED = frozenset(
    {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "div", "b", "p"}
    | {"dl", "dt", "dd", "article", "pre", "ul", "li", "table", "tbody", "tr", "th", "td"}
)


def attempt(detail: str = "", **more: Any) -> dict[str, Any]:
    fields = {"status": None, "error": "timeout", "phase": "connect", "detail": detail}
    return {**fields, "seconds": 0.25, "address": "192.0.2.1", **more}


def exchange(text: str = "", tries: int = 1) -> dict[str, Any]:
    last = attempt(text, status=404, error=None, phase="")
    return {
        "method": "GET",
        "url": f"https://fhr.example/fr/{text}",
        "seconds": 0.5,
        "status": 404,
        "media_type": f"text/html{text}",
        "bytes": 5,
        "location": text,
        "address": f"192.0.2.1{text}",
        "attempts": [attempt(text)] * (tries - 1) + [last],
    }


def outcome(text: str = "", result: str = FAILED, case: str = "fr", **more: Any) -> Outcome:
    fields: dict[str, Any] = {
        "message": f"assert 404 == 200\nand more{text}",
        "exchange": exchange(text, tries=3),
        **more,
    }
    return Outcome(
        nodeid=f"test_config.py::test_never_404s[{case}{text}]",
        check=f"test_config.py::test_never_404s{text}",
        claim=f"It is always there{text}",
        values={"locale": f"{case}{text}"},
        result=result,
        kind=f"content{text}",
        place=f"checks/test_config.py:3{text}",
        **fields,
    )


def document(*outcomes: Outcome, text: str = "", **more: Any) -> dict[str, Any]:
    environment = Environment(name=f"stage{text}", path=Path("stage.toml"), description="")
    book = RunResults(
        environment, expected=len(outcomes), requests=10, attempts=12, received=1_500_000
    )
    for item in outcomes:
        book.record(item)
    book.inapplicable[f"test_x.py::test_y{text}"] = f"no origin{text}"
    book.slowest = [(1.25, f"GET https://fhr.example/slow{text}")]
    book.retried = [exchange(text, tries=2)]
    book.left_behind = [f"https://fhr.example/left{text}"] if text else []
    origins = {f"content{text}": f"https://fhr.example{text}"}
    verdict = replace(fold(book.evidence()), **more)
    return json_file.document(
        verdict, book, run_id="0123456789ab", origins=origins, began=1_700_000_000.0
    )


def parsed(content: dict[str, Any]) -> LexborHTMLParser:
    """The page as a browser has it; its bytes are UTF-8."""
    return LexborHTMLParser(html_page.page(content).encode("utf-8"))


def words(node: Any) -> str:
    return re.sub(r"\s+", " ", node.text()).strip()


@pytest.mark.parametrize(
    ("kind", "look", "advice"),
    [
        (VerdictKind.PASSED, "passed", "proceed (exit 0)"),
        (VerdictKind.FAILED, "failed", "roll back (exit 1)"),
        (
            VerdictKind.INCONCLUSIVE,
            "hold",
            "hold: do not promote, do not roll back, run again (exit 75)",
        ),
        (VerdictKind.INTERRUPTED, "hold", "hold (exit 2)"),
        (VerdictKind.INTERNAL_ERROR, "hold", "hold (exit 3)"),
        (VerdictKind.NOTHING_CHECKED, "hold", "hold (exit 5)"),
    ],
)
def test_first_screen(kind: VerdictKind, look: str, advice: str) -> None:
    """Environment, verdict in its colour, what to do, exit code and reason come first."""
    page = parsed(document(outcome(result=PASSED), kind=kind, reason="this is why"))
    first, second, *_ = page.css("body > *")
    assert words(first) == "stage"
    assert second.attributes["class"] == f"verdict {look}"
    assert words(second) == f"{kind} {advice} this is why"
    assert page.css_first("title").text() == f"{kind}: stage"
    colour = {"passed": "--good", "failed": "--bad", "hold": "--hold"}[look]
    assert f"var({colour})" in page.css_first("style").text()


def test_counts_times_and_origins() -> None:
    """What was asked, how long it took, when, where, in which run."""
    facts = words(parsed(document(outcome(), outcome(result=PASSED))).css_first("dl"))
    assert "cases 2 of 2 ran: 1 passed, 1 failed, 0 inconclusive" in facts.replace(
        "cases", "cases "
    )
    for part in ("10, 2 retries, 0 flaky, 1.5 MB", "2023-11-14 22:13:20 UTC", "0123456789ab"):
        assert part in facts
    assert "https://fhr.example" in facts


def test_the_manifest_is_named_where_there_is_one() -> None:
    """Its digest stands for the build that was compared."""
    content = document(outcome())
    assert "manifest" not in words(parsed(content).css_first("dl"))
    content["manifest"] = {"digest": "a" * 64, "compared": 3}
    assert f"{'a' * 64}, 3 URLs compared" in words(parsed(content).css_first("dl"))


def test_block_of_a_failure() -> None:
    """Claim, message, what was asked and came back, each attempt, and how to ask again."""
    block = parsed(document(outcome())).css_first("article.failed")
    text = words(block)
    for part in (
        "config: never 404s",
        "It is always there",
        "GET https://fhr.example/fr/",
        "404, text/html, 5 bytes from 192.0.2.1, 3 attempts in 0.50 s",
        "timeout (connect) 0.25 s",
        "curl -sS -i https://fhr.example/fr/",
        "checks/test_config.py:3 (content)",
    ):
        assert part in text
    assert block.css_first("pre").text() == "assert 404 == 200\nand more"


def test_failures_and_what_is_unsettled() -> None:
    """Confirmed ones first, those that are alike as one, an answer that never came as such."""
    silent = {**exchange(), "attempts": [attempt()]}
    for name in ("status", "media_type", "bytes", "location", "address"):
        silent.pop(name)
    page = parsed(
        document(
            outcome(result=INCONCLUSIVE, exchange=silent),
            outcome(result=INCONCLUSIVE, exchange=None, message=""),
            *(outcome(case=case) for case in ("de", "pl", "ar")),
        )
    )
    assert [words(node) for node in page.css("h2")][:2] == ["Failures", "Unsettled"]
    assert len(page.css("article.failed")) == 1
    assert "3 cases alike: ar, de, pl" in words(page.css_first("article.failed"))
    assert "no usable answer, 1 attempt in 0.50 s" in words(page.css_first("article.hold"))
    assert "Doubts" in words(page.css_first("body"))


def test_tables() -> None:
    """Each claim with its cases, what does not apply, what was retried and what was slow."""
    page = parsed(document(outcome(), outcome(result=PASSED)))
    rows = [words(row) for row in page.css("tr")]
    assert any(
        re.fullmatch(r"FAIL ?1 of 2 ?config: never 404s ?It is always there", r) for r in rows
    )
    assert any(re.fullmatch(r"n/a ?x: y ?no origin", row) for row in rows)
    assert any("timeout (connect) 0.25 s → 404" in row for row in rows)
    assert any(re.search(r"1\.25 s ?GET https://fhr.example/slow", row) for row in rows)


def test_page_runs_and_loads_nothing() -> None:
    """One file, and a policy that forbids what should not be there anyway."""
    text = html_page.page(document(outcome()))
    page = LexborHTMLParser(text)
    [policy] = [
        node.attributes["content"]
        for node in page.css("meta")
        if node.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert not page.css("script, link, img, iframe, object, a, form, base, [style], [onclick]")
    assert "url(" not in text
    assert "@import" not in text
    assert page.css_first('meta[name="viewport"]') is not None
    assert "prefers-color-scheme: dark" in page.css_first("style").text()


@pytest.mark.parametrize("kind", [VerdictKind.PASSED, VerdictKind.FAILED])
def test_hostile_text_stays_text(kind: VerdictKind) -> None:
    """Wherever it stands in a document, no element, attribute or control character comes of it."""
    bad = [outcome(HOSTILE), outcome(HOSTILE, INCONCLUSIVE), outcome(HOSTILE, PASSED)]
    text = html_page.page(
        document(*bad, text=HOSTILE, kind=kind, reason=HOSTILE, doubts=(HOSTILE,))
    )
    page = LexborHTMLParser(text.encode("utf-8"))
    tags = {node.tag for node in page.root.traverse()} if page.root else set()
    assert tags <= ALLOWED
    known = {"class", "lang", "charset", "http-equiv", "content", "name"}
    assert {name for node in page.css("*") for name in node.attributes} <= known
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800-\udfff]", text)
    assert "alert(1)" in page.css_first("article pre").text()


def test_page_of_a_verdict_file(tmp_path: Path) -> None:
    """It can be made later, from the JSON alone."""
    content = document(outcome(), outcome(result=INCONCLUSIVE))
    json_file.write(tmp_path / "verdict.json", Report(content))
    assert html_page.page(json.loads((tmp_path / "verdict.json").read_text())) == html_page.page(
        content
    )


def test_page_of_many_failures_is_bounded() -> None:
    """A run in which everything failed in its own way is still a page one can open."""
    many = [outcome(message=f"kind {'x' * n}", case=f"c{n}") for n in range(300)]
    text = html_page.page(document(*many))
    assert len(LexborHTMLParser(text).css("article")) == 100
    assert "… 200 more kinds" in text


def test_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be made leaves the old one, and nothing beside it."""
    path = tmp_path / "report.html"
    content = document(outcome())
    html_page.write(path, Report(content))
    assert path.read_text("utf-8") == html_page.page(content)
    with pytest.raises(KeyError):
        html_page.write(path, Report({**content, "counts": {}}))
    assert path.read_text("utf-8") == html_page.page(content)
    assert list(tmp_path.iterdir()) == [path]
