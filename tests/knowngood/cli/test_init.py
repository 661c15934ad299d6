"""``knowngood init``: a suite for a service, written and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_run import CommandRun
from suite_run import OF_CHECKS
from wire import Authority, Play, Server, answer, by_path, page, redirect

from knowngood.cli import main
from knowngood.run_options import RUN_ID

Init = Callable[..., CommandRun]
Serve = Callable[..., Server]

HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a</title>'
HOME = f'{HEAD}<script src="/a.js"></script></head><body><a href="/b">b</a></body></html>'
SITE = {
    "/": answer(
        HOME, headers={"Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY"}
    ),
    "/b": answer(
        f"{HEAD}</head><body>text</body></html>",
        headers={"Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY"},
    ),
    "/a.js": page("var a = 1;\n", "text/javascript"),
    "/__version__": page('{"version": "7"}', "application/json"),
    "/healthz": page("ok", "text/plain"),
}
USER = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
API = {
    "openapi": "3.1.0",
    "info": {"title": "users", "version": "1"},
    "paths": {
        "/users/{id}": {
            "get": {
                "operationId": "getUser",
                "parameters": [{"name": "id", "in": "path", "required": True, "example": 7}],
                "responses": {"200": {"content": {"application/json": {"schema": USER}}}},
            },
            "delete": {"responses": {"204": {}}},
        },
        "/me": {"get": {"security": [{"token": []}], "responses": {"200": {}}}},
    },
}


@pytest.fixture
def init(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Init:
    """Run ``knowngood init`` in an empty folder. Its drill is in this process, which may have
    loaded another suite.
    """
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] in OF_CHECKS]:
        monkeypatch.delitem(sys.modules, name)

    def init(*words: str) -> CommandRun:
        code = main.run(["init", *words])
        return CommandRun(code, *capfd.readouterr())

    return init


@pytest.fixture
def without_a_drill(in_one_process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite runs in this process, and is not drilled: three tests below do that."""
    monkeypatch.setattr("knowngood.cli.init.drill_mutations", lambda *_, **__: None)


def test_site_gets_a_suite_that_passes(init: Init, serve: Serve) -> None:
    """It is written, run, PASSED, and clean by the usual rules of style.

    All of it is drilled, with a script as large as bundles are.
    """
    bundle = page(f"var a = '{'a' * (600 << 10)}';\n", "text/javascript")
    ended = init(serve(by_path(SITE | {"/a.js": bundle})).url)
    assert ended.code == 0, ended.output
    assert "PASSED" in ended.output
    assert re.search(r"^score\b", ended.output, re.M)
    assert "left out: they do not hold on their own recorded answers" not in ended.output
    assert RUN_ID not in os.environ, "the next run has another id"
    lint = ["ruff", "check", "--isolated", "--select=E,F,W", "--line-length=120", "smoketests"]
    subprocess.run([sys.executable, "-m", *lint], cwd=Path.cwd(), check=True)


@pytest.mark.usefixtures("without_a_drill")
def test_authority_of_ones_own(init: Init, serve: Serve, authority: Authority) -> None:
    """It is asked for, copied beside the environment file, and trusted from then on."""
    server = serve(by_path(SITE), tls=authority.context()[0])
    refused = init(server.url)
    assert (refused.code, list(Path.cwd().iterdir())) == (4, [])
    assert "if the authority is your own, add --ca FILE" in refused.output
    assert init(server.url, f"--ca={authority.pem}").code == 0
    assert Path("environments/prod-ca.pem").read_bytes() == authority.pem.read_bytes()
    again = init(server.url, f"--ca={authority.pem}", "--dry-run")
    assert "environments/prod-ca.pem: is there and stays as it is" in again.out


@pytest.mark.parametrize("text", ["", "certificate", "-----BEGIN PRIVATE KEY-----", "\u00e9"])
def test_file_that_holds_no_authority(init: Init, serve: Serve, text: str) -> None:
    """Nothing is asked for; a key is never copied."""
    server = serve(by_path(SITE))
    Path("ca.pem").write_text(text)
    ended = init(server.url, "--ca=ca.pem")
    assert (ended.code, server.requests) == (4, [])
    assert "--ca=ca.pem: " in ended.output


@pytest.mark.usefixtures("without_a_drill")
def test_suite_names_what_is_wrong_with_the_site_today(init: Init, serve: Serve) -> None:
    """The start page links to a page that is not there."""
    ended = init(serve(by_path({**SITE, "/b": answer("gone", 404)})).url)
    assert ended.code == 1, ended.output
    assert "/b is 404" in ended.output
    assert "it is so today, before any push: fix it, take it out of the suite" in ended.output
    assert "roll back" not in ended.output
    assert "left out: `knowngood drill`" in ended.output


LATER_FAULTS = {
    "cut-off": ("var a = {", "/a.js: "),
    "undefined-name": (
        "showPrices();",
        "a.js uses showPrices, which no script of the page defines",
    ),
}


@pytest.mark.usefixtures("without_a_drill")
@pytest.mark.parametrize(("script", "told"), LATER_FAULTS.values(), ids=LATER_FAULTS)
def test_suite_notices_a_later_fault(
    init: Init, serve: Serve, capfd: pytest.CaptureFixture[str], script: str, told: str
) -> None:
    """A script that is wrong after the suite was written."""
    plays = dict(SITE)
    assert init(serve(by_path(plays)).url).code == 0
    plays["/a.js"] = page(script, "text/javascript")
    assert main.run(["verify", "--env=prod"]) == 1
    assert told in capfd.readouterr().out


LEFT_FROM_STAGING = {
    "robots": (
        {"/robots.txt": page("User-agent: *\nDisallow: /\n", "text/plain")},
        "/robots.txt forbids every page to search engines",
    ),
    "sitemap": (
        {"/sitemap.xml": page("<loc>http://stage.example.org/b</loc>" * 2, "text/xml")},
        "<loc> names no host of the site, but http://stage.example.org/b in /sitemap.xml",
    ),
    "sitemap cut": (
        {"/sitemap.xml": page("<urlset><loc>https://www.example.org/b</loc><url", "text/xml")},
        "FAILED /sitemap.xml: ParseError: unclosed token",
    ),
    "no robots": ({"/robots.txt": answer("gone", 404)}, "/robots.txt is 404"),
    "no sitemap": ({"/sitemap.xml": page("<html>", "text/html")}, "/sitemap.xml: "),
}


@pytest.mark.usefixtures("without_a_drill")
@pytest.mark.parametrize(("later", "told"), LEFT_FROM_STAGING.values(), ids=LEFT_FROM_STAGING)
def test_suite_notices_what_is_left_over_from_staging(
    init: Init,
    serve: Serve,
    capfd: pytest.CaptureFixture[str],
    later: dict[str, Play],
    told: str,
) -> None:
    """Readers see nothing of it; search engines do."""
    place = page("<loc>https://www.example.org/b</loc>", "text/xml")
    rules = page("User-agent: *\nDisallow: /search\n", "text/plain")
    plays = {**SITE, "/sitemap.xml": place, "/robots.txt": rules}
    server = serve(by_path(plays))
    ended = init(server.url)
    assert ended.code == 0, ended.output
    assert "seen, and not checked" not in ended.output
    host = server.url.removeprefix("http://")
    assert f'listed_as = ["{host}", "example.org"]' in Path("environments/prod.toml").read_text()
    plays.update(later)
    assert main.run(["verify", "--env=prod"]) == 1
    assert told in capfd.readouterr().out


@pytest.mark.usefixtures("without_a_drill")
def test_site_that_is_not_to_be_listed_may_stay_so(init: Init, serve: Serve) -> None:
    """No page of it may be listed on the day that the suite is written."""
    text = HOME.replace("<title>", '<meta name="robots" content="noindex"><title>')
    ended = init(serve(by_path({**SITE, "/": page(text), "/b": page(text)})).url)
    assert ended.code == 0, ended.output
    assert "listed_as" not in Path("environments/prod.toml").read_text()


def test_page_in_place_of_robots_txt_is_not_checked(init: Init, serve: Serve) -> None:
    """An application that answers for any path has none, and an empty one says nothing."""
    for robots in (page(HOME), page("", "text/plain")):
        ended = init(serve(by_path({**SITE, "/robots.txt": robots})).url, "--dry-run")
        assert "listed_as" in ended.output
        assert "test_robots_txt_is_there" not in ended.output


@pytest.mark.usefixtures("without_a_drill")
def test_suite_notices_that_a_language_lost_its_texts(
    init: Init, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """A file of texts that could not be read leaves the headings empty."""
    body = '<a href="/{}/">{}</a><h1>{}</h1></body></html>'
    head = HEAD.replace("<title>", '<meta name="a"><title>')
    german = head.replace('lang="en"', 'lang="de"') + body.format("en", "Englisch", "Guten Tag")
    english = head + body.format("de", "German", "Good day")
    plays = {"/en/": page(english), "/de/": page(german)}
    ended = init(f"{serve(by_path(plays)).url}/en/")
    assert ended.code == 0, ended.output
    assert "Each page has all of its texts, in its own language." in ended.output
    plays["/de/"] = page(german.replace("Guten Tag", ""))
    assert main.run(["verify", "--env=prod"]) == 1
    assert "<h1>: it is empty, and has a text in /en/" in capfd.readouterr().out


@pytest.mark.usefixtures("without_a_drill")
@pytest.mark.parametrize(
    "body",
    [
        "<div id=app>{{ msg }}</div><script>var u = './not-there.json'</script>",
        "<div ng-app=shop><b>{{ c.title }}</b></div>",
        "<p>In Jinja write {% if x %}</p>",
        "<h2>json.loads</h2>",
    ],
)
def test_what_the_live_page_holds_is_no_leftover(init: Init, serve: Serve, body: str) -> None:
    """A template that a script fills in, or what the page is about."""
    home = page(f"{HEAD}</head><body>{body}</body></html>")
    ended = init(serve(by_path(SITE | {"/": home})).url)
    assert ended.code == 0, ended.output


@pytest.mark.usefixtures("without_a_drill")
def test_suite_notices_a_cookie_without_its_protection(
    init: Init, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """Readers see nothing of it."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "s=1; Secure; HttpOnly"}
    plays = {**SITE, "/": answer(HOME, headers=headers)}
    ended = init(serve(by_path(plays)).url)
    assert ended.code == 0, ended.output
    assert 'cookies = ["s=Secure,HttpOnly"]' in Path("environments/prod.toml").read_text()
    plays["/"] = answer(HOME, headers={**headers, "Set-Cookie": "s=1; HttpOnly"})
    assert main.run(["verify", "--env=prod"]) == 1
    assert "the cookie s lacks Secure" in capfd.readouterr().out


def test_schema_that_is_not_checked_is_told(init: Init, serve: Serve, tmp_path: Path) -> None:
    """The check says why; nobody reads it who does not know."""
    document = json.loads(json.dumps(API))
    answers = document["paths"]["/users/{id}"]["get"]["responses"]["200"]["content"]
    answers["application/json"]["schema"] = {"type": "string", "format": "strange"}
    (tmp_path / "api.json").write_text(json.dumps(document))
    server = serve(by_path({"/": page("{}", "application/json")}))
    ended = init(str(tmp_path / "api.json"), "--origin", server.url, "--dry-run")
    assert "smoketests/test_api.py: 1 answer checked without a schema" in ended.output


def test_document_that_requires_no_key_is_told(init: Init, serve: Serve, tmp_path: Path) -> None:
    """As Spring's do; nobody reads it who trusts the run."""
    text = json.dumps(API).replace(', "required": ["name"]', "")
    assert text != json.dumps(API)
    (tmp_path / "api.json").write_text(text)
    server = serve(by_path({"/": page("{}", "application/json")}))
    ended = init(str(tmp_path / "api.json"), "--origin", server.url, "--dry-run")
    assert "test_api.py: 1 answer checked by a schema that requires no key" in ended.output


def test_what_has_no_check_is_named(init: Init, serve: Serve) -> None:
    """A feed, a file and a redirect, but no sitemap, and nothing that was guessed or is gone."""
    links = "".join(f'<a href="/{name}">x</a>' for name in ("b", "feed.xml", "one.pdf", "old"))
    place = "<urlset><url><loc>/b</loc></url></urlset>"
    plays = SITE | {
        "/": page(f"{HEAD}</head><body>{links}</body></html>"),
        "/feed.xml": page("<feed/>", "application/atom+xml"),
        "/one.pdf": page("%PDF", "application/pdf"),
        "/old": redirect("/b", 301),
        "/sitemap.xml": page(place, "application/xml"),
        "/version": page("7", "text/plain"),
    }
    ended = init(serve(by_path(plays)).url, "--dry-run")
    assert "no check asks for /.git or /.env" in ended.output
    line = "seen, and not checked: /feed.xml: 200, /one.pdf: 200, /old: 301"
    said = ended.out.splitlines()[-1].partition(": ")
    assert sorted(said[2].split(", ")) == sorted(line.partition(": ")[2].split(", "))


@pytest.mark.usefixtures("without_a_drill")
@pytest.mark.parametrize(
    ("path", "media_type"), [("/b", "application/xhtml+xml"), ("/__version__", "text/plain")]
)
def test_suite_notices_another_media_type(
    init: Init, serve: Serve, path: str, media_type: str
) -> None:
    """A browser takes a page for what it says, and clients read no such document."""
    plays = dict(SITE)
    assert init(serve(by_path(plays)).url).code == 0
    text = '{"version": "7"}' if path != "/b" else f"{HEAD}</head><body>text</body></html>"
    plays[path] = page(text, f"{media_type}; charset=utf-8")
    assert main.run(["verify", "--env=prod"]) == 1


@pytest.mark.usefixtures("in_one_process")
def test_api_gets_a_suite_that_passes(init: Init, serve: Serve) -> None:
    """Reads by their schema, 401 without a login; writes wait for somebody to fill them in."""
    server = serve(
        by_path(
            {
                "/users/7": page('{"name": "Ann"}', "application/json"),
                "/me": answer("no", 401, {"WWW-Authenticate": "Bearer"}),
            }
        )
    )
    Path("api.json").write_text(json.dumps(API))
    ended = init("api.json", f"--origin={server.url}")
    assert ended.code == 0, ended.output
    assert "@pytest.mark.skip" in Path("smoketests/test_api.py").read_text()


@pytest.mark.usefixtures("without_a_drill")
def test_item_that_the_list_names(
    init: Init, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is read by the id of today; what nobody names is said to have no check."""
    document = json.loads(json.dumps(API))
    del document["paths"]["/me"], document["paths"]["/users/{id}"]["delete"]
    del document["paths"]["/users/{id}"]["get"]["parameters"][0]["example"]
    listed = {"type": "array", "items": {"properties": {"id": {"type": "integer"}}}}
    answers = {"200": {"content": {"application/json": {"schema": listed}}}}
    document["paths"] |= {"/users": {"get": {"responses": answers}}, "/of/{x}": {"get": {}}}
    plays = {
        "/users": page('[{"id": 8}]', "application/json"),
        "/users/8": page('{"name": "Ann"}', "application/json"),
    }
    Path("api.json").write_text(json.dumps(document))
    ended = init("api.json", f"--origin={serve(by_path(plays)).url}")
    assert ended.code == 0, ended.output
    assert "no check of GET /of/{x} (a parameter has no example); give" in ended.output
    plays["/users/8"] = page('{"nom": "Ann"}', "application/json")
    assert main.run(["verify", "--env=prod"]) == 1
    assert "/users/8" in capfd.readouterr().out


@pytest.mark.usefixtures("without_a_drill")
def test_answer_for_an_item_that_nobody_has(
    init: Init, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is 404, in the shape that the document says."""
    document = json.loads(json.dumps(API))
    read = document["paths"]["/users/{id}"]["get"]
    read["parameters"][0]["schema"] = {"type": "integer"}
    error = {"type": "object", "required": ["error"]}
    read["responses"]["404"] = {"content": {"application/json": {"schema": error}}}
    path, kind = "/users/2147483647", {"Content-Type": "application/json"}
    plays = {
        "/users/7": page('{"name": "Ann"}', "application/json"),
        "/me": answer("no", 401, {"WWW-Authenticate": "Bearer"}),
        path: answer('{"error": "unknown"}', 404, kind),
    }
    Path("api.json").write_text(json.dumps(document))
    ended = init("api.json", f"--origin={serve(by_path(plays)).url}")
    assert ended.code == 0, ended.output
    plays[path] = answer('{"detail": "unknown"}', 404, kind)
    assert main.run(["verify", "--env=prod"]) == 1
    assert f"FAILED (exit 1): {path}: $: missing key: error" in capfd.readouterr().out
    plays[path] = page('{"name": "nobody"}', "application/json")
    assert main.run(["verify", "--env=prod"]) == 1
    assert f"{path} is 200, expected 404" in capfd.readouterr().out


@pytest.mark.usefixtures("in_one_process")
def test_service_of_documents_gets_a_suite_that_passes(init: Init, serve: Serve) -> None:
    """Without a page and without an OpenAPI document: what the person named is checked."""
    play = by_path(
        {
            "/v1/": page('{"name": "x"}', "application/json"),
            "/v1/__heartbeat__": page('{"storage": true}', "application/json"),
        }
    )
    ended = init(f"{serve(play).url}/v1/")
    assert ended.code == 0, ended.output
    assert "The service answers at /v1/." in ended.output
    assert "The service says that it is well." in ended.output


@pytest.mark.usefixtures("without_a_drill")
def test_service_behind_a_login(
    init: Init, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its login is the page that anybody may read; another page that turns into it fails."""
    form = '<a href="/help">?</a><form><input type="password"></form>'
    login = page(f"{HEAD}</head><body>{form}</body></html>")
    plays = dict(SITE) | {"/": redirect("/login"), "/login": login, "/help": SITE["/b"]}
    ended = init(serve(by_path(plays)).url)
    assert ended.code == 0, ended.output
    assert "asks for a password: no check looks behind the login" in ended.output
    plays["/help"] = redirect("/login?next=%2Fhelp")
    plays["/login?next=%2Fhelp"] = login
    assert main.run(["verify", "--env=prod"]) == 1
    assert "/help in 1 of 2 en pages: a login page in its place" in capfd.readouterr().out


def test_service_that_is_ill(init: Init, serve: Serve) -> None:
    """What its page says is said before the files that take it for sound."""
    ill = page(HOME.replace("<title>a</title>", "<title>Internal Error</title>"))
    ended = init(serve(by_path(SITE | {"/": ill})).url, "--dry-run")
    said = ended.out.index('the start page says "Internal Error": what follows takes that for')
    assert said < ended.out.index("environments/prod.toml: new")


def test_dry_run_writes_nothing(init: Init, serve: Serve) -> None:
    """It prints the files."""
    ended = init(serve(by_path(SITE)).url, "--dry-run")
    assert ended.code == 0
    assert "the start page says" not in ended.out
    assert "def test_page_is_whole" in ended.output
    assert list(Path.cwd().iterdir()) == []


def test_service_that_does_not_answer_gets_no_suite(
    init: Init, serve: Serve, tmp_path: Path
) -> None:
    """Nothing is written, the exit code is that of a usage error."""
    ended = init(serve(by_path({})).url)
    assert (ended.code, list(Path.cwd().iterdir())) == (4, [])
    assert "name a page that is there" in ended.output


def test_languages_that_are_not_asked_for(init: Init, serve: Serve) -> None:
    """It is said where a header selects the language, and how a check asks for another."""
    html = {"Content-Type": "text/html", "Vary": "Accept-Language"}
    home = answer(f"{HEAD}</head><body>x</body></html>", headers=html)
    ended = init(serve(by_path({"/": home})).url, "--dry-run")
    assert 'headers={"Accept-Language": "de"} in a mark does' in ended.out


def test_files_of_other_hosts_are_not_asked_for(init: Init, serve: Serve) -> None:
    """It is said, and where a host of one's own belongs; not where all files are of the site."""
    text = f'{HEAD}<script src="https://cdn.example/a.js"></script></head><body>x</body></html>'
    ended = init(serve(by_path({"/": page(text)})).url, "--dry-run")
    assert "not asked: files of cdn.example; " in ended.out
    assert "# belongs in [origins]." in ended.out
    assert "not asked" not in init(serve(by_path(SITE)).url, "--dry-run").out


def test_url_without_its_scheme(init: Init) -> None:
    """It is no file, and the message says how a URL begins."""
    ended = init("127.0.0.1:22007")
    assert ended.code == 4
    assert "127.0.0.1:22007: no such file; a URL begins with http:// or https://" in ended.output


def test_document_without_a_server(init: Init) -> None:
    """The message names the option."""
    Path("api.json").write_text(json.dumps(API))
    ended = init("api.json")
    assert ended.code == 4
    assert "add --origin URL" in ended.output


@pytest.mark.parametrize("text", ['{"swagger": "2.0", "paths": {}}', "swagger: '2.0'\npaths: {}\n"])
def test_document_of_swagger(init: Init, text: str) -> None:
    """It is said what it is and what to do; nothing is written."""
    Path("api").write_text(text)
    ended = init("api", "--origin=http://127.0.0.1:1")
    assert (ended.code, [path.name for path in Path.cwd().iterdir()]) == (4, ["api"])
    assert "api: is a Swagger 2.0 document; allowed is OpenAPI 3: convert it" in ended.output


@pytest.mark.parametrize("name", ["../../x", "a b", "", "-x", "a;b"])
def test_name_that_is_none_of_a_file(init: Init, serve: Serve, name: str) -> None:
    """Nothing is asked for, and nothing is written anywhere."""
    server = serve(by_path(SITE))
    ended = init(server.url, f"--env={name}")
    assert (ended.code, server.requests) == (4, [])
    assert "is no name for a file; allowed are letters" in ended.output
