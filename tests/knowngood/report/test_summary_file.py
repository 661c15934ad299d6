"""The summary says what is wrong first, fits where it is shown, and cannot be forged."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from verdict_documents import cause, claim, document, passed

from knowngood.report import Report, summary_file

HOSTILE = "\n\n# forged\n```\n</code></pre><script>alert(1)</script> | `` [x](http://evil.test)"


def rendered(markdown: str) -> str:
    """What a page shows, with HTML that stands in the Markdown let through."""
    return MarkdownIt("commonmark").enable("table").render(markdown)


def test_verdict_and_causes() -> None:
    """Verdict and action, the reason, then each cause with what shows it and how to repeat it."""
    nameless = {**claim(2), "claim": "", "cases": 1}
    one = cause(problems=["ar: 404"], claims=[claim(), nameless])
    text = summary_file.summary(document(one, reason="why"))
    lines = text.splitlines()
    assert lines[:3] == ["## stage: FAILED — roll back", "", "why"]
    page = rendered(text)
    assert "<h3>1. /{locale}/ is 404 in 3 of 100 locales</h3>" in page
    assert "<p>expected <code>200</code>, got <code>404</code></p>" in page
    assert "<pre><code>ar: 404\n</code></pre>" in page
    assert "<pre><code>&lt;h1&gt;not found&lt;/h1&gt;\nand more\n</code></pre>" in page
    assert '<pre><code class="language-sh">curl -sSg -i https://fhr.example/fr/\n' in page
    assert "<p>in 3 cases: ar, de, fr</p>" in page
    place = "<code>checks/test_config.py:1</code>"
    assert f"<li>claim: Claim 1 holds. ({place}, 3 cases)</li>" in page
    assert "<li>claim: test_config.py::test_2 (<code>" in page
    assert "<td>0123456789ab, " in page


def test_many_claims() -> None:
    """Ten are named: when an origin is down, all of them rest on that."""
    text = summary_file.summary(document(cause(claims=[claim(n) for n in range(1, 31)])))
    assert text.count("- claim: ") == 10
    assert "\n- and 20 more\n" in text


def test_a_reason_that_is_the_first_cause() -> None:
    """It is not said twice."""
    text = summary_file.summary(document(cause(), reason=cause()["sentence"]))
    assert text.count("is 404 in 3 of 100 locales") == 1


def test_a_passed_run() -> None:
    """It has its numbers and no causes."""
    text = summary_file.summary({**passed(), "doubts": ["few"]})
    assert text.startswith("## stage: PASSED — proceed\n\nevery required check ran and held\n")
    assert "\n### Doubts and warnings\n\n- doubt: few\n- warning: a warning\n" in text
    assert "- left behind: `https://fhr.example/left`" in text
    assert "### 1" not in text
    assert "| cases | 2 of 2 ran" in text


@pytest.mark.parametrize(
    ("state", "note"),
    [("known", "(in the baseline, too)"), ("unsettled", "(unsettled)"), ("advisory", "(advisory)")],
)
def test_causes_that_are_no_reason_to_roll_back(state: str, note: str) -> None:
    """They say so."""
    assert f"locales {note}" in summary_file.summary(document(cause(state=state, expected="")))


def test_what_a_server_said_stays_text() -> None:
    """Wherever it stands in a document, it makes no heading, no link and no element."""
    hostile = cause(HOSTILE, sentence=HOSTILE, expected=HOSTILE, got=HOSTILE)
    whole = document(hostile, text=HOSTILE, reason=HOSTILE, doubts=(HOSTILE,))
    release = {"expected": HOSTILE, "seen": HOSTILE, "edges": {}}
    page = rendered(summary_file.summary({**whole, "release": release}))
    tags = set(re.findall(r"<(\w+)", page))
    plain = {"h2", "h3", "p", "code", "pre", "ul", "li"}
    assert tags == plain | {"table", "thead", "tbody", "tr", "th", "td"}
    assert len(re.findall("<h", page)) == 3
    assert "alert(1)" in page


def test_it_fits(tmp_path: Path) -> None:
    """The last causes are left out, and counted, where all would be more than GitHub shows."""
    many = [cause(problems=["x" * 900] * 5) for _ in range(30)]
    whole, less = (summary_file.summary(document(*many), most) for most in (1 << 20, 9000))
    assert "### 20." in whole
    assert "and 10 more; the verdict file has all" in whole
    assert len(less.encode()) <= 9000
    assert "and 29 more" in less
    assert summary_file.summary(document(*many), 10) == ""


def test_written_whole(tmp_path: Path) -> None:
    """A file of one's own is replaced."""
    path = tmp_path / "summary.md"
    path.write_text("old")
    content = document(cause())
    summary_file.write(path, Report(content))
    assert path.read_text("utf-8") == summary_file.summary(content)


def test_of_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub's file is added to: other commands of the step have written there."""
    path = tmp_path / "step"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    content = document()
    for _ in range(2):
        summary_file.write(path, Report(content))
    text = summary_file.summary(content)
    assert path.read_text("utf-8") == text * 2
    path.write_text("é" * (1 << 19))
    summary_file.write(path, Report(document()))
    assert path.read_text("utf-8") == "é" * (1 << 19), "no room is left"
