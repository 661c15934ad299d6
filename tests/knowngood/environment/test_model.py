"""An environment answers questions about itself and accepts only origins that are origins."""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

from knowngood.environment.headers import HeaderRule
from knowngood.environment.loader import override
from knowngood.environment.model import BadEnvironment, Environment
from knowngood.environment.origins import origin_trouble
from knowngood.environment.serve_settings import ServeCommand

ENVIRONMENT = Environment(
    name="stage",
    path=Path("environments/stage.toml"),
    description="the next release",
    origins=MappingProxyType({"content": "https://stage.example"}),
    aliases=MappingProxyType({"he": "en-US"}),
)


def rule(expected: str | int | None) -> HeaderRule:
    """Return what is expected of a header: a pattern, a largest age, or that it is not sent."""
    return HeaderRule(
        kind="config",
        paths=re.compile(r"/[^/]+/config\.json"),
        header="cache-control",
        expected=re.compile(expected, re.I) if isinstance(expected, str) else expected,
    )


def sent(values: list[str], **others: str) -> httpx.Headers:
    """Return the headers of an answer with these values of Cache-Control."""
    return httpx.Headers([*(("Cache-Control", value) for value in values), *others.items()])


@pytest.mark.parametrize(
    "url",
    [
        "http://stage.example",
        "https://stage.example",
        "https://stage.example/",
        "HTTPS://Stage.Example",
        "https://stage.example:8443",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "https://bücher.example",
    ],
)
def test_origin_that_is_one(url: str) -> None:
    """Scheme, host and perhaps a port make an origin."""
    assert origin_trouble(url) is None


@pytest.mark.parametrize(
    ("url", "word"),
    [
        pytest.param("", "expected http://", id="empty"),
        pytest.param("stage.example", "expected http://", id="no-scheme"),
        pytest.param("//stage.example", "expected http://", id="no-scheme-but-slashes"),
        pytest.param("ftp://stage.example", "expected http://", id="other-scheme"),
        pytest.param("https://", "expected http://", id="no-host"),
        pytest.param("https://:443", "expected http://", id="port-only"),
        pytest.param("https://stage.example:0", "expected http://", id="port-zero"),
        pytest.param("https://stage.example:65536", "no URL", id="port-too-large"),
        pytest.param("https://stage.example:http", "no URL", id="port-no-number"),
        pytest.param("https://[::1", "no URL", id="unclosed-bracket"),
        pytest.param("https://stage.example/fhr", "without a path", id="path"),
        pytest.param("https://stage.example/?a=b", "without a path", id="query"),
        pytest.param("https://stage.example/#top", "without a path", id="fragment"),
        pytest.param("https://stage.example?", "expected http://", id="empty-query"),
        pytest.param("https://stage.example#", "expected http://", id="empty-fragment"),
        pytest.param("https://stage\\.example", "expected http://", id="backslash"),
        pytest.param("https://stage%2eexample", "expected http://", id="escaped-host"),
        pytest.param("https://stage.example ", "white space", id="last-space"),
        pytest.param(" https://stage.example", "white space", id="first-space"),
        pytest.param("https://sta ge.example", "white space", id="space-in-host"),
        pytest.param("https://stage\n.example", "white space", id="newline"),
        pytest.param("https://stage\x7f.example", "white space", id="control-character"),
    ],
)
def test_origin_that_is_none(url: str, word: str) -> None:
    """Whatever else stands there is refused, with what was found and what is allowed."""
    trouble = origin_trouble(url)
    assert trouble is not None
    assert word in trouble
    assert repr(url) in trouble


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://bob:hunter2@stage.example", id="user-and-password"),
        pytest.param("https://hunter2@stage.example", id="user-only"),
        pytest.param("https://:hunter2@stage.example", id="password-only"),
        pytest.param("https://bob:hunter2@stage.example:99999", id="and-a-bad-port"),
        pytest.param("https://bob:hunter2@[stage", id="and-a-bad-host"),
        pytest.param("ftp://bob:hunter2@stage.example", id="and-another-scheme"),
        pytest.param("bob:hunter2@stage.example", id="and-no-scheme"),
        pytest.param("https://bob:hunter2@stage.example/path", id="and-a-path"),
    ],
)
def test_credential_in_an_origin(url: str) -> None:
    """A credential in an origin is refused, and never quoted, whatever else is wrong."""
    trouble = origin_trouble(url)
    assert trouble is not None
    assert "[secrets]" in trouble
    assert "hunter2" not in trouble


def test_override_replaces_one_origin() -> None:
    """An overridden origin takes the place of the file's, without its last slash."""
    changed = override(ENVIRONMENT, "content=http://preview.example:8080/")
    assert changed.origins == {"content": "http://preview.example:8080"}
    assert ENVIRONMENT.origins == {"content": "https://stage.example"}


def test_override_of_a_served_origin() -> None:
    """An origin that a command would announce may be overridden too."""
    served = Environment(
        name="local",
        path=Path("local.toml"),
        description="",
        serve=ServeCommand(("x",), ("content",)),
    )
    assert override(served, "content=http://h").origins == {"content": "http://h"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        pytest.param("content", ["NAME=URL", "content"], id="no-url"),
        pytest.param("http://preview.example", ["NAME=URL", "content"], id="no-name"),
        pytest.param("contents=http://h", ["contents=http://h", "content"], id="unknown-name"),
        pytest.param("content=", ["content=", "expected http://"], id="empty-url"),
        pytest.param("content=http://h/path", ["without a path"], id="url-with-a-path"),
    ],
)
def test_override_that_is_none(option: str, words: list[str]) -> None:
    """A bad --origin is refused with the names or the form that are allowed."""
    with pytest.raises(BadEnvironment) as caught:
        override(ENVIRONMENT, option)
    assert "--origin" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("name", ["content=", "unknown=", ""])
def test_override_never_quotes_a_credential(name: str) -> None:
    """A password on the command line does not reach the message."""
    with pytest.raises(BadEnvironment) as caught:
        override(ENVIRONMENT, f"{name}https://bob:hunter2@h")
    assert "hunter2" not in str(caught.value)


def test_override_of_a_protected_environment() -> None:
    """A protected environment keeps its origins, and the message says where that is written."""
    protected = Environment(
        name="prod",
        path=Path("environments/prod.toml"),
        description="",
        protected=True,
        origins=MappingProxyType({"content": "https://prod.example"}),
    )
    with pytest.raises(BadEnvironment, match=r"environments/prod\.toml says protected = true"):
        override(protected, "content=http://preview.example")


def test_target_of_an_alias_and_of_another_value() -> None:
    """An alias shares its target's content; every other value has its own."""
    assert ENVIRONMENT.target("he") == "en-US"
    assert ENVIRONMENT.target("fr") == "fr"


def test_pairs_of_a_list() -> None:
    """The first = divides; a key may be empty, or there twice."""
    lists = MappingProxyType({"shows": ("=graph", "v4/=a[b=c]", "=menu")})
    environment = replace(ENVIRONMENT, params=lists)
    assert environment.pairs("shows") == [("", "graph"), ("v4/", "a[b=c]"), ("", "menu")]
    assert environment.pairs("borrowed") == []


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        pytest.param(rule(None), [], id="absent-and-not-sent"),
        pytest.param(rule("nosniff"), ["nosniff"], id="pattern-matches"),
        pytest.param(rule("nosniff"), ["NoSniff"], id="pattern-in-another-case"),
        pytest.param(rule("a, b"), ["a", "b"], id="pattern-over-two-lines"),
        pytest.param(rule("nosniff"), ["nosniff", "nosniff"], id="sent-twice-alike"),
        pytest.param(rule(600), ["max-age=600"], id="age-at-the-limit"),
        pytest.param(rule(600), ["public, Max-Age=60"], id="age-in-another-case"),
        pytest.param(rule(600), ["no-store"], id="never-stored"),
        pytest.param(rule(600), ["No-Cache, max-age=31536000"], id="always-revalidated"),
        pytest.param(rule(600), ['max-age="60"'], id="quoted-age"),
        pytest.param(rule(0), ["max-age=0"], id="no-age"),
        pytest.param(rule(600), ["max-age=60, s-maxage=86400"], id="kept-by-caches-that-purge"),
    ],
)
def test_header_as_expected(expected: HeaderRule, values: list[str]) -> None:
    """A header that is as the file wants it raises no problem."""
    assert expected.problem(sent(values)) is None


@pytest.mark.parametrize(
    ("expected", "values", "words"),
    [
        pytest.param(rule(None), ["x"], ["expected none", '"x"'], id="absent-but-sent"),
        pytest.param(rule(None), [""], ["expected none"], id="absent-but-sent-empty"),
        pytest.param(rule("x"), [], ["config", "not sent"], id="pattern-not-sent"),
        pytest.param(rule(1), [], ["config", "not sent"], id="age-not-sent"),
        pytest.param(rule("a"), ["ab"], ["/a/", '"ab"'], id="pattern-matches-a-part"),
        pytest.param(rule("a"), ["a", "b"], ["/a/", '"a, b"'], id="sent-twice"),
        pytest.param(rule(600), ["max-age=601"], ["600 s", "601"], id="age-too-long"),
        pytest.param(rule(600), ["s-maxage=999"], ["600 s", "999"], id="shared-age-alone"),
        pytest.param(rule(600), ["max-age=1", "max-age=999"], ["600 s"], id="two-ages"),
        pytest.param(rule(600), ["public"], ["max-age of at most 600 s"], id="no-age"),
        pytest.param(rule(600), ["public; max-age=60"], ["at most 600 s"], id="semicolon"),
        pytest.param(rule(600), ["max-age=-1"], ["max-age of at most 600 s"], id="negative-age"),
    ],
)
def test_header_not_as_expected(expected: HeaderRule, values: list[str], words: list[str]) -> None:
    """A header that differs is named with what was expected and what was found."""
    problem = expected.problem(sent(values))
    assert problem is not None
    assert problem.startswith("cache-control: ")
    for word in words:
        assert word in problem


def test_header_that_browsers_refuse_where_it_is_sent_twice() -> None:
    """As by a server and the proxy before it, however alike the values are."""
    name = "access-control-allow-origin"
    expected = replace(rule(r"\*"), header=name)
    assert expected.problem(httpx.Headers([(name, "*")])) is None
    twice = expected.problem(httpx.Headers([(name, "*"), (name, "*")]))
    assert twice == r'access-control-allow-origin: expected /\*/, found "*, *"'


@pytest.mark.parametrize(
    ("values", "expires", "lasts"),
    [
        pytest.param([], "Fri, 27 Nov 2026 10:10:00 GMT", 600, id="at-the-limit"),
        pytest.param([], "Fri, 27 Nov 2026 10:10:01 GMT", 601, id="too-long"),
        pytest.param(["public"], "Fri, 27 Nov 2026 11:00:00 GMT", 3600, id="no-age"),
        pytest.param(["max-age=60"], "Fri, 27 Nov 2026 11:00:00 GMT", 0, id="beside-an-age"),
        pytest.param(["no-cache"], "Fri, 27 Nov 2026 11:00:00 GMT", 0, id="beside-no-cache"),
        pytest.param([], "Thu, 01 Jan 1970 00:00:01 GMT", 0, id="expired"),
        pytest.param([], "-1", 0, id="no-date"),
    ],
)
def test_expires_in_place_of_an_age(values: list[str], expires: str, lasts: int) -> None:
    """Without a max-age an answer may be kept from its Date to its Expires."""
    headers = sent(values, Date="Fri, 27 Nov 2026 10:00:00 GMT", Expires=expires)
    problem = rule(600).problem(headers)
    assert problem is None if lasts <= 600 else f"{lasts} s from its Date" in str(problem)


def test_expires_without_a_date() -> None:
    """Without a Date it counts from now."""
    far = rule(600).problem(sent([], Expires="Fri, 27 Nov 2099 10:00:00 GMT"))
    assert far is not None
    assert far.startswith("expires: expected at most 600 s")


def test_header_rules_apply_to_whole_paths() -> None:
    """A rule speaks of the paths it matches as a whole, and of no others."""
    environment = Environment(name="x", path=Path("x.toml"), description="", headers=(rule(600),))
    headers = httpx.Headers({"Cache-Control": "max-age=31536000"})
    assert len(environment.header_problems("/fr/config.json", headers)) == 1
    assert environment.header_problems("/fr/config.json5", headers) == []
    assert environment.header_problems("/x/fr/config.json", headers) == []


def test_header_sent_on_two_lines_is_read_whole() -> None:
    """The second line of a header counts as much as the first."""
    environment = Environment(name="x", path=Path("x.toml"), description="", headers=(rule(600),))
    headers = httpx.Headers([("Cache-Control", "max-age=1"), ("Cache-Control", "max-age=9999")])
    assert len(environment.header_problems("/fr/config.json", headers)) == 1
