"""The summary says what is wrong first, fits where it is shown, and cannot be forged."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from verdict_documents import RUN, URL, cause, claim, document, exchange

from knowngood.report import Report, summary_file
from knowngood.verdict import VerdictKind

HOSTILE = "\n\n# forged\n```\n</code></pre><script>alert(1)</script> | `` [x](http://evil.test)"


def rendered(markdown: str) -> str:
    """What a page shows, with HTML that stands in the Markdown let through."""
    return MarkdownIt("commonmark").enable("table").render(markdown)


def test_verdict_and_causes() -> None:
    """Verdict and action, the reason, then each cause with what shows it and how to repeat it."""
    other = claim(claim="", check="test_pages.py::test_titles", cases=1)
    text = summary_file.summary(document(cause(problems=["ar: 404"], claims=[claim(), other])))
    lines = text.splitlines()
    assert lines[0] == "## stage: FAILED — roll back"
    page = rendered(text)
    assert "<h3>1. /{locale}/js/config.json is 404 in 2 of 2 locales</h3>" in page
    assert "<p>expected <code>200</code>, got <code>404</code></p>" in page
    assert "<pre><code>ar: 404\n</code></pre>" in page
    assert f'<pre><code class="language-sh">curl -sSg -i {URL}\n' in page
    assert "<p>in 2 cases: ar, de</p>" in page
    place = "<code>smoketests/test_config.py:18</code>"
    assert f"<li>claim: Every locale has a config.json. ({place}, 2 cases)</li>" in page
    assert f"<li>claim: test_pages.py::test_titles ({place}, 1 case)</li>" in page
    assert f"<td>{RUN}, 1.5 s, knowngood " in page


def test_a_passed_run() -> None:
    """It has its numbers and no causes."""
    passed = document(verdict=VerdictKind.PASSED, doubts=["few"], warnings=["old"])
    text = summary_file.summary({**passed, "left_behind": ["http://h/x"]})
    assert text.startswith("## stage: PASSED — proceed\n\nwhy\n\n- doubt: few\n- warning: old\n")
    assert "- left behind: `http://h/x`" in text
    assert "###" not in text
    assert "| cases | 0 of 0 ran" in text


@pytest.mark.parametrize(
    ("state", "note"), [("known", "(in the baseline, too)"), ("unsettled", "(unsettled)")]
)
def test_causes_that_are_no_reason_to_roll_back(state: str, note: str) -> None:
    """They say so."""
    assert f"locales {note}" in summary_file.summary(document(cause(state=state, expected="")))


def test_what_a_server_said_stays_text() -> None:
    """Wherever it stands in a document, it makes no heading, no link and no element."""
    hostile = cause(
        sentence=HOSTILE,
        expected=HOSTILE,
        got=HOSTILE,
        problems=[HOSTILE],
        cases=[HOSTILE, HOSTILE],
        claims=[claim(claim=HOSTILE, check=HOSTILE, place=HOSTILE)],
        exchanges=[exchange(url=HOSTILE, media_type=HOSTILE, location=HOSTILE, address=HOSTILE)],
    )
    more = {"doubts": [HOSTILE], "warnings": [HOSTILE], "left_behind": [HOSTILE]}
    release = {"expected": HOSTILE, "seen": HOSTILE, "edges": {}}
    page = rendered(summary_file.summary(document(hostile, **more, release=release)))
    tags = set(re.findall(r"<(\w+)", page))
    plain = {"h2", "h3", "p", "code", "pre", "ul", "li"}
    assert tags == plain | {"table", "thead", "tbody", "tr", "th", "td"}
    assert len(re.findall("<h", page)) == 2
    assert "alert(1)" in page


def test_it_fits(tmp_path: Path) -> None:
    """The last causes are left out, and counted, where all would be more than GitHub shows."""
    many = [cause(problems=["x" * 900] * 5) for _ in range(30)]
    whole, less = (summary_file.summary(document(*many), most) for most in (1 << 20, 9000))
    assert "### 20\\." in whole
    assert "… 10 more causes; the verdict file has all" in whole
    assert len(less.encode()) <= 9000
    assert "… 29 more causes" in less
    assert summary_file.summary(document(*many), 10) == ""


def test_written_whole(tmp_path: Path) -> None:
    """A file of one's own is replaced."""
    path = tmp_path / "summary.md"
    path.write_text("old")
    summary_file.write(path, Report(document(cause())))
    assert path.read_text("utf-8") == summary_file.summary(document(cause()))


def test_of_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub's file is added to: other commands of the step have written there."""
    path = tmp_path / "step"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    for _ in range(2):
        summary_file.write(path, Report(document()))
    text = summary_file.summary(document())
    assert path.read_text("utf-8") == text * 2
    path.write_text("é" * (1 << 19))
    summary_file.write(path, Report(document()))
    assert path.read_text("utf-8") == "é" * (1 << 19), "no room is left"
