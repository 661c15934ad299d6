"""What a check of a page in a browser finds wrong, whose fault that is, and what it shows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from release_side import needed
from suite_run import SuiteRun
from wire import Play, Server, answer, by_path, page, redirect

from knowngood.browser import Browser, opened_page, script_limit
from knowngood.browser.opened_page import OpenedPage
from knowngood.browser.script_limit import ScriptLimit

pytestmark = pytest.mark.usefixtures("no_waits", "short_looks")

Serve = Callable[[Play], Server]
Run = Callable[..., SuiteRun]

ENVIRONMENT = """
description = "a demonstration"
{head}
[origins]
content = "{url}"
[params]
name = ["a", "b", "c", "d"]
[budget]
probe = 15
settle = 0
"""
CHECK = '''
import pytest, time
from playwright.sync_api import expect

@pytest.mark.browser("content:/")
def test_it(page):
    """It comes up."""
'''


def html(script: str = "", head: str = "", body: str = "<h1>Hello</h1>") -> Play:
    """A page with a script at its end."""
    return page(f"<!doctype html><title>a</title>{head}{body}<script>{script}</script>")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that has started: a run that starts its own takes a second longer."""
    needed("chromium-headless-shell", "chromium-headless-shell")
    browser = Browser()
    browser.context().close()
    yield browser
    browser.close()


@pytest.fixture
def started(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of this process use the browser that has started, unless they name another program."""

    def of_run(executable: str) -> Browser:
        browser = Browser(executable)
        browser._playwright = chromium._playwright  # a process has one
        browser._chromium = None if executable else chromium._chromium
        monkeypatch.setattr(browser, "close", lambda: None)
        return browser

    monkeypatch.setattr("knowngood.browser.Browser", of_run)


@pytest.fixture
def opened(
    tmp_path: Path,
    serve: Serve,
    suite: Run,
    suite_here: Run,
    request: pytest.FixtureRequest,
) -> Run:
    """Run a check that opens the page at ``/``; in a process of its own with ``process=True``."""

    def run(
        plays: Mapping[str, Play],
        body: str = "    pass",
        *options: str,
        check: str = CHECK,
        head: str = "",
        process: bool = False,
    ) -> SuiteRun:
        if not process:
            request.getfixturevalue("started")
        folder = tmp_path / "suite"
        for name in ("smoketests", "environments"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        url = serve(by_path(plays)).url
        (folder / "environments" / "demo.toml").write_text(ENVIRONMENT.format(url=url, head=head))
        (folder / "smoketests" / "test_it.py").write_text(check + body)
        (folder / "pytest.ini").write_text("[pytest]\ntestpaths = smoketests\n")
        return (suite if process else suite_here)("--env=demo", *options, cwd=folder)

    return run


def reason(ended: SuiteRun) -> str:
    """The reason of a FAILED verdict."""
    assert ended.code == 1, ended.output
    return str(ended.verdict["reason"])


def browser(ended: SuiteRun) -> dict[str, Any]:
    """What the browser shows of the first cause."""
    return dict(ended.verdict["causes"][0]["browser"])


def test_page_that_comes_up(opened: Run) -> None:
    """Its script runs, and what it asks for is answered; the browser ends with the run."""
    needed("chromium-headless-shell", "chromium-headless-shell")
    script = "fetch('/data.json').then(a => a.json()).then(d => document.title = d.name)"
    plays = {"/": html(script), "/data.json": page('{"name": "Ann"}', "application/json")}
    body = "    page.wait_for_function(\"document.title === 'Ann'\")"
    ended = opened(plays, body, process=True)
    assert ended.code == 0, ended.output


def test_exception_names_the_script(opened: Run) -> None:
    """The URL is that of the file, and the line is told."""
    plays = {
        "/": html(head='<script src="/a.js"></script>'),
        "/a.js": page("\nmissing();", "text/javascript"),
    }
    assert reason(opened(plays)) == (
        "/a.js: an exception that no script catches: ReferenceError: missing is not defined "
        "(line 2)"
    )


def test_name_that_a_script_of_another_dialect_defines(opened: Run) -> None:
    """Such a script runs in Firefox alone: the name is there for the page's users."""
    script = '<script type="text/javascript;version=1.8">function init() {}</script>'
    body = f'{script}<body onload="init()">'
    assert opened({"/": html(body=body)}).code == 0
    assert opened({"/": html(body=body.replace(";version=1.8", ";v"))}).code == 1
    assert opened({"/": html("null.x", body=body)}).code == 1


def test_error_in_the_console(opened: Run) -> None:
    """As scripts write it that catch their own exceptions."""
    text = reason(opened({"/": html("console.error('no data')")}))
    assert text == "/: an error in the console: no data"


def test_request_that_fails_comes_before_what_follows_from_it(opened: Run) -> None:
    """No parser knows that this is asked for; the exception is only its consequence."""
    script = "fetch('/dat' + 'a.json').then(a => { if (!a.ok) throw new Error('no data') })"
    assert reason(opened({"/": html(script)})) == "/data.json is 404"


def test_policy_violation(opened: Run) -> None:
    """A page whose policy forbids its own script."""
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "script-src 'self'"}
    play = answer("<title>a</title><script>var a</script>", headers=headers)
    assert reason(opened({"/": play})).startswith("/: forbidden by a policy: ")


@pytest.mark.parametrize(
    "body",
    [
        "    expect(page.locator('h1')).to_be_visible(timeout=100)",
        "    page.wait_for_selector('h1', timeout=100)",
    ],
)
def test_element_that_does_not_become_visible(opened: Run, body: str) -> None:
    """The message names it."""
    text = reason(opened({"/": html("document.querySelector('h1').hidden = true")}, body))
    assert text.startswith('/: locator("h1")')


def test_fault_of_the_page_comes_before_the_assertion(opened: Run) -> None:
    """What the check does not find may only follow from it."""
    ended = opened({"/": html("missing()")}, "    assert page.title() == 'b'")
    assert "missing is not defined" in reason(ended)


def test_assertion_of_the_check(opened: Run) -> None:
    """As of any answer."""
    assert 'expected "b", got "a"' in opened({"/": html()}, "    assert page.title() == 'b'").output


def test_other_hosts_are_not_asked(opened: Run) -> None:
    """They are listed; what is missing for that is no silent riddle."""
    head = '<script src="https://cdn.example/lib.js"></script>'
    assert opened({"/": html(head=head)}).code == 0
    ended = opened({"/": html("lib()", head)})
    assert "not asked, as [origins] has none of them: cdn.example" in reason(ended)
    assert browser(ended)["not_asked"] == ["https://cdn.example/lib.js"]


def test_write_that_the_environment_does_not_allow(opened: Run) -> None:
    """It is not sent, and no fault of the page."""
    ended = opened({"/": html("fetch('/visit', {method: 'POST', body: 'x'}).catch(() => 0)")})
    assert ended.code == 0, ended.output


def test_stream_of_events(opened: Run) -> None:
    """It is not asked for: it would never end."""
    plays = {"/": html("new EventSource('/events')"), "/events": answer("no", 500)}
    ended = opened(plays)
    assert ended.code == 0, ended.output


SECONDS = 1  # for a page to load or to answer, where it does not


def test_script_that_never_ends(opened: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is given up when the time of one request is over."""
    monkeypatch.setattr(opened_page, "OpenedPage", lambda *of: OpenedPage(*of[:-1], SECONDS))
    ended = opened({"/": html("while (true) {}")})
    assert "it has not loaded within 1000 ms" in reason(ended)


def test_machine_that_is_too_busy(opened: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an empty page is late, too, a late page shows nothing of the deployment."""
    body = "    page.wait_for_selector('h2', timeout=100)"
    assert opened({"/": html()}, body).code == 1
    monkeypatch.setattr(opened_page, "_EMPTY_PAGE", 0.0)
    ended = opened({"/": html()}, body)
    assert ended.code == 75, ended.output
    assert "to open an empty page: this machine is too busy" in ended.output
    fails = opened({"/": html()}, "    assert page.title() == 'b'")
    assert fails.code == 1, fails.output


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that has loaded is asked often, and has little time for its answers."""
    monkeypatch.setattr(opened_page, "ScriptLimit", lambda page, _: ScriptLimit(page, SECONDS))
    monkeypatch.setattr(script_limit, "_EVERY", 0.1)
    monkeypatch.setattr(script_limit, "_GRACE", 0.9)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "body",
    ["page.evaluate('1')", "page.title()", "page.wait_for_selector('h2', timeout=9000)", "pass"],
)
def test_script_that_never_ends_once_the_page_has_loaded(opened: Run, body: str) -> None:
    """Whatever the check waits for ends within the time of one request."""
    begin = "    page.evaluate('setTimeout(() => { while (true) {} })')"
    ended = opened({"/": html()}, f"{begin}; {body}")
    assert reason(ended) == "/: its scripts do not end: no answer for 1 s"


@pytest.mark.usefixtures("impatient")
def test_check_that_is_busy_itself(opened: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """For longer than the page may take: the page has answered meanwhile."""
    monkeypatch.setattr(opened_page, "ScriptLimit", lambda page, _: ScriptLimit(page, 3))
    monkeypatch.setattr(script_limit, "_GRACE", 2.9)
    body = "    page.title(); time.sleep(3.2); assert page.title() == 'a'"
    ended = opened({"/": html()}, body)
    assert ended.code == 0, ended.output


def test_several_cookies(opened: Run) -> None:
    """A page gets each cookie that its answer sets."""
    script = "if (document.cookie !== 'a=1; b=2') { throw new Error(document.cookie); }"
    both = {"Content-Type": "text/html", "Set-Cookie": "a=1", "set-cookie": "b=2; Path=/"}
    text = f"<!doctype html><title>a</title><script>{script}</script>"
    ended = opened({"/": answer(text, headers=both)})
    assert ended.code == 0, ended.output


def test_redirects_are_followed(opened: Run) -> None:
    """Of the page and of what it needs, within the guard."""
    plays = {
        "/": redirect("/en/"),
        "/en/": html("loaded()", head='<script src="/old.js"></script>'),
        "/old.js": redirect("/new.js"),
        "/new.js": page("function loaded() {}", "text/javascript"),
    }
    assert opened(plays).code == 0


@pytest.mark.parametrize(("status", "code"), [(404, 1), (429, 75)])
def test_page_that_is_not_there(opened: Run, status: int, code: int) -> None:
    """It is judged like any answer, before a browser opens it."""
    assert opened({"/": answer("no", status)}).code == code


def test_browser_that_is_not_there(opened: Run) -> None:
    """The runner's trouble, never the deployment's."""
    ended = opened({"/": html()}, head='[browser]\nexecutable = "/nowhere/chromium"')
    assert ended.code == 75
    assert "no browser is installed: looked for /nowhere/chromium" in ended.output


def test_browser_that_does_not_start(opened: Run) -> None:
    """A program that ends at once."""
    ended = opened({"/": html()}, head='[browser]\nexecutable = "false"')
    assert ended.code == 75
    assert "does not start" in ended.output


def test_evidence(opened: Run, tmp_path: Path) -> None:
    """Console, failed requests and a screenshot, in the verdict file and in the HTML report."""
    report = tmp_path / "report.html"
    ended = opened(
        {"/": html("console.log('x'); fetch('/gone')")}, "    pass", f"--html-file={report}"
    )
    shown = browser(ended)
    assert "log: x" in shown["console"]
    assert [url.rpartition("/")[2] for url in shown["failed_requests"]] == ["gone"]
    assert base64.b64decode(shown["screenshot"]).startswith(b"\xff\xd8")
    assert f"base64,{shown['screenshot']}" in report.read_text()


@pytest.mark.parametrize(("write", "lines"), [("console.log", 20_000), ("write", 1100)])
def test_flood_of_the_console(opened: Run, write: str, lines: int) -> None:
    """It is cut off, in memory and in the report; an error behind it is found all the same."""
    script = f"const write = console.log; for (let i = 0; i < {lines}; i++) {write}(i);"
    ended = opened({"/": html(f"{script} setTimeout(() => {{ missing() }})")})
    shown = browser(ended)
    assert len(shown["console"]) <= 52
    assert len(json.dumps(ended.verdict)) < 200_000
    if write == "write":  # the browser's own function
        assert shown["console"][-1] == "more than 1000 of console: the rest is not read"
    assert "missing is not defined" in reason(ended)


CASES = '''
import pytest

@pytest.mark.browser("content:/{name}")
def test_it(page):
    """It comes up."""
'''


def test_screenshots_of_the_first_failures(opened: Run, tmp_path: Path) -> None:
    """The report says why there are no more of them."""
    report = tmp_path / "report.html"
    scripts = ["console.error('no')", "missing()", "fetch('/gone')", "fetch('/down')"]
    plays = {f"/{name}": html(script) for name, script in zip("abcd", scripts, strict=True)}
    plays["/down"] = answer("no", 500)
    ended = opened(plays, "    pass", f"--html-file={report}", "-p", "no:randomly", check=CASES)
    shown = [dict(cause["browser"]) for cause in ended.verdict["causes"]]
    assert {bool(one["screenshot"]) for one in shown} == {True, False}
    assert "only the first 3 failing cases of a check have one" in report.read_text()


SAMPLE = '''
import pytest

@pytest.mark.browser("content:/{name}", sample=2)
def test_it(page):
    """It comes up."""
'''


def test_sample_of_cases(opened: Run) -> None:
    """So many are drawn; the output says which they were."""
    ended = opened({f"/{name}": html() for name in "abcd"}, "    pass", check=SAMPLE)
    drawn = ended.verdict["checks"]["test_it.py::test_it"]["drawn"]
    assert (ended.code, len(drawn), ended.verdict["counts"]["ran"]) == (0, 2, 2), ended.output
    assert f"(drawn: {', '.join(drawn)})" in ended.output


LEVEL = '''
import pytest

@pytest.mark.get("content:/")
def test_quick(response):
    """It is there."""
    assert response.status_code == 200

@pytest.mark.level("full")
@pytest.mark.browser("content:/")
def test_it(page):
    """It comes up."""
'''


def test_level(opened: Run) -> None:
    """A check of the level full runs where it is asked for; PASSED may need that."""
    plays = {"/": html()}
    quick = opened(plays, "    pass", check=LEVEL)
    assert (quick.code, quick.verdict["counts"]["ran"], quick.verdict["level"]) == (0, 1, "smoke")
    full = opened(plays, "    pass", "--level=full", check=LEVEL)
    assert (full.code, full.verdict["counts"]["ran"], full.verdict["level"]) == (0, 2, "full")
    least = opened(plays, "    pass", check=LEVEL, head='level = "full"')
    assert least.code == 75
    assert "run with --level=full" in least.output
    assert "found 'all'; allowed: smoke, full" in opened(plays, "    pass", "--level=all").output
