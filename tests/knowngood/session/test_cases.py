"""What marks declare becomes cases and probes, as far as the environment has it."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from knowngood.environment.model import Environment
from knowngood.environment.release_settings import Release
from knowngood.fetch.prefetch import PlannedProbe
from knowngood.session import marks
from knowngood.session.cases import Case, all_cases, lacking, plan
from knowngood.session.marks import BadMark

ENVIRONMENT = Environment(
    name="stage",
    path=Path("environments/stage.toml"),
    description="",
    origins=MappingProxyType({"content": "https://stage.example"}),
    params=MappingProxyType({"locale": ("fr", "de"), "page": ("", "v4/"), "debug": ("true",)}),
    aliases=MappingProxyType({"he": "en-US", "en-ZA": "en-US"}),
    release=Release("content:/__version__"),
)
BARE = Environment(name="bare", path=Path("bare.toml"), description="")


def mark(*urls: Any, name: str = "get", **options: Any) -> Any:
    return getattr(pytest.mark, name)(*urls, **options).mark


def planned(
    *declared: Any, environment: Environment = ENVIRONMENT
) -> dict[str, list[PlannedProbe]]:
    """The probes of every case, by the case's id, for marks from top to bottom."""
    wanted = marks.templates_in(reversed(declared))
    return {
        case.id: list(plan(wanted, case, environment, "run"))
        for case in all_cases(wanted, environment)
    }


def urls(*marks: Any) -> dict[str, list[str]]:
    return {name: [probe.probe.url for probe in probes] for name, probes in planned(*marks).items()}


def test_plain_url() -> None:
    """A URL without fields makes one case with one probe."""
    probes = planned(mark("content:/robots.txt"))
    assert list(probes) == [""]
    [only] = probes[""]
    assert only.probe.url == "https://stage.example/robots.txt"
    assert (only.probe.method, only.probe.origin) == ("GET", "content")
    assert (only.probe.template, only.probe.follow) == ("content:/robots.txt", False)
    assert not only.resources


EDGES = ("192.0.2.1", "192.0.2.2", "192.0.2.3")


AT_EDGES = replace(ENVIRONMENT, edges=MappingProxyType({"content": EDGES}))


def test_every_case_at_every_edge() -> None:
    """Each by its own name, all of its samples there."""
    found = planned(mark("content:/{locale}/x", samples=2), environment=AT_EDGES)
    assert sorted(found) == sorted(f"{code}-{edge}" for code in ("fr", "de") for edge in EDGES)
    for name, probes in found.items():
        assert {probe.probe.address for probe in probes} == {name.partition("-")[2]}


def test_an_origin_without_edges() -> None:
    """Is asked wherever its name leads."""
    other = replace(ENVIRONMENT, edges=MappingProxyType({"other": EDGES}))
    [probes] = planned(mark("content:/y"), environment=other).values()
    assert [probe.probe.address for probe in probes] == [""]


def test_a_query_is_counted_with_its_path() -> None:
    """One resource that fails every second time is asked for as it is, and past the caches: apart,
    each has too few requests to tell that from chance.
    """
    for url in ("content:/{locale}/x", "content:/{locale}/x?{nonce}"):
        [first, *_] = planned(mark(url)).values()
        assert {probe.probe.template for probe in first} == {"content:/{locale}/x"}


def test_field_makes_a_case_for_each_value() -> None:
    """``{locale}`` is one case a locale, each with its own URL."""
    assert urls(mark("content:/{locale}/x")) == {
        "fr": ["https://stage.example/fr/x"],
        "de": ["https://stage.example/de/x"],
    }


def test_two_fields_make_every_combination() -> None:
    """Fields multiply, in the order in which they are written."""
    assert urls(mark("content:/{locale}/{page}")) == {
        "fr-": ["https://stage.example/fr/"],
        "fr-v4/": ["https://stage.example/fr/v4/"],
        "de-": ["https://stage.example/de/"],
        "de-v4/": ["https://stage.example/de/v4/"],
    }


def test_starred_field_asks_for_all_values_in_one_case() -> None:
    """``{*page}`` asks for every page within the case of its locale."""
    assert urls(mark("content:/{locale}/{*page}")) == {
        "fr": ["https://stage.example/fr/", "https://stage.example/fr/v4/"],
        "de": ["https://stage.example/de/", "https://stage.example/de/v4/"],
    }


def test_field_shared_by_two_urls() -> None:
    """Two URLs with one field walk it together, not each by itself."""
    assert urls(mark("content:/{locale}/a", "content:/{locale}/b"))["fr"] == [
        "https://stage.example/fr/a",
        "https://stage.example/fr/b",
    ]


def test_alias_and_target_walk_in_pairs() -> None:
    """``alias`` and ``target`` are one case for each entry of [aliases]."""
    assert urls(mark("content:/{alias}/", "content:/{target}/")) == {
        "he-en-US": ["https://stage.example/he/", "https://stage.example/en-US/"],
        "en-ZA-en-US": ["https://stage.example/en-ZA/", "https://stage.example/en-US/"],
    }


def test_release_is_the_version_document() -> None:
    """``{release}`` is the whole URL that [release] gives."""
    assert urls(mark("{release}")) == {"": ["https://stage.example/__version__"]}


def test_nonce_is_new_for_each_sample() -> None:
    """Samples are probes of one case, and a nonce tells their URLs apart."""
    [several] = planned(mark("content:/x?{nonce}", samples=3)).values()
    found = [probe.probe for probe in several]
    assert [probe.sample for probe in found] == [1, 2, 3]
    assert len({probe.url for probe in found}) == 3
    assert all("run" in probe.url for probe in found)


def test_samples_of_one_url_are_different_probes() -> None:
    """Without a nonce samples share a URL, but none is answered by another's answer."""
    found = [
        probe.probe
        for several in planned(mark("content:/x", samples=2)).values()
        for probe in several
    ]
    assert found[0].url == found[1].url
    assert found[0] != found[1]


def test_url_without_samples_beside_one_with() -> None:
    """Each URL is asked as often as its own mark says, in the order of the marks."""
    [several] = planned(mark("content:/a", samples=2), mark("content:/b")).values()
    assert [(probe.probe.url[-1], probe.probe.sample) for probe in several] == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
    ]


def test_options_arrive() -> None:
    """``follow``, ``resources`` and the method of the mark reach the probe."""
    [[one]] = planned(mark("content:/", name="head", follow=True, resources=True)).values()
    assert (one.probe.method, one.probe.follow, one.resources) == ("HEAD", True, True)


def test_doubled_brace_is_the_urls_own() -> None:
    """A brace written twice stands in the URL once."""
    assert urls(mark("content:/x?q={{a}}")) == {"": ["https://stage.example/x?q={a}"]}


@pytest.mark.parametrize(
    "field", ["lang", "*lang", "*nonce", "0", "locale.x", "locale[0]", "locale,page"]
)
def test_unknown_field(field: str) -> None:
    """A field that neither file nor engine has is refused with those that there are."""
    wanted = marks.templates_in([mark(f"content:/{{{field}}}/")])
    with pytest.raises(BadMark) as caught:
        lacking(wanted, ENVIRONMENT)
    message = str(caught.value)
    assert f"{{{field}}}" in message
    assert "stage.toml" in message
    assert "alias, debug, locale, nonce, page, release, target" in message


@pytest.mark.parametrize(
    "url", ["robots.txt", "/robots.txt", "content", "content:robots.txt", ":/x", "https://a/"]
)
def test_url_without_an_origin(url: str) -> None:
    """A URL names an origin of the environment, never a host."""
    wanted = marks.templates_in([mark(url)])
    try:
        why = lacking(wanted, ENVIRONMENT)
    except BadMark as error:
        why = str(error)
    assert "ORIGIN:/path" in why or "an origin called 'https'" in why


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("metrics:/x", "no origin called metrics"),
        ("{release}", "no [release]"),
        ("content:/{alias}/", "no [aliases]"),
        ("content:/{target}/", "no [aliases]"),
    ],
)
def test_what_an_environment_has_not(tmp_path: Path, url: str, why: str) -> None:
    """A check of something that another environment has does not apply, with the reason."""
    (tmp_path / "other.toml").write_text('[origins]\nmetrics = "https://metrics.example"\n')
    bare = replace(BARE, path=tmp_path / "bare.toml")
    assert why in lacking(marks.templates_in([mark(url)]), bare)


@pytest.mark.parametrize("url", ["content:/{locale}/{*page}?{nonce}", "{release}", "content:/"])
def test_what_an_environment_has(url: str) -> None:
    """What can be filled in applies."""
    assert lacking(marks.templates_in([mark(url)]), ENVIRONMENT) == ""


def test_one_inapplicable_url_of_two() -> None:
    """A check applies only when all it asks for is there."""
    wanted = marks.templates_in([mark("content:/", "content:/{alias}/")])
    assert lacking(wanted, replace(ENVIRONMENT, aliases=MappingProxyType({}))) != ""


def test_case_reads_like_a_mapping() -> None:
    """A check reads its case's values by name."""
    assert Case({"locale": "fr"})["locale"] == "fr"


def test_headers_of_a_mark() -> None:
    """Their values may hold fields, which make cases, and secrets, which do not."""
    secrets = MappingProxyType({"api-token": "hunter{22}"})
    headers = {"Authorization": "Bearer {secrets.api-token}", "Accept-Language": "{locale}"}
    [fr, de] = planned(
        mark("content:/", headers=headers), environment=replace(ENVIRONMENT, secrets=secrets)
    ).values()
    bearer = ("Authorization", "Bearer hunter{22}")
    assert fr[0].probe.headers == (bearer, ("Accept-Language", "fr"))
    assert de[0].probe.headers == (bearer, ("Accept-Language", "de"))


def test_a_secret_that_the_environment_does_not_have() -> None:
    """The message says which it has."""
    templates = marks.templates_in([mark("content:/", headers={"X": "{secrets.tokn}"})])
    environment = replace(ENVIRONMENT, secrets=MappingProxyType({"token": "hunter22"}))
    with pytest.raises(BadMark, match=r"secrets.tokn.*stage.toml has: token"):
        lacking(templates, environment)


@pytest.mark.parametrize("url", ["content:/{rtl}/", "content:/{*rtl}/"])
def test_a_field_without_a_value(url: str) -> None:
    """A site without a language from right to left has no page for a check of those."""
    empty = replace(ENVIRONMENT, params=MappingProxyType({"rtl": ()}))
    why = lacking(marks.templates_in([mark(url)]), empty)
    assert why == "the environment's list rtl is empty"


@pytest.mark.parametrize("seed", "abcdefgh")
def test_a_sample_has_every_value_of_a_field_equally_often(seed: str) -> None:
    """Two pages of four locales: four cases are each page twice and each locale once."""
    params = {"locale": ("de", "en", "fr", "ja"), "page": ("", "v4/")}
    site = replace(ENVIRONMENT, params=MappingProxyType(params))
    templates = marks.templates_in([mark("content:/{locale}/{page}", name="browser", sample=4)])
    drawn = all_cases(templates, site, seed=seed)
    assert sorted(case["page"] for case in drawn) == ["", "", "v4/", "v4/"]
    assert [case["locale"] for case in drawn] == ["de", "en", "fr", "ja"]
