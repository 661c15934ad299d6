"""Environment files load, or say which file, which key, what was found and what is allowed."""

import itertools
import os
import random
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from knowngood.environment.acceptance import AcceptedMutation, Advisory
from knowngood.environment.alarm_settings import EVENTS, NotifyEntry
from knowngood.environment.files import env_option, find, list_environments
from knowngood.environment.loader import (
    in_promotion_order,
    known_origins,
    load,
    override,
    refuse_lost_previous,
)
from knowngood.environment.model import BadEnvironment, Environment, Network
from knowngood.environment.schema import file_schema
from knowngood.environment.serve_settings import Control

ROOT = Path(__file__).resolve().parents[3]
BASE = 'description = "d"\n'
ORIGINS = '[origins]\ncontent = "https://stage.example"\n'
CLOCK = itertools.count(10**18, 10**9)
SECRET = "s3cr3t-Value"  # noqa: S105


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """The root of a suite whose folder of environments is there, but empty."""
    (tmp_path / "environments").mkdir()
    return tmp_path


def write(suite: Path, text: str, name: str = "stage.toml") -> Path:
    path = suite / "environments" / name
    path.write_text(text, "utf-8")
    time = next(CLOCK)  # a file system's clock may stand still between two of these
    os.utime(path, ns=(time, time))
    return path


def loaded(suite: Path, text: str) -> Environment:
    write(suite, text)
    return load("stage", suite)


def refusal(suite: Path, text: str, name: str = "stage") -> str:
    """The message with which the file is refused; it always names the file."""
    path = write(suite, text)
    with pytest.raises(BadEnvironment) as caught:
        load(name, suite)
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["local", "dev", "stage", "prod"])
def test_shipped_environment_loads(name: str) -> None:
    """The four environments of this repository are sound and know a hundred locales."""
    environment = load(name, ROOT)
    assert environment.name == name
    assert len(environment.params["locale"]) > 90
    assert set(environment.aliases) <= set(environment.params["locale"])
    assert set(environment.aliases.values()) <= set(environment.params["locale"])


@pytest.mark.parametrize(("text", "minutes"), [("1m", 1), ("90m", 90), ("2h", 120), ("1d", 1440)])
def test_a_wait_of_the_gate(suite: Path, text: str, minutes: int) -> None:
    """In minutes, hours or days."""
    gate = loaded(suite, f'{BASE}{ORIGINS}[gate]\nwait = "{text}"\n').gate
    assert gate.wait == timedelta(minutes=minutes)


def test_shipped_local_is_served_and_prod_is_protected() -> None:
    """``local`` starts its own deployment; nobody redirects ``prod``."""
    local = load("local", ROOT)
    assert local.serve is not None
    assert local.serve.origins == ("content", "submission")
    assert not local.origins
    assert load("prod", ROOT).protected


def test_file_schema_is_valid_and_describes_every_property() -> None:
    """An editor can complete and explain every key."""
    jsonschema.Draft202012Validator.check_schema(file_schema())
    bare = [
        place for place, subschema in _properties("$", file_schema()) if not described(subschema)
    ]
    assert bare == []


def described(schema: Any) -> bool:
    return bool(schema.get("description") or schema.get("$ref"))


def _properties(place: str, schema: Any) -> list[tuple[str, Any]]:
    properties = []
    if isinstance(schema, dict):
        for name, subschema in schema.get("properties", {}).items():
            properties.append((f"{place}.{name}", subschema))
        for key, value in schema.items():
            properties += _properties(f"{place}.{key}", value)
    if isinstance(schema, list):
        for number, value in enumerate(schema):
            properties += _properties(f"{place}[{number}]", value)
    return properties


FULL = """
description = "everything"
promotes_from = "dev"
protected = true
writes = true
ca = "file:ca.pem"

[origins]
content = "https://stage.example/"
submission = "http://127.0.0.1:8000"

[params]
locale = "file:locales.txt"
page = ["", "v4/", "mobile/?v=1"]

[aliases]
he = "fr"

[release]
url = "content:/__version__"
shape = "text"
field = "build"

[[control]]
url = "https://control.example/"
header = "X-Control: yes"

[[advisory]]
check = "test_config.py::*"
case = "fr"
url = "content:/*/js/config.json"
reason = "bug 1"
until = 2026-12-31

[[accepted]]
mutation = "header-*"
url = "content:/*.png"
reason = "nobody reads them"
until = 2026-12-31

[edges]
content = ["192.0.2.1", "2001:db8::1", "edge.example:8443"]

[network]
http = "1.1"

[budget]
run = 60
probe = 2.5
attempts = 3
concurrency = 8
body = 2048
flaky = 0

[headers.config]
paths = '/.*\\.json'
Cache-Control = { max_age = 600 }
x-powered-by = false
X-Frame-Options = "deny|sameorigin"

[secrets]
token = "KNOWNGOOD_TEST_TOKEN"

[require]
checks = ["test_config.py::*"]

[serve]
command = ["{python}", "-m", "x"]
origins = ["metrics"]
"""


def test_every_key_arrives(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file says is what the environment holds, defaults nowhere."""
    monkeypatch.setenv("KNOWNGOOD_TEST_TOKEN", SECRET)
    write(suite, BASE + '[origins]\ncontent = "https://dev.example"\n', "dev.toml")
    (suite / "environments" / "ca.pem").write_text("")
    (suite / "environments" / "locales.txt").write_text("# all of them\nfr\n\nhe # Hebrew\n")
    environment = loaded(suite, FULL)
    assert (environment.description, environment.promotes_from) == ("everything", "dev")
    assert (environment.protected, environment.writes) == (True, True)
    assert environment.ca == suite / "environments" / "ca.pem"
    assert environment.origins == {
        "content": "https://stage.example",
        "submission": "http://127.0.0.1:8000",
    }
    assert environment.params == {"locale": ("fr", "he"), "page": ("", "v4/", "mobile/?v=1")}
    assert environment.aliases == {"he": "fr"}
    assert environment.release is not None
    assert (environment.release.url, environment.release.shape, environment.release.field) == (
        "content:/__version__",
        "text",
        "build",
    )
    assert environment.control == (Control("https://control.example/", header="X-Control: yes"),)
    [advisory] = environment.advisory
    assert advisory == Advisory(
        "test_config.py::*", "bug 1", date(2026, 12, 31), "fr", "content:/*/js/config.json"
    )
    assert environment.accepted == (
        AcceptedMutation("header-*", "nobody reads them", "content:/*.png", date(2026, 12, 31)),
    )
    assert environment.edges == {"content": ("192.0.2.1", "[2001:db8::1]", "edge.example:8443")}
    assert environment.network == Network(proxy="", http="1.1")
    assert not environment.network.http2
    budget = environment.budget
    assert (budget.run, budget.probe, budget.attempts) == (60, 2.5, 3)
    assert (budget.concurrency, budget.body, budget.flaky) == (8, 2048, 0)
    age, absent, pattern = environment.headers
    assert (age.kind, age.header, age.expected) == ("config", "cache-control", 600)
    assert (absent.header, absent.expected) == ("x-powered-by", None)
    assert pattern.problem(httpx.Headers({pattern.header: "DENY"})) is None
    assert pattern.problem(httpx.Headers({pattern.header: "allow"})) is not None
    assert environment.secrets == {"token": SECRET}
    assert list(environment.secret_variables.values()) == [SECRET]
    assert environment.require == ("test_config.py::*",)
    assert environment.serve is not None
    assert environment.serve.command == ("{python}", "-m", "x")
    assert environment.serve.origins == ("metrics",)


def test_value_may_be_a_place_or_any_path(suite: Path) -> None:
    """Host and port, for checks of other protocols; what paths of pages hold."""
    values = ["mail.example.org:25", "ws://127.0.0.1:80/x", "wiki/Talk:Rye%20bread,_dark"]
    text = f'{BASE}[origins]\ncontent = "https://stage.example"\n[params]\nplace = {values}\n'
    assert loaded(suite, text).params["place"] == tuple(values)


@pytest.mark.parametrize("name", ["elsewhere", "rtl"])
def test_a_list_that_may_be_empty(suite: Path, name: str) -> None:
    """A site may load nothing from elsewhere, or have no language from right to left."""
    text = f'{BASE}[origins]\ncontent = "https://stage.example"\n[params]\n{name} = []\n'
    assert loaded(suite, text).params[name] == ()


def test_smallest_file(suite: Path) -> None:
    """A description and one origin are enough; nothing is written, every check is required."""
    environment = loaded(suite, BASE + ORIGINS)
    assert (environment.protected, environment.writes, environment.require) == (
        False,
        False,
        ("*",),
    )
    assert environment.budget.attempts > 1


def test_environment_is_frozen(suite: Path) -> None:
    """Nothing a check does to its environment can reach the next check."""
    environment: Any = loaded(suite, BASE + ORIGINS)
    with pytest.raises(AttributeError):
        environment.writes = True
    with pytest.raises(TypeError):
        environment.origins["content"] = "https://elsewhere.example"


ROLLBACK = """
[serve]
command = ["x"]
origins = ["o"]
[serve.drill]
faults = ["x"]
command = ["x"]
[serve.drill.rollback]
build = ["{folder}"]
command = ["{folder}"]
"""

ADVISORY = '[[advisory]]\ncheck = "*"\nreason = "bug 1"\n'

ACCEPTED = '[[accepted]]\nmutation = "slow"\n'

MISTAKES = {
    "unknown-key": (
        'colour = "red"\n',
        "unknown key colour; allowed: ",
        "aliases, browser, budget",
    ),
    "unknown-table": ("[budgets]\nrun = 1\n", "budgets; did you mean budget? allowed: acc"),
    "misspelt-key": (
        'promotes_form = "dev"\n',
        "unknown key promotes_form; did you mean promotes_from? allowed: accepted, ",
    ),
    "unknown-release-key": ('[release]\nurl = "content:/v"\nuri = "x"\n', "release", "unknown"),
    "unknown-budget-key": ("[budget]\nretries = 1\n", "budget", "unknown key retries"),
    "unknown-control-key": ('[[control]]\nurl = "http://c"\nx = 1\n', "control.0", "unknown key"),
    "unknown-require-key": ('[require]\ncheck = ["*"]\n', "require", "allowed: checks"),
    "unknown-serve-key": (
        '[serve]\ncommand = ["x"]\norigins = ["o"]\nport = 1\n',
        "serve",
        "unknown key port",
    ),
    "unknown-header-rule-key": (
        '[headers.a]\npaths = "/"\nx = { maxage = 1 }\n',
        "headers.a.x",
        "max_age = SECONDS",
    ),
    "http-another": ('[network]\nhttp = "3"\n', "network.http: found '3'", '"1.1" forbids it'),
    "http-a-number": ("[network]\nhttp = 1.1\n", "network.http: found 1.1", '"1.1" forbids it'),
    "promotes_from-empty": ('promotes_from = ""\n', "promotes_from", "name of the environment"),
    "promotes_from-itself": ('promotes_from = "stage"\n', "found 'stage'", "another environment"),
    "promotes_from-a-path": ('promotes_from = "../stage"\n', "promotes_from", "'../stage'"),
    "promotes_from-a-dot": ('promotes_from = "."\n', "promotes_from", "'.'"),
    "promotes_from-with-nul": ('promotes_from = "a\\u0000"\n', "promotes_from", "x00"),
    "protected-text": ('protected = "yes"\n', "protected: found 'yes'", "true or false"),
    "protected-number": ("protected = 1\n", "protected: found 1", "true or false"),
    "writes-quoted": ('writes = "true"\n', "found the text 'true'; write it without quotes; all"),
    "number-quoted": (
        '[budget]\nconverge = "8"\n',
        "budget.converge: found the text '8'; write it without quotes; allowed: seconds",
    ),
    "number-text": ('[budget]\nconverge = "8 s"\n', "budget.converge: found '8 s'; allowed: sec"),
    "writes-text": ('writes = "no"\n', "writes: found 'no'", "true or false"),
    "ca-without-file": ('ca = "ca.pem"\n', "ca: found 'ca.pem'", '"file:NAME"'),
    "ca-missing": ('ca = "file:ca.pem"\n', "ca: there is no file", "ca.pem"),
    "ca-a-folder": ('ca = "file:."\n', "ca: there is no file", "environments"),
    "ca-too-long": (f'ca = "file:{"a" * 300}"\n', "ca: there is no file", "aaa"),
    "ca-with-nul": ('ca = "file:a\\u0000"\n', "ca: there is no file", "x00"),
    "params-no-table": ("params = 1\n", "params: found 1", "name = list of values"),
    "params-name": ('[params]\nLocale = ["fr"]\n', "params: found 'Locale'", "lower-case"),
    "params-text": ('[params]\nlocale = "fr"\n', "params.locale: found 'fr'", '"file:NAME"'),
    "params-number-in-list": ("[params]\nyear = [2024]\n", "params.year.0: found 2024", "letters"),
    "params-empty": ("[params]\nlocale = []\n", "params.locale: found []", "not empty"),
    "params-twice": ('[params]\nlocale = ["fr", "fr"]\n', "params.locale", "listed twice: ['fr']"),
    "params-space": ('[params]\nlocale = ["f r"]\n', "params.locale.0: found 'f r'", "letters"),
    "params-newline": ('[params]\nlocale = ["fr\\n"]\n', "params.locale", "'fr\\n'"),
    "params-brace": ('[params]\nlocale = ["{x}"]\n', "params.locale.0: found '{x}'", "letters"),
    "params-no-file": ('[params]\nlocale = "file:no.txt"\n', "params.locale", "no.txt"),
    "aliases-text": ('aliases = "he"\n', "aliases: found 'he'", "alias = target"),
    "aliases-list": ('aliases = ["he"]\n', "aliases: found ['he']", "alias = target"),
    "aliases-no-file": ('aliases = "file:no.txt"\n', "aliases: there is no file", "no.txt"),
    "aliases-of-alias": ('[aliases]\na = "b"\nb = "c"\n', "aliases.a: found 'b'", "no alias"),
    "aliases-of-itself": ('[aliases]\na = "a"\n', "aliases.a: found 'a'", "no alias"),
    "aliases-number": ("[aliases]\na = 1\n", "aliases.a: found 1", "letters"),
    "aliases-odd-name": ('[aliases]\n"a b" = "c"\n', "aliases: found 'a b'", "letters"),
    "aliases-odd-target": ('[aliases]\na = "b c"\n', "aliases.a: found 'b c'", "letters"),
    "aliases-no-name": ('[aliases]\n"" = "c"\n', "aliases: found ''", "an alias"),
    "release-no-table": (
        'release = "v1"\n',
        "release: found 'v1'",
        "url, shape, field, header, repository and unbuilt",
    ),
    "release-no-url": ('[release]\nshape = "json"\n', "release", "needs the key url"),
    "release-full-url": ('[release]\nurl = "https://x/v"\n', "release.url", "'https'"),
    "release-no-origin": ('[release]\nurl = "/v"\n', "release.url: found '/v'", "ORIGIN:/path"),
    "release-unknown-origin": ('[release]\nurl = "cdn:/v"\n', "release.url", "'cdn'", "content"),
    "release-space": ('[release]\nurl = "content:/v 1"\n', "release.url", "ORIGIN:/path"),
    "release-shape": (
        '[release]\nurl = "content:/v"\nshape = "xml"\n',
        "release.shape: found 'xml'",
        '"json" or "text"',
    ),
    "release-header-and-field": (
        '[release]\nurl = "content:/v"\nheader = "X-Release"\nfield = "tag"\n',
        "release.field",
        "release.header",
        "keep one",
    ),
    "release-field": (
        '[release]\nurl = "content:/v"\nfield = ""\n',
        "release.field: found ''",
        "the key of a json document",
    ),
    "advisory-no-list": ("[advisory]\nx = 1\n", "advisory: found", "a list of tables"),
    "advisory-no-date": (ADVISORY, "advisory.0", "needs the key until", "check, reason and until"),
    "advisory-text-for-a-date": (
        f'{ADVISORY}until = "2026-12-31"\n',
        "advisory.0.until: found '2026-12-31'",
        "a date without quotes such as 2026-12-31",
    ),
    "advisory-a-time": (f"{ADVISORY}until = 2026-12-31T10:00:00\n", "advisory.0.until", "a date"),
    "advisory-unknown-key": (f"{ADVISORY}locale = 1\n", "advisory.0", "unknown key locale"),
    "advisory-no-reason": (
        '[[advisory]]\ncheck = "*"\nuntil = 2026-12-31\nreason = " "\n',
        "advisory.0.reason: found ' '",
        "why the failures are accepted",
    ),
    "advisory-full-url": (
        f'{ADVISORY}until = 2026-12-31\nurl = "https://h/a"\n',
        "advisory.0.url",
        "'https'",
    ),
    "advisory-path": (
        f'{ADVISORY}until = 2026-12-31\nurl = "/a"\n',
        "advisory.0.url: found '/a'",
        '"ORIGIN:/path"',
    ),
    "accepted-no-list": ("[accepted]\nx = 1\n", "accepted: found", "mutation and reason"),
    "accepted-no-reason": (
        '[[accepted]]\nmutation = "slow"\n',
        "accepted.0: needs the key reason",
        "mutation and reason",
    ),
    "accepted-empty-reason": (
        f"{ACCEPTED}reason = ''\n",
        "accepted.0.reason: found ''",
        "why nobody need notice",
    ),
    "accepted-no-mutation": ('[[accepted]]\nreason = "x"\n', "accepted.0: needs the key mutation"),
    "accepted-path": (
        f'{ACCEPTED}reason = "x"\nurl = "/a"\n',
        "accepted.0.url: found '/a'",
        '"ORIGIN:/path"',
    ),
    "accepted-unknown-origin": (
        f'{ACCEPTED}reason = "x"\nurl = "cdn:/a"\n',
        "accepted.0.url: names the origin 'cdn'",
        "this file has: content",
    ),
    "accepted-text-for-a-date": (
        f'{ACCEPTED}reason = "x"\nuntil = "2026-12-31"\n',
        "accepted.0.until: found '2026-12-31'",
        "a date without quotes such as 2026-12-31",
    ),
    "control-no-list": ("[control]\nx = 1\n", "control", "a list of tables"),
    "control-no-url": ("[[control]]\nbody = 'x'\n", "control.0", "needs the key url"),
    "control-url": ('[[control]]\nurl = "c"\n', "control.0.url: found 'c'", "an absolute URL"),
    "control-body": ('[[control]]\nurl = "http://c"\nbody = 1\n', "control.0.body", "text"),
    "control-header": ('[[control]]\nurl = "http://c"\nheader = 1\n', "control.0.header", "Name"),
    "edges-no-table": ("edges = 1\n", "edges: found 1", "a table of origin"),
    "edges-text": ('[edges]\ncontent = "1.2.3.4"\n', "edges.content", "'1.2.3.4'"),
    "edges-number": ("[edges]\ncontent = [1]\n", "edges.content.0", "found 1"),
    "budget-no-table": ("budget = 1\n", "budget: found 1", "run, probe, attempts"),
    "budget-run-zero": ("[budget]\nrun = 0\n", "budget.run: found 0", "above 0"),
    "budget-run-endless": ("[budget]\nrun = inf\n", "budget.run: found inf", "above 0"),
    "budget-run-nan": ("[budget]\nrun = nan\n", "budget.run: found nan", "above 0"),
    "budget-probe-negative": ("[budget]\nprobe = -1\n", "budget.probe: found -1", "above 0"),
    "budget-probe-true": ("[budget]\nprobe = true\n", "budget.probe: found True", "above 0"),
    "budget-attempts-zero": ("[budget]\nattempts = 0\n", "budget.attempts: found 0", "1 to 20"),
    "budget-attempts-21": ("[budget]\nattempts = 21\n", "budget.attempts: found 21", "1 to 20"),
    "budget-attempts-float": ("[budget]\nattempts = 3.0\n", "budget.attempts", "found 3.0"),
    "budget-attempts-true": ("[budget]\nattempts = true\n", "budget.attempts", "found True"),
    "budget-concurrency": ("[budget]\nconcurrency = 513\n", "budget.concurrency", "1 to 512"),
    "budget-body-small": ("[budget]\nbody = 1023\n", "budget.body: found 1023", "from 1024"),
    "budget-body-huge": (f"[budget]\nbody = {10**30}\n", "budget.body: found 1000", "from 1024"),
    "budget-flaky-high": ("[budget]\nflaky = 1.1\n", "budget.flaky: found 1.1", "from 0 to 1"),
    "budget-flaky-nan": ("[budget]\nflaky = nan\n", "budget.flaky: found nan", "from 0 to 1"),
    "release-bad-unbuilt": (
        "[release]\nurl = 'content:/v'\nunbuilt = '('\n",
        "release.unbuilt: found '('",
        "a regular expression",
    ),
    "deploy-unknown-field": (
        '[deploy]\ncommand = ["x", "--to={branch}"]\n',
        "deploy.command.1: found '--to={branch}'",
        "{release}, {commit} or {env}",
    ),
    "gate-review": ("[gate]\nreview = 'r='\n", "gate.review: found 'r='", "gate.mark"),
    "gate-mark": ("[gate]\nmark = '('\n", "gate.mark: found '('", "unterminated"),
    "gate-reviews": ("[gate]\nreviews = 'gitea'\n", "gate.reviews: found 'gitea'", "github"),
    "gate-level": ("[gate]\nlevel = 'most'\n", "gate.level: found 'most'", "full"),
    "gate-wait": ("[gate]\nwait = '30'\n", "gate.wait: found '30'", "30m"),
    "gate-approve": ("[gate]\napprove = '*'\n", "gate.approve: needs gate.signers", "keys"),
    "gate-wait-none": ("[gate]\nwait = '0m'\n", "gate.wait: found '0m'", "30m"),
    "gate-timezone": ("[gate]\ntimezone = 'Bonn'\n", "gate.timezone: found 'Bonn'", "Berlin"),
    "gate-timezone-path": ("[gate]\ntimezone = '/etc'\n", "gate.timezone: found '/etc'", "Berlin"),
    "gate-holiday": (
        '[gate]\nholidays = ["2026-02-29"]\n',
        "gate.holidays.0: found '2026-02-29'",
        "a date such as",
    ),
    "gate-signers": ('[gate]\nsigners = "file:no"\n', "gate.signers: there is no file", "no"),
    "control-origin": (
        "[[control]]\nurl = 'http://u:pw@c'\nbody = 'x'\n",
        "control.0.url",
        "holds a user name or password",
    ),
    "control-our-own": (
        "[[control]]\nurl = 'https://STAGE.example:443/x'\nbody = 'x'\n",
        "control.0.url",
        "on the origin 'content'",
    ),
    "rollback-outside": (
        f"{ROLLBACK}lost = 'a/../b'\n",
        "serve.drill.rollback.lost: found 'a/../b'",
        "the path below the site",
    ),
    "headers-no-table": ("headers = 1\n", "headers: found 1", "a table for each kind of URL"),
    "headers-no-paths": ("[headers.a]\nx = 'y'\n", "headers.a", "needs the key paths"),
    "headers-bad-paths": ("[headers.a]\npaths = '('\n", "headers.a.paths: found '('", "regular"),
    "headers-bad-value": (
        "[headers.a]\npaths = '/'\nx-y = '*'\n",
        "headers.a.x-y: found '*'",
        "a regular expression",
    ),
    "headers-true": ("[headers.a]\npaths = '/'\nx = true\n", "headers.a.x: found True", "false"),
    "headers-zero": ("[headers.a]\npaths = '/'\nx = 0\n", "headers.a.x: found 0", "false"),
    "headers-age-text": (
        "[headers.a]\npaths = '/'\nx = { max_age = '1' }\n",
        "headers.a.x.max_age: found the text '1'; write it without quotes",
        "in seconds",
    ),
    "headers-no-header": (
        "[headers.a]\npaths = '/'\n'x y' = false\n",
        "headers.a: found 'x y'",
        "the name of a header",
    ),
    "headers-empty-header": (
        "[headers.a]\npaths = '/'\n'' = false\n",
        "headers.a: found ''",
        "the name of a header",
    ),
    "require-no-table": ('require = ["*"]\n', "require: found ['*']", "checks: what must run"),
    "require-text": ('[require]\nchecks = "*"\n', "require.checks: found '*'", "a list of"),
    "require-nothing": ("[require]\nchecks = []\n", "require.checks: found []", "a list of"),
    "require-empty": ('[require]\nchecks = [""]\n', "require.checks.0: found ''", "a pattern"),
    "watch-no-table": ("watch = 1\n", "watch: found 1", "confirm, recover"),
    "watch-confirm": ("[watch]\nconfirm = 0\n", "watch.confirm: found 0", "from 1 to 10"),
    "watch-recover": ("[watch]\nrecover = 1.5\n", "watch.recover: found 1.5", "from 1 to 10"),
    "watch-stale": ("[watch]\nstale = -1\n", "watch.stale: found -1", "minutes"),
    "watch-remind": ("[watch]\nremind = 0\n", "watch.remind: found 0", "hours"),
    "watch-heartbeat": (
        '[watch]\nheartbeat = "secret:x"\n',
        "watch.heartbeat: names the secret 'x'",
        "[secrets] has: nothing",
    ),
    "watch-keep": ("[watch]\nkeep = 500\n", "watch.keep: found 500", "days"),
    "serve-no-table": (
        'serve = "x"\n',
        "serve: found 'x'",
        "command, origins and drill",
    ),
    "serve-no-command": ('[serve]\norigins = ["o"]\n', "serve", "needs the key command"),
    "serve-no-origins": ('[serve]\ncommand = ["x"]\n', "serve", "needs the key origins"),
    "serve-command-text": (
        '[serve]\ncommand = "x"\norigins = ["o"]\n',
        "serve.command: found 'x'",
        "the program and its arguments",
    ),
    "serve-command-empty": (
        '[serve]\ncommand = []\norigins = ["o"]\n',
        "serve.command: found []",
        "the program and its arguments",
    ),
    "serve-origins-empty": (
        '[serve]\ncommand = ["x"]\norigins = []\n',
        "serve.origins: found []",
        "the names of the origins",
    ),
    "serve-origins-name": (
        '[serve]\ncommand = ["x"]\norigins = ["A B"]\n',
        "serve.origins.0: found 'A B'",
        "lower-case letters",
    ),
    "params-hidden": ('[params]\nnonce = ["x"]\n', "params.nonce", "choose another"),
    "aliases-unknown-alias": (
        '[params]\nlocale = ["fr"]\n[aliases]\nhe = "fr"\n',
        "'he' of he = fr",
        "any list in [params]",
    ),
    "aliases-unknown-target": (
        '[params]\nlocale = ["he"]\n[aliases]\nhe = "fr"\n',
        "'fr' of he = fr",
        "any list in [params]",
    ),
    "secrets-no-table": ('secrets = "x"\n', "secrets: found something else", "a table of name"),
    "secrets-name": ('[secrets]\nToken = "A"\n', "secrets: found something else", "lower-case"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistake_is_named(suite: Path, case: str) -> None:
    """Every mistake is refused with the file, the key, what was found and what is allowed."""
    text, *words = MISTAKES[case]
    before, after = (text, "") if not text.startswith("[") else ("", text)
    message = refusal(suite, BASE + before + ORIGINS + after)
    for word in words:
        assert word in message


ORIGIN_MISTAKES = {
    "no-table": ('origins = "https://a"\n', "origins: found 'https://a'", 'name = "https://'),
    "number": ("[origins]\ncontent = 1\n", "origins.content: found 1", '"http://HOST[:PORT]"'),
    "empty": ('[origins]\ncontent = ""\n', "origins.content: found ''", "HOST"),
    "name": ('[origins]\nContent = "https://a"\n', "origins: found 'Content'", "lower-case"),
    "no-scheme": ('[origins]\ncontent = "a.example"\n', "origins.content: found 'a.example'"),
    "path": ('[origins]\ncontent = "https://a/b"\n', "origins.content: found 'https://a/b'"),
    "space": ('[origins]\ncontent = "https://a b"\n', "origins.content: found 'https://a b'"),
    "none-at-all": ("", "needs [origins] with at least one URL, or [serve]"),
    "empty-table": ("[origins]\n", "needs [origins] with at least one URL, or [serve]"),
}


@pytest.mark.parametrize("case", ORIGIN_MISTAKES)
def test_bad_origin_is_named(suite: Path, case: str) -> None:
    """An origin that is none is refused, with its key."""
    text, *words = ORIGIN_MISTAKES[case]
    message = refusal(suite, BASE + text)
    for word in words:
        assert word in message


def test_missing_or_empty_description(suite: Path) -> None:
    """An environment says in a line what it is, for whoever has to choose one."""
    assert "needs the key description" in refusal(suite, ORIGINS)
    assert "description: found ''" in refusal(suite, 'description = ""\n' + ORIGINS)


def test_all_mistakes_are_told_at_once(suite: Path) -> None:
    """Two mistakes make two lines, so that one round of editing is enough."""
    message = refusal(suite, 'description = 1\nwrites = "x"\n' + ORIGINS)
    assert [line.split(": ")[1] for line in message.splitlines()] == ["description", "writes"]


def test_promotes_from_is_a_name_and_no_path(suite: Path) -> None:
    """A path that leads to another environment is not its name."""
    write(suite, BASE + '[origins]\ncontent = "https://dev.example"\n', "dev.toml")
    text = BASE + 'promotes_from = "../environments/dev"\n' + ORIGINS
    assert "promotes_from: found '../environments/dev'" in refusal(suite, text)
    assert loaded(suite, text.replace("../environments/", "")).promotes_from == "dev"


@pytest.mark.parametrize("name", ["qa", "a" * 300])
def test_the_file_of_another_environment_is_not_needed(suite: Path, name: str) -> None:
    """It may be gone while this one is rolled back. The gate asks for it."""
    environment = loaded(suite, BASE + f'promotes_from = "{name}"\n' + ORIGINS)
    assert environment.promotes_from == name
    with pytest.raises(BadEnvironment, match=f"promotes_from: found '{name}'; expected the name"):
        refuse_lost_previous(environment)


def test_long_value_is_cut(suite: Path) -> None:
    """A message stays readable whatever stands in the file."""
    assert len(refusal(suite, BASE + f'writes = "{"x" * 5000}"\n' + ORIGINS)) < 1000


@pytest.mark.parametrize(
    "theirs",
    [
        "https://stage.example",
        "https://stage.example/",
        "https://stage.example:443",
        "https://STAGE.example",
        "HTTPS://stage.example",
        "https://stage.example.",
    ],
)
def test_origin_of_another_environment(suite: Path, theirs: str) -> None:
    """However it is spelt, an origin belongs to one environment; both files and keys are named."""
    write(suite, BASE + f'[origins]\nsite = "{theirs}"\n', "prod.toml")
    message = refusal(suite, BASE + ORIGINS)
    for word in ("origins.content", "https://stage.example", "origins.site", "prod.toml"):
        assert word in message


@pytest.mark.parametrize("copy", ["stage-old", "old_stage", "stage2"])
def test_a_copy_bars_only_itself(suite: Path, copy: str) -> None:
    """The original works; the copy names both files, and says what to do."""
    write(suite, BASE + ORIGINS, f"{copy}.toml")
    assert loaded(suite, BASE + ORIGINS).name == "stage"
    with pytest.raises(BadEnvironment) as refused:
        load(copy, suite)
    for words in (f"/{copy}.toml: origins.content", "/stage.toml", "if one is a copy, move that"):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ('promotes_from = "prestage"\n', ""),
        ("", 'promotes_from = "stage"\n'),
        ("", '[gate]\nrequires = ["stage"]\n'),
    ],
)
def test_what_vouches_for_another_is_no_copy(suite: Path, ours: str, theirs: str) -> None:
    """A release that PASSED on one would count on the other, and it is the same deployment."""
    write(suite, BASE + theirs + ORIGINS, "prestage.toml")
    assert "prestage.toml; an origin belongs to one" in refusal(suite, BASE + ours + ORIGINS)


@pytest.mark.parametrize(
    ("folder", "option"),
    [
        ("suite/environments", "--env=stage"),
        ("suite", "--env=stage"),
        ("", "'--env={path}'"),
        ("other", "'--env={path}'"),
    ],
)
def test_the_option_that_means_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, option: str
) -> None:
    """Its name where that means it, and else its path, for a shell."""
    top = tmp_path / "a folder"
    (top / "suite" / "environments").mkdir(parents=True)
    (top / "other" / "environments").mkdir(parents=True)
    monkeypatch.chdir(top / folder)
    path = top / "suite" / "environments" / "stage.toml"
    assert env_option(path) == option.format(path=path)


@pytest.mark.parametrize(
    "theirs",
    [
        "http://stage.example",
        "https://stage.example:8443",
        "https://www.stage.example",
        "https://[bad",
        "https://stage.example:99999",
    ],
)
def test_origin_of_its_own(suite: Path, theirs: str) -> None:
    """Another scheme, port or host is another origin; a neighbour's bad URL is no matter here."""
    write(suite, BASE + f'[origins]\nsite = "{theirs}"\n', "prod.toml")
    assert loaded(suite, BASE + ORIGINS).origins == {"content": "https://stage.example"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("not toml", id="no-toml"),
        pytest.param("origins = 1", id="origins-no-table"),
        pytest.param("[origins]\nx = 1", id="origin-no-text"),
    ],
)
def test_neighbour_that_is_broken(suite: Path, text: str) -> None:
    """A mistake in another file does not keep this environment from being verified."""
    write(suite, text, "prod.toml")
    (suite / "environments" / "folder.toml").mkdir()
    assert loaded(suite, BASE + ORIGINS).name == "stage"


def test_files_are_parsed_once(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many environments a process loads, each file is parsed once until it changes."""
    texts: list[str] = []
    parse = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text: texts.append(text) or parse(text))
    write(suite, BASE + '[origins]\ncontent = "https://dev.example"\n', "dev.toml")
    stage = loaded(suite, BASE + ORIGINS)
    assert known_origins(load("dev", suite)) == known_origins(stage) == {"content"}
    assert len(texts) == 2
    assert loaded(suite, BASE + ORIGINS + '[params]\nx = ["y"]\n').params == {"x": ("y",)}
    assert len(texts) == 3


@pytest.mark.parametrize(
    ("sibling", "names"),
    [
        pytest.param('[serve]\norigins = ["a"]\n[origins]\nb = ""\n', {"a", "b"}, id="sound"),
        pytest.param('serve = "a"\norigins = ["b"]\n', set(), id="no-tables"),
        pytest.param("[serve]\norigins = 1\n", set(), id="no-list"),
        pytest.param("no TOML", set(), id="no-toml"),
    ],
)
def test_known_origins(suite: Path, sibling: str, names: set[str]) -> None:
    """A name is known if any environment has it; mistakes of siblings do not matter."""
    write(suite, sibling, "dev.toml")
    assert known_origins(loaded(suite, BASE + ORIGINS)) == {"content", *names}


def test_credential_of_a_neighbour_is_not_quoted(suite: Path) -> None:
    """The other file's password does not appear when its origin is shared."""
    write(suite, BASE + '[origins]\nsite = "https://bob:hunter2@stage.example"\n', "prod.toml")
    assert "hunter2" not in refusal(suite, BASE + ORIGINS)


def test_password_of_a_repository(suite: Path) -> None:
    """It is refused and not quoted: each command that names the repository would show it. The user
    of ssh, or of a credential helper, is no secret.
    """
    text = BASE + ORIGINS + '[release]\nurl = "content:/v"\nrepository = "{}"\n'
    message = refusal(suite, text.format("https://ci:hunter2@git.example/site.git"))
    assert "release.repository: holds a password; leave it out, and let git find it" in message
    assert "hunter2" not in message
    for sound in ("ssh://git@git.example:22/a@b:c", "https://ci@git.example/s.git", "git@h:a/b@c"):
        loaded(suite, text.format(sound))


def test_credential_in_an_origin(suite: Path) -> None:
    """A password in an origin is refused and not quoted, shared or not."""
    write(suite, BASE + ORIGINS, "prod.toml")
    text = BASE + '[origins]\ncontent = "https://bob:hunter2@stage.example"\n'
    message = refusal(suite, text)
    assert "origins.content: holds a user name or password" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "holds no value", id="empty"),
        pytest.param(b"# fr\n\n   \n", "holds no value", id="comments-only"),
        pytest.param(b"fr\nde\nfr\n", "listed twice: ['fr']", id="duplicate"),
        pytest.param(b"fr\n\xff\xfe\n", "no UTF-8 text", id="not-utf-8"),
        pytest.param(b"fr de\n", "found 'fr de'", id="two-on-a-line"),
        pytest.param(b"fr\x00\n", "letters, digits", id="nul"),
    ],
)
def test_bad_list_file(suite: Path, content: bytes, word: str) -> None:
    """A list in a file of its own is checked like one in place; the key leads there."""
    (suite / "environments" / "locales.txt").write_bytes(content)
    message = refusal(suite, BASE + ORIGINS + '[params]\nlocale = "file:locales.txt"\n')
    assert "params.locale" in message
    assert word in message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "holds no value", id="empty"),
        pytest.param(b"he\n", "aliases.he: found ''", id="no-target"),
        pytest.param(b"= fr\n", "aliases: found ''", id="no-alias"),
        pytest.param(b"he = fr\nhe = de\n", "listed twice: 'he'", id="duplicate"),
        pytest.param(b"he = fr\nfr = de\n", "aliases.he: found 'fr'", id="alias-of-alias"),
        pytest.param(b"he = fr = de\n", "aliases.he: found 'fr = de'", id="two-targets"),
        pytest.param(b"\xff\n", "no UTF-8 text", id="not-utf-8"),
    ],
)
def test_bad_alias_file(suite: Path, content: bytes, word: str) -> None:
    """Aliases in a file of their own are checked like those in place."""
    (suite / "environments" / "aliases.txt").write_bytes(content)
    message = refusal(suite, BASE + 'aliases = "file:aliases.txt"\n' + ORIGINS)
    assert "aliases" in message
    assert word in message


def test_alias_file(suite: Path) -> None:
    """One alias a line, comments and spaces aside."""
    (suite / "environments" / "a.txt").write_text("# Hebrew\nhe=en-US\n en-ZA  =  en-US # too\n")
    params = '[params]\nlocale = ["he", "en-US", "en-ZA"]\n'
    environment = loaded(suite, BASE + 'aliases = "file:a.txt"\n' + ORIGINS + params)
    assert environment.aliases == {"he": "en-US", "en-ZA": "en-US"}


@pytest.mark.parametrize(
    ("value", "word"),
    [
        pytest.param(None, "not set", id="unset"),
        pytest.param("", "empty", id="empty"),
        pytest.param(SECRET + "\n", "newline", id="last-newline"),
        pytest.param(SECRET + "\r\nX: y", "newline", id="header-injection"),
        pytest.param(SECRET + "\t", "newline", id="tab"),
        pytest.param(SECRET + "é", "newline", id="not-ascii"),
        pytest.param(SECRET + "\udcff", "newline", id="not-utf-8"),
    ],
)
def test_unusable_secret_variable(
    suite: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, word: str
) -> None:
    """The variable is named and what is the matter with it; its value never."""
    monkeypatch.delenv("KNOWNGOOD_TEST_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("KNOWNGOOD_TEST_TOKEN", value)
    message = refusal(suite, BASE + ORIGINS + '[secrets]\ntoken = "KNOWNGOOD_TEST_TOKEN"\n')
    assert "secrets.token reads the variable KNOWNGOOD_TEST_TOKEN" in message
    assert word in message
    assert SECRET not in message


@pytest.mark.parametrize(
    "pasted",
    [
        "hunter2",
        "s3cr3t-Value",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "AKIAIOSFODNN7EXAMPLE",
        "5F4DCC3B5AA765D61D8327DEB882CF99",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY==",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        'secrets = "{}"\n',
        'secrets = ["{}"]\n',
        '[secrets]\ntoken = "{}"\n',
        '[secrets]\ntoken = ["{}"]\n',
        '[secrets.token]\nvalue = "{}"\n',
        '[secrets]\n"{}" = "TOKEN"\n',
        '[secrets]\n"{} " = "TOKEN"\n',
    ],
    ids=["in-place-of-the-table", "list", "value", "list-of-values", "table", "key", "odd-key"],
)
def test_secret_pasted_into_the_file(suite: Path, place: str, pasted: str) -> None:
    """Whoever pastes the secret itself is told so, without its being shown."""
    text = place.format(pasted)
    before, after = (text, "") if not text.startswith("[") else ("", text)
    message = refusal(suite, BASE + before + ORIGINS + after)
    assert "secrets" in message
    if pasted != "hunter2" or '"hunter2" =' not in text:  # a sound name, the variable is not set
        assert pasted not in message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"description = \n", "not TOML", id="syntax"),
        pytest.param(b'description = "a"\ndescription = "b"\n', "not TOML", id="key-twice"),
        pytest.param(b"description = '\xff'\n", "not UTF-8 at byte 15", id="latin-1"),
        pytest.param(b"a = " + b"[" * 5000 + b"]" * 5000, "TOML", id="nested-too-deep"),
        pytest.param(b"a = " + b"1" * 5000, "TOML", id="number-too-long"),
        pytest.param(b"\x00", "not TOML", id="nul"),
    ],
)
def test_file_that_is_no_toml(suite: Path, content: bytes, word: str) -> None:
    """What cannot be read as TOML is said to be so, with the place where there is one."""
    path = suite / "environments" / "stage.toml"
    path.write_bytes(content)
    with pytest.raises(BadEnvironment) as caught:
        load("stage", suite)
    assert str(path) in str(caught.value)
    assert word in str(caught.value)


def test_unknown_name_lists_those_that_exist(suite: Path) -> None:
    """A name that is none lists the environments with their descriptions."""
    write(suite, 'description = "what Firefox shows"\n', "prod.toml")
    write(suite, "broken", "stage.toml")
    with pytest.raises(BadEnvironment) as caught:
        load("prd", suite)
    message = str(caught.value)
    assert "--env 'prd'" in message
    assert "prod         what Firefox shows" in message
    assert "stage        (this file cannot be read as TOML)" in message


@pytest.mark.parametrize("name", ["", ".", "..", "x\0", "a" * 300, "prod\n"])
def test_odd_name(suite: Path, name: str) -> None:
    """A name that no file can have is unknown like any other."""
    with pytest.raises(BadEnvironment, match="unknown environment"):
        find(name, suite)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark(suite: Path, mark: str) -> None:
    """Notepad writes it, and no editor shows it: neither the first key nor the first value of a
    list has it in its name.
    """
    write(suite, f"{mark}fr\r\nde\r\n", "l.txt")
    environment = loaded(suite, mark + BASE + ORIGINS + '[params]\nlocale = "file:l.txt"\n')
    assert environment.params["locale"] == ("fr", "de")


def test_the_way_of_a_release(suite: Path) -> None:
    """Two services have two ways; a circle, which no gate passes, ends."""
    previous = {"prod": "stage", "stage": "dev", "dev": "", "app": "app-dev", "a": "b", "b": "a"}
    environments = []
    for name, before in previous.items():
        promotes_from = f'promotes_from = "{before}"\n' if before else ""
        origin = f'[origins]\ncontent = "https://{name}.example"\n'
        write(suite, BASE + promotes_from + origin, f"{name}.toml")
        environments.append(load(name, suite))
    names = [environment.name for environment in in_promotion_order(environments)]
    assert names == ["b", "app", "a", "dev", "stage", "prod"]


def test_listing_of_nothing(tmp_path: Path) -> None:
    """Where there is no environment, the list says so."""
    assert list_environments(tmp_path / "environments") == (
        f"  none: {tmp_path / 'environments'} holds no .toml file"
    )


def test_folder_in_place_of_a_file(suite: Path) -> None:
    """A folder is no environment, by name or by path."""
    (suite / "environments" / "stage.toml").mkdir()
    with pytest.raises(BadEnvironment, match="unknown environment"):
        load("stage", suite)
    with pytest.raises(BadEnvironment, match="no such file"):
        load(str(suite / "environments" / "stage.toml"), suite)
    with pytest.raises(BadEnvironment, match="no such file"):
        load(f"{suite}/", suite)


def test_path_of_ones_own(suite: Path, tmp_path: Path) -> None:
    """A path leads to a file anywhere; its lists lie beside it and its name is its stem."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "mine.toml").write_text(BASE + ORIGINS + '[params]\nlocale = "file:l.txt"\n')
    (folder / "l.txt").write_text("fr\n")
    environment = load(str(folder / "mine.toml"), suite)
    assert (environment.name, environment.params["locale"]) == ("mine", ("fr",))


def test_path_from_the_working_directory(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--env mine.toml`` is the file here, and stays it when the directory changes."""
    (suite / "mine.toml").write_text(BASE + ORIGINS)
    monkeypatch.chdir(suite)
    assert load("mine.toml", suite / "nowhere").path == suite / "mine.toml"


def test_path_that_leads_nowhere(suite: Path) -> None:
    """A path without a file is refused by that path, not with a list of names."""
    with pytest.raises(BadEnvironment, match=r"--env '/nowhere/x\.toml': there is no such file"):
        load("/nowhere/x.toml", suite)


VALUES = [
    "1",
    "-1",
    "0",
    "1.5",
    "nan",
    "inf",
    "true",
    "false",
    '""',
    '"x"',
    '"file:"',
    '"file:x"',
    '"file:\\u0000"',
    '"content:/"',
    '"https://h"',
    '"\\u001b[2J"',
    "[]",
    "[1]",
    '[""]',
    '["x"]',
    "[[]]",
    "{}",
    "{ a = 1 }",
    '{ a = "b" }',
    "{ paths = '(' }",
    "{ max_age = 1.5 }",
    '{ url = "content:/" }',
    "1979-05-27",
    "07:32:00",
    "1979-05-27T07:32:00Z",
    "9" * 4000,
]


def _keys() -> list[str]:
    keys = []
    for name, schema in file_schema()["properties"].items():
        keys.append(name)
        keys += [f"{name}.{member}" for member in schema.get("properties", {})]
        if "properties" not in schema:
            keys += [f"{name}.a", f"{name}.a.b", f"{name}.a.paths"]
    return keys


@pytest.mark.parametrize("key", _keys())
def test_any_value_of_any_key(suite: Path, key: str) -> None:
    """Whatever stands at whatever key, the file loads or is refused; nothing else happens."""
    random_values = random.Random(key)  # noqa: S311
    for value in VALUES:
        lines = {"description": '"d"', "origins.content": '"https://stage.example"', key: value}
        if random_values.random() < 0.3:
            lines[random_values.choice(_keys())] = random_values.choice(VALUES)
        write(suite, "".join(f"{name} = {value}\n" for name, value in lines.items()))
        message = ""
        try:
            load("stage", suite)
        except BadEnvironment as error:
            message = str(error)
        assert not message or message.startswith(str(suite / "environments" / "stage.toml"))


def test_override_to_another_environment_s_origin(suite: Path) -> None:
    """A preview is a deployment of its own: pointing stage's run at prod is refused."""
    write(suite, BASE + '[origins]\ncontent = "https://prod.example"\n', "prod.toml")
    stage = loaded(suite, BASE + ORIGINS)
    preview = override(stage, "content=https://preview.example/")
    assert preview.origins == {"content": "https://preview.example"}
    with pytest.raises(BadEnvironment, match=r"prod\.toml"):
        override(stage, "content=https://PROD.example:443")


def test_approvals_lie_beside_the_environment(suite: Path) -> None:
    """CI writes the file before the gate; a run that asks no gate does not need it."""
    gate = loaded(suite, BASE + ORIGINS + '[gate]\nreviews = "github"\n').gate
    assert gate.reviews_file == suite / "environments" / "reviews.json"
    assert loaded(suite, BASE + ORIGINS).gate.reviews_file is None


NOTIFY = '[secrets]\nchat = "KG_CHAT"\n[[notify]]\nurl = "secret:chat"\n'


def test_who_is_notified(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry names a secret; without ``on`` it is told everything."""
    monkeypatch.setenv("KG_CHAT", "json://127.0.0.1/")
    environment = loaded(suite, BASE + ORIGINS + NOTIFY + 'on = ["failed"]\n')
    assert environment.notify == (NotifyEntry("chat", ("failed",)),)
    assert environment.secrets["chat"] == "json://127.0.0.1/"
    assert loaded(suite, BASE + ORIGINS + NOTIFY).notify == (NotifyEntry("chat", EVENTS),)


def test_an_address_may_be_absent(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that tells nobody does not need the variable; one that is there is hidden."""
    monkeypatch.delenv("KG_CHAT", raising=False)
    assert "chat" not in loaded(suite, BASE + ORIGINS + NOTIFY).secrets
    monkeypatch.setenv("KG_CHAT", "json://127.0.0.1/")
    environment = loaded(suite, BASE + ORIGINS + NOTIFY)
    assert environment.secret_variables == {"KG_CHAT": "json://127.0.0.1/"}


def test_other_secrets_may_not_be_absent(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what ``[[notify]]`` names is left out."""
    monkeypatch.delenv("KG_TOKEN", raising=False)
    text = BASE + ORIGINS + NOTIFY.replace("[secrets]\n", '[secrets]\ntoken = "KG_TOKEN"\n')
    assert "secrets.token reads the variable KG_TOKEN, which is not set" in refusal(suite, text)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('url = "secret:mail"', "notify.0.url: names the secret 'mail'; [secrets] has: nothing"),
        ('url = "slack://t0ken/"', 'allowed: "secret:NAME"'),
        ('url = "secret:a"\non = []', "notify.0.on: "),
        ('url = "secret:a"\non = ["passed"]', 'allowed: "failed", "recovered", "blind"'),
        ("", "notify.0: needs the key url"),
    ],
)
def test_a_mistake_in_notify_shows_no_address(table: str, said: str, suite: Path) -> None:
    """What stands there may be an address by mistake, and an address is a secret."""
    message = refusal(suite, f"{BASE}{ORIGINS}[[notify]]\n{table}\n")
    assert said in message
    assert "t0ken" not in message


def test_commands_that_send_nothing_need_no_address(
    suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without secrets no address is read, not even one that is set."""
    monkeypatch.setenv("KG_CHAT", "json://127.0.0.1/")
    write(suite, BASE + ORIGINS + NOTIFY)
    assert load("stage", suite, secrets=False).secrets == {}


def test_a_heartbeat_names_a_secret(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its variable may be absent, as those of ``[[notify]]``."""
    monkeypatch.delenv("KG_SWITCH", raising=False)
    text = '[secrets]\nswitch = "KG_SWITCH"\n[watch]\nheartbeat = "secret:switch"\n'
    environment = loaded(suite, BASE + ORIGINS + text)
    assert environment.watch.heartbeat == "switch"
    assert "switch" not in environment.secrets


def test_a_header_of_every_request_may_hold_a_secret(
    suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its variable must be set, also where it is an address, too; commands that send nothing need
    none.
    """
    send = '[send]\nX-Canary = "secret:canary"\nX-Other = "as it is"\n'
    text = BASE + ORIGINS + send + '[secrets]\ncanary = "KG_CANARY"\n'
    monkeypatch.setenv("KG_CANARY", "t0ken-of-the-canary")
    headers = {"X-Canary": "t0ken-of-the-canary", "X-Other": "as it is"}
    assert loaded(suite, text).send == headers
    monkeypatch.delenv("KG_CANARY")
    assert "secrets.canary reads the variable KG_CANARY, which is not set" in refusal(suite, text)
    both = text + '[watch]\nheartbeat = "secret:canary"\n'
    assert "KG_CANARY, which is not set" in refusal(suite, both)
    assert load("stage", suite, secrets=False).send == {"X-Other": "as it is"}


def test_a_header_with_a_secret_that_nobody_names(suite: Path) -> None:
    """The words themselves would be sent."""
    message = refusal(suite, BASE + ORIGINS + '[send]\nX-Canary = "secret:canary"\n')
    assert "send.X-Canary: names the secret 'canary'; [secrets] has: nothing" in message
