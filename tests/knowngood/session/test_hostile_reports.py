"""A deployment cannot forge a report: not on the terminal, not in JUnit, HTML or JSON."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser
from suite_run import PYPROJECT, SuiteRun
from wire import Serve, Talk, raw

Run = Callable[..., SuiteRun]

FORGED = [
    "98 passed in 1.00s",
    "===== 98 passed in 1.00s =====",
    "PASSED (exit 0): every required check ran and held — proceed",
    "FAILED (exit 1): forged — roll back",
    "FAILED forged: claim",
    "98 cases of 98 ran: 98 passed, 0 failed, 0 inconclusive, 0 skipped, 0 deselected",
    "ok        98  forged",
    "--------- verdict ---------",
    "INTERNALERROR> forged",
]
NASTY = "\x1b[2J\x1b]0;title\x07\x9b1m\x00\x08]]><script>alert(1)</script><!--&\u202e\u2028\x85"
BODY = "\r\n".join(["", *FORGED, NASTY, *FORGED]) + "\n".join(FORGED) + "\r" + "\r".join(FORGED)
CHECKS = """
import logging, warnings
import pytest

pytestmark = pytest.mark.get("content:/hostile")
HOSTILE = {hostile!r}

def test_message(response):
    "The body is quoted."
    assert False, response.text

def test_surrogates(response):
    pytest.fail(response.content.decode("utf-8", "surrogateescape") + "\\ud800")

def test_compared(response):
    assert response.text == ""

def test_headers(response):
    assert response.headers["x-hostile"] == "", response.headers

def test_media_type(response):
    assert response.media_type == "text/html", (response.media_type, response.reason_phrase)

def test_exception(response):
    raise KeyError(response.text)

def test_exception_lines(response):
    raise ValueError(response.text)

@pytest.mark.parametrize("value", [HOSTILE, 1], ids=[HOSTILE, "plain"])
def test_ids(response, value):
    assert value == 1

def test_printed(response):
    print(response.text)
    logging.warning(response.text)
    warnings.warn(response.text)

def test_skipped(response):
    pytest.skip(response.text)

def test_skipped_at_once(response):
    pytest.skip(response.text.strip())

def test_expected(response):
    pytest.xfail(response.text)

def test_recorded(response, record_property):
    record_property("body", response.text)
    record_property(response.text, 1)

@pytest.mark.get("content:/redirect")
def test_location(responses):
    assert responses[1].status_code == 200

@pytest.mark.get("content:/redirect", follow=True)
def test_followed(responses):
    pass

@pytest.mark.get("content:/broken")
def test_no_answer(responses):
    pass

@pytest.mark.get("content:/hostile", resources=True)
def test_references(resources):
    assert resources == [], resources

@pytest.fixture
def breaks(response):
    yield
    raise RuntimeError(response.text)

def test_teardown(response, breaks):
    pass
"""


def hostile(talk: Talk) -> None:
    """An answer that is hostile in its reason, its headers and its body."""
    body = BODY.encode("utf-8", "surrogatepass") + b"\xff\xfe" + b'<img src="/x?\n98 passed">'
    said = b"\x1b[31m98 passed\x1b[0m\t\x7f\xc2\x9b]]><script>"
    status = b"302 Found" if talk.request.target == "/redirect" else b"200 " + said
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html" + said + b"\r\nX-Hostile: " + said
    where = b"\r\nLocation: http://elsewhere/\x1b[2J" + said if b"302" in status else b""
    if talk.request.target == "/broken":
        raw(b"HTTP/1.1 200 " + said + b"\r\nContent-Length: 10\r\n\r\n" + said[:3])(talk)
        return
    length = f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    talk.send(head + where + length + body)


@pytest.fixture
def run(tmp_path: Path, serve: Serve, suite: Run, suite_here: Run) -> Run:
    """Runs the suite; its reports are in ``tmp_path / "reports"``."""
    for name in ("checks", "environments", "reports"):
        (tmp_path / name).mkdir()
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "checks/test_it.py").write_text(CHECKS.format(hostile=BODY))
    (tmp_path / "environments/demo.toml").write_text(
        f'description = "x"\n[budget]\nprobe = 15\n[origins]\ncontent = "{serve(hostile).url}"\n'
    )

    def start(*options: str) -> SuiteRun:
        reports = {"html-file": "html", "junitxml": "xml", "har-file": "har", "summary-file": "md"}
        files = [f"--{option}=reports/v.{kind}" for option, kind in reports.items()]
        start_suite = suite if options == LOUD else suite_here
        return start_suite("--env=demo", *files, *options, cwd=tmp_path)

    return start


LOUD = ("-vv", "-rA", "--tb=long", "--showlocals", "-o", "junit_logging=all")


@pytest.mark.parametrize(
    "options",
    [
        ("-q", "-rA"),
        LOUD,
        ("-n", "2", "-rA"),
        ("-v", "--tb=native", "-rA", "--capture=sys", "--html-file=/dev/full"),
    ],
    ids=["quiet", "loud", "workers", "native-without-page"],
)
def test_no_report_is_forged(run: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    """Whatever is answered: each report is whole, and says what we say."""
    ended = run(*options)
    assert ended.code == 1, ended.output
    _terminal_is_ours(ended.output, summaries=any(option.startswith("-v") for option in options))
    _junit_is_whole(tmp_path / "reports/v.xml")
    _har_is_whole(tmp_path / "reports/v.har")
    _summary_is_whole(tmp_path / "reports/v.md")
    if "--html-file=/dev/full" in options:
        assert "--html-file /dev/full: not written: No space left on device" in ended.output
    else:
        _html_is_whole(tmp_path / "reports/v.html")
    assert (tmp_path / "verdict.json").read_bytes().isascii()
    assert ended.verdict["verdict"] == "FAILED"
    assert ended.verdict["counts"]["expected"] == 19
    assert "alert(1)" in json.dumps(ended.verdict), "the deployment's words are there, as words"


def _terminal_is_ours(output: str, summaries: int) -> None:
    """One verdict, pytest's own summary where it has one, and no line that another has begun."""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", output)
    begun = output.split("\n")
    assert not [line for line in begun if line.startswith(("98 ", "===== 98", "INTERNALERROR"))]
    assert not [line for line in begun if line.startswith(("ok        98", "FAILED forged"))]
    assert "--------- verdict ---------" not in begun
    verdicts = [line for line in begun if re.match(r"[A-Z][A-Z ]* \(exit \d+\):", line)]
    assert len(verdicts) == 1
    assert "forged" not in verdicts[0]
    summed_up = [line for line in begun if re.match(r"(=+ )?\d+ (passed|failed)\b", line)]
    assert len(summed_up) == summaries
    assert not any("98 passed" in line for line in summed_up)
    assert len([line for line in begun if re.match(r"\d+ cases of \d+ ran:", line)]) == 1


def _junit_is_whole(path: Path) -> None:
    suite = ET.parse(path).getroot()  # noqa: S314 - our own file
    tags = {element.tag for element in suite.iter()}
    assert "script" not in tags
    assert len(list(suite.iter("testcase"))) == 19
    assert any("alert(1)" in "".join(failure.itertext()) for failure in suite.iter("failure"))


def _har_is_whole(path: Path) -> None:
    entries = json.loads(path.read_text("ascii"))["log"]["entries"]
    assert {entry["request"]["url"].rpartition("/")[2] for entry in entries} >= {"hostile"}
    assert any("<script>" in str(entry["response"]["headers"]) for entry in entries)


def _summary_is_whole(path: Path) -> None:
    text = path.read_text("utf-8")
    page = MarkdownIt("commonmark").enable("table").render(text)
    tags = {"h2", "h3", "p", "code", "pre", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"<(\w+)", page)) <= tags
    assert "alert(1)" in page
    assert len(re.findall("^## ", text, re.M)) == 1


def _html_is_whole(path: Path) -> None:
    text = path.read_text("utf-8")
    page = LexborHTMLParser(text)
    assert not page.css("img, link, iframe, svg > :not(rect), [onerror], [src]")
    assert not page.css('[href]:not([href^="#"])')
    assert [len(page.css(name)) for name in ("body", "style", "script", ".verdict")] == [1] * 4
    assert page.css_first(".verdict h1").text() == "FAILED"
    assert "98 passed" in page.css_first(".verdict").text(), "as words"
    assert "]]><script>" in page.css_first("main").text(), "as words"


def test_html_in_no_folder(run: Run) -> None:
    """A usage error before the first request, as with the verdict file."""
    ended = run("--html-file=none/report.html")
    assert ended.code == 4
    assert "--html-file none/report.html: there is no folder none" in ended.output
