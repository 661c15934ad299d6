"""HTTP: headers, and the same answers for every Firefox as for these checks."""

import pytest

from knowngood import checks

OTHER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ja,fr;q=0.7,en-US;q=0.3",
}
ANDROID = {"User-Agent": "Mozilla/5.0 (Android; Mobile; rv:38.0) Gecko/38.0 Firefox/38.0"}
ENGLISH = {"Accept-Language": "en-US,en;q=0.5"}
ASKED = ["content:/en-US/{*page}", "content:/en-US/js/config.json", "content:/xx-unknown/"]
MOBILE = ["content:/en-US/mobile/?v=1", "content:/fr/mobile/?v=1"]
FRENCH = "content:/fr/{*page}"


@pytest.mark.catches("cache-a-year", "cache-control-twice", "config-expires-in-years")
@pytest.mark.catches("cookie-set", "header-missing")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}/js/config.json")
def test_headers_are_what_the_environment_expects(responses, resources, environment):
    """Every answer has the headers, for caching and protection, that the environment expects."""
    for answer in (*responses, *(resource.response for resource in checks.own(resources))):
        assert environment.header_problems(answer.path, answer.headers) == []


@pytest.mark.catches("unknown-locale-200-for-browsers", "android-sent-away", "english-sent-home")
@pytest.mark.get(*ASKED, *MOBILE, FRENCH)
@pytest.mark.get(*ASKED, headers=OTHER)
@pytest.mark.get(*MOBILE, headers=ANDROID)
@pytest.mark.get(FRENCH, headers=ENGLISH)
@pytest.mark.origin("content")
def test_every_firefox_gets_the_same(responses, client):
    """Another Firefox gets the same answers, whatever its version and language.

    So does one on a phone, and one in English at a page in French. All checks ask as one Firefox,
    by the environment's [send], and so see what that one gets.
    """
    for ours, theirs in checks.side_by_side(responses):
        same_status = theirs.status_code == ours.status_code
        statuses = f"another Firefox gets {theirs.status_code}, these checks get {ours.status_code}"
        assert same_status, statuses
        if theirs.content != ours.content:
            assert not checks.still_differ(client, ours, theirs), (
                "another Firefox gets another body"
            )


@pytest.mark.catches("language-page-english", "language-mobile-english")
@pytest.mark.get("content:/{locale}/{*page}")
@pytest.mark.get(
    "content:/{locale}/{*page}", headers={**OTHER, "Accept-Language": "{locale},en;q=0.5"}
)
def test_each_language_gets_its_page(responses):
    """A Firefox in the language of a page gets that page, as one in another language does."""
    for ours, theirs in checks.side_by_side(responses):
        assert theirs.status_code == 200
        assert ours.status_code == 200
        same = checks.texts(theirs) == checks.texts(ours)
        assert same, "a Firefox in the language of the page gets other texts"
