"""HTTP: headers, caching and compression, and the same answers for Firefox as for these checks."""

import collections

import pytest

from knowngood import checks

OTHER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ja,fr;q=0.7,en-US;q=0.3",
}
VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
ASKED = ["content:/en-US/{*page}", "content:/en-US/js/config.json", "content:/xx-unknown/"]


@pytest.mark.catches("cache-a-year", "cache-control-twice", "cookie-set", "header-missing")
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}/js/config.json")
def test_headers_are_what_the_environment_expects(responses, resources, environment):
    """Every answer has the headers, for caching and protection, that the environment expects."""
    for answer in (*responses, *(resource.response for resource in checks.own(resources))):
        assert environment.header_problems(answer.path, answer.headers) == []


@pytest.mark.catches("unknown-locale-200-for-browsers")
@pytest.mark.get(*ASKED)
@pytest.mark.get(*ASKED, headers=OTHER)
@pytest.mark.origin("content")
def test_every_firefox_gets_the_same(responses, client):
    """Another Firefox gets the same answers, whatever its version and language.

    All checks ask as one Firefox, by the environment's [send], and so see what that one gets.
    """
    for ours, theirs in checks.side_by_side(responses):
        same_status = theirs.status_code == ours.status_code
        statuses = f"another Firefox gets {theirs.status_code}, these checks get {ours.status_code}"
        assert same_status, statuses
        if theirs.content != ours.content:
            again = client.get(ours.url)
            assert not checks.differ([ours, again], [theirs]), "another Firefox gets another body"


@pytest.mark.catches("language-page-english")
@pytest.mark.get("content:/{locale}/", headers={**OTHER, "Accept-Language": "{locale},en;q=0.5"})
@pytest.mark.get("content:/{locale}/")
def test_each_language_gets_its_page(responses):
    """A Firefox in the language of a page gets that page, as one in another language does."""
    theirs, ours = responses
    assert theirs.status_code == 200
    assert ours.status_code == 200
    same = checks.texts(theirs) == checks.texts(ours)
    assert same, "a Firefox in the language of the page gets other texts"


@pytest.mark.catches("gzip-stale")
@pytest.mark.get("content:/en-US/{page}", resources=True)
@pytest.mark.get("content:/en-US/{page}", resources=True, headers={"Accept-Encoding": "identity"})
@pytest.mark.origin("content")
def test_compressed_and_plain_are_the_same(responses, resources, client):
    """Compressed answers hold what plain ones hold; a file compressed beforehand can be old."""
    files = collections.defaultdict(list)
    for answer in (*responses, *(resource.response for resource in checks.own(resources))):
        files[answer.url].append(answer)
    for packed, plain in (pair for pair in files.values() if len(pair) == 2):
        assert plain.status_code == packed.status_code
        if packed.content != plain.content:
            again = client.get(packed.url)
            assert not checks.differ([packed, again], [plain]), "compressed, it is another file"


def asked_again(client, answer, validators):
    """Return the answer to a request with a validator of `answer`: 304, or the last one.

    Several backends may each have their own dates and ETags for a file, and be asked in turn.
    """
    again = answer
    for _ in range(3):
        for name in [name for name in validators if name in answer.headers] * 2:
            headers = {VALIDATORS[name]: answer.headers[name]}
            again = client.get(answer.url, headers=headers)
            if again.status_code == 304:
                return again
        answer = client.get(answer.url)
    return again


@pytest.mark.catches("conditional-ignored", "etag-changes", "validators-missing")
@pytest.mark.get("content:/en-US/", "content:/en-US/js/config.json", "content:/robots.txt")
@pytest.mark.origin("content")
def test_unchanged_files_are_not_sent_again(responses, client):
    """What has not changed is not sent again: asked with a validator, the server answers 304.

    One that works is enough, ETag or Last-Modified: Apache's ETags do not work with gzip. What
    differs in every answer has none.
    """
    for first in responses:
        if first.status_code in checks.GONE:  # another check says whether it has to be there
            continue
        assert first.status_code == 200
        validators = [name for name in VALIDATORS if name in first.headers]
        again = asked_again(client, first, validators)
        if again.status_code == 304:
            assert again.content == b"", "304 with a body"
            continue
        changed = client.get(first.url).content != first.content
        assert changed or validators, "neither an ETag nor a Last-Modified header"
        assert changed or again.status_code == 304
