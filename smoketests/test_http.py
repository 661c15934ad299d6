"""HTTP: headers, and the same answers for every Firefox."""

import pytest

from knowngood import checks

from . import firefox

ENGLISH = {"Accept-Language": "en-US,en;q=0.5"}
PAGES = ["content:/en-US/{*page}", "content:/xx-unknown/"]
JSON = [f"content:/en-US/js/{name}" for name in ("config.json", "locale/date_format.json")]
MOBILE = ["content:/en-US/mobile/?v=1", "content:/fr/mobile/?v=1"]
FRENCH = "content:/fr/{*page}"


@pytest.mark.catches("cache-a-year", "cache-control-twice", "config-expires-in-years")
@pytest.mark.catches("cookie-set", "header-missing")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}/js/config.json")
def test_headers_are_what_the_environment_expects(responses, resources, environment):
    """Every answer has the headers, for caching and protection, that the environment expects."""
    for answer in (*responses, *(resource.response for resource in checks.own(resources))):
        if answer.status_code not in checks.GONE:  # whether it must be there, others say
            assert environment.header_problems(answer.path, answer.headers) == []


@pytest.mark.catches("unknown-locale-200-for-browsers", "android-sent-away", "english-sent-home")
@pytest.mark.catches("page-refused-across-sites", "page-refused-in-frames")
@pytest.mark.catches("config-refused-to-scripts", "months-as-jsonp", "page-upgraded")
@pytest.mark.get(*PAGES, *JSON, *MOBILE, FRENCH)
@pytest.mark.get(*PAGES, headers=firefox.PAGE)
@pytest.mark.get(*JSON, headers=firefox.JSON)
@pytest.mark.get(*MOBILE, headers=firefox.ANDROID)
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


@pytest.mark.catches("newer-script-refused", "android-script-missing")
@pytest.mark.get("content:/en-US/", MOBILE[0], resources=True)
@pytest.mark.origin("content")
def test_every_firefox_gets_scripts(responses, resources, client):
    """Another Firefox gets the script of a page as well, and so does one on a phone."""
    for page, headers in zip(responses, (firefox.SCRIPT, firefox.ANDROID), strict=True):
        scripts = [file for file in checks.own(resources, page) if file.kind == "script"]
        for script in scripts[-1:]:  # a page's own code stands behind its libraries
            theirs = client.get(script.url, headers=headers)
            assert theirs.status_code == script.response.status_code


@pytest.mark.catches("language-page-english", "language-mobile-english")
@pytest.mark.get("content:/{locale}/{*page}")
@pytest.mark.get(
    "content:/{locale}/{*page}", headers={**firefox.PAGE, "Accept-Language": "{locale},en;q=0.5"}
)
def test_each_language_gets_its_page(responses):
    """A Firefox in the language of a page gets that page, as one in another language does."""
    for ours, theirs in checks.side_by_side(responses):
        assert theirs.status_code == 200
        assert ours.status_code == 200
        same = checks.texts(theirs) == checks.texts(ours)
        assert same, "a Firefox in the language of the page gets other texts"


@pytest.mark.catches("certificate-without-names", "certificate-of-an-authority")
@pytest.mark.get("{release}")
def test_firefox_takes_the_certificate(response):
    """The server's certificate is one that Firefox takes, too, and not only curl and OpenSSL."""
    assert checks.certificate_problems(response) == []
