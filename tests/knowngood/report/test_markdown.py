"""Text from outside stays text, whatever Markdown or HTML it holds."""

import html
import re

import pytest
from markdown_it import MarkdownIt

from knowngood.report.summary_file import code, code_block, plain

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "    indented",
    "---",
    "===",
    "> quote",
    "*a* _b_ **c** __d__ ~~e~~",
    "`code` ``more`` ```block",
    "~~~",
    "[link](http://evil.test) ![image](http://evil.test/x.png)",
    "[ref]: http://evil.test",
    "<http://evil.test> <b>bold</b> <script>alert(1)</script> <!-- comment",
    "</code></pre><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#60;",
    "a | b",
    "|---|",
    "back\\slash\\",
    "line\r\n\r\n# forged\n```\n",
    "\x1b[2J\u202e\ud800",
    "`",
    "``` ` ```",
]


def texts(rendered: str) -> str:
    """What a reader sees of HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", rendered)).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text(text: str) -> None:
    """One paragraph, in which nothing is anything but text."""
    rendered = MARKDOWN.render(f"before\n\n{plain(text)}\n\n")
    assert re.fullmatch(r"<p>before</p>\n<p>[^<]*</p>\n", rendered), rendered
    seen = texts(rendered).removeprefix("before\n")
    assert seen == text.strip() or not text.isprintable()


@pytest.mark.parametrize("text", HOSTILE)
def test_code(text: str) -> None:
    """All of it is code, and nothing comes after it."""
    rendered = MARKDOWN.render(f"- {code(text)} end")
    assert re.fullmatch(r"<ul>\n<li><code>[^<]*</code> end</li>\n</ul>\n", rendered), rendered


@pytest.mark.parametrize("text", HOSTILE)
def test_block_of_code(text: str) -> None:
    """It ends where we end it."""
    rendered = MARKDOWN.render(f"{code_block([text, 'last'], 'sh')}\n\nend")
    expected = r'<pre><code class="language-sh">[^<]*\nlast\n</code></pre>\n<p>end</p>\n'
    assert re.fullmatch(expected, rendered), rendered


@pytest.mark.parametrize("text", ["@user", "#12", "https://evil.test", "a@evil.test", "$x$"])
def test_what_github_adds(text: str) -> None:
    """Mentions, references, bare links and formulas begin with a character that is escaped."""
    assert "\\" in plain(text)


def test_bare_hosts() -> None:
    """GitHub makes a link of these without any punctuation."""
    assert "www." not in plain("see www.evil.test")
    assert texts(MARKDOWN.render(plain("see www.evil.test"))) == "see www.evil.test"
